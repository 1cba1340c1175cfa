/** An IMAP session of the account on trial (RFC 9051, RFC 2177, RFC 5464). @module */
import type { LineClient } from "./line_client.ts";

export class ImapTrial {
  readonly #client: LineClient;
  #tags = 0;

  private constructor(client: LineClient) {
    this.#client = client;
  }

  /** @throws {Error} when the server does not greet as one */
  static async greeted(client: LineClient): Promise<ImapTrial> {
    const greeting = await client.line();
    if (greeting.startsWith("* OK")) return new ImapTrial(client);
    throw new Error(`It greets with "${greeting.slice(0, 80)}"`);
  }

  async capabilities(): Promise<readonly string[]> {
    const lines = await this.command("CAPABILITY");
    const words = lines.find((line) => line.startsWith("* CAPABILITY"));
    return words?.split(" ").slice(2) ?? [];
  }

  /** The untagged lines before its OK. @throws {Error} with the server's words */
  async command(text: string): Promise<readonly string[]> {
    const tag = `d${++this.#tags}`;
    await this.#client.write(`${tag} ${text}\r\n`);
    return await this.#until(tag, text);
  }

  /** Returns what waits for that many messages; it has begun when this resolves. */
  async idle(): Promise<(messages: number) => Promise<void>> {
    const tag = `d${++this.#tags}`;
    await this.#client.write(`${tag} IDLE\r\n`);
    const answer = await this.#client.line();
    if (!answer.startsWith("+")) throw new Error(`IDLE: ${answer}`);
    return async (messages) => {
      while (await this.#client.line() !== `* ${messages} EXISTS`);
      await this.#client.write("DONE\r\n");
      await this.#until(tag, "IDLE");
    };
  }

  async #until(tag: string, text: string): Promise<readonly string[]> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.#client.line();
      if (line.startsWith(`${tag} OK`)) return lines;
      if (line.startsWith(`${tag} `)) {
        // never the arguments: a password may be among them
        const [verb] = text.split(" ");
        throw new Error(`${verb}: ${line.slice(tag.length + 1)}`);
      }
      lines.push(line);
      const literal = /\{(\d{1,6})\}$/.exec(line);
      if (literal) lines.push(await this.#client.octets(Number(literal[1])));
      if (lines.length > MAX_LINES) throw new Error("It answers without end");
    }
  }
}

const MAX_LINES = 1000;
