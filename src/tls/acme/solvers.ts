/** How it is shown that a name is ours (RFC 8555 §8). @module */
import { encodeBase64url } from "./base64url.ts";

const CHALLENGE_TYPES = ["http-01", "tls-alpn-01", "dns-01"] as const;
export type ChallengeType = (typeof CHALLENGE_TYPES)[number];

export interface ChallengeOffer {
  /** DNS name or IP address, without the `*.` of a wildcard. */
  readonly name: string;
  readonly token: string;
  /** Token and thumbprint of the account's key (RFC 8555 §8.1). */
  readonly keyAuthorization: string;
}

export interface Solver {
  readonly type: ChallengeType;
  /** Why the authority could not look: then it is not asked to. */
  obstacle?(): string | undefined;
  /**
   * Resolves when the authority may look.
   *
   * @returns How to take it away again; never rejects.
   * @throws {AcmeTrouble} `validation`
   */
  present(offer: ChallengeOffer): Promise<() => Promise<void>>;
}

/** What is served below `/.well-known/acme-challenge/` (RFC 8555 §8.3). */
export class HttpChallenges implements Solver {
  readonly type = "http-01";
  readonly #answers = new Map<string, string>();
  readonly #obstacle: () => string | undefined;

  /** @param obstacle Why nobody could come, as when nothing listens. */
  constructor(obstacle: () => string | undefined = () => undefined) {
    this.#obstacle = obstacle;
  }

  obstacle(): string | undefined {
    return this.#obstacle();
  }

  answer(token: string): string | undefined {
    return this.#answers.get(token);
  }

  present(
    { token, keyAuthorization }: ChallengeOffer,
  ): Promise<() => Promise<void>> {
    this.#answers.set(token, keyAuthorization);
    return Promise.resolve(() => {
      this.#answers.delete(token);
      return Promise.resolve();
    });
  }
}

/** What stands in the TXT record (RFC 8555 §8.4). */
export async function dnsValue(keyAuthorization: string): Promise<string> {
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(keyAuthorization),
  );
  return encodeBase64url(new Uint8Array(digest));
}
