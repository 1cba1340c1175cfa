/**
 * The octets of a stored message as they go over the wire: unpacked where they
 * were packed, with CRLF at every line end, and with the end of their header.
 *
 * @module
 */
import { Readable } from "node:stream";
import { createZstdDecompress } from "node:zlib";
import { UnreadableMessage } from "./foreign_relay.ts";
import { unlz4 } from "./lz4.ts";
import { ZstdFrames } from "./zstd_frames.ts";

export const MAX_MESSAGE_OCTETS = 256 * 1024 * 1024;
const MAX_HEADER_OCTETS = 1024 * 1024;
const CR = 0x0d;
const LF = 0x0a;
/** What files begin with that Dovecot or madmail have packed. */
const PACKED: readonly [kind: string, start: readonly number[]][] = [
  ["gzip", [0x1f, 0x8b]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["lz4", [0x04, 0x22, 0x4d, 0x18]],
  ["lz4", [0x44, 0x6f, 0x76, 0x65, 0x63, 0x6f, 0x74, 0x2d, 0x4c, 0x5a, 0x34]],
  ["bzip2", [0x42, 0x5a, 0x68]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
];

/** Makes lines end as RFC 5322 §2.3 has it; use it once. */
export class WireLines {
  /** Length of the header with its closing empty line, once that was seen. */
  headerOctets: number | undefined;
  sizeOctets = 0;
  #lineOctets = 0;
  #endsWithCr = false;

  push(piece: Uint8Array): Uint8Array {
    const bare = this.#bareLineEnds(piece);
    const out = new Uint8Array(piece.length + bare.length);
    let from = 0;
    let to = 0;
    for (const at of bare) {
      out.set(piece.subarray(from, at), to);
      to += at - from;
      out[to++] = CR;
      from = at;
    }
    out.set(piece.subarray(from), to);
    this.#look(out);
    this.sizeOctets += out.length;
    return out;
  }

  #bareLineEnds(piece: Uint8Array): number[] {
    const bare: number[] = [];
    for (let at = piece.indexOf(LF); at >= 0; at = piece.indexOf(LF, at + 1)) {
      const hasCr = at === 0 ? this.#endsWithCr : piece[at - 1] === CR;
      if (!hasCr) bare.push(at);
    }
    if (piece.length > 0) this.#endsWithCr = piece.at(-1) === CR;
    return bare;
  }

  #look(out: Uint8Array): void {
    for (let from = 0; this.headerOctets === undefined;) {
      const end = out.indexOf(LF, from);
      if (end < 0) {
        this.#lineOctets += out.length - from;
        break;
      }
      this.#lineOctets += end - from;
      // CR alone
      if (this.#lineOctets === 1) this.headerOctets = this.sizeOctets + end + 1;
      this.#lineOctets = 0;
      from = end + 1;
    }
    const isEndless = this.headerOctets === undefined &&
      this.sizeOctets + out.length > MAX_HEADER_OCTETS;
    if (isEndless) throw new UnreadableMessage("its header has no end");
  }
}

/**
 * What was packed with gzip, zstd (RFC 8878) or LZ4, as Dovecot's plugin and
 * madmail do it, comes unpacked.
 *
 * @throws {UnreadableMessage} packed in another way, damaged, or too large
 */
export async function* unpacked(
  octets: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const source = octets[Symbol.asyncIterator]();
  const first = await firstPiece(source);
  const kind = PACKED.find(([, start]) =>
    start.every((octet, at) => first[at] === octet)
  )?.[0];
  const unpack = kind === undefined ? undefined : UNPACKED_BY[kind];
  if (kind !== undefined && !unpack) {
    await source.return?.();
    throw new UnreadableMessage(`it is packed with ${kind}`);
  }
  const whole = putBack(first, source);
  let total = 0;
  for await (const piece of unpack?.(whole) ?? whole) {
    total += piece.length;
    if (total > MAX_MESSAGE_OCTETS) {
      throw new UnreadableMessage("it is too large");
    }
    yield piece;
  }
}

type Octets = AsyncIterable<Uint8Array<ArrayBuffer>>;

const UNPACKED_BY: Readonly<
  Record<string, (octets: Octets) => AsyncIterable<Uint8Array>>
> = { gzip: gunzip, zstd: unzstd, lz4: unlz4 };

const LONGEST_START = 11;

async function firstPiece(
  source: AsyncIterator<Uint8Array>,
): Promise<Uint8Array> {
  let first = new Uint8Array();
  while (first.length < LONGEST_START) {
    const { done, value } = await source.next();
    if (done) break;
    const joined = new Uint8Array(first.length + value.length);
    joined.set(first);
    joined.set(value, first.length);
    first = joined;
  }
  return first;
}

async function* putBack(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    if (first.length > 0) yield Uint8Array.from(first);
    for (let next = await rest.next(); !next.done; next = await rest.next()) {
      yield next.value as Uint8Array<ArrayBuffer>;
    }
  } finally {
    await rest.return?.();
  }
}

async function* unzstd(octets: Octets): AsyncGenerator<Uint8Array> {
  const frames = new ZstdFrames();
  let fault: Error | undefined;
  const packed = Readable.from(watched(octets, frames));
  const plain = createZstdDecompress();
  packed.on("error", (error) => plain.destroy(fault = error));
  packed.pipe(plain);
  try {
    for await (const piece of plain) yield piece;
  } catch {
    throw fault ?? new UnreadableMessage("it is damaged");
  } finally {
    packed.destroy();
    plain.destroy();
  }
  if (!frames.isWhole) throw new UnreadableMessage("it is damaged");
}

async function* watched(octets: Octets, frames: ZstdFrames) {
  for await (const piece of octets) {
    frames.push(piece);
    yield piece;
  }
}

async function* gunzip(octets: Octets): AsyncGenerator<Uint8Array> {
  const plain = ReadableStream.from(octets)
    .pipeThrough(new DecompressionStream("gzip"));
  try {
    yield* plain;
  } catch (error) {
    if (
      error instanceof TypeError || error instanceof Deno.errors.InvalidData
    ) {
      throw new UnreadableMessage("it is damaged");
    }
    throw error;
  }
}
