/**
 * Signed requests to one authority: its directory, nonces, and what it refuses
 * (RFC 8555 §6).
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import type { AccountKey } from "./keys/account_key.ts";
import { DIRECTORY, type Directory, parseJson, readShape } from "./shapes.ts";
import type { AcmeResponse, AcmeTransport } from "./transport.ts";
import { AcmeTrouble, describeProblem, readProblem } from "./trouble.ts";

/** A nonce may be too old at any time (RFC 8555 §6.5). */
const TRIES = 4;
const MAX_NONCES = 20;
const MAX_RETRY_AFTER_MS = 7 * 86_400_000;

export interface SessionParts {
  readonly directoryUrl: string;
  readonly key: AccountKey;
  readonly transport: AcmeTransport;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export class AcmeSession {
  readonly #parts: SessionParts;
  readonly #nonces: string[] = [];
  #directory: Directory | undefined;
  /** URL of the account, once it is known. */
  account: string | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  get key(): AccountKey {
    return this.#parts.key;
  }

  /** Aborted when nobody wants the result any more. */
  get signal(): AbortSignal {
    return this.#parts.signal;
  }

  async directory(): Promise<Directory> {
    if (this.#directory) return this.#directory;
    const { directoryUrl } = this.#parts;
    const { body } = await this.get(directoryUrl);
    return this.#directory = readShape(DIRECTORY, body, "directory");
  }

  /** Unsigned. @throws {AcmeTrouble} */
  async get(url: string): Promise<AcmeResponse> {
    const { transport, signal } = this.#parts;
    const response = await transport.request({ method: "GET", url }, signal);
    this.#check(response);
    return response;
  }

  /**
   * @param payload undefined: POST-as-GET (RFC 8555 §6.3)
   * @throws {AcmeTrouble}
   */
  async post(url: string, payload?: unknown): Promise<AcmeResponse> {
    const { key, transport, signal } = this.#parts;
    for (let left = TRIES;; left--) {
      const nonce = await this.#nonce();
      const who = this.account === undefined
        ? { jwk: key.publicJwk }
        : { kid: this.account };
      const jws = await key.sign({ ...who, nonce, url }, payload);
      const response = await transport.request(
        { method: "POST", url, body: JSON.stringify(jws) },
        signal,
      );
      this.#keepNonce(response);
      try {
        this.#check(response);
        return response;
      } catch (error) {
        const isOld = error instanceof AcmeTrouble &&
          error.isProblem("badNonce");
        if (!isOld || left <= 1) throw error;
      }
    }
  }

  /** How long a response asks to wait (RFC 9110 §10.2.3). */
  retryAfterMs({ headers }: AcmeResponse): number | undefined {
    const written = headers.get("retry-after")?.trim();
    if (!written) return undefined;
    const ms = /^\d{1,9}$/.test(written)
      ? Number(written) * 1000
      : Date.parse(written) - this.#parts.clock.now();
    return Number.isNaN(ms)
      ? undefined
      : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
  }

  async #nonce(): Promise<string> {
    const kept = this.#nonces.pop();
    if (kept !== undefined) return kept;
    const { transport, signal } = this.#parts;
    const { newNonce } = await this.directory();
    const response = await transport.request(
      { method: "HEAD", url: newNonce },
      signal,
    );
    const nonce = nonceOf(response);
    if (nonce !== undefined) return nonce;
    throw new AcmeTrouble("protocol", "The authority gives no nonce");
  }

  #keepNonce(response: AcmeResponse): void {
    const nonce = nonceOf(response);
    if (nonce === undefined) return;
    if (this.#nonces.length < MAX_NONCES) this.#nonces.push(nonce);
  }

  /** @throws {AcmeTrouble} `refused`, or `unreachable` for a server with trouble of its own */
  #check(response: AcmeResponse): void {
    const { status, body, headers } = response;
    if (status >= 200 && status < 300) return;
    const retryAfterMs = this.retryAfterMs(response);
    const more = {
      status,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
    const type = headers.get("content-type") ?? "";
    if (!type.startsWith("application/problem+json")) {
      throw new AcmeTrouble(
        "unreachable",
        `The authority answers with status ${status}`,
        more,
      );
    }
    const problem = readProblem(parseJson(body));
    throw new AcmeTrouble("refused", describeProblem(problem), {
      ...more,
      problem,
    });
  }
}

/** RFC 8555 §6.5.1. */
function nonceOf({ headers }: AcmeResponse): string | undefined {
  const nonce = headers.get("replay-nonce") ?? "";
  return /^[A-Za-z0-9_-]{1,512}$/.test(nonce) ? nonce : undefined;
}
