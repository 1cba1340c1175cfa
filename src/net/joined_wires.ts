/** Two connections as one: what comes from either goes to the other. @module */
import type { Clock, Timers } from "../base/clock.ts";
import type { Wire } from "./wire.ts";

export interface JoinOptions {
  /** Without an octet in either direction; absent: one of the two sees to that. */
  readonly idleMs?: number;
  readonly clock: Clock;
  readonly timers: Pick<Timers, "every">;
  /** Octets that have passed: "up" from the first to the second. */
  onPassed?(direction: "up" | "down", octets: number): void;
}

const LOOK_MS = 1000;

/** Resolves when both have ended, each told by the other, or one was lost. Never rejects. */
export async function joinWires(
  first: Wire,
  second: Wire,
  { idleMs, clock, timers, onPassed }: JoinOptions,
): Promise<void> {
  let livedAt = clock.monotonic();
  function abort(): void {
    first.abort();
    second.abort();
  }
  async function pass(
    from: Wire,
    to: Wire,
    direction: "up" | "down",
  ): Promise<void> {
    for (;;) {
      const octets = await from.read();
      if (octets === undefined) break;
      const { length } = octets;
      await to.write(octets);
      from.release(octets);
      livedAt = clock.monotonic();
      onPassed?.(direction, length);
    }
    await to.closeWrite();
  }
  const stop = idleMs === undefined ? () => {} : timers.every(LOOK_MS, () => {
    if (clock.monotonic() - livedAt > idleMs) abort();
  });
  try {
    await Promise.all([
      pass(first, second, "up"),
      pass(second, first, "down"),
    ]);
    first.close();
    second.close();
  } catch {
    abort(); // one of the two is lost
  } finally {
    stop();
  }
}
