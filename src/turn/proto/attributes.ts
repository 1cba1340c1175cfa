/** Attributes of STUN and TURN, by number, and the values that are more than octets. @module */

/** RFC 8489 §18.3, RFC 8656 §18. */
export const ATTRIBUTES = {
  mappedAddress: 0x0001,
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  unknownAttributes: 0x000a,
  channelNumber: 0x000c,
  lifetime: 0x000d,
  xorPeerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  xorRelayedAddress: 0x0016,
  requestedAddressFamily: 0x0017,
  evenPort: 0x0018,
  requestedTransport: 0x0019,
  dontFragment: 0x001a,
  messageIntegritySha256: 0x001c,
  xorMappedAddress: 0x0020,
  reservationToken: 0x0022,
  additionalAddressFamily: 0x8000,
  addressErrorCode: 0x8001,
  software: 0x8022,
  fingerprint: 0x8028,
} as const;

export interface Attribute {
  readonly type: number;
  readonly value: Uint8Array;
}

/** An error of RFC 8489 §14.8 or RFC 8656 §19, with the words for people. */
const ERRORS = {
  400: "Bad Request",
  401: "", // without words: an answer to nobody in particular is short
  403: "Forbidden",
  420: "Unknown Attribute",
  437: "Allocation Mismatch",
  438: "",
  440: "Address Family not Supported",
  441: "Wrong Credentials",
  442: "Unsupported Transport Protocol",
  443: "Peer Address Family Mismatch",
  486: "Allocation Quota Reached",
  508: "Insufficient Capacity",
} as const;
export type ErrorNumber = keyof typeof ERRORS;

const KNOWN: ReadonlySet<number> = new Set(Object.values(ATTRIBUTES));
const FIRST_OPTIONAL = 0x8000; // RFC 8489 §14
const MAX_UNKNOWN_TOLD = 16;

/** Those that must be understood and are not, each once. */
export function unknownTypes(attributes: readonly Attribute[]): number[] {
  const unknown = attributes.map(({ type }) => type)
    .filter((type) => type < FIRST_OPTIONAL && !KNOWN.has(type));
  return [...new Set(unknown)].slice(0, MAX_UNKNOWN_TOLD);
}

const encoder = new TextEncoder();

export function textAttribute(type: number, text: string): Attribute {
  return { type, value: encoder.encode(text) };
}

export function numberAttribute(type: number, number: number): Attribute {
  const value = new Uint8Array(4);
  new DataView(value.buffer).setUint32(0, number);
  return { type, value };
}

/** ERROR-CODE (RFC 8489 §14.8). */
export function errorAttribute(code: ErrorNumber): Attribute {
  const reason = encoder.encode(ERRORS[code]);
  const value = new Uint8Array(4 + reason.length);
  value[2] = Math.floor(code / 100);
  value[3] = code % 100;
  value.set(reason, 4);
  return { type: ATTRIBUTES.errorCode, value };
}

/** The code in an ERROR-CODE; 0 for what is none. */
export function errorNumber(value: Uint8Array): number {
  return value.length < 4 ? 0 : (value[2]! & 0x07) * 100 + value[3]!;
}

/** ADDRESS-ERROR-CODE (RFC 8656 §18.12). */
export function addressErrorAttribute(
  familyCode: number,
  code: ErrorNumber,
): Attribute {
  const { value } = errorAttribute(code);
  value[0] = familyCode;
  return { type: ATTRIBUTES.addressErrorCode, value };
}

/** UNKNOWN-ATTRIBUTES (RFC 8489 §14.9). */
export function unknownAttribute(types: readonly number[]): Attribute {
  const value = new Uint8Array(2 * types.length);
  types.forEach((type, at) => {
    value[2 * at] = type >> 8;
    value[2 * at + 1] = type & 0xff;
  });
  return { type: ATTRIBUTES.unknownAttributes, value };
}

/** A number of 32 bits; undefined for a value of another size. */
export function numberIn(value: Uint8Array): number | undefined {
  if (value.length !== 4) return undefined;
  return (value[0]! << 24 | value[1]! << 16 | value[2]! << 8 | value[3]!) >>> 0;
}
