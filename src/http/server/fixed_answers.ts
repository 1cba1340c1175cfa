/** Answers to what reaches no handler. @module */
import type { Outgoing } from "./response_body.ts";

/** What is said to what reaches no handler. */
export interface FixedAnswers {
  plain(status: number, fields?: Record<string, string>): Outgoing;
  /** To `OPTIONS *` (RFC 9110 §9.3.7). */
  allowed(): Outgoing;
}

/**
 * Known nowhere: what would show a page the fields of its request, and what a
 * `Request` would take for another method, since their case counts (RFC 9110 §9.1).
 */
export function isNoMethod(method: string): boolean {
  return method === "TRACE" || method === "TRACK" || /[a-z]/.test(method);
}

/** To CONNECT, TRACE and `OPTIONS *`. */
export const ALLOWED = { allow: "GET, HEAD, POST, OPTIONS" };
export const CONTINUE: Uint8Array = new TextEncoder().encode(
  "HTTP/1.1 100 Continue\r\n\r\n",
);

const TEXTS: Readonly<Record<number, string>> = {
  400: "Bad request\n",
  405: "Method not allowed\n",
  414: "The address is too long\n",
  417: "Expectation failed\n",
  421: "Not a name of this server\n", // RFC 9110 §15.5.20
  431: "The header is too large\n",
  500: "Internal error\n",
  501: "Not implemented\n",
  505: "HTTP version not supported\n",
};

/** What an answer has that is for browsers, too. */
export const SAFE_FIELDS: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

export const FIXED_ANSWERS: FixedAnswers = {
  plain: (status, fields = {}) => ({
    status,
    headers: new Headers({
      ...SAFE_FIELDS,
      "content-type": "text/plain; charset=utf-8",
      ...fields,
    }),
    body: {
      kind: "whole",
      octets: new TextEncoder().encode(TEXTS[status] ?? ""),
    },
  }),
  allowed: () => ({
    status: 204,
    headers: new Headers({ ...SAFE_FIELDS, ...ALLOWED }),
    body: { kind: "none" },
  }),
};
