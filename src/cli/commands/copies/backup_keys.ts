/** What opens and closes an encrypted backup: never on the command line, where others see it. @module */
import type { DecryptionKey } from "../../../ops/backup/encryption.ts";
import { type Call, type CommandOption, textOption } from "../../command.ts";
import { CliError, EXIT } from "../../exit_codes.ts";

const MAX_FILE_OCTETS = 64 * 1024;

export const PASSPHRASE_OPTION: CommandOption = {
  flags: "--passphrase-file <file>",
  summary: "the passphrase is the first line of this file",
};
export const IDENTITY_OPTION: CommandOption = {
  flags: "--identity <file>",
  summary: "file with the age identity that it is encrypted to",
};

/**
 * The first line of the file that the option names; undefined without the option.
 *
 * @throws {CliError} `usage` if there is nothing on it
 */
export async function passphraseOf(call: Call): Promise<string | undefined> {
  const path = textOption(call, "passphraseFile");
  if (path === undefined) return undefined;
  const [line = ""] = await linesOf(path);
  if (line !== "") return line;
  throw new CliError("usage", `${path} begins with an empty line`, EXIT.usage);
}

/**
 * A passphrase, or an identity as age-keygen writes it, comments and all;
 * undefined if neither is named.
 *
 * @throws {CliError} `usage` if the file has none
 */
export async function decryptionKey(
  call: Call,
): Promise<DecryptionKey | undefined> {
  const passphrase = await passphraseOf(call);
  if (passphrase !== undefined) return { passphrase };
  const path = textOption(call, "identity");
  if (path === undefined) return undefined;
  const identity = (await linesOf(path))
    .find((line) => line !== "" && !line.startsWith("#"));
  if (identity !== undefined) return { identity };
  throw new CliError("usage", `${path} has no identity`, EXIT.usage);
}

async function linesOf(path: string): Promise<string[]> {
  const { size } = await Deno.stat(path);
  if (size > MAX_FILE_OCTETS) {
    throw new CliError("usage", `${path} is too large for a key`, EXIT.usage);
  }
  const text = await Deno.readTextFile(path);
  return text.split("\n").map((line) => line.trim());
}
