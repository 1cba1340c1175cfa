/** Two connections as one: what comes from either goes to the other. @module */
import type { Clock, Timers } from "../base/clock.ts";
import type { Wire } from "./wire.ts";

export interface JoinOptions {
  /** Without an octet in either direction; absent: one of the two sees to that. */
  readonly idleMs?: number;
  /** How long the peer of the first may leave the second waiting; absent: as `idleMs` has it. */
  readonly patience?: {
    /** For what was written to it, up to twice so long. */
    readonly takeMs: number;
    /** After the second has ended. */
    readonly stayMs: number;
  };
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
  { idleMs, patience, clock, timers, onPassed }: JoinOptions,
): Promise<void> {
  let livedAt = clock.monotonic();
  const ticking: (() => void)[] = [];
  const every = (ms: number, tick: () => void) =>
    ticking.push(timers.every(ms, tick));
  let writes = 0;
  let writing = 0; // which of them; 0: none
  let isClosed = false; // what is pending then fails, too
  function abort(): void {
    first.abort();
    second.abort();
  }
  /** What the kernel has still to send to a slow peer is sent. */
  function close(): void {
    isClosed = true;
    first.close();
    second.close();
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
      if (to === first) writing = ++writes;
      await to.write(octets);
      if (to === first) writing = 0;
      from.release(octets);
      livedAt = clock.monotonic();
      onPassed?.(direction, length);
    }
    await to.closeWrite();
  }
  async function passDown(): Promise<void> {
    await pass(second, first, "down");
    if (patience) every(patience.stayMs, close);
  }
  if (idleMs !== undefined) {
    every(LOOK_MS, () => {
      if (clock.monotonic() - livedAt > idleMs) abort();
    });
  }
  if (patience) {
    let seen = 0;
    every(patience.takeMs, () => {
      if (writing !== 0 && writing === seen) abort();
      seen = writing;
    });
  }
  try {
    await Promise.all([pass(first, second, "up"), passDown()]);
    close();
  } catch {
    if (!isClosed) abort(); // one of the two is lost
  } finally {
    for (const stop of ticking) stop();
  }
}
