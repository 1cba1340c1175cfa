/** Waiting for what no event tells of. @module */

const LIMIT_MS = 120_000;
const LOOK_MS = 50;

/**
 * Asks again and again until the answer is not undefined or false.
 *
 * @throws {Error} after two minutes
 */
export async function until<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined | false>,
): Promise<Answer> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`No ${what} in time`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
