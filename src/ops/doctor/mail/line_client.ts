/** A client of a protocol with lines: what a check needs of IMAP and SMTP, and no more. @module */
import type { DialledWire } from "../../../net/dial.ts";

const MAX_LINE_OCTETS = 64 * 1024;
const LF = 10;
const encoder = new TextEncoder();
const decoder = new TextDecoder("latin1");

export class LineClient {
  readonly #wire: DialledWire;
  #held = new Uint8Array();

  /** @param signal Ends the connection, and with it what waits. */
  constructor(wire: DialledWire, signal: AbortSignal) {
    this.#wire = wire;
    signal.addEventListener("abort", () => wire.abort(), { once: true });
    if (signal.aborted) wire.abort();
  }

  write(text: string): Promise<void> {
    return this.#wire.write(encoder.encode(text));
  }

  /** Without its end. @throws {Error} when the server closes, or says too much */
  async line(): Promise<string> {
    for (;;) {
      const at = this.#held.indexOf(LF);
      if (at >= 0) {
        const line = decoder.decode(this.#held.subarray(0, at));
        this.#held = this.#held.slice(at + 1);
        return line.replace(/\r$/, "");
      }
      if (this.#held.length > MAX_LINE_OCTETS) {
        throw new Error("The server sends a line without end");
      }
      await this.#more();
    }
  }

  /** Exactly so many octets, as text. */
  async octets(count: number): Promise<string> {
    if (count > MAX_LINE_OCTETS) throw new Error("The server sends too much");
    while (this.#held.length < count) await this.#more();
    const taken = decoder.decode(this.#held.subarray(0, count));
    this.#held = this.#held.slice(count);
    return taken;
  }

  close(): void {
    this.#wire.abort();
  }

  async #more(): Promise<void> {
    const octets = await this.#wire.read();
    if (!octets) throw new Error("The server has closed the connection");
    const joined = new Uint8Array(this.#held.length + octets.length);
    joined.set(this.#held);
    joined.set(octets, this.#held.length);
    this.#held = joined;
  }
}
