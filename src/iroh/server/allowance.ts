/** How fast a client may send: what is beyond it waits in the network. @module */
import type { Clock } from "../../base/clock.ts";

export interface Rate {
  /** 0: any number. */
  readonly octetsPerSecond: number;
  readonly burst: number;
}

export class Allowance {
  readonly #clock: Clock;
  #spent = 0; // octets of the burst
  #atMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#atMs = clock.monotonic();
  }

  /** Takes so many. @returns for how long to read nothing, in milliseconds */
  take(octets: number, { octetsPerSecond, burst }: Rate): number {
    if (octetsPerSecond === 0) return 0;
    const now = this.#clock.monotonic();
    const earned = (now - this.#atMs) / 1000 * octetsPerSecond;
    this.#atMs = now;
    this.#spent = Math.max(0, this.#spent - earned) + octets;
    return Math.max(0, this.#spent - burst) / octetsPerSecond * 1000;
  }
}
