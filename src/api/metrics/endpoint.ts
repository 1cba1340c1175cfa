/** `GET /metrics`, on a listener of its own. @module */
import { Buffer } from "node:buffer";
import { createHash, timingSafeEqual } from "node:crypto";
import type { HttpHandler } from "../../http/peer.ts";
import {
  type Exposition,
  type ExpositionFormat,
  formatFor,
} from "../../observe/metrics/exposition.ts";

export interface MetricsEndpointParts {
  /** Asked at each request; empty: anybody may ask. */
  token(): string;
  expose(format: ExpositionFormat): Promise<Exposition>;
}

const PATH = "/metrics";
const PLAIN = { "content-type": "text/plain; charset=utf-8" };

export function metricsEndpoint(
  { token, expose }: MetricsEndpointParts,
): HttpHandler {
  return async (request) => {
    if (new URL(request.url).pathname !== PATH) {
      return new Response("Not found\n", { status: 404, headers: PLAIN });
    }
    if (request.method !== "GET") {
      return new Response("Method not allowed\n", {
        status: 405,
        headers: { ...PLAIN, allow: "GET" },
      });
    }
    if (!isAllowed(request.headers.get("authorization") ?? "", token())) {
      return new Response("Unauthorized\n", {
        status: 401,
        headers: { ...PLAIN, "www-authenticate": 'Basic realm="metrics"' },
      });
    }
    const accept = request.headers.get("accept") ?? "";
    const { contentType, text } = await expose(formatFor(accept));
    return new Response(text, {
      headers: { "content-type": contentType, "cache-control": "no-store" },
    });
  };
}

/** As a bearer token (RFC 6750 §2.1), or as the password of any user (RFC 7617 §2). */
function isAllowed(authorization: string, token: string): boolean {
  if (token === "") return true;
  const [scheme = "", given = ""] = authorization.slice(0, 4096).split(" ");
  switch (scheme.toLowerCase()) {
    case "bearer":
      return isSame(given, token);
    case "basic":
      return isSame(passwordIn(given), token);
    default:
      return false;
  }
}

function passwordIn(credentials: string): string {
  const text = Buffer.from(credentials, "base64").toString("utf-8");
  const colon = text.indexOf(":");
  return colon < 0 ? "" : text.slice(colon + 1);
}

/** Takes as long wherever they differ. */
function isSame(given: string, token: string): boolean {
  return timingSafeEqual(hashOf(given), hashOf(token));
}

function hashOf(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
