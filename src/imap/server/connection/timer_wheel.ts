/**
 * One timer for all sessions: whoever waits is looked at once, when the moment
 * comes it asked for. Ten thousand idle sessions cost one tick.
 *
 * @module
 */
export interface Waiting {
  /** The moment has come; it may ask for another. Never throws. */
  due(): void;
}

export const TICK_MS = 250;
const SLOTS = 2048; // 512 seconds; whoever waits longer is passed over meanwhile

export class TimerWheel {
  readonly #slots: (Map<Waiting, number> | undefined)[] = new Array(SLOTS);
  #now: number; // in ticks

  /** @param nowMs Monotonic, as all times here. */
  constructor(nowMs: number) {
    this.#now = Math.floor(nowMs / TICK_MS);
  }

  /**
   * Calls `due` at that time or up to two ticks later.
   *
   * @returns a handle for `cancel`; one that waits holds one at a time
   */
  add(waiting: Waiting, atMs: number): number {
    const tick = Math.max(Math.ceil(atMs / TICK_MS), this.#now + 1);
    const slot = this.#slots[tick % SLOTS] ??= new Map();
    slot.set(waiting, tick);
    return tick;
  }

  cancel(waiting: Waiting, tick: number): void {
    this.#slots[tick % SLOTS]?.delete(waiting);
  }

  /** To be called every tick. */
  advance(nowMs: number): void {
    const now = Math.floor(nowMs / TICK_MS);
    const first = Math.max(this.#now + 1, now - SLOTS + 1);
    this.#now = now;
    for (let tick = first; tick <= now; tick++) this.#turn(tick % SLOTS);
  }

  #turn(index: number): void {
    const slot = this.#slots[index];
    if (!slot) return;
    for (const [waiting, tick] of [...slot]) {
      if (tick > this.#now || slot.get(waiting) !== tick) continue;
      slot.delete(waiting);
      waiting.due();
    }
    if (slot.size === 0) this.#slots[index] = undefined;
  }
}
