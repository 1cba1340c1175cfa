/**
 * A user who writes to people of another relay, whatever becomes of the relays:
 * connects again, and sends again what had no answer.
 *
 * @module
 */
import { ImapClient } from "../harness/imap_client.ts";
import { messageOctets } from "../harness/message.ts";
import { SmtpClient } from "../harness/smtp_client.ts";
import { type CrashingRelay, pause } from "./crashing_relay.ts";
import { isOurs, type Payload, type Person, type Random } from "./load.ts";
import { ReportLedger, UNKNOWN } from "./report_ledger.ts";

/** Between two connections, and two messages. */
const CONNECT_AGAIN_MS = 50;
const MAX_PAUSE_MS = 150;

export interface WriterParts {
  readonly home: CrashingRelay;
  readonly away: CrashingRelay;
  /** Those of its own relay come as well. */
  readonly readers: Readonly<Record<"home" | "away", readonly Person[]>>;
  readonly payloads: readonly Payload[];
  readonly random: Random;
  nextId(): string;
}

interface Letter {
  readonly id: string;
  readonly readers: readonly Person[];
  /** Somebody is among the recipients whom nobody knows. */
  readonly toUnknown: boolean;
  readonly payload: Payload;
}

const CLEAR: Payload = { text: "clear text\r\n", hash: "" };

export class Writer {
  readonly faults: string[] = [];
  readonly reports: ReportLedger;
  readonly #password: string;
  readonly #parts: WriterParts;
  #client: SmtpClient | undefined;
  #unanswered: Letter | undefined;
  #isFirst = true;

  constructor(readonly address: string, parts: WriterParts) {
    this.#parts = parts;
    this.#password = `secret of ${address}`;
    this.reports = new ReportLedger(address);
  }

  /** Writes until it is told to end, and what is asked is answered. */
  async write(signal: AbortSignal): Promise<void> {
    const { home, random } = this.#parts;
    while (!signal.aborted || this.#unanswered) {
      try {
        this.#client ??= await this.#connect();
        await this.#send(this.#client, this.#unanswered ??= this.#newLetter());
        await pause(random(MAX_PAUSE_MS));
      } catch (error) {
        this.#hangUp();
        if (isFault(error)) {
          this.faults.push(`${this.address}: ${error}`);
          this.#unanswered = undefined;
        }
        if (this.faults.length > 0) break;
        await home.use(pause(CONNECT_AGAIN_MS)).catch(() => {});
      }
    }
    this.#hangUp();
  }

  #hangUp(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  #connect(): Promise<SmtpClient> {
    const { home } = this.#parts;
    const { ports, certificate } = home.target;
    return home.use(
      SmtpClient.submit(
        ports.submissionTls,
        certificate,
        this.address,
        this.#password,
      ),
    );
  }

  #newLetter(): Letter {
    const { readers, payloads, random, nextId } = this.#parts;
    const pick = <Item>(items: readonly Item[]) => items[random(items.length)]!;
    const id = nextId();
    const payload = pick(payloads);
    const away = [...new Set([pick(readers.away), pick(readers.away)])];
    const { home } = readers;
    const letters: readonly Letter[] = [
      { id, readers: away, toUnknown: false, payload: CLEAR },
      { id, readers: [], toUnknown: true, payload },
      // not with others of that relay, of which it takes the message for them alone
      { id, readers: home, toUnknown: true, payload },
      { id, readers: [...away, ...home], toUnknown: false, payload },
    ];
    // the first one brings a report for sure
    const kind = this.#isFirst ? 2 : random(10);
    this.#isFirst = false;
    return letters[kind] ?? { id, readers: away, toUnknown: false, payload };
  }

  /** As clients do: what had no answer is sent again, and must then be there once. */
  async #send(client: SmtpClient, letter: Letter): Promise<void> {
    const { home, away } = this.#parts;
    const { id, readers, toUnknown, payload } = letter;
    const isClear = payload === CLEAR;
    if (!isClear) {
      for (const { ledger } of readers) ledger.expect(id, payload.hash);
    }
    if (toUnknown) this.reports.expect(id);
    const recipients = readers.map(({ address }) => address);
    if (toUnknown) recipients.push(`${UNKNOWN}@${away.domain}`);
    const octets = messageOctets({
      from: this.address,
      id,
      payload: payload.text,
    });
    await home.use(client.start(recipients));
    const half = Math.floor(octets.length / 2);
    await home.use(client.wire.write(octets.subarray(0, half)));
    home.reached("half_sent");
    await home.use(client.wire.write(octets.subarray(half)));
    const code = await this.#answer(client, letter);
    home.reached("answered");
    this.#unanswered = undefined;
    if (code === 250) {
      for (const { ledger } of readers) ledger.promise(id);
      if (toUnknown) this.reports.answered(id, "promised");
    } else if (toUnknown) this.reports.answered(id, "told");
  }

  /** @throws {Error} with a reply that may not be */
  async #answer(
    client: SmtpClient,
    { payload, readers, toUnknown }: Letter,
  ): Promise<number> {
    const { home } = this.#parts;
    if (payload === CLEAR) {
      await home.use(client.expect(523));
      return 523;
    }
    try {
      await home.use(client.expect(250));
      return 250;
    } catch (error) {
      const isTold = toUnknown && readers.length === 0 &&
        /^SMTP: 550 5\.1\.1 /.test((error as Error).message);
      if (isTold) return 550;
      throw error;
    }
  }

  /** What is wrong with the reports that came. */
  async audit(): Promise<string[]> {
    const { home } = this.#parts;
    const { ports, certificate } = home.target;
    const client = await home.use(
      ImapClient.connect(ports.imapTls, certificate),
    );
    try {
      await home.use(client.login(this.address, this.#password));
      await home.use(client.expectOk("SELECT INBOX"));
      const fetched = await home.use(client.fetch("1:*"));
      const decoder = new TextDecoder("latin1");
      return this.reports.compare(
        fetched.map(({ octets }) => decoder.decode(octets)),
      );
    } finally {
      client.close();
    }
  }
}

/** A reply is never the end of a connection, whatever its words. */
function isFault(error: unknown): boolean {
  return isOurs(error) ||
    (error instanceof Error && error.message.startsWith("SMTP: "));
}
