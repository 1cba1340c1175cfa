/** When a notification that failed is tried again, and when it is given up. @module */

/** Of a message that nobody was woken for: it is found by then anyway. */
export const LIFETIME_MS = 5 * 3_600_000;
/** Between two requests with the same token. */
export const SPACING_MS = 1000;
/** What the proxy does not like is tried so often in all. */
export const REFUSED_ATTEMPTS = 3;

const BASE_SECONDS = 8;
const JITTER = 0.2;
const MAX_ATTEMPTS = 5; // the next wait would be longer than the lifetime

/**
 * 8 s, 64 s, 512 s, 4096 s, each up to a fifth more or less.
 *
 * @param failed attempts so far, from 1
 * @param lot from 0 to 1
 * @returns milliseconds; undefined: no more
 */
export function backOffMs(failed: number, lot: number): number | undefined {
  if (failed >= MAX_ATTEMPTS) return undefined;
  return BASE_SECONDS ** failed * 1000 * (1 + (2 * lot - 1) * JITTER);
}

/** What no back-off is longer than. */
export const MAX_BACK_OFF_MS = BASE_SECONDS ** (MAX_ATTEMPTS - 1) * 1000 *
  (1 + JITTER);
