/** Asks an operation with a token that was just entered, whatever the session may. @module */
import { CallError } from "../../client/call.ts";
import { ISLAND } from "../../client/island.ts";

interface Envelope {
  readonly status?: unknown;
  readonly body?: unknown;
  readonly error?: unknown;
  readonly code?: unknown;
}

/** @throws {CallError} */
export async function callWithToken<T>(
  method: string,
  body: Readonly<Record<string, unknown>>,
  token: string,
): Promise<T> {
  let envelope: Envelope;
  try {
    const response = await fetch(ISLAND.api, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${token}`,
      },
      credentials: "omit",
      body: JSON.stringify({ method, body }),
    });
    envelope = await response.json();
  } catch {
    throw new CallError("unreachable", "The server does not answer");
  }
  const { status, body: answer, error, code } = envelope;
  if (Number(status) === 200) return answer as T;
  throw new CallError(
    typeof code === "string" ? code : "refused",
    typeof error === "string" ? error : `Refused (${status})`,
    undefined,
    Number(status),
  );
}
