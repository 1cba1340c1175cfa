/** `postern config import-madmail`: the configuration of another relay, as keys of ours. @module */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { replaceFile, writtenText } from "../../../config/edit.ts";
import { loadConfig, type LoadedConfig } from "../../../config/load.ts";
import { chosenFile } from "../../../config/locate.ts";
import {
  type Noted,
  translateMadmail,
  type Translation,
} from "../../../config/madmail/translate.ts";
import { type KeyName, keyNamed, valueOf } from "../../../config/schema.ts";
import { configText } from "../../../config/write.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  flagOption,
} from "../../command.ts";
import { CliError, EXIT } from "../../exit_codes.ts";
import { counted, table } from "../../text.ts";
import { NAME } from "../../version.ts";

/** Larger is none: a configuration is some kilobytes. */
const MAX_OCTETS = 1024 * 1024;
/** Of a new one: it may have secrets; the group is the server's once it is installed. */
const NEW_MODE = 0o640;

interface Merge {
  /** To be written. */
  readonly taken: readonly KeyName[];
  /** Our file has it, with another value, and keeps it. */
  readonly kept: readonly KeyName[];
  readonly known: readonly KeyName[];
}

async function importMadmail(call: Call): Promise<CommandResult> {
  const from = resolve(argument(call, 0));
  const translation = understood(from, await readText(from));
  const path = chosenFile(call.choice);
  const own = existsSync(path) ? call.access.config : undefined;
  const merge = merged(translation, own, flagOption(call, "force"));
  const text = own
    ? changedText(Deno.readTextFileSync(path), translation, merge.taken)
    : newText(from, translation, merge.taken);
  checkResult(path, text, translation, merge.taken);
  const isDry = flagOption(call, "dryRun");
  if (!isDry && merge.taken.length > 0) write(path, text, own !== undefined);
  const data = dataOf(path, translation, merge, isDry);
  const isWhole = data.problems.length === 0 && data.kept.length === 0;
  return {
    data,
    text: textOf(data, isDry),
    exit: isWhole ? EXIT.ok : EXIT.partial,
  };
}

async function readText(path: string): Promise<string> {
  const { size, isFile } = await Deno.stat(path);
  if (!isFile || size > MAX_OCTETS) {
    throw new CliError(
      "invalid_value",
      `${path} is no file of configuration${
        isFile ? ": it is over 1 MiB" : ""
      }`,
      EXIT.conflict,
    );
  }
  return await Deno.readTextFile(path);
}

/** @throws {CliError} invalid_value, with the line */
function understood(path: string, text: string): Translation {
  try {
    return translateMadmail(text, path);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CliError(
      "invalid_value",
      `${path}: ${error.message}`,
      EXIT.conflict,
    );
  }
}

function merged(
  { taken }: Translation,
  own: LoadedConfig | undefined,
  force: boolean,
): Merge {
  const all = [...taken.keys()];
  const isGiven = (key: KeyName) => own?.given.has(key) ?? false;
  const isEqual = (key: KeyName) =>
    own !== undefined &&
    keyNamed(key).kind.format(valueOf(own.values, key)) ===
      keyNamed(key).kind.format(taken.get(key)!.value);
  return {
    known: all.filter((key) => isGiven(key) && isEqual(key)),
    kept: all.filter((key) => isGiven(key) && !isEqual(key) && !force),
    taken: all.filter((key) => !isGiven(key) || (!isEqual(key) && force)),
  };
}

function changedText(
  text: string,
  { taken }: Translation,
  keys: readonly KeyName[],
): string {
  return keys.reduce(
    (before, key) => writtenText(before, key, taken.get(key)!.value),
    text,
  );
}

function newText(
  from: string,
  { taken }: Translation,
  keys: readonly KeyName[],
): string {
  return configText(
    new Map(keys.map((key) => [key, taken.get(key)!.value])),
    [`Of ${from}, by "${NAME} config import-madmail".`],
  );
}

/**
 * That it can be read, and says what it is meant to.
 *
 * @throws {ConfigError | CliError}
 */
function checkResult(
  path: string,
  text: string,
  { taken }: Translation,
  keys: readonly KeyName[],
): void {
  const { values } = loadConfig({ path, text });
  for (const key of keys) {
    const { format } = keyNamed(key).kind;
    if (format(valueOf(values, key)) === format(taken.get(key)!.value)) {
      continue;
    }
    throw new CliError(
      "invalid_value",
      `${key} stands in ${path} in a way that cannot be changed here`,
      EXIT.conflict,
    );
  }
}

function write(path: string, text: string, isThere: boolean): void {
  if (isThere) return replaceFile(path, text);
  Deno.writeTextFileSync(path, text, { createNew: true, mode: NEW_MODE });
}

function dataOf(
  path: string,
  { taken, same, left, problems, stateDir }: Translation,
  merge: Merge,
  isDry: boolean,
) {
  const shown = (key: KeyName) => {
    const { value, line, directive } = taken.get(key)!;
    const { kind } = keyNamed(key);
    return {
      key,
      value: kind.secret ? "(set)" : kind.format(value),
      line,
      directive,
    };
  };
  return {
    file: path,
    dry_run: isDry,
    taken: merge.taken.map(shown),
    /** Our file says something else, which stays. */
    kept: merge.kept.map(shown),
    known: merge.known.map(shown),
    same: same.map(noted),
    left_out: left.map(noted),
    problems: problems.map(noted),
    next: [
      `${NAME} config check`,
      ...(stateDir === undefined ? [] : [`${NAME} import-madmail ${stateDir}`]),
    ],
  };
}

function noted({ line, directive, what }: Noted) {
  return { line, directive, reason: what };
}

type Data = ReturnType<typeof dataOf>;

function textOf(data: Data, isDry: boolean): string {
  const keys = (rows: Data["taken"]) =>
    table(
      ["line", "directive", "key", "value"],
      rows.map((one) => [String(one.line), one.directive, one.key, one.value]),
    );
  const reasons = (rows: Data["left_out"]) =>
    table(
      ["line", "directive", ""],
      rows.map((one) => [String(one.line), one.directive, one.reason]),
    );
  const parts = [
    data.taken.length === 0
      ? `${data.file} has all of it already`
      : `${isDry ? "Would write" : "Wrote"} ${
        counted(data.taken.length, "key", "keys")
      } to ${data.file}\n${keys(data.taken)}`,
    ...(data.kept.length === 0
      ? []
      : [`Kept as the file has them; --force takes these\n${keys(data.kept)}`]),
    ...(data.same.length === 0 ? [] : [`So here, too\n${reasons(data.same)}`]),
    ...(data.left_out.length === 0
      ? []
      : [`Not taken over\n${reasons(data.left_out)}`]),
    ...(data.problems.length === 0
      ? []
      : [`To be looked at\n${reasons(data.problems)}`]),
    `Next: ${data.next.join(", then ")}`,
  ];
  return parts.join("\n\n");
}

export const CONFIG_IMPORT_COMMANDS: readonly Command[] = [{
  usage: "config import-madmail <file>",
  summary:
    "Take over maddy.conf or chatmail.toml of a madmail: what is taken, what is not, and why",
  options: [
    { flags: "--dry-run", summary: "say so, and write nothing" },
    {
      flags: "--force",
      summary: "also in place of what our file says otherwise",
    },
  ],
  run: importMadmail,
}];
