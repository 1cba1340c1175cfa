/** Which network a peer is in: limits count networks, since one client has many IPv6 addresses. @module */
import { BlockList, isIPv4, isIPv6 } from "node:net";

/**
 * The IPv4 address itself, or the first bits of the IPv6 address.
 *
 * @param address without brackets or zone
 * @param ipv6Bits a multiple of 8
 */
export function clientPrefix(address: string, ipv6Bits: number): string {
  if (!isIPv6(address)) return address;
  const mapped = mappedIpv4(address);
  if (mapped !== undefined) return mapped;
  const hex = expandIpv6(address).slice(0, ipv6Bits / 4);
  return `${hex}/${ipv6Bits}`;
}

export function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.") ||
    (mappedIpv4(address)?.startsWith("127.") ?? false);
}

/** A set of networks, made once for each list of CIDR ranges. */
export class Networks {
  #source: readonly string[] = [];
  #list = new BlockList();

  /** Whether the address is in one of the ranges. Ranges that are none are skipped. */
  includes(ranges: readonly string[], address: string): boolean {
    if (ranges !== this.#source) {
      this.#source = ranges;
      this.#list = blockList(ranges);
    }
    const plain = mappedIpv4(address) ?? address;
    if (isIPv4(plain)) return this.#list.check(plain, "ipv4");
    return isIPv6(plain) && this.#list.check(plain, "ipv6");
  }
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = "", bits] = range.split("/");
    const family = isIPv4(network) ? "ipv4" : "ipv6";
    const length = Number(bits ?? (family === "ipv4" ? 32 : 128));
    if (!isIPv4(network) && !isIPv6(network)) continue;
    if (!(length >= 0 && length <= (family === "ipv4" ? 32 : 128))) continue;
    list.addSubnet(network, length, family);
  }
  return list;
}

/** RFC 4291 §2.5.5.2 */
function mappedIpv4(address: string): string | undefined {
  const lower = address.toLowerCase();
  if (!lower.startsWith("::ffff:")) return undefined;
  const rest = lower.slice("::ffff:".length);
  return isIPv4(rest) ? rest : undefined;
}

/** 32 hexadecimal digits of a valid address (RFC 4291 §2.2). */
function expandIpv6(address: string): string {
  const [head = "", tail] = dottedToGroups(address).split("::");
  const before = groups(head);
  const after = groups(tail ?? "");
  const zeros = "0000".repeat(8 - before.length - after.length);
  return before.join("") + zeros + after.join("");
}

function groups(text: string): string[] {
  return text === ""
    ? []
    : text.toLowerCase().split(":").map((group) => group.padStart(4, "0"));
}

function dottedToGroups(address: string): string {
  return address.replace(
    /(\d+)\.(\d+)\.(\d+)\.(\d+)$/,
    (_, a, b, c, d) =>
      `${(a * 256 + Number(b)).toString(16)}:${
        (c * 256 + Number(d)).toString(16)
      }`,
  );
}
