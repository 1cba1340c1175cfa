/**
 * STUN messages (RFC 8489 §5) as values. Grammar only: what signs is passed in,
 * and whether a signature is right is asked with the octets of
 * `integrityInput()`.
 *
 * @module
 */
import { type Attribute, ATTRIBUTES } from "./attributes.ts";
import { crc32 } from "./crc32.ts";

export const HEADER_OCTETS = 20;
export const MAGIC_COOKIE = 0x2112a442; // RFC 8489 §5
const FINGERPRINT_MASK = 0x5354554e; // RFC 8489 §14.7
const FINGERPRINT_OCTETS = 8; // with its header
const INTEGRITY_OCTETS = 24; // with its header (RFC 8489 §14.5)
/** No message of TURN has so many. */
const MAX_ATTRIBUTES = 64;

/** RFC 8489 §18.2, RFC 8656 §17. */
export const METHODS = {
  binding: 0x001,
  allocate: 0x003,
  refresh: 0x004,
  send: 0x006,
  data: 0x007,
  createPermission: 0x008,
  channelBind: 0x009,
} as const;

export type MessageClass = "request" | "indication" | "success" | "error";

const CLASSES: readonly MessageClass[] = [
  "request",
  "indication",
  "success",
  "error",
];

export interface StunMessage {
  readonly method: number;
  readonly class: MessageClass;
  /** 12 octets */
  readonly transactionId: Uint8Array;
  /** Up to the first MESSAGE-INTEGRITY: what follows it is not protected (RFC 8489 §14.5). */
  readonly attributes: readonly Attribute[];
  readonly integrity?: Integrity;
  readonly hasFingerprint: boolean;
}

export interface Integrity {
  /** HMAC-SHA1, 20 octets */
  readonly value: Uint8Array;
  /** Where the attribute begins. */
  readonly at: number;
}

/**
 * A whole message; undefined for octets that are none: not of this cookie, cut
 * short, followed by others, or with a wrong FINGERPRINT. Its parts are views.
 */
export function decodeMessage(octets: Uint8Array): StunMessage | undefined {
  const size = octets.length;
  if (size < HEADER_OCTETS || octets[0]! > 0x3f) return undefined;
  const view = new DataView(octets.buffer, octets.byteOffset, size);
  if (view.getUint32(4) !== MAGIC_COOKIE) return undefined;
  const length = view.getUint16(2);
  if (length % 4 !== 0 || HEADER_OCTETS + length !== size) return undefined;
  const attributes: Attribute[] = [];
  let integrity: Integrity | undefined;
  let hasFingerprint = false;
  let count = 0;
  for (let at = HEADER_OCTETS; at < size;) {
    const type = view.getUint16(at);
    const valueSize = view.getUint16(at + 2);
    const end = at + 4 + valueSize;
    if (end > size || ++count > MAX_ATTRIBUTES) return undefined;
    const value = octets.subarray(at + 4, end);
    if (type === ATTRIBUTES.fingerprint) {
      if (end !== size || !isFingerprint(octets, at)) return undefined;
      hasFingerprint = true;
    } else if (!integrity) {
      if (type === ATTRIBUTES.messageIntegrity) {
        if (valueSize !== INTEGRITY_OCTETS - 4) return undefined;
        integrity = { value, at };
      } else attributes.push({ type, value });
    }
    at = end + padding(valueSize);
  }
  const type = view.getUint16(0);
  return {
    method: type & 0x000f | (type & 0x00e0) >> 1 | (type & 0x3e00) >> 2,
    class: CLASSES[(type & 0x0100) >> 7 | (type & 0x0010) >> 4]!,
    transactionId: octets.subarray(8, HEADER_OCTETS),
    attributes,
    ...(integrity ? { integrity } : {}),
    hasFingerprint,
  };
}

/** The value of the first one; others of its kind do not count (RFC 8489 §14). */
export function attributeOf(
  { attributes }: Pick<StunMessage, "attributes">,
  type: number,
): Uint8Array | undefined {
  return attributes.find((one) => one.type === type)?.value;
}

/** What the HMAC of MESSAGE-INTEGRITY is over (RFC 8489 §14.5): a copy. */
export function integrityInput(
  octets: Uint8Array,
  { at }: Pick<Integrity, "at">,
): Uint8Array {
  const input = octets.slice(0, at);
  setLength(input, at + INTEGRITY_OCTETS);
  return input;
}

export interface Outgoing {
  readonly method: number;
  readonly class: MessageClass;
  readonly transactionId: Uint8Array;
  readonly attributes: readonly Attribute[];
}

export interface Protection {
  /** Gives the HMAC-SHA1 of these octets. */
  sign?(octets: Uint8Array): Uint8Array;
  readonly fingerprint?: boolean;
}

/** @throws {RangeError} when the attributes do not fit into one message */
export function encodeMessage(
  { method, class: kind, transactionId, attributes }: Outgoing,
  { sign, fingerprint = false }: Protection = {},
): Uint8Array<ArrayBuffer> {
  let size = HEADER_OCTETS;
  for (const { value } of attributes) {
    size += 4 + value.length + padding(value.length);
  }
  const integrityAt = size;
  if (sign) size += INTEGRITY_OCTETS;
  if (fingerprint) size += FINGERPRINT_OCTETS;
  if (size - HEADER_OCTETS > 0xffff) throw new RangeError("Message too long");
  const octets = new Uint8Array(size);
  const view = new DataView(octets.buffer);
  view.setUint16(0, typeOf(method, kind));
  view.setUint32(4, MAGIC_COOKIE);
  octets.set(transactionId, 8);
  let at = HEADER_OCTETS;
  for (const { type, value } of attributes) {
    at = put(view, octets, at, type, value);
  }
  if (sign) {
    setLength(octets, integrityAt + INTEGRITY_OCTETS);
    const value = sign(octets.subarray(0, integrityAt));
    at = put(view, octets, at, ATTRIBUTES.messageIntegrity, value);
  }
  setLength(octets, size);
  if (fingerprint) {
    view.setUint16(at, ATTRIBUTES.fingerprint);
    view.setUint16(at + 2, FINGERPRINT_OCTETS - 4);
    view.setUint32(at + 4, fingerprintOf(octets, at));
  }
  return octets;
}

function put(
  view: DataView,
  octets: Uint8Array,
  at: number,
  type: number,
  value: Uint8Array,
): number {
  view.setUint16(at, type);
  view.setUint16(at + 2, value.length);
  octets.set(value, at + 4);
  return at + 4 + value.length + padding(value.length);
}

function typeOf(method: number, kind: MessageClass): number {
  const bits = CLASSES.indexOf(kind);
  return method & 0x000f | (method & 0x0070) << 1 | (method & 0x0f80) << 2 |
    (bits & 1) << 4 | (bits & 2) << 7;
}

/** Attributes begin at multiples of four (RFC 8489 §14). */
export function padding(size: number): number {
  return -size & 3;
}

/** @param end Where the message ends, counted from its header. */
function setLength(octets: Uint8Array, end: number): void {
  octets[2] = end - HEADER_OCTETS >> 8;
  octets[3] = end - HEADER_OCTETS & 0xff;
}

function isFingerprint(octets: Uint8Array, at: number): boolean {
  if (octets.length - at !== FINGERPRINT_OCTETS) return false;
  const view = new DataView(octets.buffer, octets.byteOffset);
  return view.getUint32(at + 4) === fingerprintOf(octets, at);
}

function fingerprintOf(octets: Uint8Array, at: number): number {
  return (crc32(octets, at) ^ FINGERPRINT_MASK) >>> 0;
}
