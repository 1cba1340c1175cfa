/** Asks an authority when a certificate is to be renewed (RFC 9773 §4), and notes what it says. @module */
import type { Certificate } from "../certificate.ts";
import type { AcmeState } from "./kept_state.ts";
import { renewalId } from "./renewal.ts";
import type { AcmeSession } from "./session.ts";
import { readShape, RENEWAL_INFO } from "./shapes.ts";
import { AcmeTrouble } from "./trouble.ts";

export interface RenewalAnswer {
  /** Milliseconds since 1970 UTC; undefined: it does not say. */
  readonly window?: { readonly startMs: number; readonly endMs: number };
  readonly askAgainMs: number;
}

const HOUR_MS = 60 * 60_000;
const ASK_AGAIN_MS = 6 * HOUR_MS;
const MIN_ASK_AGAIN_MS = 60_000;
const MAX_ASK_AGAIN_MS = 24 * HOUR_MS;

/** Never rejects with what an authority does: its word is a help, not a need. */
export async function askRenewalWindow(
  session: AcmeSession,
  certificate: Certificate,
  nowMs: number,
): Promise<RenewalAnswer> {
  try {
    const { renewalInfo } = await session.directory();
    const id = renewalId(certificate.chainPem);
    if (renewalInfo === undefined || id === undefined) {
      return { askAgainMs: nowMs + MAX_ASK_AGAIN_MS };
    }
    const response = await session.get(
      `${renewalInfo.replace(/\/$/, "")}/${id}`,
    );
    const { suggestedWindow } = readShape(
      RENEWAL_INFO,
      response.body,
      "renewal information",
    );
    const window = {
      startMs: Date.parse(suggestedWindow.start),
      endMs: Date.parse(suggestedWindow.end),
    };
    const waitMs = session.retryAfterMs(response) ?? ASK_AGAIN_MS;
    const askAgainMs = nowMs +
      Math.min(Math.max(waitMs, MIN_ASK_AGAIN_MS), MAX_ASK_AGAIN_MS);
    return window.startMs <= window.endMs
      ? { window, askAgainMs }
      : { askAgainMs };
  } catch (error) {
    if (!(error instanceof AcmeTrouble)) throw error;
    return { askAgainMs: nowMs + HOUR_MS };
  }
}

/**
 * What is known once an authority has answered. Of a window that it has not
 * suggested before a moment is chosen at random (RFC 9773 §4.2).
 */
export function afterAsking(
  { renewal, ...rest }: AcmeState,
  { answer: { window, askAgainMs }, fingerprint, random }: {
    readonly answer: RenewalAnswer;
    /** Of the certificate. */
    readonly fingerprint: string;
    /** From 0 to 1. */
    readonly random: number;
  },
): AcmeState {
  const before = renewal?.fingerprint === fingerprint ? renewal : undefined;
  const isSame = before && window && before.startMs === window.startMs &&
    before.endMs === window.endMs;
  const chosen = window && !isSame
    ? {
      ...window,
      fingerprint,
      chosenMs: window.startMs +
        random * Math.max(window.endMs - window.startMs, 0),
    }
    : before;
  return {
    ...rest,
    askAgainMs,
    ...(chosen === undefined ? {} : { renewal: chosen }),
  };
}
