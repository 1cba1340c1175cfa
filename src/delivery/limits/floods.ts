/**
 * Slows down who fills a mailbox with mail that may not be expired yet: the
 * youngest mail stays for the time that is promised (`quota.protect`), so the
 * mailbox would be full, and nobody could write to it.
 *
 * What counts are messages to mailboxes that are crowded, or had no room; who
 * writes to others, or as much as people do, never notices. In memory only,
 * and bounded.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { limitKey } from "../../base/peer_address.ts";
import type { Accepted } from "../../store/mail.ts";
import type { Origin } from "../origin.ts";

/** At once, after a rest. */
const BURST = 30;
/** A server has many users. */
const OF_A_SERVER = 10;
const MAX_SENDERS = 20_000;

/** Who is slowed, and how many times what one sender may. */
type Sender = readonly [key: string, times: number];

export class Floods {
  /** By sender, the time at which all of its messages are paid for. */
  readonly #restedAtMs = new Map<string, number>();

  /** @param perMinute To crowded mailboxes, from one sender; 0: any number. Asked at each use. */
  constructor(
    readonly clock: Pick<Clock, "monotonic">,
    readonly perMinute: () => number,
  ) {}

  /** What became of a message that is stored, or of which nothing was. */
  note(origin: Origin, { results }: Pick<Accepted, "results">): void {
    const count =
      results.filter(({ outcome, crowded }) =>
        crowded || outcome === "quota_exceeded"
      ).length;
    const perMinute = this.perMinute();
    if (count === 0 || perMinute === 0) return;
    const nowMs = this.clock.monotonic();
    for (const [key, times] of sendersOf(origin)) {
      const before = Math.max(nowMs, this.#restedAtMs.get(key) ?? 0);
      this.#restedAtMs.delete(key); // so that the map stays in order of use
      this.#restedAtMs.set(key, before + count * 60_000 / perMinute / times);
    }
    this.#forget(nowMs);
  }

  /** Milliseconds until the sender may send again. */
  waitMs(origin: Origin): number {
    const perMinute = this.perMinute();
    if (this.#restedAtMs.size === 0 || perMinute === 0) return 0;
    const nowMs = this.clock.monotonic();
    return Math.max(
      0,
      ...sendersOf(origin).map(([key]) => {
        const restedAtMs = this.#restedAtMs.get(key) ?? 0;
        return restedAtMs - BURST * 60_000 / perMinute - nowMs;
      }),
    );
  }

  /** A few of the oldest at each use. */
  #forget(nowMs: number): void {
    let looked = 0;
    for (const [key, restedAtMs] of this.#restedAtMs) {
      const isFull = this.#restedAtMs.size > MAX_SENDERS;
      if (!isFull && (restedAtMs > nowMs || looked === 4)) return;
      this.#restedAtMs.delete(key);
      looked++;
    }
  }
}

function sendersOf(origin: Origin): readonly Sender[] {
  switch (origin.kind) {
    case "submission":
    case "web":
      return [[`account ${origin.account}`, 1]];
    case "mx":
    case "mxdeliv": {
      const server = limitKey(origin.peer.address);
      return [
        [`server ${server}`, OF_A_SERVER],
        [`sender ${server} ${origin.reversePath}`, 1],
      ];
    }
    case "exchanger":
      return [[`exchanger ${origin.name} ${origin.reversePath}`, 1]];
  }
}
