/** An IMAP client for tests: it writes what it is told and gives back what came. @module */
import { LineConnection, type Place } from "./line_connection.ts";

/** An untagged or continuation response; literals are cut out of the text and leave `{N}` there. */
export interface ImapResponse {
  readonly text: string;
  readonly literals: readonly Uint8Array[];
}

export interface ImapResult {
  readonly untagged: readonly ImapResponse[];
  /** After the tag: `OK …`, `NO …` or `BAD …`. */
  readonly tagged: string;
}

export interface FetchedMessage {
  readonly uid: number;
  readonly flags: readonly string[];
  readonly octets: Uint8Array | undefined;
}

export class ImapClient {
  #counter = 0;
  private constructor(readonly wire: LineConnection) {}

  static async connect(
    place: Place,
    certificate: string,
  ): Promise<ImapClient> {
    const client = new ImapClient(
      await LineConnection.open(place, certificate),
    );
    const greeting = await client.wire.readLine();
    if (!greeting.startsWith("* OK")) throw new Error(greeting);
    return client;
  }

  async login(address: string, password: string): Promise<void> {
    await this.expectOk(`LOGIN "${address}" "${password}"`);
  }

  /** Sends a command, a synchronizing literal at its end included, and reads to its tagged response. */
  async command(text: string, literal?: Uint8Array): Promise<ImapResult> {
    const tag = `A${++this.#counter}`;
    const untagged: ImapResponse[] = [];
    if (literal) {
      await this.wire.write(`${tag} ${text} {${literal.length}}\r\n`);
      const first = await this.#readUntil(tag, untagged, true);
      if (first !== undefined) return { untagged, tagged: first };
      await this.wire.write(literal);
      await this.wire.write("\r\n");
    } else {
      await this.wire.write(`${tag} ${text}\r\n`);
    }
    return { untagged, tagged: await this.#readTagged(tag, untagged) };
  }

  /** @throws {Error} unless the tagged response is OK */
  async expectOk(text: string, literal?: Uint8Array): Promise<ImapResult> {
    const result = await this.command(text, literal);
    if (!result.tagged.startsWith("OK")) {
      throw new Error(`${text.split(" ", 1)[0]}: ${result.tagged}`);
    }
    return result;
  }

  /** Enters IDLE; what comes is read with `readResponse`. */
  async idle(): Promise<void> {
    await this.wire.write(`A${++this.#counter} IDLE\r\n`);
    while (!(await this.readResponse()).text.startsWith("+"));
  }

  /** Leaves IDLE and drops what came before the tagged response. */
  async done(): Promise<void> {
    await this.wire.write("DONE\r\n");
    await this.#readTagged(`A${this.#counter}`, []);
  }

  /** Reads until an EXISTS response and gives its number. */
  async waitExists(): Promise<number> {
    for (;;) {
      const { text } = await this.readResponse();
      if (text.endsWith(" EXISTS")) return Number(text.split(" ")[1]);
    }
  }

  async readResponse(): Promise<ImapResponse> {
    const literals: Uint8Array[] = [];
    let text = "";
    for (;;) {
      const line = await this.wire.readLine();
      text += line;
      const size = /\{(\d+)\}$/.exec(line)?.[1];
      if (size === undefined) return { text, literals };
      literals.push(await this.wire.readOctets(Number(size)));
    }
  }

  /** Whole messages and flags of a set of UIDs, ascending as they come. */
  async fetch(uids: string): Promise<FetchedMessage[]> {
    const { untagged } = await this.expectOk(
      `UID FETCH ${uids} (UID FLAGS BODY.PEEK[])`,
    );
    return untagged.filter(({ text }) => / FETCH \(/.test(text)).map(
      ({ text, literals }) => ({
        uid: Number(/\bUID (\d+)/.exec(text)?.[1]),
        flags: (/FLAGS \(([^)]*)\)/.exec(text)?.[1] ?? "").split(" ").filter(
          (flag) => flag !== "",
        ),
        octets: literals[0],
      }),
    );
  }

  close(): void {
    this.wire.close();
  }

  async #readTagged(tag: string, untagged: ImapResponse[]): Promise<string> {
    const tagged = await this.#readUntil(tag, untagged, false);
    if (tagged === undefined) throw new Error("Unexpected continuation");
    return tagged;
  }

  async #readUntil(
    tag: string,
    untagged: ImapResponse[],
    orContinuation: boolean,
  ): Promise<string | undefined> {
    for (;;) {
      const response = await this.readResponse();
      if (response.text.startsWith(`${tag} `)) {
        return response.text.slice(tag.length + 1);
      }
      if (orContinuation && response.text.startsWith("+")) return undefined;
      untagged.push(response);
    }
  }
}
