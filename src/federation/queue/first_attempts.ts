/**
 * Whether all of a message fails at the first attempt, so that its sender can
 * be told by the reply: a client shows that, and a later report perhaps not.
 * Nobody waits for what will not be known soon.
 *
 * @module
 */
import type { Clock, Timers } from "../../base/clock.ts";
import type { QueueId } from "../../base/ids.ts";
import type { Settlement } from "../../store/queue.ts";

export interface FirstAttemptsParts {
  readonly clock: Clock;
  readonly timers: Timers;
  /** How long a reply waits at most; 0: not at all. */
  waitMs(): number;
}

export interface Expected {
  readonly id: QueueId;
  /** How many wait. */
  readonly recipients: number;
  readonly destinations: ReadonlySet<string>;
}

/** `open`: somebody may have it, or will be tried again. */
type End = "failed" | "open";

interface Waiting {
  left: number;
  end(how: End): void;
}

const MAX_REMEMBERED = 10_000;

export class FirstAttempts {
  readonly #parts: FirstAttemptsParts;
  readonly #waiting = new Map<QueueId, Waiting>();
  /** Until when destinations are left alone, milliseconds of the monotonic clock. */
  readonly #resting = new Map<string, number>();
  #isRunning = false;

  constructor(parts: FirstAttemptsParts) {
    this.#parts = parts;
  }

  /** From now on there are attempts. */
  start(): void {
    this.#isRunning = true;
  }

  /** Nobody waits any more. Safe to repeat. */
  stop(): void {
    this.#isRunning = false;
    for (const { end } of this.#waiting.values()) end("open");
  }

  /** Whether a reply may still tell of it. */
  isAwaited(message: QueueId): boolean {
    return this.#waiting.has(message);
  }

  /**
   * Gives true if all recipients have failed for good in time. To be called
   * before anything else has its turn after the message was queued, and ended
   * with `forget`.
   */
  async allFail({ id, recipients, destinations }: Expected): Promise<boolean> {
    const { timers, waitMs } = this.#parts;
    const longestMs = waitMs();
    if (!this.#isRunning || longestMs <= 0 || this.#rests(destinations)) {
      return false;
    }
    const { promise, resolve } = Promise.withResolvers<End>();
    this.#waiting.set(id, { left: recipients, end: resolve });
    const stop = timers.every(longestMs, () => resolve("open"));
    const end = await promise;
    stop();
    return end === "failed";
  }

  /** There will be no attempt soon. */
  giveUp(message: QueueId): void {
    this.#waiting.get(message)?.end("open");
  }

  /** Nothing more is awaited of it. Safe to repeat. */
  forget(message: QueueId): void {
    this.#waiting.delete(message);
  }

  /** Of each attempt, when the queue has it. */
  settled({ message, destination, recipients, reach }: Settlement): void {
    if (reach?.kind === "reached") this.#resting.delete(destination);
    if (reach?.kind === "unreached") {
      this.#rest(destination, reach.afterSeconds);
    }
    const waiting = this.#waiting.get(message);
    if (!waiting) return;
    waiting.left -= recipients.length;
    if (recipients.some(({ outcome }) => outcome.kind !== "failed")) {
      return waiting.end("open");
    }
    if (waiting.left <= 0) waiting.end("failed");
  }

  #rests(destinations: ReadonlySet<string>): boolean {
    const nowMs = this.#parts.clock.monotonic();
    return [...destinations].some((one) =>
      (this.#resting.get(one) ?? 0) > nowMs
    );
  }

  /** The oldest go first when there are too many. */
  #rest(destination: string, seconds: number): void {
    this.#resting.delete(destination);
    for (const oldest of this.#resting.keys()) {
      if (this.#resting.size < MAX_REMEMBERED) break;
      this.#resting.delete(oldest);
    }
    const untilMs = this.#parts.clock.monotonic() + seconds * 1000;
    this.#resting.set(destination, untilMs);
  }
}
