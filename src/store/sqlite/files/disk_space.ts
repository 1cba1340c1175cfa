/** How much room the file system has, asked at most once a second. @module */
import { statfs } from "node:fs/promises";
import type { Clock } from "../../../base/clock.ts";
import { Refusal } from "../../../base/refusal.ts";
import { BALLAST_OCTETS } from "./ballast.ts";

const CACHE_MS = 1000;
const COMPLAIN_MS = 60_000;
/** It takes no more than half of what there is, also where mail is refused already. */
const FIRST_OCTETS = 2 * BALLAST_OCTETS;
const TIMES_SIZE = 2; // a message is written twice: into the log, then in its place

export interface DiskSpaceOptions {
  readonly stateDir: string;
  readonly minFreeOctets: number;
  readonly clock: Clock;
  /** A write has met a full disk, and there has not been room since. */
  readonly isFull: () => boolean;
  /** Called, at most once a second, when there is room for it. */
  readonly layBallast: () => Promise<void>;
  /** Called, at most once a minute, when there is too little. */
  readonly onShortage: () => void;
}

export class DiskSpace {
  #freeOctets = Infinity;
  #readAtMs = -Infinity;
  #complainedAtMs = -Infinity;

  constructor(readonly options: DiskSpaceOptions) {}

  /** @throws {Refusal} `storage_full` */
  async check(sizeOctets: number): Promise<void> {
    const { clock, minFreeOctets } = this.options;
    if (clock.monotonic() - this.#readAtMs >= CACHE_MS) await this.#read();
    const free = this.#freeOctets;
    if (free < minFreeOctets || free < sizeOctets * TIMES_SIZE) {
      throw new Refusal("storage_full");
    }
  }

  /** Looks anew, after a write has failed. @throws {Refusal} `storage_full` */
  async checkAgain(): Promise<void> {
    this.#readAtMs = -Infinity;
    await this.check(BALLAST_OCTETS);
  }

  #complain(): void {
    const now = this.options.clock.monotonic();
    if (now - this.#complainedAtMs < COMPLAIN_MS) return;
    this.#complainedAtMs = now;
    this.options.onShortage();
  }

  async #read(): Promise<void> {
    this.#readAtMs = this.options.clock.monotonic();
    const { bavail, bsize } = await statfs(this.options.stateDir);
    this.#freeOctets = bavail * bsize;
    const { minFreeOctets, isFull, layBallast } = this.options;
    const enough = isFull() ? minFreeOctets + BALLAST_OCTETS : FIRST_OCTETS;
    if (this.#freeOctets >= enough) await layBallast();
    if (this.#freeOctets < minFreeOctets) this.#complain();
  }
}
