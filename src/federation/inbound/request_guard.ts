/**
 * How much other servers may bring over HTTP at once and in a minute: counted
 * before anything is read of a request, and before it is known who sends it.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { limitKey } from "../../base/peer_address.ts";
import { Refusal } from "../../base/refusal.ts";
import { TokenBuckets } from "../../base/token_buckets.ts";
import { ConnectionCounts } from "../../net/connection_counts.ts";

/** Read at each use. */
export interface RequestLimits {
  /** At once, from one IPv4 address or IPv6 network. */
  readonly perAddress: number;
  /** At once, in all. */
  readonly total: number;
  /** From one address; 0 is no limit. */
  readonly perMinute: number;
  /** Of bodies that are being received, in all. */
  readonly spoolOctets: number;
}

/** A request that has been let in. */
export interface Visit {
  /** So much of its body has come. @throws {Refusal} `busy` when all bodies together are too much */
  hold(octets: number): void;
  /** Once. */
  leave(): void;
}

const BURST_SHARE = 6; // of the requests in a minute: 100 of 600
/** What peers get more whose domains have signed mail to us for long. */
const TRUSTED_FACTOR = 5;
const TRUSTED_MS = 3_600_000;
const MAX_TRUSTED = 10_000;
/** Concurrent requests end soon. */
const RETRY_SECONDS = 10;

export class RequestGuard {
  readonly #clock: Clock;
  readonly #limits: () => RequestLimits;
  readonly #counts: ConnectionCounts;
  readonly #strangers: TokenBuckets;
  readonly #peers: TokenBuckets;
  /** Until when, by the key of the address; the oldest first. */
  readonly #trusted = new Map<string, number>();
  #spooled = 0;

  constructor(clock: Clock, limits: () => RequestLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#counts = new ConnectionCounts((address) => {
      const { total, perAddress } = limits();
      return { total, perAddress: perAddress * this.#factor(address) };
    });
    this.#strangers = new TokenBuckets(clock, () => this.#rate(1));
    this.#peers = new TokenBuckets(clock, () => this.#rate(TRUSTED_FACTOR));
  }

  /** @throws {Refusal} `too_many_requests`, with the seconds to wait */
  enter(address: string): Visit {
    const buckets = this.#factor(address) === 1 ? this.#strangers : this.#peers;
    const wait = buckets.take(limitKey(address));
    if (wait > 0) throw tooMany(wait);
    if (!this.#counts.enter(address)) throw tooMany(RETRY_SECONDS);
    let held = 0;
    return {
      hold: (octets) => {
        held += octets;
        this.#spooled += octets;
        if (this.#spooled > this.#limits().spoolOctets) {
          throw new Refusal("busy");
        }
      },
      leave: () => {
        this.#spooled -= held;
        this.#counts.leave(address);
      },
    };
  }

  /** A domain that has signed mail for long has sent some from there. */
  trust(address: string): void {
    const key = limitKey(address);
    this.#trusted.delete(key);
    if (this.#trusted.size >= MAX_TRUSTED) {
      for (const oldest of this.#trusted.keys()) {
        this.#trusted.delete(oldest);
        break;
      }
    }
    this.#trusted.set(key, this.#clock.monotonic() + TRUSTED_MS);
  }

  #factor(address: string): number {
    const until = this.#trusted.get(limitKey(address)) ?? 0;
    return until > this.#clock.monotonic() ? TRUSTED_FACTOR : 1;
  }

  #rate(factor: number): { burst: number; perSecond: number } {
    const perMinute = this.#limits().perMinute * factor;
    const burst = Math.ceil(perMinute / BURST_SHARE);
    return { burst, perSecond: perMinute / 60 };
  }
}

function tooMany(retryAfterSeconds: number): Refusal {
  return new Refusal("too_many_requests", { retryAfterSeconds });
}
