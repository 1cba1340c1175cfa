/** Whether another site asks, in the browser of somebody who reads it. @module */
import type { SiteBackend } from "./site_backend.ts";

/**
 * A browser tells which page asks; apps and scripts do not. Since our pages send
 * no referrer, their forms have the origin "null", and it is Sec-Fetch-Site that
 * tells them from a stranger's.
 */
export function isForeign(request: Request, backend: SiteBackend): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site !== "same-origin" && site !== "none";
  const origin = request.headers.get("origin");
  if (origin === null) return false;
  const asked = new URL(request.url).host;
  const from = URL.parse(origin)?.host;
  const { hosts } = backend.facts(new URL(request.url).hostname);
  return from === undefined || (from !== asked && !hosts.includes(from));
}
