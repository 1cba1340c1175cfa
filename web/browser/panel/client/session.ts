/**
 * The session with the server. The cookie is out of reach of scripts; what is
 * held here is the word that every request has to bring along. Nothing of it is
 * kept beyond the page.
 *
 * @module
 */
import { ISLAND } from "./island.ts";
import { createStore } from "./store.ts";

export type Scope = "read" | "accounts" | "full";

export type Session =
  | { readonly state: "unknown" | "out" }
  /** The server no longer knows us, and the page waits for that to change. */
  | { readonly state: "expired" }
  | {
    readonly state: "in";
    readonly csrf: string;
    readonly scope: Scope;
    /** Seconds since 1970 UTC. */
    readonly expiresAt?: number;
  };

export const session = createStore<Session>({ state: "unknown" });

/** Why nobody got in. */
export class LoginError extends Error {
  constructor(
    readonly reason: "wrong" | "locked" | "unreachable" | "refused",
    readonly waitSeconds = 0,
    message: string = reason,
  ) {
    super(message);
  }
}

/** How far the clock of this machine is ahead of the server's, in seconds. */
export const clockSkew = createStore(0);

export async function resume(): Promise<void> {
  try {
    const response = await (globalThis.panelEarly?.session ??
      fetch(`${ISLAND.api}/session`, { cache: "no-store" }));
    noteClock(response);
    const json = bodyOf(await response.json());
    session.set(json.authenticated === true ? sessionOf(json) : OUT);
  } catch {
    session.set(OUT);
  }
}

/** What ends the session before: its answer takes the cookie away. */
let leaving: Promise<unknown> = Promise.resolve();

/** @throws {LoginError} */
export async function login(
  credential: { readonly token: string } | { readonly code: string },
): Promise<void> {
  await leaving;
  let response: Response;
  try {
    response = await fetch(`${ISLAND.api}/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      credentials: "same-origin",
      body: JSON.stringify(credential),
    });
  } catch {
    throw new LoginError("unreachable");
  }
  noteClock(response);
  const json = await response.json().catch(() => ({}));
  const status = Number(json.status ?? response.status);
  // one that hides tells nobody that it is there
  if (status === 401 || status === 404) throw new LoginError("wrong");
  if (status === 429) {
    throw new LoginError("locked", Number(response.headers.get("retry-after")));
  }
  const body = bodyOf(json);
  if (status >= 400 || typeof body.csrf !== "string") {
    const text = typeof json.error === "string" ? json.error : "";
    throw new LoginError("refused", 0, text);
  }
  session.set(sessionOf(body));
}

export async function logout(): Promise<void> {
  const known = session.get();
  session.set(OUT);
  if (known.state !== "in") return;
  leaving = fetch(`${ISLAND.api}/session`, {
    method: "DELETE",
    headers: { "x-csrf-token": known.csrf },
    credentials: "same-origin",
    signal: AbortSignal.timeout(LEAVING_MS),
  }).catch(() => undefined);
  await leaving;
}

/** Someone who was in is not any more: what he typed stays where it is. */
export function expire(): void {
  if (session.get().state === "in") session.set({ state: "expired" });
}

/** Whether what needs `scope` may be tried. */
export function allows(known: Session, scope: Scope): boolean {
  return known.state === "in" &&
    SCOPES.indexOf(known.scope) >= SCOPES.indexOf(scope);
}

/** So long nobody comes in again while the server is silent. */
const LEAVING_MS = 10_000;
const SCOPES: readonly Scope[] = ["read", "accounts", "full"];
const OUT: Session = { state: "out" };

function sessionOf(json: Record<string, unknown>): Session {
  const scope = SCOPES.find((name) => name === json.scope) ?? "full";
  const expiresAt = Number(json.expires_at);
  return {
    state: "in",
    csrf: String(json.csrf ?? ""),
    scope,
    ...(Number.isFinite(expiresAt) && expiresAt > 0 ? { expiresAt } : {}),
  };
}

/** The answer itself, or what an envelope holds. */
function bodyOf(json: unknown): Record<string, unknown> {
  if (typeof json !== "object" || json === null) return {};
  const fields = json as Record<string, unknown>;
  return typeof fields.body === "object" && fields.body !== null
    ? fields.body as Record<string, unknown>
    : fields;
}

function noteClock({ headers }: Response): void {
  const theirs = Date.parse(headers.get("date") ?? "");
  if (Number.isNaN(theirs)) return;
  clockSkew.set(Math.round((Date.now() - theirs) / 1000));
}
