/** Waiting for what other threads, processes and the kernel do. @module */

/** Longer than anything takes on a busy machine; who waits in vain is told so, by name. */
export const PATIENCE_MS = 300_000;
const LOOK_MS = 5;

/**
 * Waits until it is so.
 *
 * @param told What is known of why it is not
 * @throws {Error} after minutes
 */
export async function happens(
  isSo: () => boolean | Promise<boolean>,
  told: () => string = () => "",
  lookMs = LOOK_MS,
): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!await isSo()) {
    if (performance.now() > end) {
      throw new Error(
        `In ${PATIENCE_MS / 60_000} minutes it is not so${told()}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}
