/**
 * Changes one key of a configuration file, or adds those that it lacks, and
 * leaves all else as it was written: comments, order, spaces.
 *
 * @module
 */
import { chownSync, realpathSync, statSync } from "node:fs";
import { loadConfig } from "./load.ts";
import { valueSpan } from "./positions.ts";
import { ConfigError } from "./problems.ts";
import { KEY_NAMES, type KeyName, keyNamed, valueOf } from "./schema.ts";
import type { WrittenKeys } from "./write.ts";

/**
 * The text with that value of the key.
 *
 * @throws {ConfigError} when the value does not go with the rest
 * @throws {SyntaxError} when the file is written in a way that cannot be changed here
 */
export function editedText(
  text: string,
  key: KeyName,
  value: unknown,
): string {
  const edited = replaced(text, key, keyNamed(key).kind.toToml(value));
  checkOnlyChange(text, edited, new Map([[key, value]]));
  return edited;
}

/** The text with that key, if it was not in it; of a file that cannot be read without it. */
export function completedText(
  text: string,
  key: KeyName,
  value: unknown,
): string {
  return valueSpan(text, key.split("."))
    ? text
    : replaced(text, key, keyNamed(key).kind.toToml(value));
}

/** The text with that value of the key; whether it goes with the rest, nobody has looked. */
export function writtenText(
  text: string,
  key: KeyName,
  value: unknown,
): string {
  return replaced(text, key, keyNamed(key).kind.toToml(value));
}

function replaced(text: string, key: KeyName, toml: string): string {
  const path = key.split(".");
  const [section = "", name = ""] = path;
  const span = valueSpan(text, path);
  if (span) return text.slice(0, span.start) + toml + text.slice(span.end);
  const line = `${name} = ${toml}`;
  const header = new RegExp(`^[ \\t]*\\[[ \\t]*${section}[ \\t]*\\].*$`, "m")
    .exec(text);
  if (header) {
    const end = header.index + header[0].length;
    return `${text.slice(0, end)}\n${line}${text.slice(end)}`;
  }
  const gap = text === "" ? "" : text.endsWith("\n") ? "\n" : "\n\n";
  return `${text}${gap}[${section}]\n${line}\n`;
}

/**
 * The walk over the text is no parser: what the parser makes of it counts.
 *
 * @throws {ConfigError} | {SyntaxError}
 */
function checkOnlyChange(
  before: string,
  after: string,
  changes: ReadonlyMap<KeyName, unknown>,
): void {
  const [old, fresh] = [before, after].map((text) =>
    loadConfig({ text, path: "the configuration" })
  );
  const isRight = KEY_NAMES.every((name) => {
    const { format } = keyNamed(name).kind;
    const isChanged = changes.has(name);
    const wanted = isChanged ? changes.get(name) : valueOf(old!.values, name);
    return format(valueOf(fresh!.values, name)) === format(wanted) ||
      (!isChanged && !old!.given.has(name)); // follows from another one
  });
  if (isRight) return;
  const [[key, value] = []] = changes;
  throw new SyntaxError(
    `${key} stands in the file in a way that cannot be changed here: write ${
      key && keyNamed(key).kind.toToml(value)
    } there yourself`,
  );
}

export interface Completed {
  readonly text: string;
  readonly added: readonly KeyName[];
}

const DOMAIN = "server.domain"; // without it no file can be read

/**
 * Keys that cannot be added, or that do not go with the rest, are left out: all
 * at once if they do, else one by one.
 *
 * @throws {ConfigError} if the file cannot be used, the domain apart
 */
export function completed(text: string, wanted: WrittenKeys): Completed {
  const domain = wanted.get(DOMAIN);
  const readable = domain === undefined
    ? text
    : completedText(text, DOMAIN, domain);
  const { given } = loadConfig({ text: readable, path: "the configuration" });
  const missing = KEY_NAMES.filter((key) => wanted.has(key) && !given.has(key));
  const first: Completed = {
    text: readable,
    added: readable === text ? [] : [DOMAIN],
  };
  return extended(first, missing, wanted) ??
    missing.reduce<Completed>(
      (found, key) => extended(found, [key], wanted) ?? found,
      first,
    );
}

function extended(
  before: Completed,
  keys: readonly KeyName[],
  wanted: WrittenKeys,
): Completed | undefined {
  const text = keys.reduce(
    (text, key) => completedText(text, key, wanted.get(key)),
    before.text,
  );
  const changes = new Map(keys.map((key) => [key, wanted.get(key)]));
  try {
    checkOnlyChange(before.text, text, changes);
  } catch (error) {
    if (error instanceof ConfigError || error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
  return { text, added: [...before.added, ...keys] };
}

/** All of the new text or all of the old; mode and owner stay. */
export function replaceFile(path: string, text: string): void {
  const real = realpathSync(path);
  const { mode, uid, gid } = statSync(real);
  const fresh = `${real}.new`;
  try {
    Deno.writeTextFileSync(fresh, text, { mode: mode & 0o777 });
    Deno.chmodSync(fresh, mode & 0o777);
    if (Deno.uid() === 0) chownSync(fresh, uid, gid);
    using file = Deno.openSync(fresh, { read: true });
    file.syncSync();
    Deno.renameSync(fresh, real);
  } catch (error) {
    try {
      Deno.removeSync(fresh);
    } catch {
      // it was not made
    }
    throw error;
  }
}
