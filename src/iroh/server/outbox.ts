/**
 * What waits to be written to one client, bounded in frames and octets: one that
 * takes nothing loses datagrams, as on any network, and costs no memory.
 *
 * @module
 */

/** Of which each has a line of its own, in the order in which they go. */
export type Line = "notices" | "disco" | "datagrams";

const MAX_FRAMES: Readonly<Record<Line, number>> = {
  notices: 512,
  disco: 512,
  datagrams: 512,
};
const MAX_OCTETS = 1024 * 1024;
/** Of all clients together. */
const MAX_OCTETS_OF_ALL = 128 * 1024 * 1024;
/** At once, unless one frame is larger. */
const BATCH_OCTETS = 32 * 1024;

/** What all outboxes of a server hold. */
export interface Waiting {
  octets: number;
}

export class Outbox {
  readonly #lines: Record<Line, Uint8Array[]> = {
    notices: [],
    disco: [],
    datagrams: [],
  };
  readonly #all: Waiting;
  #octets = 0;

  constructor(all: Waiting) {
    this.#all = all;
  }

  /** Whether one more of so many octets fits in. */
  hasRoom(line: Line, octets: number): boolean {
    return this.#lines[line].length < MAX_FRAMES[line] &&
      this.#octets + octets <= MAX_OCTETS &&
      this.#all.octets + octets <= MAX_OCTETS_OF_ALL;
  }

  add(line: Line, frame: Uint8Array): void {
    this.#lines[line].push(frame);
    this.#count(frame.length);
  }

  /** What is to be written next; empty if nothing waits. */
  take(): Uint8Array[] {
    const batch: Uint8Array[] = [];
    let octets = 0;
    for (const line of Object.values(this.#lines)) {
      let count = 0;
      for (const { length } of line) {
        if (octets > 0 && octets + length > BATCH_OCTETS) break;
        octets += length;
        count++;
      }
      batch.push(...line.splice(0, count));
      if (line.length > 0) break; // the order stays
    }
    this.#count(-octets);
    return batch;
  }

  /** Forgets all of it. */
  clear(): void {
    this.#count(-this.#octets);
    for (const line of Object.values(this.#lines)) line.length = 0;
  }

  #count(octets: number): void {
    this.#octets += octets;
    this.#all.octets += octets;
  }
}
