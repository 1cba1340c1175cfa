/** A connection in memory: what is pushed is read, what is written is kept. @module */
import type { Wire } from "../../src/imap/server/connection/wire.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("latin1");

export class MemoryWire implements Wire {
  readonly peerAddress = "192.0.2.7";
  secure: boolean;
  closed = false;
  /** Calls of write() so far. */
  writes = 0;
  /** What they wrote. */
  readonly written: Uint8Array[] = [];
  /** Set: writes wait until it is called. */
  stall: Promise<void> | undefined;
  readonly #onText: (text: string) => void;
  readonly #queue: Uint8Array[] = [];
  #reader: ((octets: Uint8Array | undefined) => void) | undefined;
  #ended = false;

  constructor(options: { secure?: boolean; onText(text: string): void }) {
    this.secure = options.secure ?? true;
    this.#onText = options.onText;
  }

  /** Whether the server has read all and asks for more, waits for us or has gone. */
  get quiet(): boolean {
    return this.closed || this.stall !== undefined ||
      (this.#reader !== undefined && !this.#queue.length);
  }

  push(octets: string | Uint8Array): void {
    this.#queue.push(
      typeof octets === "string" ? encoder.encode(octets) : octets,
    );
    this.#serve();
  }

  /** The peer closes. */
  end(): void {
    this.#ended = true;
    this.#serve();
  }

  read(): Promise<Uint8Array | undefined> {
    return new Promise((resolve) => {
      this.#reader = resolve;
      this.#serve();
    });
  }

  async write(octets: Uint8Array): Promise<void> {
    if (this.closed) throw new Error("Connection is closed");
    this.writes++;
    this.written.push(octets);
    this.#onText(decoder.decode(octets));
    if (this.stall) await this.stall;
  }

  async startTls(last: Uint8Array): Promise<void> {
    await this.write(last);
    this.secure = true;
  }

  close(): void {
    this.closed = true;
    this.#serve();
  }

  abort(): void {
    this.close();
  }

  #serve(): void {
    if (!this.#reader) return;
    const octets = this.closed ? undefined : this.#queue.shift();
    if (octets || this.closed || this.#ended) {
      const reader = this.#reader;
      this.#reader = undefined;
      reader(octets);
    }
  }
}
