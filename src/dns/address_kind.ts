/** Which IP addresses lie in the public network. @module */
import ipaddr from "ipaddr.js";

/** IPv4 addresses inside IPv6 ones, as networks without IPv4 write them (RFC 6052 §2.1). */
const NAT64 = ipaddr.IPv6.parse("64:ff9b::");
const NAT64_BITS = 96;
/** All that is given out of IPv6 yet; IPv4 addresses inside lie below it. */
const GLOBAL_UNICAST = ipaddr.IPv6.parse("2000::");
const GLOBAL_UNICAST_BITS = 3;

/**
 * Whether it may be an address of anybody out there: not private, of this
 * machine or its link, reserved, for groups, or a tunnel to such a one.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.range() === "unicast";
  if (parsed.match(NAT64, NAT64_BITS)) {
    return new ipaddr.IPv4(parsed.toByteArray().slice(-4)).range() ===
      "unicast";
  }
  return parsed.match(GLOBAL_UNICAST, GLOBAL_UNICAST_BITS) &&
    parsed.range() === "unicast";
}

/** One text for each address (RFC 5952 §4); IPv4 mapped into IPv6 as IPv4. @throws {SyntaxError} */
export function canonicalAddress(address: string): string {
  if (!ipaddr.isValid(address)) {
    throw new SyntaxError(`Cannot read "${address}": it is no IP address`);
  }
  return ipaddr.process(address).toString();
}
