/**
 * The command line: commands and options as commander parsers, one call of one
 * of them, and its result as text or JSON.
 *
 * @module
 */
import { Command as Parser, CommanderError, Option } from "commander";
import { parseDuration } from "../base/durations.ts";
import { renamed } from "../base/program_name.ts";
import { Access, type OfflineRelay } from "./access.ts";
import type { Call, Command, CommandOption, CommandResult } from "./command.ts";
import { COMMANDS, GLOBAL_OPTIONS, GROUPS } from "./commands.ts";
import { nearest } from "../config/nearest.ts";
import type { LoadedConfig } from "../config/load.ts";
import { CliError, describeFailure, EXIT } from "./exit_codes.ts";
import type { Terminal } from "./terminal.ts";
import { NAME, VERSION } from "./version.ts";

const DEFAULT_TIMEOUT = "10m";
const LONGEST_TIMER_MS = 2 ** 31 - 1; // setTimeout takes more for nothing

export interface CliSurroundings {
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string>>;
  openOffline(config: LoadedConfig): Promise<OfflineRelay>;
}

/** Runs one command line; gives the exit code. Never throws. */
export async function runCli(
  args: readonly string[],
  surroundings: CliSurroundings,
): Promise<number> {
  const { terminal } = surroundings;
  try {
    const chosen = readCommandLine(args, (text) => terminal.out(text));
    return chosen === undefined ? EXIT.ok : await perform(chosen, surroundings);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return fail(error, terminal, args.includes("--json"));
  }
}

/** What a command line asks for. */
export interface ChosenCommand {
  readonly command: Command;
  readonly options: Readonly<Record<string, unknown>>;
  readonly args: readonly string[];
}

/**
 * Gives nothing where help or the version was asked for.
 *
 * @param tell Hears those.
 * @throws {CliError} usage
 */
export function readCommandLine(
  args: readonly string[],
  tell: (text: string) => void,
): ChosenCommand | undefined {
  let usageText = "";
  const chosen: { command?: ChosenCommand } = {};
  const parser = buildParser((command, parser, values) => {
    chosen.command = { command, options: mergedOptions(parser), args: values };
  }, {
    writeOut: tell,
    writeErr: (text) => usageText += text,
  });
  try {
    parser.parse(withDefaultCommand(args), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    if (error.code === "commander.help") throw noHelpFor(args);
    const message = usageText.trim().replace(/^error: /, "").replace("\n", " ");
    throw new CliError(
      "usage",
      message === ""
        ? "Name a command; --help lists them"
        : `${message}${wayOn(args)}`,
      EXIT.usage,
    );
  }
  return chosen.command;
}

/** Of a command that does not exist; its message would be the help of all. */
function noHelpFor(args: readonly string[]): CliError {
  const words = args.filter((word) => word !== "help" && !word.startsWith("-"));
  const first = words[0] ?? "";
  const names = [...GROUPS.map(({ name }) => name), ...COMMANDS.map(nameOf)];
  const meant = nearest(first, names);
  const hint = words.length > 1 || meant === undefined
    ? `; ${NAME} --help lists all`
    : ` (Did you mean ${meant}?)`;
  return new CliError(
    "usage",
    `unknown command '${words.join(" ")}'${hint}`,
    EXIT.usage,
  );
}

/** How the command goes that was meant, where it is known which one. */
function wayOn(args: readonly string[]): string {
  const words = args.filter((word, at) =>
    !word.startsWith("-") && !isValued(args[at - 1])
  );
  const meant = COMMANDS.find((command) => {
    const name = nameOf(command).split(" ");
    return name.every((word, at) => groupNamed(words[at]) === word);
  });
  return meant === undefined ? "" : `\nUsage: ${NAME} ${meant.usage}`;
}

function groupNamed(word: string | undefined): string | undefined {
  return GROUPS.find(({ aliases = [] }) => aliases.includes(word ?? ""))
    ?.name ?? word;
}

async function perform(
  { command, options, args }: ChosenCommand,
  { terminal, environment, openOffline }: CliSurroundings,
): Promise<number> {
  const json = options.json === true;
  const quiet = options.quiet === true;
  let access: Access | undefined;
  try {
    const timeout = options.timeout ?? command.timeout ?? DEFAULT_TIMEOUT;
    const stateDir = options.stateDir ?? options.libexec;
    if (options.config === "") throw unnamed("--config", "file");
    if (stateDir === "") throw unnamed("--state-dir", "directory");
    const choice = {
      environment,
      program: NAME,
      ...(typeof options.config === "string"
        ? { configFlag: options.config }
        : {}),
      ...(typeof stateDir === "string" ? { stateDirFlag: stateDir } : {}),
    };
    const timeoutMs = readTimeout(String(timeout));
    access = new Access({
      ...choice,
      timeoutMs,
      openOffline,
      warn: (text) =>
        terminal.err(
          json
            ? `${JSON.stringify({ warning: text })}\n`
            : `${NAME}: warning: ${text}\n`,
        ),
    });
    const call: Call = {
      args,
      options,
      access,
      choice,
      terminal,
      table: { commands: COMMANDS, groups: GROUPS, options: GLOBAL_OPTIONS },
      json,
      quiet,
      yes: options.yes === true,
    };
    const result = await command.run(call);
    show(command, result, call);
    return result.exit ?? EXIT.ok;
  } catch (error) {
    return fail(describeFailure(error), terminal, json);
  } finally {
    await access?.close();
  }
}

function show(
  command: Command,
  { data, text, raw, exit = EXIT.ok }: CommandResult,
  { terminal, json, quiet }: Call,
): void {
  if (raw !== undefined) return terminal.out(`${raw}\n`);
  if (json) {
    const ok = exit === EXIT.ok || exit === EXIT.partial;
    const shown = { ok, command: nameOf(command), data };
    return terminal.out(`${JSON.stringify(shown)}\n`);
  }
  if (text !== "" && !quiet) terminal.out(`${text}\n`);
}

function fail(error: CliError, terminal: Terminal, json: boolean): number {
  const { code, message, exit } = error;
  // lines of a configuration begin with file and place, as editors read them
  const prefix = code === "config_invalid" ? "" : `${NAME}: `;
  terminal.err(
    json
      ? `${JSON.stringify({ ok: false, error: message, code, exit })}\n`
      : `${prefix}${message}\n`,
  );
  return exit;
}

/** Below the help of one command, which leaves out what all of them have. */
const MORE_HELP =
  `\nAs every command, it takes --json, --yes, --config and more: ${NAME} --help`;

/** Below the help of all: where to begin among so many. */
const FIRST_HELP = `
Begin with:
  ${NAME} run --dev       to try it out, here and now
  ${NAME} install         a server: service, configuration, certificate
  ${NAME} doctor          what is wrong, and what mends it
  ${NAME} COMMAND --help  more of one command`;

type Chosen = (command: Command, parser: Parser, values: string[]) => void;

function buildParser(
  chosen: Chosen,
  output: { writeOut(text: string): void; writeErr(text: string): void },
): Parser {
  const root = new Parser(NAME)
    .description("A chatmail relay in one binary")
    .version(`${NAME} ${VERSION}`, "-V, --version", "show the version")
    .helpOption("-h, --help", "show this help")
    .addHelpText("after", FIRST_HELP)
    .configureOutput(output).exitOverride();
  addOptions(root, GLOBAL_OPTIONS, false);
  const groups = GROUPS.map(({ name, aliases = [], summary }) => {
    const group = new Parser(name).copyInheritedSettings(root)
      .description(summary).aliases([...aliases])
      .addHelpText("after", MORE_HELP)
      .helpGroup("Groups of commands:");
    addOptions(group, GLOBAL_OPTIONS, true);
    addDefault(group, name, chosen);
    return group;
  });
  for (const command of COMMANDS) {
    const [first = "", ...rest] = command.usage.split(" ");
    const group = groups.find((one) => one.name() === first);
    const usage = group ? rest.join(" ") : command.usage;
    const parser = (group ?? root)
      .command(usage)
      .description(command.summary).aliases([...command.aliases ?? []])
      .addHelpText("after", MORE_HELP)
      .configureOutput(output).exitOverride().allowExcessArguments(false);
    addOptions(parser, command.options ?? [], false);
    addOptions(parser, GLOBAL_OPTIONS, true);
    parser.action(() => chosen(command, parser, parser.args));
  }
  for (const group of groups) root.addCommand(group); // in help, after all others
  return root;
}

/** What a group does when it is named alone. */
function addDefault(group: Parser, name: string, chosen: Chosen): void {
  const members = COMMANDS.filter(({ usage }) => usage.startsWith(`${name} `));
  const fallback = members.find(({ isDefault }) => isDefault);
  addOptions(group, fallback?.options ?? [], true);
  // of a command that does not exist, no option is the mistake to name
  group.allowExcessArguments(true).allowUnknownOption(true).action(() => {
    const [word] = group.args;
    if (word === undefined && fallback) return chosen(fallback, group, []);
    if (word?.startsWith("-")) group.error(`unknown option '${word}'`);
    const words = members.map(({ usage }) => usage.split(" ")[1] ?? "");
    const meant = word === undefined ? undefined : nearest(word, words);
    group.error(
      word === undefined
        ? `name one of ${words.join(", ")}`
        : `unknown command '${name} ${word}' (${
          meant === undefined
            ? `there are ${words.join(", ")}`
            : `Did you mean ${meant}?`
        })`,
    );
  });
}

function addOptions(
  parser: Parser,
  options: readonly CommandOption[],
  hidden: boolean,
): void {
  for (const { flags, summary } of options) {
    parser.addOption(
      new Option(flags, renamed(summary, NAME)).hideHelp(hidden),
    );
  }
}

/** What was written nearest to the command wins. */
function mergedOptions(parser: Parser): Record<string, unknown> {
  const merged: Record<string, unknown> = {};
  const chain: Parser[] = [];
  for (let one: Parser | null = parser; one; one = one.parent) {
    chain.unshift(one);
  }
  for (const one of chain) {
    for (const [name, value] of Object.entries(one.opts())) {
      if (one.getOptionValueSource(name) === "cli" || !(name in merged)) {
        merged[name] = value;
      }
    }
  }
  return merged;
}

const VALUED = new Set(
  GLOBAL_OPTIONS.filter(({ flags }) => flags.includes("<"))
    .map(({ flags }) => flags.split(" ")[0] ?? ""),
);

/** Whether it is an option of every command that has a value behind it. */
function isValued(word: string | undefined): boolean {
  return VALUED.has(word ?? "");
}

/** Without a command, the server runs. */
function withDefaultCommand(args: readonly string[]): string[] {
  for (let at = 0; at < args.length; at++) {
    const argument = args[at] ?? "";
    if (["-h", "--help", "-V", "--version"].includes(argument)) {
      return [...args];
    }
    if (!argument.startsWith("-")) return [...args];
    if (isValued(argument)) at++;
  }
  return ["run", ...args];
}

function unnamed(flag: string, what: string): CliError {
  return new CliError("usage", `${flag} names no ${what}`, EXIT.usage);
}

/** Milliseconds. @throws {CliError} usage */
function readTimeout(text: string): number {
  try {
    const seconds = parseDuration(text);
    if (seconds > 0) return Math.min(seconds * 1000, LONGEST_TIMER_MS);
    throw new RangeError("must be longer than 0s");
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CliError("usage", `--timeout: ${message}`, EXIT.usage);
  }
}

/** The words of a command, without its arguments: `accounts create`. */
function nameOf({ usage }: Command): string {
  return usage.split(" ").filter((word) => !/^[<[]/.test(word)).join(" ");
}
