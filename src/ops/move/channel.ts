/**
 * What two machines say to each other over a pair of pipes: lines of JSON, and
 * octets whose number a line has told.
 *
 * @module
 */
import { type GenericSchema, safeParse } from "valibot";

const MAX_LINE_OCTETS = 64 * 1024;
const LF = 0x0a;

/** The other side said something else, refused, or ended. The message is for the operator. */
export class HandoverFault extends Error {
  override readonly name = "HandoverFault";
}

export class Channel {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #rest = new Uint8Array();

  constructor(
    readable: ReadableStream<Uint8Array>,
    writable: WritableStream<Uint8Array>,
  ) {
    this.#reader = readable.getReader();
    this.#writer = writable.getWriter();
  }

  /** A line of JSON. @throws {HandoverFault} as `put()` */
  async say(value: unknown): Promise<void> {
    await this.put(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
  }

  /** @throws {HandoverFault} if the other side has hung up */
  async put(octets: Uint8Array): Promise<void> {
    try {
      await this.#writer.write(octets);
    } catch {
      throw new HandoverFault("the other side has hung up");
    }
  }

  /** @throws {HandoverFault} unless what comes is of this shape; with the reason where the other side refuses */
  async hear<T>(schema: GenericSchema<unknown, T>): Promise<T> {
    const value = parsed(await this.#line());
    const { success, output } = safeParse(schema, value);
    if (success) return output;
    const refusal = (value as { refused?: unknown } | null)?.refused;
    throw new HandoverFault(
      typeof refusal === "string"
        ? `the other side refuses: ${refusal}`
        : "the other side says something that this program does not know",
    );
  }

  /** So many octets, in pieces as they come. */
  async *take(count: number): AsyncGenerator<Uint8Array> {
    for (let left = count; left > 0;) {
      const piece = await this.#some();
      const mine = piece.subarray(0, left);
      this.#rest = new Uint8Array(piece.subarray(mine.length));
      left -= mine.length;
      yield mine;
    }
  }

  async close(): Promise<void> {
    await this.#writer.close().catch(() => {}); // what was to be said was said
    await this.#reader.cancel().catch(() => {});
  }

  async #line(): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let length = 0; length <= MAX_LINE_OCTETS;) {
      const piece = await this.#some();
      const end = piece.indexOf(LF);
      parts.push(end < 0 ? piece : piece.subarray(0, end));
      length += piece.length;
      if (end < 0) {
        this.#rest = new Uint8Array();
        continue;
      }
      this.#rest = new Uint8Array(piece.subarray(end + 1));
      return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
    }
    throw new HandoverFault("the other side says a line without an end");
  }

  async #some(): Promise<Uint8Array> {
    if (this.#rest.length > 0) return this.#rest;
    const { done, value } = await this.#reader.read();
    if (done) throw new HandoverFault("the other side has hung up");
    return value;
  }
}

function parsed(line: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(line));
  } catch {
    return null; // a shape that nobody asks for
  }
}
