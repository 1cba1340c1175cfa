/** Waiting for what no event tells of. @module */
import { isDeepStrictEqual } from "node:util";

/** Nothing that a test waits for takes so long, on a busy machine either. */
export const LIMIT_MS = 180_000;
const LOOK_MS = 50;

/**
 * Asks again and again until the answer is neither null, undefined nor false.
 *
 * @param what May tell more when it did not come
 * @throws {Error} after three minutes
 */
export async function until<Answer>(
  what: string | (() => string),
  ask: () => Promise<Answer | undefined | null | false>,
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
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
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
