/** One message by submission (RFC 6409), as the account on trial. @module */
import type { LineClient } from "./line_client.ts";

export interface TrialMail {
  readonly address: string;
  readonly password: string;
  /** With CRLF at its end, and no line that begins with a dot. */
  readonly message: string;
}

/** @throws {Error} with the server's words */
export async function submit(
  client: LineClient,
  { address, password, message }: TrialMail,
): Promise<void> {
  await reply(client, "the greeting", 220);
  await say(client, "EHLO doctor.invalid", 250);
  const credentials = btoa(`\0${address}\0${password}`);
  await client.write(`AUTH PLAIN ${credentials}\r\n`);
  await reply(client, "AUTH", 235);
  await say(client, `MAIL FROM:<${address}>`, 250);
  await say(client, `RCPT TO:<${address}>`, 250);
  await say(client, "DATA", 354);
  await client.write(`${message}.\r\n`);
  await reply(client, "the end of the message", 250);
  await client.write("QUIT\r\n");
}

async function say(
  client: LineClient,
  command: string,
  expected: number,
): Promise<void> {
  await client.write(`${command}\r\n`);
  const [verb = command] = command.split(" ");
  await reply(client, verb, expected);
}

async function reply(
  client: LineClient,
  what: string,
  expected: number,
): Promise<void> {
  for (;;) {
    const line = await client.line();
    if (line[3] === "-") continue; // RFC 5321 §4.2.1
    if (line.startsWith(String(expected))) return;
    throw new Error(`To ${what} it says: ${line.slice(0, 200)}`);
  }
}
