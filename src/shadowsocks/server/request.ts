/**
 * How a stream of a client begins: its salt, and where it wants to.
 *
 * @module
 */
import type { Method } from "../proto/methods.ts";
import { readTarget } from "../proto/target.ts";
import type { Aead } from "./aead.ts";
import type { MasterKey } from "./keys.ts";
import type { OctetSource } from "./octet_source.ts";
import type { SeenSalts } from "./salts.ts";
import { Opener, TAG_OCTETS } from "./sealing.ts";

export interface StreamRequest {
  readonly port: number;
  /** What the client has sent with it already. */
  readonly first: Uint8Array;
  readonly salt: Uint8Array;
  /** Of what follows. */
  readonly opener: Opener;
}

/**
 * Why there is no request. "left": the peer has closed before; "stranger": it
 * does not have the key, or what it sent is no request; "replayed": it was sent
 * before, or long ago.
 */
export type RequestFault = "left" | "stranger" | "replayed";

export interface RequestParts {
  readonly key: MasterKey;
  readonly salts: SeenSalts;
  readonly aead: Aead;
  /** Seconds since 1970 UTC. */
  now(): number;
}

const LENGTH_OCTETS = 2;
const TYPE_CLIENT = 0; // SIP022 §3.1.3
const FIXED_OCTETS = 11; // type, time, length of the rest
const MAX_CLOCK_DIFFERENCE_S = 30;
const MAX_PADDING = 900;

/** @throws {Error} when the connection is lost */
export async function readRequest(
  source: OctetSource,
  parts: RequestParts,
): Promise<StreamRequest | RequestFault> {
  const { method } = parts.key;
  const lent = await source.exactly(method.keyOctets);
  if (!lent) return "left";
  const salt = lent.slice();
  const opener = new Opener(method, parts.key.subkey(salt), parts.aead);
  const begin = await BEGINNINGS[method.edition]({ source, opener, parts });
  if (typeof begin === "string") return begin;
  // only what has the key is remembered: strangers cannot push others out
  if (!parts.salts.add(salt)) return "replayed";
  return { ...begin, salt, opener };
}

interface Beginning {
  readonly source: OctetSource;
  readonly opener: Opener;
  readonly parts: RequestParts;
}

type Begin = (
  beginning: Beginning,
) => Promise<Pick<StreamRequest, "port" | "first"> | RequestFault>;

const BEGINNINGS: Readonly<Record<Method["edition"], Begin>> = {
  aead: beginAead,
  "2022": begin2022,
};

/** The first chunk begins with the address. */
async function beginAead({ source, opener, parts }: Beginning) {
  const sealedLength = await source.exactly(LENGTH_OCTETS + TAG_OCTETS);
  if (!sealedLength) return "left";
  const length = opener.open(sealedLength);
  if (!length) return "stranger";
  const octets = payloadLength(length, parts.key.method);
  if (octets === undefined) return "stranger";
  const sealed = await source.exactly(octets + TAG_OCTETS);
  if (!sealed) return "left";
  const plain = opener.open(sealed);
  const target = plain && readTarget(plain);
  if (!plain || !target) return "stranger";
  return { port: target.port, first: plain.subarray(target.size) };
}

/** A header of fixed length, one of the length that it tells, with padding (SIP022 §3.1.3). */
async function begin2022({ source, opener, parts }: Beginning) {
  const sealedFixed = await source.exactly(FIXED_OCTETS + TAG_OCTETS);
  if (!sealedFixed) return "left";
  const fixed = opener.open(sealedFixed);
  if (!fixed || fixed[0] !== TYPE_CLIENT) return "stranger";
  const view = new DataView(fixed.buffer, fixed.byteOffset, fixed.byteLength);
  const age = Number(view.getBigUint64(1)) - parts.now();
  if (Math.abs(age) > MAX_CLOCK_DIFFERENCE_S) return "replayed";
  const sealed = await source.exactly(view.getUint16(9) + TAG_OCTETS);
  if (!sealed) return "left";
  const plain = opener.open(sealed);
  const target = plain && readTarget(plain);
  if (!plain || !target || plain.length < target.size + LENGTH_OCTETS) {
    return "stranger";
  }
  const padding = plain[target.size]! << 8 | plain[target.size + 1]!;
  const from = target.size + LENGTH_OCTETS + padding;
  if (padding > MAX_PADDING || plain.length < from) return "stranger";
  const first = plain.subarray(from);
  // without either, all such requests would be of one length
  if (padding === 0 && first.length === 0) return "stranger";
  return { port: target.port, first };
}

/** undefined for what no client sends. */
export function payloadLength(
  length: Uint8Array,
  { maxPayload }: Method,
): number | undefined {
  const octets = length[0]! << 8 | length[1]!;
  return octets === 0 || octets > maxPayload ? undefined : octets;
}
