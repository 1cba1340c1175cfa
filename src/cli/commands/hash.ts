/** The stored form of a password, for files that `accounts import` reads. @module */
import { ForeignHashes } from "../../accounts/passwords/foreign_hash.ts";
import { HashGate } from "../../accounts/passwords/hash_gate.ts";
import { PasswordHasher } from "../../accounts/passwords/password_hasher.ts";
import { checkPassword } from "../../accounts/passwords/passwords.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../../app/system_time.ts";
import { systemRandom } from "../../base/random.ts";
import { secretOf } from "../../base/secret.ts";
import { SCHEMA } from "../../config/schema.ts";
import {
  type Call,
  type Command,
  type CommandResult,
  flagOption,
} from "../command.ts";
import { CliError, EXIT } from "../exit_codes.ts";

async function hash(call: Call): Promise<CommandResult> {
  const octets = flagOption(call, "stdin")
    ? await call.terminal.readLine()
    : await call.terminal.readHidden("Password: ");
  if (octets === undefined || octets.length === 0) {
    throw new CliError(
      "usage",
      "There is no password: type it, or write it to standard input (--stdin)",
      EXIT.usage,
    );
  }
  const password = secretOf(octets);
  checkPassword(password, 1);
  const foreign = new ForeignHashes({
    clock: SYSTEM_CLOCK,
    timers: SYSTEM_TIMERS,
    onDeath() {},
  });
  const hasher = new PasswordHasher({
    random: systemRandom,
    foreign,
    gate: new HashGate({
      concurrency: () => 1,
      clock: SYSTEM_CLOCK,
      timers: SYSTEM_TIMERS,
    }),
    scryptLn: () => SCHEMA["auth.scrypt_ln"].initial,
  });
  const stored = await hasher.make(password, "chosen");
  foreign.close();
  return { data: { hash: stored }, text: stored };
}

export const HASH_COMMANDS: readonly Command[] = [{
  usage: "hash",
  summary: "Stored form of a password, for accounts import",
  options: [{
    flags: "--stdin",
    summary: "read the password from standard input",
  }],
  run: hash,
}];
