/**
 * Headers that every answer of ours carries, and the way from HTTP to HTTPS.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import { isIP } from "node:net";
import type { HttpHandler } from "../http/peer.ts";
import { SAFE_FIELDS } from "../http/server/fixed_answers.ts";
import type { UpgradeRoute } from "../http/server/upgrade.ts";
import type { SiteBackend, SiteEnv } from "./site_backend.ts";

/** Nothing from elsewhere, nothing inside the page itself. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Of a page that says nothing else about itself. */
const PAGE_DEFAULTS = [
  ["content-security-policy", CONTENT_SECURITY_POLICY],
  [
    "permissions-policy",
    "camera=(), microphone=(), geolocation=(), interest-cohort=()",
  ],
] as const;

/** Those that all our answers have. */
export const PAGE_HEADERS: readonly string[] = [
  "x-content-type-options",
  "referrer-policy",
  "strict-transport-security",
];

// What has to work in clear: clients look here before they know of TLS, operators
// at what other servers send to, and those servers at the port itself.
const PLAIN_PATHS =
  /^\/(?:mxdeliv\/?|doctor\/echo\/.*|robots\.txt|.*autoconfig\/.*|mail\/config-v1\.1\.xml)$/;

// Where credentials travel, a way elsewhere would come too late.
const PROGRAM_PATHS = /^\/(?:webimap|websmtp)\//;

export function securityHeaders(
  backend: SiteBackend,
): MiddlewareHandler<SiteEnv> {
  return async (context, next) => {
    const url = new URL(context.req.url);
    const facts = backend.facts(url.hostname);
    await next();
    const { headers } = context.res;
    for (const [name, value] of Object.entries(SAFE_FIELDS)) {
      headers.set(name, value);
    }
    if (headers.get("content-type")?.startsWith("text/html")) {
      headers.set("x-frame-options", "DENY");
      for (const [name, value] of PAGE_DEFAULTS) {
        if (!headers.has(name)) headers.set(name, value);
      }
    }
    if (
      context.env.secure && facts.links.publiclyTrusted &&
      facts.hstsSeconds > 0 &&
      !isIP(url.hostname.replace(/^\[|\]$/g, ""))
    ) {
      headers.set("strict-transport-security", `max-age=${facts.hstsSeconds}`);
    }
  };
}

/** From HTTP to HTTPS. The admin API comes before: who sent it a token in clear is to learn of it. */
export function movedToHttps(
  backend: SiteBackend,
): MiddlewareHandler<SiteEnv> {
  return async (context, next) => {
    const { pathname, search, hostname } = new URL(context.req.url);
    const { movedTo } = backend.facts(hostname);
    if (
      context.env.secure || movedTo === undefined ||
      !isRead(context.req.method) ||
      PLAIN_PATHS.test(pathname) || PROGRAM_PATHS.test(pathname)
    ) {
      return await next();
    }
    return context.redirect(movedTo + pathname + search, 308);
  };
}

/** Of all answers, whatever makes them. */
export function withSafeHeaders(next: HttpHandler): HttpHandler {
  return async (request, exchange) => safe(await next(request, exchange));
}

/** Of those that refuse another protocol, too. */
export function safeUpgrade(route: UpgradeRoute): UpgradeRoute {
  return {
    ...route,
    async accept(request, peer) {
      const answer = await route.accept(request, peer);
      return answer instanceof Response ? safe(answer) : answer;
    },
  };
}

function safe(response: Response): Response {
  if (response.type === "error") return response;
  for (const [name, value] of Object.entries(SAFE_FIELDS)) {
    if (!response.headers.has(name)) response.headers.set(name, value);
  }
  return response;
}

function isRead(method: string): boolean {
  return method === "GET" || method === "HEAD";
}
