/** One question to the relay over HTTP, and its answer. @module */
import { toOctets } from "../protocol/octets.ts";
import { RefusedError, RelayError, Unreachable } from "./mail_link.ts";

export interface Credentials {
  readonly address: string;
  readonly password: string;
}

export interface Answer {
  readonly isOk: boolean;
  readonly status: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A line may be dead without anybody being told: nothing waits for ever. */
export const ANSWER_MS = 60_000;

/** @throws {Unreachable} when nothing has come for so long, or what has come is not of the relay */
export async function exchange(
  path: string,
  init: RequestInit,
  ms = ANSWER_MS,
): Promise<Answer> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, {
      ...init,
      method: "POST",
      cache: "no-store",
      credentials: "omit",
      signal: AbortSignal.timeout(ms),
    });
    text = await response.text();
  } catch (error) {
    throw new Unreachable(String(error));
  }
  const { ok: isOk, status } = response;
  const fields = objectIn(text);
  if (isOk && !fields) throw new Unreachable("That is not of the relay");
  return { isOk, status, fields: fields ?? {} };
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read === "object" && read !== null) {
      return read as Record<string, unknown>;
    }
  } catch {
    // as of something between us and the relay
  }
  return undefined;
}

/** @throws {RefusedError} when the address or password is wrong; {Unreachable}; {RelayError} */
export async function post(
  path: string,
  body: unknown,
  credentials?: Credentials,
  ms?: number,
): Promise<unknown> {
  const { isOk, status, fields } = await exchange(path, {
    headers: {
      "content-type": "application/json",
      ...(credentials ? authorization(credentials) : {}),
    },
    body: JSON.stringify(body),
  }, ms);
  if (isOk) return fields;
  const text = String(fields.error ?? status);
  if (status === 401 || status === 403) throw new RefusedError(text);
  throw new RelayError(text, String(fields.code ?? status));
}

function authorization({ address, password }: Credentials) {
  const octets = toOctets(`${address}:${password}`);
  return {
    authorization: `Basic ${btoa(String.fromCharCode(...octets))}`,
  };
}
