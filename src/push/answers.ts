/** What the answer of a notification proxy means for the device. @module */
import type { HttpResponse } from "../http/client/response_receiver.ts";

/**
 * `sent`: it is woken. `gone`: the token is nobody's any more. `wait`: the proxy
 * says when to come again. `refused`: it does not like this token, or us.
 * `failed`: it is out of order, or cannot be reached.
 */
export type PushAnswer =
  | { readonly kind: "sent" }
  | { readonly kind: "gone" }
  | {
    readonly kind: "wait";
    readonly waitMs: number;
    /** It is not only that we ask too often. */
    readonly isFailure: boolean;
    readonly reason: string;
  }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string };

const MAX_WAIT_MS = 3_600_000;
const TOO_MANY = 429;
const UNAVAILABLE = 503;
const GONE = 410;

export function answerOf(
  { status, fields }: Pick<HttpResponse, "status" | "fields">,
  nowMs: number,
): PushAnswer {
  const reason = `the proxy answers ${status}`;
  if (status >= 200 && status < 300) return { kind: "sent" };
  if (status === GONE) return { kind: "gone" };
  if (status === TOO_MANY || status === UNAVAILABLE) {
    const waitMs = retryAfterMs(fields.get("retry-after"), nowMs);
    const isFailure = status === UNAVAILABLE;
    if (waitMs !== undefined) {
      return { kind: "wait", waitMs, isFailure, reason };
    }
    if (!isFailure) return { kind: "refused", reason };
  }
  return status >= 400 && status < 500
    ? { kind: "refused", reason }
    : { kind: "failed", reason };
}

/** Seconds, or a date (RFC 9110 §10.2.3); no more than an hour. */
function retryAfterMs(
  written: string | undefined,
  nowMs: number,
): number | undefined {
  if (written === undefined) return undefined;
  const ms = /^[0-9]{1,9}$/.test(written)
    ? Number(written) * 1000
    : Date.parse(written) - nowMs;
  if (Number.isNaN(ms)) return undefined;
  return Math.min(Math.max(ms, 1000), MAX_WAIT_MS);
}
