/**
 * When what did not arrive is tried again. Early steps are short, since people
 * wait for a chat; later ones spare whoever is down.
 *
 * @module
 */
export interface RetrySchedule {
  /** After the first failure, the second, …; the last one repeats. At least one. */
  readonly stepSeconds: readonly number[];
  /** From 0 up to 1: not all come back at once. */
  random(): number;
}

/** To each side. */
const JITTER = 0.1;
/** No peer puts us off for longer. */
const LONGEST_RETRY_AFTER_SECONDS = 3600;
const MAX_FIELD_LENGTH = 64;

/**
 * Seconds until the next attempt.
 *
 * @param failures Attempts that have failed, this one included.
 * @param notBeforeSeconds What the peer has asked for.
 */
export function nextAttemptSeconds(
  failures: number,
  { stepSeconds, random }: RetrySchedule,
  notBeforeSeconds = 0,
): number {
  const step = stepSeconds[Math.max(failures, 1) - 1] ?? stepSeconds.at(-1)!;
  const spread = 1 + JITTER * (2 * random() - 1);
  return Math.max(1, Math.round(step * spread), Math.ceil(notBeforeSeconds));
}

/**
 * A Retry-After field (RFC 9110 §10.2.3), cut to an hour; undefined without one
 * that can be read.
 *
 * @param now Milliseconds since 1970 UTC.
 */
export function retryAfterSeconds(
  field: string | undefined,
  now: number,
): number | undefined {
  const text = field?.slice(0, MAX_FIELD_LENGTH).trim() ?? "";
  const seconds = /^\d+$/.test(text)
    ? Number(text)
    : Math.ceil((httpDate(text) - now) / 1000);
  if (!Number.isFinite(seconds) || seconds <= 0) return undefined;
  return Math.min(seconds, LONGEST_RETRY_AFTER_SECONDS);
}

/** IMF-fixdate (RFC 9110 §5.6.7) alone: `Date.parse` takes much more for dates. */
function httpDate(text: string): number {
  return /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/
      .test(text)
    ? Date.parse(text)
    : NaN;
}
