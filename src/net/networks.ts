/** Sets of networks, as a configuration lists them. @module */
import { BlockList, isIPv4, isIPv6 } from "node:net";
import { plainAddress } from "../base/peer_address.ts";

/** Addresses that were looked for, at most; then it begins anew. */
const MOST_KNOWN = 1000;

/** A set of networks, made once for each list of CIDR ranges. */
export class Networks {
  #source: readonly string[] = [];
  #list = new BlockList();
  /** A look costs 3 kB of garbage, and peers come again. */
  readonly #known = new Map<string, boolean>();

  /** Whether the address is in one of the ranges. Ranges that are none are skipped. */
  includes(ranges: readonly string[], address: string): boolean {
    if (ranges !== this.#source) {
      this.#source = ranges;
      this.#list = blockList(ranges);
      this.#known.clear();
    }
    const plain = plainAddress(address);
    const known = this.#known.get(plain);
    if (known !== undefined) return known;
    const isIn = this.#check(plain);
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(plain, isIn);
    return isIn;
  }

  #check(plain: string): boolean {
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
