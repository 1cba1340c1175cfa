/**
 * Who asks the admin API: a token in the envelope or in the Authorization field,
 * or the cookie of a session. A cookie counts only for pages of this site, and
 * only together with what such a page alone can know.
 *
 * @module
 */
import type {
  AdminAccess,
  Credential,
} from "../../admin/access/admin_access.ts";
import { csrfOf, digestOf, isSameDigest } from "../../admin/access/secrets.ts";
import type { AuditLog } from "../../admin/access/audit.ts";
import type { HttpPeer } from "../../http/peer.ts";
import { ApiFault } from "./envelope.ts";
import type { AuthFailures } from "./failures.ts";

export interface AuthenticationParts {
  readonly access: AdminAccess;
  readonly failures: AuthFailures;
  readonly audit: AuditLog;
  /** Of who shows a token or code: `ok`, or the code of a refusal. */
  countLogin(result: "ok" | "bad_credentials" | "too_many_attempts"): void;
}

export interface Asking {
  readonly request: Request;
  readonly peer: HttpPeer;
}

/** Over TLS, only this host can have set it, for all of its paths. */
export function cookieName({ secure }: Pick<HttpPeer, "secure">): string {
  return secure ? "__Host-adm" : "adm";
}

export function cookieOf({ request, peer }: Asking): string | undefined {
  const wanted = cookieName(peer);
  for (const pair of (request.headers.get("cookie") ?? "").split(";", 100)) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === wanted) {
      return pair.slice(at + 1).trim();
    }
  }
  return undefined;
}

/** @throws {ApiFault} 401, 403 or 429 */
export async function authenticate(
  parts: AuthenticationParts,
  asking: Asking,
  inner?: string,
): Promise<Credential> {
  const written = inner ?? asking.request.headers.get("authorization");
  if (written !== null) {
    const token = /^bearer +(\S+) *$/i.exec(written.slice(0, 2000))?.[1];
    return await byToken(parts, asking, token ?? "");
  }
  const cookie = cookieOf(asking);
  if (cookie === undefined) throw unauthorized();
  return bySession(parts, asking, cookie);
}

/** @throws {ApiFault} */
export async function byToken(
  parts: AuthenticationParts,
  { peer }: Asking,
  token: string,
): Promise<Credential> {
  refuseIfLocked(parts, peer);
  const credential = parts.access.tokens.bearer(token);
  if (credential) {
    parts.failures.succeeded(peer.address);
    return credential;
  }
  throw await failed(parts, peer);
}

/** @throws {ApiFault} 429 */
export function refuseIfLocked(
  { failures, countLogin }: AuthenticationParts,
  { address }: HttpPeer,
): void {
  const seconds = failures.wait(address);
  if (seconds === 0) return;
  countLogin("too_many_attempts");
  throw new ApiFault(429, "rate_limited", "unauthorized", {
    retryAfterSeconds: seconds,
  });
}

/** Counts it; who is locked out for it is written down. */
export async function failed(
  { failures, audit, countLogin }: AuthenticationParts,
  { address }: HttpPeer,
): Promise<ApiFault> {
  countLogin("bad_credentials");
  const seconds = failures.failed(address);
  if (seconds > 0) {
    await audit.add({
      actor: "nobody",
      ip: address,
      resource: "login",
      method: "",
      summary: `too many wrong tokens: not listened to for ${seconds} s`,
      status: "too_many_attempts",
    });
  }
  return unauthorized();
}

/** @throws {ApiFault} 401, 403 */
function bySession(
  { access }: AuthenticationParts,
  asking: Asking,
  cookie: string,
): Credential {
  refuseForeign(asking.request);
  const session = access.session(cookie);
  if (!session) throw unauthorized();
  const { method, headers } = asking.request;
  if (method !== "GET" && method !== "HEAD") {
    const given = headers.get("x-csrf-token") ?? "";
    if (!isSameDigest(digestOf(given), digestOf(csrfOf(cookie)))) {
      throw new ApiFault(403, "csrf", "X-CSRF-Token is missing or wrong");
    }
  }
  return session;
}

/** What another site's page sends is not of this session. @throws {ApiFault} 403 */
export function refuseForeign(request: Request): void {
  const { headers } = request;
  const origin = headers.get("origin");
  const site = headers.get("sec-fetch-site");
  const isOwn = origin === null
    ? site === null || site === "same-origin" || site === "none"
    : URL.parse(origin)?.host === new URL(request.url).host;
  if (!isOwn) throw new ApiFault(403, "origin", "another site asks");
}

function unauthorized(): ApiFault {
  return new ApiFault(401, "unauthorized", "unauthorized");
}
