/**
 * Calls an operation of the server. When the session has ended, the call waits
 * for the next one and is made again: what somebody typed is not lost.
 *
 * @module
 */
import { ISLAND } from "./island.ts";
import { expire, session } from "./session.ts";
import { noteAnswer, noteFailure } from "./freshness.ts";

/** A "no" of the server, or its silence. */
export class CallError extends Error {
  constructor(
    /** That of the refusal, or `unreachable`. */
    readonly code: string,
    message: string,
    /** Field of the input that is wrong. */
    readonly field?: string,
    readonly status = 0,
  ) {
    super(message);
  }
}

const TIMEOUT_MS = 120_000;

/**
 * @param name of the operation, as `accounts.list`
 * @throws {CallError}
 */
export async function call<T = Record<string, unknown>>(
  name: string,
  input: Readonly<Record<string, unknown>> = {},
): Promise<T> {
  for (;;) {
    const answer = await ask(name, input);
    if (answer.status === 401 && session.get().state !== "out") {
      expire();
      await nextSession();
      continue;
    }
    if (answer.status >= 400) throw errorOf(answer);
    follow(answer.body);
    return answer.body as T;
  }
}

interface Envelope {
  readonly status: number;
  readonly body?: unknown;
  readonly error?: unknown;
  readonly code?: unknown;
  readonly field?: unknown;
}

async function ask(
  method: string,
  input: Readonly<Record<string, unknown>>,
): Promise<Envelope> {
  const known = session.get();
  let response: Response;
  try {
    response = await fetch(ISLAND.api, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(known.state === "in" ? { "x-csrf-token": known.csrf } : {}),
      },
      credentials: "same-origin",
      body: JSON.stringify({ method, body: withoutAbsent(input) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    noteFailure();
    throw new CallError("unreachable", "The server does not answer");
  }
  const json = await response.json().catch(() => undefined);
  if (typeof json !== "object" || json === null) {
    noteFailure();
    throw new CallError(
      "unreachable",
      `The server answers ${response.status}`,
      undefined,
      response.status,
    );
  }
  noteAnswer();
  return { ...json, status: Number(json.status ?? response.status) };
}

/** The API may have moved by what was asked of it, and the panel too. */
function follow(body: unknown): void {
  if (typeof body !== "object" || body === null) return;
  const { new_path: api, new_web_path: base } = body as Record<string, unknown>;
  if (typeof api === "string") ISLAND.api = api;
  if (typeof base === "string") location.assign(`${base}/security`);
}

/** Fields that are undefined are not sent. */
function withoutAbsent(
  input: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== undefined),
  );
}

function errorOf({ status, error, code, field }: Envelope): CallError {
  return new CallError(
    typeof code === "string" ? code : "refused",
    typeof error === "string" ? error : `Refused (${status})`,
    typeof field === "string" ? field : undefined,
    status,
  );
}

/** @throws {CallError} if whoever was asked to log in left instead */
function nextSession(): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const { state } = session.get();
      if (state === "expired" || state === "unknown") return;
      end();
      if (state === "in") resolve();
      else reject(new CallError("unauthorized", "Logged out", undefined, 401));
    };
    const end = session.subscribe(look);
    look();
  });
}
