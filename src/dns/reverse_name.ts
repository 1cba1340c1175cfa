/** Names under which addresses are looked up. @module */
import ipaddr from "ipaddr.js";

/** `192.0.2.1` → `1.2.0.192.in-addr.arpa` (RFC 1035 §3.5); IPv6: RFC 3596 §2.5. @throws {SyntaxError} */
export function reverseName(address: string): string {
  if (!ipaddr.isValid(address)) {
    throw new SyntaxError(`Cannot read "${address}": it is no IP address`);
  }
  const parsed = ipaddr.process(address);
  if (parsed.kind() === "ipv4") {
    return `${parsed.toByteArray().reverse().join(".")}.in-addr.arpa`;
  }
  const nibbles = parsed.toByteArray()
    .flatMap((octet) => [octet >> 4, octet & 15])
    .map((nibble) => nibble.toString(16));
  return `${nibbles.reverse().join(".")}.ip6.arpa`;
}
