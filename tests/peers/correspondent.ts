/** Somebody on a relay of a test network who writes and reads without a core. @module */
import { ImapClient } from "../harness/imap_client.ts";
import type { Host } from "../harness/network/host.ts";
import type { RelayHost } from "../harness/network/relay_host.ts";
import {
  encryptedPayload,
  messageId,
  messageOctets,
} from "../harness/message.ts";
import { SmtpClient } from "../harness/smtp_client.ts";
import { until } from "../harness/until.ts";

const PAYLOAD = await encryptedPayload(900);

export class Correspondent {
  private constructor(
    readonly address: string,
    readonly imap: ImapClient,
    readonly smtp: SmtpClient,
  ) {}

  /** Signs up by a first login. @param from The host to connect from */
  static async signUp(
    relay: RelayHost,
    name: string,
    from?: Host,
  ): Promise<Correspondent> {
    const address = `${name}@${relay.domain}`;
    const password = `password of ${name}`;
    const trusted = await relay.trusted();
    const imap = await ImapClient.connect(
      relay.place("imap_tls", from),
      trusted,
    );
    await imap.login(address, password);
    await imap.expectOk("SELECT INBOX");
    const smtp = await SmtpClient.submit(
      relay.place("submission_tls", from),
      trusted,
      address,
      password,
    );
    return new Correspondent(address, imap, smtp);
  }

  /** Gives the reply. @throws {Error} with a reply that refuses */
  async write(
    to: readonly string[],
    id: string,
    payload = PAYLOAD,
  ): Promise<string> {
    const message = messageOctets({ from: this.address, id, payload });
    return await this.smtp.send(to, message);
  }

  /** What has come, each whole, as Latin-1. */
  async read(): Promise<string[]> {
    await this.imap.expectOk("NOOP");
    const fetched = await this.imap.fetch("1:*");
    const decoder = new TextDecoder("latin1");
    return fetched.map(({ octets }) => decoder.decode(octets));
  }

  /** The message with this Message-ID, once it has come. @throws {Error} if it does not */
  async receive(id: string): Promise<string> {
    const encoder = new TextEncoder();
    return await this.#until(
      `message ${id}`,
      (text) => messageId(encoder.encode(text)) === id,
    );
  }

  /** A report of undelivered mail that says this. */
  async receiveReport(words: RegExp): Promise<string> {
    return await this.#until(
      `report of ${words}`,
      (text) => /multipart\/report/i.test(text) && words.test(text),
    );
  }

  async #until(
    what: string,
    fits: (text: string) => boolean,
  ): Promise<string> {
    return await until(
      `${what} at ${this.address}`,
      async () => (await this.read()).find(fits),
    );
  }

  close(): void {
    this.smtp.close();
    this.imap.close();
  }
}
