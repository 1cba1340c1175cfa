/** How long to wait after orders that failed, so that no limit of an authority is reached. @module */
import type { AcmeState } from "./kept_state.ts";
import type { AcmeTrouble } from "./trouble.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** After the first failure in a row, the second, …; the last one repeats. */
const STEPS_MS = [
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
];
/** An authority that cannot be reached counts nothing: the network may only just come up. */
const FIRST_UNREACHABLE_MS = MINUTE_MS;
const SPREAD = 0.1;
const RATE_LIMIT_MS = HOUR_MS;
/** Authorities allow five failed validations of a name in an hour. */
const ORDERS_PER_HOUR = 3;

/** The state after one more failure. @param random From 0 to 1, so that not all come at once. */
export function afterFailure(
  state: AcmeState,
  trouble: AcmeTrouble,
  { nowMs, random }: { readonly nowMs: number; readonly random: number },
): AcmeState {
  const { kind, more: { retryAfterMs = 0, problem } } = trouble;
  const isLimited = trouble.isProblem("rateLimited");
  const limitMs = isLimited ? retryAfterMs || RATE_LIMIT_MS : retryAfterMs;
  const step = kind === "unreachable" && state.failures === 0
    ? FIRST_UNREACHABLE_MS
    : STEPS_MS[Math.min(state.failures, STEPS_MS.length - 1)]!;
  const waitMs = Math.max(step * (1 + SPREAD * random), limitMs);
  const { limitedUntilMs: _past, ...rest } = state;
  return {
    ...rest,
    failures: state.failures + 1,
    nextAttemptMs: nowMs + waitMs,
    ...(isLimited ? { limitedUntilMs: nowMs + limitMs } : {}),
    lastError: {
      atMs: nowMs,
      message: trouble.message,
      ...(problem === undefined
        ? {}
        : { problem: { ...problem, subproblems: [...problem.subproblems] } }),
    },
  };
}

/** Milliseconds since 1970 UTC; 0: at once. */
export function earliestAttempt(state: AcmeState, nowMs: number): number {
  const wasSetBack = (state.lastError?.atMs ?? 0) > nowMs;
  const { nextAttemptMs = 0, limitedUntilMs = 0 } = wasSetBack ? {} : state;
  const recent = recentOrders(state, nowMs);
  const full = recent.length < ORDERS_PER_HOUR
    ? 0
    : recent.at(-ORDERS_PER_HOUR)! + HOUR_MS;
  return Math.max(nextAttemptMs, limitedUntilMs, full);
}

/** What failed before need not wait any longer; the limits of an authority stay. */
export function withoutWaiting(state: AcmeState): AcmeState {
  const { nextAttemptMs: _waiting, ...rest } = state;
  return rest;
}

/** How many orders there may still be in this hour. */
export function ordersLeft(state: AcmeState, nowMs: number): number {
  return Math.max(ORDERS_PER_HOUR - recentOrders(state, nowMs).length, 0);
}

/** A clock that was set back makes none of the future. */
export function recentOrders(
  { ordersMs }: AcmeState,
  nowMs: number,
): readonly number[] {
  return ordersMs.filter((ms) => ms > nowMs - HOUR_MS && ms <= nowMs);
}
