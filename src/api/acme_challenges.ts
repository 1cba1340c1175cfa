/**
 * What an authority looks at to see that a name leads here (RFC 8555 §8.3),
 * before all else: under any name, without TLS, however often.
 *
 * @module
 */
import type { HttpHandler } from "../http/peer.ts";

export const ACME_PREFIX = "/.well-known/acme-challenge/";
const TOKEN = /^[A-Za-z0-9_-]{1,512}$/;

/** @param answerTo undefined for a token that nobody waits for */
export function withAcmeChallenges(
  answerTo: (token: string) => string | undefined,
  next: HttpHandler,
): HttpHandler {
  return (request, exchange) => {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith(ACME_PREFIX)) return next(request, exchange);
    if (request.method !== "GET" && request.method !== "HEAD") {
      return answer(405, "Method not allowed\n", { allow: "GET, HEAD" });
    }
    const token = pathname.slice(ACME_PREFIX.length);
    const found = TOKEN.test(token) ? answerTo(token) : undefined;
    return found === undefined
      ? answer(404, "Not found\n")
      : answer(200, found, { "content-type": "application/octet-stream" });
  };
}

function answer(
  status: number,
  text: string,
  fields: Record<string, string> = {},
): Response {
  return new Response(text, {
    status,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
      ...fields,
    },
  });
}
