/**
 * Headers that every answer of ours carries, and the way from HTTP to HTTPS.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import { isIP } from "node:net";
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
    const { secure } = context.env;
    if (
      !secure && facts.movedTo !== undefined && isRead(context.req.method) &&
      !PLAIN_PATHS.test(url.pathname) && !PROGRAM_PATHS.test(url.pathname)
    ) {
      return context.redirect(facts.movedTo + url.pathname + url.search, 308);
    }
    await next();
    const { headers } = context.res;
    headers.set("x-content-type-options", "nosniff");
    headers.set("referrer-policy", "no-referrer");
    if (headers.get("content-type")?.startsWith("text/html")) {
      headers.set("x-frame-options", "DENY");
      for (const [name, value] of PAGE_DEFAULTS) {
        if (!headers.has(name)) headers.set(name, value);
      }
    }
    if (
      secure && facts.links.publiclyTrusted && facts.hstsSeconds > 0 &&
      !isIP(url.hostname.replace(/^\[|\]$/g, ""))
    ) {
      headers.set("strict-transport-security", `max-age=${facts.hstsSeconds}`);
    }
  };
}

function isRead(method: string): boolean {
  return method === "GET" || method === "HEAD";
}
