/**
 * Token buckets by key, in memory and bounded: what is limited, and who, is
 * the caller's. The least recently used key goes when there are too many.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

export interface BucketRate {
  /** Tokens a rested bucket holds; 0 switches the limit off. */
  readonly burst: number;
  /** Tokens that come back per second. */
  readonly perSecond: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

export class TokenBuckets {
  readonly #buckets = new Map<string, Bucket>();

  /** @param rate Asked at each use, so that it may change. */
  constructor(
    readonly clock: Clock,
    readonly rate: () => BucketRate,
    readonly maxKeys = 50_000,
  ) {}

  /** Takes one token; gives 0, or the seconds until there is one (nothing is taken then). */
  take(key: string): number {
    const wait = this.wait(key);
    if (wait === 0 && this.rate().burst > 0) this.#bucket(key).tokens--;
    return wait;
  }

  /** Takes so many, also parts of one, and more than there are: then the wait is longer. */
  spend(key: string, tokens: number): void {
    if (this.rate().burst > 0) this.#bucket(key).tokens -= tokens;
  }

  /** Seconds until a token is there, without taking it. */
  wait(key: string): number {
    const { burst, perSecond } = this.rate();
    if (burst <= 0 || !this.#buckets.has(key)) return 0;
    const { tokens } = this.#bucket(key);
    return tokens >= 1 ? 0 : Math.ceil((1 - tokens) / perSecond);
  }

  /** Keys without a token, and the seconds until they have one; the longest first. */
  waiting(): readonly (readonly [key: string, seconds: number])[] {
    const { burst, perSecond } = this.rate();
    if (burst <= 0) return [];
    const nowMs = this.clock.monotonic();
    const found: (readonly [string, number])[] = [];
    for (const [key, { tokens, atMs }] of this.#buckets) {
      const earned = (nowMs - atMs) / 1000 * perSecond;
      const now = Math.min(burst, tokens + earned);
      if (now < 1) found.push([key, Math.ceil((1 - now) / perSecond)]);
    }
    return found.toSorted(([, a], [, b]) => b - a);
  }

  /** Forgets what this key has used. */
  reset(key: string): void {
    this.#buckets.delete(key);
  }

  /** Brought up to now, and moved to the end of the order in which they go. */
  #bucket(key: string): Bucket {
    const { burst, perSecond } = this.rate();
    const nowMs = this.clock.monotonic();
    const kept = this.#buckets.get(key);
    const bucket = kept ?? { tokens: burst, atMs: nowMs };
    const earned = (nowMs - bucket.atMs) / 1000 * perSecond;
    bucket.tokens = Math.min(burst, bucket.tokens + earned);
    bucket.atMs = nowMs;
    if (kept) this.#buckets.delete(key);
    else if (this.#buckets.size >= this.maxKeys) this.#dropOldest();
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #dropOldest(): void {
    for (const key of this.#buckets.keys()) {
      this.#buckets.delete(key);
      return;
    }
  }
}
