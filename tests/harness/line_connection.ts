/** A TLS or plain connection read by lines and counted octets, fast enough to load a server with. @module */
import { DOMAIN } from "./server.ts";

/** A port of loopback, or a service elsewhere that is reached in another way. */
export type Place = number | {
  /** @param certificate As in `LineConnection.open` */
  connect(certificate?: string): Promise<Deno.Conn>;
};

const encoder = new TextEncoder();
const decoder = new TextDecoder("latin1");

export class LineConnection {
  readonly #octets = new Uint8Array(65_536);
  /** Received and not yet taken: from `#start` to `#end` of `#held`. */
  #held = this.#octets;
  #start = 0;
  #end = 0;
  constructor(readonly connection: Deno.Conn) {}

  /**
   * @param certificate PEM of the server's certificate, which is trusted;
   * "" for a run of Deno that checks none; plain without it
   */
  static async open(
    place: Place,
    certificate?: string,
  ): Promise<LineConnection> {
    if (typeof place !== "number") {
      return new LineConnection(await place.connect(certificate));
    }
    const plain = await Deno.connect({ hostname: "127.0.0.1", port: place });
    plain.setNoDelay(true);
    if (certificate === undefined) return new LineConnection(plain);
    const secure = await Deno.startTls(plain, {
      hostname: DOMAIN,
      caCerts: certificate === "" ? [] : [certificate],
    });
    return new LineConnection(secure);
  }

  async write(text: string | Uint8Array): Promise<void> {
    let left = typeof text === "string" ? encoder.encode(text) : text;
    while (left.length > 0) {
      left = left.subarray(await this.connection.write(left));
    }
  }

  /** The next line without its end, octets as Latin-1. @throws {Error} when the server has closed */
  async readLine(): Promise<string> {
    for (;;) {
      const at = this.#held.subarray(this.#start, this.#end).indexOf(10);
      if (at >= 0) {
        const line = this.#held.subarray(this.#start, this.#start + at);
        this.#start += at + 1;
        return decoder.decode(line.at(-1) === 13 ? line.subarray(0, -1) : line);
      }
      await this.#receive();
    }
  }

  /** Exactly so many octets, a copy. */
  async readOctets(count: number): Promise<Uint8Array> {
    const taken = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      if (this.#start === this.#end) await this.#receive();
      const piece = this.#held.subarray(
        this.#start,
        Math.min(this.#end, this.#start + count - filled),
      );
      taken.set(piece, filled);
      filled += piece.length;
      this.#start += piece.length;
    }
    return taken;
  }

  async #receive(): Promise<void> {
    if (this.#start === this.#end) this.#start = this.#end = 0;
    else if (this.#end === this.#held.length) this.#makeRoom();
    const count = await this.connection.read(this.#held.subarray(this.#end));
    if (count === null) throw new Error("The server has closed");
    this.#end += count;
  }

  #makeRoom(): void {
    const rest = this.#held.subarray(this.#start, this.#end);
    if (rest.length * 2 > this.#held.length) {
      const larger = new Uint8Array(this.#held.length * 2);
      larger.set(rest);
      this.#held = larger;
    } else {
      this.#held.copyWithin(0, this.#start, this.#end);
    }
    this.#end = rest.length;
    this.#start = 0;
  }

  close(): void {
    try {
      this.connection.close();
    } catch {
      // closed already
    }
  }
}
