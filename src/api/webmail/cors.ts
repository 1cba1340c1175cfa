/**
 * Which web pages of other origins may ask (CORS): those that are listed,
 * exactly, and nobody by default.
 *
 * @module
 */
import { ANY_ORIGIN } from "../../config/web_kinds.ts";

const METHODS = "GET, POST, PUT, DELETE, OPTIONS";
const HEADERS =
  "Content-Type, X-Email, X-Password, X-Auth-Encoding, Authorization, X-Ticket";
const MAX_AGE_SECONDS = 600;

/** Whether a page of this origin is listed; "null" is no origin but anybody's. */
export function isListed(origin: string, allowed: readonly string[]): boolean {
  if (allowed.includes(ANY_ORIGIN)) return true;
  const exact = URL.parse(origin)?.origin;
  return exact !== undefined && exact !== "null" && allowed.includes(exact);
}

/** Whether the page is one of ours: at the host that was asked, or another name of it. */
export function isOwnOrigin(
  origin: string,
  asked: URL,
  hosts: readonly string[],
): boolean {
  const page = URL.parse(origin);
  return page !== null && /^https?:$/.test(page.protocol) &&
    (page.host === asked.host || hosts.includes(page.host));
}

/** Says who may read an answer. */
export function withCors(
  { headers }: Response,
  request: Request,
  allowed: readonly string[],
): void {
  headers.append("vary", "Origin");
  const origin = request.headers.get("origin");
  if (origin === null || !isListed(origin, allowed)) return;
  const isAnybody = allowed.includes(ANY_ORIGIN);
  headers.set("access-control-allow-origin", isAnybody ? ANY_ORIGIN : origin);
  headers.set("access-control-expose-headers", "Retry-After");
}

/** To a browser that asks before it sends. */
export function preflight(
  request: Request,
  allowed: readonly string[],
): Response {
  const origin = request.headers.get("origin");
  if (origin === null || !isListed(origin, allowed)) {
    return new Response(null, { status: 403 });
  }
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-methods": METHODS,
      "access-control-allow-headers": HEADERS,
      "access-control-max-age": String(MAX_AGE_SECONDS),
    },
  });
}
