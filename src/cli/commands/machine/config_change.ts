/** `postern config set`: one key of the file, with all else as it was written. @module */
import { editedText, replaceFile } from "../../../config/edit.ts";
import { locateConfig } from "../../../config/locate.ts";
import { ConfigError } from "../../../config/problems.ts";
import { nearest } from "../../../config/nearest.ts";
import {
  isKeyName,
  KEY_NAMES,
  type KeyName,
  keyNamed,
} from "../../../config/schema.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
} from "../../command.ts";
import { CliError, EXIT } from "../../exit_codes.ts";
import { NAME } from "../../version.ts";

function set(call: Call): Promise<CommandResult> {
  const key = keyOf(argument(call, 0));
  const { kind, inForce } = keyNamed(key);
  const value = understood(key, argument(call, 1));
  const path = changeFile(call, key, value);
  const warnings = locateConfig(call.choice).warnings
    .filter((warning) => warning.key === key)
    .map(({ message }) => `${key} ${message}`);
  const data = {
    key,
    value: kind.format(value),
    path,
    in_force: inForce,
    warnings,
  };
  const text = [
    `${key} = ${kind.toToml(value)} in ${path}`,
    inForce === "restart"
      ? `In force after: ${NAME} restart`
      : `In force after: ${NAME} reload`,
    ...warnings.map((warning) => `Warning: ${warning}`),
  ].join("\n");
  return Promise.resolve({ data, text });
}

/** @throws {CliError} not_found */
function keyOf(name: string): KeyName {
  if (isKeyName(name)) return name;
  const meant = nearest(name, KEY_NAMES);
  throw new CliError(
    "not_found",
    `There is no key ${name}${
      meant === undefined ? "" : ` (Did you mean ${meant}?)`
    }`,
    EXIT.not_found,
  );
}

function understood(key: KeyName, written: string): unknown {
  try {
    return keyNamed(key).kind.parse(written);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CliError("invalid_value", `${key}: ${message}`, EXIT.conflict);
  }
}

/**
 * Writes the value into the configuration file; gives its path.
 *
 * @throws {CliError} when there is no file, or it would not do
 */
export function changeFile(call: Call, key: KeyName, value: unknown): string {
  const { path } = call.access.config;
  if (path === undefined) {
    throw new CliError(
      "not_found",
      "The configuration is not in a file",
      EXIT.not_found,
    );
  }
  replaceFile(path, edited(Deno.readTextFileSync(path), key, value));
  return path;
}

/** @throws {CliError} invalid_value, when the rest does not go with it */
function edited(text: string, key: KeyName, value: unknown): string {
  try {
    return editedText(text, key, value);
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof SyntaxError)) {
      throw error;
    }
    throw new CliError("invalid_value", error.message, EXIT.conflict);
  }
}

export const CONFIG_CHANGE_COMMANDS: readonly Command[] = [{
  usage: "config set <key> <value>",
  summary:
    "Change one key of the file, and leave comments and all else in it alone",
  run: (call) => Promise.try(() => set(call)),
}];
