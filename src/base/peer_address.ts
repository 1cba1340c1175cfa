/**
 * Who is at the other end, in the forms by which all limits count.
 *
 * Whoever rents one IPv6 address has the network around it, so that counting full
 * addresses would count nothing. An IPv4 address is the same peer whether a socket
 * shows it as such or mapped into IPv6.
 *
 * @module
 */

/** The smallest network that one customer gets (RFC 6177 §2). */
const NETWORK_BITS = 64;
const MAX_LENGTH = 64; // of an address, brackets and zone included
const GROUPS = 8; // of 16 bits, RFC 4291 §2.2

/** Without brackets or zone; IPv4 mapped into IPv6 (RFC 4291 §2.5.5.2) as IPv4. */
export function plainAddress(address: string | undefined): string {
  const text = (address ?? "").slice(0, MAX_LENGTH);
  const bare = text.startsWith("[") && text.endsWith("]")
    ? text.slice(1, -1)
    : text;
  const zone = bare.indexOf("%");
  const plain = zone < 0 ? bare : bare.slice(0, zone);
  return mappedIpv4(plain) ?? plain;
}

/**
 * The one key by which connections, logins, sign-ups and requests of a peer are
 * counted: an IPv4 address itself, or the network of an IPv6 address.
 *
 * @param address In any spelling. What is no IP address is its own key.
 * @param ipv6Bits How much of an IPv6 address is one peer.
 */
export function limitKey(
  address: string,
  ipv6Bits: 56 | 64 = NETWORK_BITS,
): string {
  const plain = plainAddress(address);
  const groups = ipv6Groups(plain);
  if (!groups) return plain;
  const hex = groups.map((group) => group.toString(16).padStart(4, "0"));
  return `${hex.join("").slice(0, ipv6Bits / 4)}/${ipv6Bits}`;
}

/** Whether the peer is on this machine. */
export function isLoopback(address: string): boolean {
  const plain = plainAddress(address);
  if (ipv4Octets(plain)?.[0] === 127) return true;
  const groups = ipv6Groups(plain);
  return groups?.every((group, at) => group === (at === GROUPS - 1 ? 1 : 0)) ??
    false;
}

/** The 4 or 16 octets of an address; mapped IPv4 has 4. undefined for what is none. */
export function addressOctets(address: string): Uint8Array | undefined {
  const plain = plainAddress(address);
  const ipv4 = ipv4Octets(plain);
  if (ipv4) return Uint8Array.from(ipv4);
  const groups = ipv6Groups(plain);
  return groups &&
    Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

function mappedIpv4(text: string): string | undefined {
  if (!text.includes(":")) return undefined;
  const groups = ipv6Groups(text);
  if (!groups || groups[5] !== 0xffff) return undefined;
  if (groups.slice(0, 5).some((group) => group !== 0)) return undefined;
  return groups.slice(6).flatMap((group) => [group >> 8, group & 0xff])
    .join(".");
}

/** RFC 4291 §2.2; undefined for what is no IPv6 address. @param text Short. */
function ipv6Groups(text: string): number[] | undefined {
  const [head = "", tail, ...more] = text.split("::");
  if (!text.includes(":") || more.length > 0) return undefined;
  const before = groupsIn(head, tail === undefined);
  const after = groupsIn(tail ?? "", true);
  if (!before || !after) return undefined;
  const missing = GROUPS - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...before, ...new Array<number>(missing).fill(0), ...after];
}

/** @param atEnd The last one may be an IPv4 address. */
function groupsIn(text: string, atEnd: boolean): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const words = text.split(":");
  for (const [at, word] of words.entries()) {
    const ipv4 = atEnd && at === words.length - 1
      ? ipv4Octets(word)
      : undefined;
    if (ipv4) {
      const [a = 0, b = 0, c = 0, d = 0] = ipv4;
      groups.push(a << 8 | b, c << 8 | d);
    } else if (/^[0-9a-f]{1,4}$/i.test(word)) groups.push(parseInt(word, 16));
    else return undefined;
  }
  return groups;
}

function ipv4Octets(text: string): number[] | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  const octets = match?.slice(1).map(Number);
  return octets?.every((octet) => octet <= 255) ? octets : undefined;
}
