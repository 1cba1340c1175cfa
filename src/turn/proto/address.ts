/**
 * Transport addresses as STUN writes them (RFC 8489 §14.1, §14.2) and as
 * sockets name them: `192.0.2.1`, or an IPv6 address in its canonical text
 * (RFC 5952 §4).
 *
 * @module
 */
import { addressOctets } from "../../base/peer_address.ts";

export type Family = 4 | 6;

export interface TransportAddress {
  /** Canonical; IPv4 mapped into IPv6 is IPv4. */
  readonly hostname: string;
  readonly port: number;
}

/** On the wire (RFC 8489 §14.1). */
const FAMILY_CODES: Record<Family, number> = { 4: 0x01, 6: 0x02 };
const COOKIE = [0x21, 0x12, 0xa4, 0x42]; // RFC 8489 §5
const IPV4_OCTETS = 4;
const IPV6_OCTETS = 16;

export function familyOf(hostname: string): Family {
  return hostname.includes(":") ? 6 : 4;
}

/** What REQUESTED-ADDRESS-FAMILY has (RFC 8656 §18.6). */
export function familyOfCode(code: number): Family | undefined {
  if (code === FAMILY_CODES[4]) return 4;
  return code === FAMILY_CODES[6] ? 6 : undefined;
}

export function codeOfFamily(family: Family): number {
  return FAMILY_CODES[family];
}

/** The text by which sockets of the system know these octets. */
export function hostnameOf(octets: Uint8Array): string {
  if (octets.length === IPV4_OCTETS) return octets.join(".");
  if (isMapped(octets)) return octets.subarray(12).join(".");
  const groups = Array.from(
    { length: 8 },
    (_, at) => octets[2 * at]! << 8 | octets[2 * at + 1]!,
  );
  const { start, size } = longestZeros(groups);
  const hex = groups.map((group) => group.toString(16));
  if (size < 2) return hex.join(":");
  return `${hex.slice(0, start).join(":")}::${
    hex.slice(start + size).join(":")
  }`;
}

/** RFC 4291 §2.5.5.2 */
function isMapped(octets: Uint8Array): boolean {
  for (let at = 0; at < 10; at++) if (octets[at] !== 0) return false;
  return octets[10] === 0xff && octets[11] === 0xff;
}

/** The first of the longest runs (RFC 5952 §4.2.3). */
function longestZeros(groups: readonly number[]) {
  let best = { start: 0, size: 0 };
  for (let start = 0; start < groups.length; start++) {
    let size = 0;
    while (groups[start + size] === 0) size++;
    if (size > best.size) best = { start, size };
  }
  return best;
}

/**
 * Value of XOR-MAPPED-ADDRESS and its like.
 *
 * @throws {RangeError} for what is no address
 */
export function encodeXorAddress(
  { hostname, port }: TransportAddress,
  transactionId: Uint8Array,
): Uint8Array {
  const address = addressOctets(hostname);
  if (!address) throw new RangeError("Not an IP address");
  const value = new Uint8Array(4 + address.length);
  value[1] = FAMILY_CODES[address.length === IPV4_OCTETS ? 4 : 6];
  value[2] = port >> 8 ^ COOKIE[0]!;
  value[3] = port & 0xff ^ COOKIE[1]!;
  address.forEach((octet, at) => {
    value[4 + at] = octet ^ maskAt(at, transactionId);
  });
  return value;
}

/** undefined for what is no such value. */
export function decodeXorAddress(
  value: Uint8Array,
  transactionId: Uint8Array,
): TransportAddress | undefined {
  const size = value[1] === FAMILY_CODES[4]
    ? IPV4_OCTETS
    : value[1] === FAMILY_CODES[6]
    ? IPV6_OCTETS
    : 0;
  if (size === 0 || value.length !== 4 + size) return undefined;
  const address = value.slice(4);
  for (let at = 0; at < size; at++) address[at]! ^= maskAt(at, transactionId);
  const port = (value[2]! ^ COOKIE[0]!) << 8 | value[3]! ^ COOKIE[1]!;
  return { hostname: hostnameOf(address), port };
}

/** Of octet `at` of an address: the cookie, then the transaction. */
function maskAt(at: number, transactionId: Uint8Array): number {
  return at < COOKIE.length ? COOKIE[at]! : transactionId[at - COOKIE.length]!;
}
