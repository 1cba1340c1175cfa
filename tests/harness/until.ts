/** Waiting for what no event tells of: other threads, processes, the kernel. @module */
import { isDeepStrictEqual } from "node:util";

/** Nothing that a test waits for takes so long, on a busy machine either. */
export const LIMIT_MS = 300_000;
const LOOK_MS = 50;
/** Of what costs nothing to look at. */
const NEAR_LOOK_MS = 5;

/**
 * Asks again and again until the answer is neither null, undefined nor false.
 *
 * @param what May tell more when it did not come
 * @throws {Error} after five minutes
 */
export async function until<Answer>(
  what: string | (() => string),
  ask: () => Promise<Answer | undefined | null | false>,
  lookMs = LOOK_MS,
): Promise<Answer> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    const answer = await ask();
    if (answer != null && answer !== false) return answer;
    if (performance.now() > deadline) {
      throw new Error(
        typeof what === "string" ? `No ${what} in time` : what(),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

/**
 * Waits until it is so.
 *
 * @param told What is known of why it is not
 * @throws {Error} as `until`
 */
export async function happens(
  isSo: () => boolean | Promise<boolean>,
  told: () => string = () => "",
  lookMs = NEAR_LOOK_MS,
): Promise<void> {
  const what = () => `In ${LIMIT_MS / 60_000} minutes it is not so${told()}`;
  await until(what, async () => await isSo(), lookMs);
}

/** Asks until the answer is the expected one. @throws {Error} with the last answer */
export async function untilEqual<Answer>(
  expected: Answer,
  ask: () => Promise<Answer>,
): Promise<void> {
  let last: Answer | undefined;
  const what = () =>
    `Not ${JSON.stringify(expected)} in time: ${JSON.stringify(last)}`;
  await until(what, async () => {
    last = await ask();
    return isDeepStrictEqual(last, expected);
  });
}
