/** How many accounts a network, and all together, may make. Kept in memory only. @module */
import type { Clock } from "../../base/clock.ts";
import { isLoopback, limitKey } from "../../base/peer_address.ts";
import { Refusal } from "../../base/refusal.ts";
import { TokenBuckets } from "../../base/token_buckets.ts";
import { Networks } from "../../net/networks.ts";
import type { AccountOptions } from "../options.ts";
import type { Peer } from "./peer.ts";

const IPV6_BITS = 56;
const GLOBAL_BURST = 200;
const BAD_TOKENS = { burst: 10, perSecond: 1 / 60 };

export class CreationLimits {
  readonly #options: AccountOptions;
  readonly #perNetwork: TokenBuckets;
  readonly #inAll: TokenBuckets;
  readonly #badTokens: TokenBuckets;
  readonly #trusted = new Networks();

  constructor(clock: Clock, options: AccountOptions) {
    this.#options = options;
    this.#perNetwork = new TokenBuckets(clock, () => ({
      burst: options.regPerIpPerHour === 0 ? 0 : options.regPerIpBurst,
      perSecond: options.regPerIpPerHour / 3600,
    }));
    this.#inAll = new TokenBuckets(clock, () => ({
      burst: options.regGlobalPerMinute === 0 ? 0 : GLOBAL_BURST,
      perSecond: options.regGlobalPerMinute / 60,
    }));
    this.#badTokens = new TokenBuckets(clock, () => BAD_TOKENS);
  }

  /** Counts one account. @throws {Refusal} `registration_limited` */
  take(peer: Peer): void {
    if (this.#isTrusted(peer)) return;
    const key = keyOf(peer);
    const wait = Math.max(this.#perNetwork.wait(key), this.#inAll.wait(""));
    if (wait > 0) throw limited(wait);
    this.#perNetwork.take(key);
    this.#inAll.take("");
  }

  /** @throws {Refusal} `registration_limited` after too many tokens that were none */
  checkTokens(peer: Peer): void {
    const wait = this.#badTokens.wait(keyOf(peer));
    if (wait > 0 && !this.#isTrusted(peer)) throw limited(wait);
  }

  badToken(peer: Peer): void {
    this.#badTokens.take(keyOf(peer));
  }

  #isTrusted({ address, proxied }: Peer): boolean {
    if (proxied) return false;
    return isLoopback(address) ||
      this.#trusted.includes(this.#options.trustedNetworks, address);
  }
}

/** All that comes through our own proxies looks local: it shares one bucket. */
function keyOf({ address, proxied }: Peer): string {
  return proxied ? "proxy" : limitKey(address, IPV6_BITS);
}

function limited(retryAfterSeconds: number): Refusal {
  return new Refusal("registration_limited", { retryAfterSeconds });
}
