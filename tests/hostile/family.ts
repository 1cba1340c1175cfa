/**
 * Texts that make careless patterns and loops slow: runs of one character that a
 * grammar knows, runs that end in another one, and runs of two in turn.
 *
 * @module
 */
import assert from "node:assert/strict";
import { cpuUsage } from "node:process";

export interface Family {
  /** Characters, or short words, that the grammar gives a meaning. */
  readonly alphabet: readonly string[];
  /** Longest text that the parser is given in earnest, in octets. */
  readonly limit: number;
  /** What stands before and behind the run; nothing, if absent. */
  readonly around?: readonly (readonly [before: string, behind: string])[];
}

/** Well over every limit of what is read before login. */
export const LONG = 65_536;
const LIMIT_MS = 20;
/** Of what is over the limit, since the machine has other things to do as well. */
const TRIES = 8;

/** Every text of the family, with a name that tells how to make it again. */
export function* textsOf(
  { alphabet, limit, around = [["", ""]] }: Family,
): Generator<{ readonly name: string; readonly text: string }> {
  for (const size of new Set([limit, LONG])) {
    for (const [before, behind] of around) {
      for (const { unit, end } of runs(alphabet, size)) {
        const room = size - before.length - behind.length - end.length;
        const run = unit.repeat(Math.ceil(room / unit.length)).slice(0, room);
        yield {
          name: JSON.stringify([before, unit, size, end, behind]),
          text: before + run + end + behind,
        };
      }
    }
  }
}

/** Long texts take their time to make: runs of two are tried where most is read. */
function* runs(
  alphabet: readonly string[],
  size: number,
): Generator<{ readonly unit: string; readonly end: string }> {
  for (const x of alphabet) {
    yield { unit: x, end: "" };
    for (const y of alphabet) {
      if (y === x) continue;
      yield { unit: x, end: y };
      if (size < LONG) yield { unit: x + y, end: "" };
    }
  }
}

/**
 * Fails if reading the text holds the thread for long every time it is tried. Time
 * counts by the clock or by what the process has worked, whichever is less: the one
 * runs while others have the processor, the other while other threads work.
 */
export function assertQuick(name: string, read: () => void): void {
  let best = Infinity;
  for (let i = 0; i < TRIES && best > LIMIT_MS; i++) {
    const before = cpuUsage();
    const start = performance.now();
    read();
    const elapsed = performance.now() - start;
    const { user, system } = cpuUsage(before);
    best = Math.min(best, elapsed, (user + system) / 1000);
  }
  assert.ok(best <= LIMIT_MS, `${best.toFixed(0)} ms for ${name}`);
}
