/**
 * A command as a value: how it is called, what it is for, what it does. The
 * program, its help and `docs/cli.md` are loops over these.
 *
 * @module
 */
import { quote } from "../config/kinds.ts";
import type { ConfigChoice } from "../config/locate.ts";
import type { Access } from "./access.ts";
import {
  CliError,
  describeFailure,
  EXIT,
  type ExitCode,
} from "./exit_codes.ts";
import { type Terminal, textOf } from "./terminal.ts";

export interface CommandOption {
  /** As commander reads it: `-p, --password <text>`. */
  readonly flags: string;
  readonly summary: string;
}

export interface Command {
  /** Words, then arguments: `accounts create <user>`. */
  readonly usage: string;
  /** Other names of the last word. */
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly options?: readonly CommandOption[];
  /** Runs when its group is named alone. */
  readonly isDefault?: boolean;
  /** How long it waits for the server unless told; most may take long. */
  readonly timeout?: string;
  run(call: Call): Promise<CommandResult>;
}

/** Commands below one word. */
export interface CommandGroup {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
}

/** All there is, for what is made from it. */
export interface CommandTable {
  readonly commands: readonly Command[];
  readonly groups: readonly CommandGroup[];
  /** Understood by every command. */
  readonly options: readonly CommandOption[];
}

export interface CommandResult {
  /** For scripts. */
  readonly data: unknown;
  /** For people, without a line end at its end. */
  readonly text: string;
  /** Written as it is, in JSON mode too. */
  readonly raw?: string;
  readonly exit?: ExitCode;
}

/** One call of a command. */
export interface Call {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly access: Access;
  /** Which configuration was asked for. */
  readonly choice: ConfigChoice;
  readonly terminal: Terminal;
  readonly table: CommandTable;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly yes: boolean;
}

/** An argument that the usage line requires. */
export function argument(call: Call, index: number): string {
  const value = call.args[index];
  if (value === undefined) throw new TypeError(`Argument ${index} is missing`);
  return value;
}

export function textOption(call: Call, name: string): string | undefined {
  const value = call.options[name];
  return typeof value === "string" ? value : undefined;
}

export function flagOption(call: Call, name: string): boolean {
  return call.options[name] === true;
}

/**
 * Of `<user> [reason]`, or of `--reason`.
 *
 * @throws {CliError} usage, if there are two
 */
export function reasonOf(call: Call): string | undefined {
  const [, written] = call.args;
  const option = textOption(call, "reason");
  if (written === undefined || option === undefined) return written ?? option;
  throw new CliError("usage", "Give one reason", EXIT.usage);
}

/** @throws {CliError} usage, if it is none of them */
export function choiceOption<const T extends string>(
  call: Call,
  name: string,
  choices: readonly T[],
): T | undefined {
  const text = textOption(call, name);
  const chosen = choices.find((one) => one === text);
  if (text === undefined || chosen !== undefined) return chosen;
  throw new CliError(
    "usage",
    `--${name} must be one of ${choices.join(", ")} (got "${text}")`,
    EXIT.usage,
  );
}

/** @throws {CliError} usage, if it is not a whole number in the range */
export function numberOption(
  call: Call,
  name: string,
  { min, max }: { readonly min: number; readonly max: number },
): number | undefined {
  const text = textOption(call, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d{1,15}$/.test(text) && value >= min && value <= max) return value;
  throw new CliError(
    "usage",
    `--${
      name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    } must be a whole number from ${min} to ${max} (got ${quote(text)})`,
    EXIT.usage,
  );
}

/**
 * Goes on only if the person means it.
 *
 * @throws {CliError} exit 10
 */
export async function confirm(call: Call, question: string): Promise<void> {
  if (call.yes) return;
  if (call.json || !call.terminal.isInteractive) {
    throw new CliError(
      "confirmation_required",
      `${question} Say so with --yes`,
      EXIT.aborted,
    );
  }
  call.terminal.err(`${question} [y/N] `);
  const line = await call.terminal.readLine();
  const answer = line ? textOf(line).trim().toLowerCase() : "";
  if (answer === "y" || answer === "yes") return;
  throw new CliError("aborted", "Aborted", EXIT.aborted);
}

/**
 * Work that counts first, and with large numbers is done only if the person
 * means it.
 *
 * @throws {CliError} exit 10
 */
export async function confirmed<T>(
  call: Call,
  work: (isConfirmed: boolean) => Promise<T>,
): Promise<T> {
  try {
    return await work(call.yes);
  } catch (error) {
    const { code, message } = describeFailure(error);
    if (code !== "confirmation_required" || call.yes) throw error;
    await confirm(call, `${message}. Go on?`);
    return await work(true);
  }
}

/** Adds to a result whether it is in force. */
export async function withApplied<T extends object>(
  call: Call,
  data: T,
): Promise<T & { readonly applied: string }> {
  return { ...data, applied: await call.access.applied() };
}
