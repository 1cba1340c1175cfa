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
/** Of what was over the limit in all of these. */
const PAIRED_TRIES = 30;
/** What `reference` takes on two cores of a small server that do nothing else. */
const REFERENCE_MS = 20;

/** Every text of the family, with a name that tells how to make it again. */
export function* textsOf(
  { alphabet, limit, around = [["", ""]] }: Family,
): Generator<{ readonly name: string; readonly text: string }> {
  for (const size of limit < LONG ? [limit, LONG] : [limit]) {
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
 * Fails if reading the text holds the thread for long every time it is tried. Where
 * the machine is slower than ours at its best, it has as much longer: what else
 * runs slows down the reference beside it as well.
 */
export function assertQuick(name: string, read: () => void): void {
  let spentMs = leastOf(TRIES, read, LIMIT_MS);
  for (let i = 0; spentMs > LIMIT_MS && i < PAIRED_TRIES; i++) {
    const slow = slownessNow();
    spentMs = leastOf(1, read, 0) / slow;
  }
  assert.ok(spentMs <= LIMIT_MS, `${spentMs.toFixed(0)} ms for ${name}`);
}

/** How much slower the machine is now than the one that limits are meant for; 1 if it is not. */
export function slownessNow(): number {
  return Math.max(1, leastOf(1, reference, 0) / REFERENCE_MS);
}

/**
 * Milliseconds of the quickest try; less than `enough` needs no other one. Time
 * counts by the clock or by what the process has worked, whichever is less: the one
 * runs while others have the processor, the other while other threads work.
 */
function leastOf(tries: number, work: () => void, enough: number): number {
  let least = Infinity;
  for (let i = 0; i < tries && least > enough; i++) {
    const before = cpuUsage();
    const start = performance.now();
    work();
    const elapsed = performance.now() - start;
    const { user, system } = cpuUsage(before);
    least = Math.min(least, elapsed, (user + system) / 1000);
  }
  return least;
}

/** What parsers do, mostly. */
function reference(): void {
  const text = "ab\n".repeat(20_000);
  let sum = 0;
  for (let i = 0; i < 20; i++) {
    for (const part of text.split("\n")) sum += part.length;
  }
  assert.ok(sum > 0);
}
