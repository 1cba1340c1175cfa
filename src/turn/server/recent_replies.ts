/**
 * What was answered to requests that changed something, for as long as they may
 * come again (RFC 8489 §6.3.1): a client whose allocation ended hears of it
 * twice, and nothing is done twice.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { METHODS } from "../proto/message.ts";
import type { TurnPeer } from "./ports.ts";

const KEPT_MS = 40_000; // RFC 8489 §6.3.1
const MAX_KEPT = 10_000;
/** Others may be done twice. */
const KEPT_METHODS: ReadonlySet<number> = new Set([
  METHODS.allocate,
  METHODS.refresh,
]);

interface Reply {
  readonly octets: Uint8Array;
  readonly untilMs: number;
}

export class RecentReplies {
  readonly #clock: Clock;
  /** The oldest first. */
  readonly #replies = new Map<string, Reply>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  find(
    { key }: TurnPeer,
    method: number,
    transaction: string,
  ): Uint8Array | undefined {
    if (!KEPT_METHODS.has(method)) return undefined;
    const reply = this.#replies.get(`${key} ${method} ${transaction}`);
    return reply && reply.untilMs > this.#clock.monotonic()
      ? reply.octets
      : undefined;
  }

  keep(
    { key }: TurnPeer,
    method: number,
    transaction: string,
    octets: Uint8Array,
  ): void {
    if (!KEPT_METHODS.has(method)) return;
    if (this.#replies.size >= MAX_KEPT) this.#replies.clear();
    const untilMs = this.#clock.monotonic() + KEPT_MS;
    this.#replies.set(`${key} ${method} ${transaction}`, { octets, untilMs });
  }

  sweep(): void {
    const nowMs = this.#clock.monotonic();
    for (const [name, { untilMs }] of this.#replies) {
      if (untilMs > nowMs) return;
      this.#replies.delete(name);
    }
  }
}
