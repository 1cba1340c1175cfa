/**
 * The client's side of an SMTP connection (RFC 5321), from greeting to QUIT.
 * Each wait has its deadline; a peer that breaks the protocol or a deadline
 * costs the connection, and nothing else.
 *
 * @module
 */
import type { Timers } from "../../base/clock.ts";
import { DotStuffing } from "./dot_stuffing.ts";
import {
  REPLY_FAULTS,
  ReplyReceiver,
  type SmtpReply,
} from "./reply_receiver.ts";
import {
  type Extensions,
  type OutgoingMessage,
  parseExtensions,
  type SmtpOutcome,
  SmtpTrouble,
} from "./outcome.ts";

/** What a session needs of a connection; net/ has the real ones. */
export interface ClientWire {
  /** The next octets, or undefined when the peer has closed. @throws when the connection is lost */
  read(): Promise<Uint8Array | undefined>;
  /** Resolves when the octets are handed to the kernel. @throws when the connection is lost */
  write(octets: Uint8Array): Promise<void>;
  /** Client side of STARTTLS. @throws when the handshake fails */
  startTls(): Promise<void>;
  /** Ends the connection at once. Safe to repeat. */
  close(): void;
}

export interface SmtpDeadlines {
  readonly greetingMs: number;
  readonly commandMs: number;
  /** Until the peer wants the content. */
  readonly dataMs: number;
  /** For each piece of content to be taken. */
  readonly writeMs: number;
  /** From the final dot to its reply, for small messages. */
  readonly finalMs: number;
}

/** RFC 5321 §4.5.3.2 asks for minutes; these are what a chat can wait for. */
export const DEADLINES: SmtpDeadlines = {
  greetingMs: 60_000,
  commandMs: 60_000,
  dataMs: 120_000,
  writeMs: 60_000,
  finalMs: 600_000,
};

/** The slowest peer that may still be storing what it was sent. */
const FINAL_OCTETS_PER_MS = 16;

export interface SmtpClientOptions {
  readonly wire: ClientWire;
  /** Name for EHLO: a domain, or an address literal (RFC 5321 §4.1.1.1). */
  readonly name: string;
  readonly timers: Timers;
  readonly deadlines?: SmtpDeadlines;
}

const encoder = new TextEncoder();

export class SmtpClient {
  readonly #wire: ClientWire;
  readonly #options: SmtpClientOptions;
  readonly #deadlines: SmtpDeadlines;
  readonly #receiver = new ReplyReceiver();
  #extensions: Extensions = parseExtensions([]);
  #transactions = 0;
  /** The end of the content was written, and nothing answered yet. */
  #isInDoubt = false;

  constructor(options: SmtpClientOptions) {
    this.#wire = options.wire;
    this.#options = options;
    this.#deadlines = options.deadlines ?? DEADLINES;
  }

  /** What the peer offers since the last EHLO. */
  get extensions(): Extensions {
    return this.#extensions;
  }

  /** Transactions that were begun on this connection. */
  get transactions(): number {
    return this.#transactions;
  }

  /**
   * Waits for the greeting and says EHLO.
   *
   * @throws {SmtpTrouble} the connection is of no use
   */
  async greet(): Promise<void> {
    await this.#guard(async () => {
      expect(await this.#reply(this.#deadlines.greetingMs), 220, "greeting");
      await this.#ehlo();
    });
  }

  /** @throws {SmtpTrouble} the peer does not want TLS, or cannot do it */
  async startTls(): Promise<void> {
    await this.#guard(async () => {
      expect(await this.#command("STARTTLS"), 220, "STARTTLS");
      this.#receiver.reset();
      try {
        await this.#within(this.#deadlines.commandMs, this.#wire.startTls());
      } catch (error) {
        if (error instanceof SmtpTrouble) throw error;
        throw new SmtpTrouble("tls", messageOf(error));
      }
      await this.#ehlo();
    });
  }

  /**
   * One transaction. Recipients that the peer refuses do not keep the others
   * from getting the message.
   *
   * @throws {SmtpTrouble} the connection is lost; nobody knows whether the peer has the message
   * @throws {Error} what `content` threw; the peer has no whole message
   */
  async send(message: OutgoingMessage): Promise<SmtpOutcome> {
    return await this.#guard(async () => {
      checkPaths(message);
      if (this.#transactions++ > 0) await this.#command("RSET");
      const [mail, recipients] = await this.#envelope(message);
      if (!isPositive(mail)) {
        return { kind: "refused", at: "mail", reply: mail };
      }
      const refused = recipients.filter(({ reply }) => !isPositive(reply));
      if (refused.length === recipients.length) {
        return { kind: "recipients_refused", refused };
      }
      const go = await this.#command("DATA", this.#deadlines.dataMs);
      if (go.code !== 354) return { kind: "refused", at: "data", reply: go };
      const reply = await this.#content(message);
      this.#isInDoubt = false;
      return isPositive(reply)
        ? { kind: "accepted", refused, reply }
        : { kind: "refused", at: "content", reply };
    });
  }

  /** Says goodbye without waiting for long, and closes. Never throws. */
  async quit(): Promise<void> {
    try {
      await this.#within(QUIT_MS, this.#command("QUIT", QUIT_MS));
    } catch {
      // the peer was faster
    } finally {
      this.#wire.close();
    }
  }

  close(): void {
    this.#wire.close();
  }

  async #ehlo(): Promise<void> {
    const reply = await this.#command(`EHLO ${this.#options.name}`);
    if (isPositive(reply)) {
      this.#extensions = parseExtensions(reply.lines.slice(1));
      return;
    }
    this.#extensions = parseExtensions([]);
    expect(await this.#command(`HELO ${this.#options.name}`), 250, "HELO");
  }

  /** In one go where the peer can read ahead (RFC 2920 §3.1). */
  async #envelope(message: OutgoingMessage) {
    const lines = [
      mailCommand(message, this.#extensions),
      ...message.recipients.map((recipient) => `RCPT TO:<${recipient}>`),
    ];
    const replies: SmtpReply[] = [];
    if (this.#extensions.pipelining) {
      await this.#write(lines.join("\r\n") + "\r\n");
      for (const _ of lines) replies.push(await this.#reply());
    } else {
      for (const line of lines) {
        const reply = await this.#command(line);
        replies.push(reply);
        if (replies.length === 1 && !isPositive(reply)) break;
      }
    }
    const [mail, ...others] = replies;
    const recipients = others.map((reply, i) => ({
      recipient: message.recipients[i]!,
      reply,
    }));
    return [mail!, recipients] as const;
  }

  async #content({ content, sizeOctets }: OutgoingMessage): Promise<SmtpReply> {
    const stuffing = new DotStuffing();
    for await (const piece of readable(content())) {
      await this.#writeOctets(stuffing.stuff(piece));
    }
    this.#isInDoubt = true;
    await this.#writeOctets(stuffing.end());
    return await this.#reply(
      Math.max(this.#deadlines.finalMs, sizeOctets / FINAL_OCTETS_PER_MS),
    );
  }

  async #command(
    line: string,
    deadlineMs = this.#deadlines.commandMs,
  ): Promise<SmtpReply> {
    await this.#write(`${line}\r\n`);
    return await this.#reply(deadlineMs);
  }

  /** The deadline is for all of a reply: its octets may come one by one. */
  async #reply(deadlineMs = this.#deadlines.commandMs): Promise<SmtpReply> {
    return this.#arrived() ??
      await this.#within(deadlineMs, this.#nextReply());
  }

  async #nextReply(): Promise<SmtpReply> {
    for (;;) {
      const octets = await this.#wire.read();
      if (!octets) throw new SmtpTrouble("lost", "the peer hung up");
      this.#receiver.push(octets);
      const reply = this.#arrived();
      if (reply) return reply;
    }
  }

  #arrived(): SmtpReply | undefined {
    const input = this.#receiver.next();
    if (input?.kind === "fault") {
      throw new SmtpTrouble("protocol", REPLY_FAULTS[input.fault]);
    }
    if (input?.reply.code === 421) {
      throw new SmtpTrouble("closing", "the peer closes", input.reply);
    }
    return input?.reply;
  }

  async #write(text: string): Promise<void> {
    await this.#writeOctets(encoder.encode(text));
  }

  async #writeOctets(octets: Uint8Array): Promise<void> {
    await this.#within(this.#deadlines.writeMs, this.#wire.write(octets));
  }

  /** Closes the connection when the time is over, by which what waits for it ends. */
  async #within<T>(deadlineMs: number, work: Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    const stop = this.#options.timers.every(deadlineMs, () => {
      late.reject(new SmtpTrouble("timeout", "no answer in time"));
      this.#wire.close(); // by which what waits fails too, for a lesser reason
    });
    try {
      return await Promise.race([work, late.promise]);
    } finally {
      stop();
    }
  }

  /** Whatever goes wrong inside ends the connection, and is told as trouble. */
  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#wire.close();
      if (error instanceof TypeError) throw error;
      if (error instanceof Unreadable) throw error.cause;
      const trouble = error instanceof SmtpTrouble
        ? error
        : new SmtpTrouble("lost", messageOf(error));
      trouble.untouched = !this.#isInDoubt;
      throw trouble;
    }
  }
}

/** The content cannot be read: our trouble, not the peer's. */
class Unreadable extends Error {}

async function* readable(
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* content;
  } catch (cause) {
    throw new Unreadable("Cannot read the content", { cause });
  }
}

const QUIT_MS = 5_000;

function mailCommand(
  { reversePath, sizeOctets, utf8, eightBit }: OutgoingMessage,
  extensions: Extensions,
): string {
  const parameters = [
    extensions.size ? ` SIZE=${sizeOctets}` : "", // RFC 1870 §3
    eightBit && extensions.eightBit ? " BODY=8BITMIME" : "", // RFC 6152 §2
    utf8 && extensions.utf8 ? " SMTPUTF8" : "", // RFC 6531 §3.4
  ];
  return `MAIL FROM:<${reversePath}>${parameters.join("")}`;
}

/** @throws {TypeError} if a path could end its line */
function checkPaths({ reversePath, recipients }: OutgoingMessage): void {
  for (const path of [reversePath, ...recipients]) {
    if (/[\r\n\0<>]/.test(path)) throw new TypeError("Not a path");
  }
}

function expect(reply: SmtpReply, code: number, what: string): void {
  if (reply.code === code) return;
  throw new SmtpTrouble("refused", `${what} was refused`, reply);
}

function isPositive({ code }: SmtpReply): boolean {
  return code >= 200 && code < 300;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
