/**
 * `{admin_path}/session`: the panel begins a session with a token or a code,
 * asks whether it has one, and ends it.
 *
 * @module
 */
import type { Credential } from "../../admin/access/admin_access.ts";
import { csrfOf, digestOf } from "../../admin/access/secrets.ts";
import type { Timers } from "../../base/clock.ts";
import {
  type Asking,
  authenticate,
  type AuthenticationParts,
  byToken,
  cookieName,
  cookieOf,
  failed,
  refuseForeign,
  refuseIfLocked,
} from "./authentication.ts";
import { ApiFault, readObject, wrongMethod } from "./envelope.ts";

export interface SessionParts extends AuthenticationParts {
  readonly timers: Pick<Timers, "sleep">;
  readonly maxSeconds: number;
  /** Who is wrong is not told that this is the place. */
  readonly isHidden: boolean;
}

const MAX_OCTETS = 4096;
const FAILURE_MS = 1000;

/** @throws {ApiFault} */
export async function answerSession(
  parts: SessionParts,
  asking: Asking,
): Promise<Response> {
  switch (asking.request.method) {
    case "GET":
    case "HEAD":
      return shown(parts, asking);
    case "POST":
      return await begin(parts, asking);
    case "DELETE":
      return await end(parts, asking);
    default:
      throw wrongMethod("GET, POST, DELETE");
  }
}

/** Whether there is a session, and what its requests have to say. */
function shown({ access, isHidden }: SessionParts, asking: Asking): Response {
  refuseForeign(asking.request);
  const cookie = cookieOf(asking);
  const session = cookie === undefined ? undefined : access.session(cookie);
  if (session === undefined || cookie === undefined) {
    if (isHidden) throw new ApiFault(401, "unauthorized", "unauthorized");
    return Response.json({ authenticated: false });
  }
  return Response.json({
    authenticated: true,
    csrf: csrfOf(cookie),
    expires_at: session.expiresAt,
    scope: session.scope,
    name: session.name,
  });
}

async function begin(parts: SessionParts, asking: Asking): Promise<Response> {
  const { access, audit, maxSeconds } = parts;
  const { request, peer } = asking;
  refuseForeign(request);
  const { token, code } = await readObject(request, MAX_OCTETS);
  const by = await credentialOf(parts, asking, { token, code });
  const { address } = peer;
  const agent = request.headers.get("user-agent") ?? "";
  const cookie = await access.begin(by, { address, agent });
  parts.countLogin("ok");
  await audit.add({
    actor: `session:${by.name}`,
    ip: address,
    resource: "login",
    method: "",
    summary: typeof code === "string" ? "with a code" : "with a token",
    status: "ok",
  });
  const session = access.session(cookie);
  return Response.json({
    csrf: csrfOf(cookie),
    expires_at: session?.expiresAt ?? 0,
    scope: by.scope,
    name: by.name,
  }, {
    headers: {
      "set-cookie": cookieField(peer.secure, cookie, maxSeconds),
    },
  });
}

/** Slowly for who is wrong. @throws {ApiFault} 400, 401, 429 */
async function credentialOf(
  parts: SessionParts,
  asking: Asking,
  { token, code }: { readonly token: unknown; readonly code: unknown },
): Promise<Credential> {
  if ((typeof token === "string") === (typeof code === "string")) {
    throw new ApiFault(400, "invalid_request", "give a token or a code");
  }
  try {
    if (typeof token === "string") return await byToken(parts, asking, token);
    refuseIfLocked(parts, asking.peer);
    const credential = await parts.access.takeCode(String(code));
    if (!credential) throw await failed(parts, asking.peer);
    parts.failures.succeeded(asking.peer.address);
    return credential;
  } catch (error) {
    const isWrong = error instanceof ApiFault && error.status === 401;
    if (isWrong && !parts.isHidden) await parts.timers.sleep(FAILURE_MS);
    throw error;
  }
}

async function end(parts: SessionParts, asking: Asking): Promise<Response> {
  const cookie = cookieOf(asking);
  if (cookie === undefined) {
    throw new ApiFault(401, "unauthorized", "unauthorized");
  }
  const { kind } = await authenticate(parts, asking);
  if (kind === "session") await parts.access.endSession(digestOf(cookie));
  return new Response(null, {
    status: 204,
    headers: { "set-cookie": cookieField(asking.peer.secure, "", 0) },
  });
}

function cookieField(secure: boolean, value: string, seconds: number): string {
  const field = `${cookieName({ secure })}=${value}; Path=/; ` +
    `Max-Age=${seconds}; HttpOnly; SameSite=Strict`;
  return secure ? `${field}; Secure` : field;
}
