/** CRC-32 (ISO 3309), by which FINGERPRINT is made (RFC 8489 §14.7). @module */

const POLYNOMIAL = 0xedb88320; // bits reversed

const TABLE = Uint32Array.from({ length: 256 }, (_, octet) => {
  let value = octet;
  for (let bit = 0; bit < 8; bit++) {
    value = value & 1 ? value >>> 1 ^ POLYNOMIAL : value >>> 1;
  }
  return value;
});

/** @param end How many octets of it count. */
export function crc32(octets: Uint8Array, end = octets.length): number {
  let value = 0xffffffff;
  for (let at = 0; at < end; at++) {
    value = value >>> 8 ^ TABLE[(value ^ octets[at]!) & 0xff]!;
  }
  return ~value >>> 0;
}
