/** Deadlines that are meant to pass, on a machine that may be busy. @module */
import { isDeepStrictEqual } from "node:util";

const FIRST_MS = 200;
const LONGEST_MS = 60_000;

/**
 * Tries it with ever longer deadlines until it ends as it should: too short a one
 * passes before it has come to what it is for.
 *
 * @returns What came of the last
 */
export async function withPatience<T>(
  expected: unknown,
  run: (deadlineMs: number) => Promise<T>,
  outcomeOf: (result: T) => unknown = (result) => result,
): Promise<T> {
  for (let deadlineMs = FIRST_MS;; deadlineMs *= 2) {
    const result = await run(deadlineMs);
    const isSo = isDeepStrictEqual(outcomeOf(result), expected);
    if (isSo || deadlineMs > LONGEST_MS) return result;
  }
}
