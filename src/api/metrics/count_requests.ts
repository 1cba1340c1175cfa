/** Counts requests by route, method and status; no other part of a URL is told. @module */
import type { Clock } from "../../base/clock.ts";
import type { HttpHandler } from "../../http/peer.ts";
import type { Metrics } from "../../observe/metrics/metrics.ts";

/** First parts of the paths that there are; all others are one. */
const ROUTES = new Set([
  "",
  "new",
  "mxdeliv",
  "exchanger",
  "pull",
  "api",
  "admin",
  "account",
  "app",
  "docs",
  "inv",
  "share",
  "relay",
  "ping",
  "generate_204",
  "healthz",
  "webimap",
  "websmtp",
  ".well-known",
  "autoconfig",
  "mail",
  "robots.txt",
]);
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]);
const OTHER = "other";

export interface CountingParts {
  readonly metrics: Metrics;
  readonly clock: Pick<Clock, "monotonic">;
}

export function countRequests(
  { metrics, clock }: CountingParts,
  handler: HttpHandler,
): HttpHandler {
  return async (request, exchange) => {
    const beganMs = clock.monotonic();
    const route = routeOf(new URL(request.url).pathname);
    const method = METHODS.has(request.method) ? request.method : OTHER;
    let code = "500";
    try {
      const response = await handler(request, exchange);
      code = String(response.status);
      return response;
    } finally {
      metrics.count("http_requests_total", route, method, code);
      metrics.observe(
        "http_request_seconds",
        (clock.monotonic() - beganMs) / 1000,
        route,
      );
    }
  };
}

function routeOf(path: string): string {
  const end = path.indexOf("/", 1);
  const first = path.slice(1, end < 0 ? undefined : end);
  return ROUTES.has(first) ? `/${first}` : OTHER;
}
