/**
 * LZ4 as others have packed messages with it: frames (lz4_Frame_format.md 1.6.3)
 * of madmail, and the chunks of Dovecot, which has a format of its own. Holds a
 * block and what may be referred to, whatever the size of the whole.
 *
 * @module
 */
import { UnreadableMessage } from "./foreign_relay.ts";
import { OctetSource } from "./octet_source.ts";
import { XxHash32 } from "./xx_hash.ts";

const FRAME = 0x184d2204;
const SKIPPABLE = 0x184d2a50; // to 0x184d2a5f
const HISTORY_OCTETS = 65_536;
const UNCOMPRESSED = 0x80000000;
const DOVECOT_MAGIC_OCTETS = 11; // "Dovecot-LZ4"
const DOVECOT_CHUNK_OCTETS = 1024 * 1024;
const MIN_MATCH = 4;

/** @throws {UnreadableMessage} */
export async function* unlz4(
  octets: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const source = new OctetSource(octets);
  try {
    const [first] = await source.peek(1);
    if (first === "D".charCodeAt(0)) yield* dovecotChunks(source);
    else yield* frames(source);
  } finally {
    await source.end();
  }
}

async function* frames(source: OctetSource): AsyncGenerator<Uint8Array> {
  do {
    const magic = await source.number(4);
    if ((magic & ~0xf) >>> 0 === SKIPPABLE) {
      await source.skip(await source.number(4));
    } else if (magic === FRAME) yield* blocks(source);
    else throw damaged();
  } while (!await source.isOver());
}

interface Descriptor {
  readonly blockOctets: number;
  readonly areLinked: boolean;
  readonly hasBlockChecksum: boolean;
  readonly contentOctets: number | undefined;
  readonly hasContentChecksum: boolean;
}

async function descriptor(source: OctetSource): Promise<Descriptor> {
  const flags = await source.number(1);
  const size = (await source.number(1)) >> 4;
  if (flags >> 6 !== 1 || size < 4 || size > 7) throw damaged();
  const contentOctets = flags & 8 ? await source.number(8) : undefined;
  if (flags & 1) throw new UnreadableMessage("its dictionary is not there");
  await source.skip(1); // checksum of the descriptor
  return {
    blockOctets: 4 ** size * 256,
    areLinked: (flags & 0x20) === 0,
    hasBlockChecksum: (flags & 0x10) !== 0,
    contentOctets,
    hasContentChecksum: (flags & 4) !== 0,
  };
}

async function* blocks(source: OctetSource): AsyncGenerator<Uint8Array> {
  const frame = await descriptor(source);
  const hash = new XxHash32();
  const unpacker = new BlockUnpacker(frame.blockOctets);
  let total = 0;
  for (;;) {
    const head = await source.number(4);
    if (head === 0) break;
    const octets = await source.take(
      head & ~UNCOMPRESSED,
      frame.blockOctets,
    );
    if (!frame.areLinked) unpacker.forget();
    const plain = head >= UNCOMPRESSED
      ? unpacker.keep(octets)
      : unpacker.unpack(octets);
    if (frame.hasBlockChecksum) await source.skip(4);
    total += plain.length;
    hash.push(plain);
    yield plain;
  }
  const isWhole = total === (frame.contentOctets ?? total) &&
    (!frame.hasContentChecksum || await source.number(4) === hash.value);
  if (!isWhole) throw damaged();
}

async function* dovecotChunks(source: OctetSource): AsyncGenerator<Uint8Array> {
  await source.skip(DOVECOT_MAGIC_OCTETS);
  const chunkOctets = bigEndian(await source.take(4, 4));
  if (chunkOctets > DOVECOT_CHUNK_OCTETS) throw damaged();
  const unpacker = new BlockUnpacker(chunkOctets);
  while (!await source.isOver()) {
    const size = bigEndian(await source.take(4, 4));
    unpacker.forget();
    yield unpacker.unpack(await source.take(size, 2 * DOVECOT_CHUNK_OCTETS));
  }
}

function bigEndian(octets: Uint8Array): number {
  return octets.reduce((value, octet) => value * 256 + octet, 0);
}

/** Blocks (lz4_Block_format.md), each with what was before it in reach. */
class BlockUnpacker {
  readonly #plain: Uint8Array;
  /** Of what was before. */
  #history = 0;

  constructor(readonly maxOctets: number) {
    this.#plain = new Uint8Array(HISTORY_OCTETS + maxOctets);
  }

  forget(): void {
    this.#history = 0;
  }

  /** One that was not packed. */
  keep(octets: Uint8Array): Uint8Array {
    this.#plain.set(octets, this.#history);
    return this.#taken(this.#history + octets.length);
  }

  unpack(packed: Uint8Array): Uint8Array {
    const plain = this.#plain;
    const limit = this.#history + this.maxOctets;
    let at = 0;
    let to = this.#history;
    function length(start: number): number {
      let whole = start;
      if (start < 15) return whole;
      for (let more = 255; more === 255;) {
        more = packed[at++] ?? fault();
        whole += more;
      }
      return whole;
    }
    while (at < packed.length) {
      const token = packed[at++]!;
      const literals = length(token >> 4);
      if (at + literals > packed.length || to + literals > limit) fault();
      plain.set(packed.subarray(at, at + literals), to);
      at += literals;
      to += literals;
      if (at === packed.length) break; // the last sequence has no match
      const offset = packed[at]! + (packed[at + 1] ?? fault()) * 256;
      at += 2;
      const match = length(token & 15) + MIN_MATCH;
      if (offset === 0 || offset > to || to + match > limit) fault();
      // it may overlap itself
      if (offset >= match) {
        plain.copyWithin(to, to - offset, to - offset + match);
      } else {for (let n = 0; n < match; n++) {
          plain[to + n] = plain[to + n - offset]!;
        }}
      to += match;
    }
    return this.#taken(to);
  }

  /** A copy of what is new, and the end of all as history of the next one. */
  #taken(end: number): Uint8Array {
    const taken = this.#plain.slice(this.#history, end);
    const kept = Math.min(end, HISTORY_OCTETS);
    this.#plain.copyWithin(0, end - kept, end);
    this.#history = kept;
    return taken;
  }
}

function fault(): never {
  throw damaged();
}

function damaged(): UnreadableMessage {
  return new UnreadableMessage("it is damaged");
}
