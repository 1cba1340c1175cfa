/** The key of an account, and what it signs (RFC 7515, ES256). @module */
import { encodeBase64url } from "../base64url.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** Members in the order in which they are hashed (RFC 7638 §3.2). */
interface PublicJwk {
  readonly crv: string;
  readonly kty: string;
  readonly x: string;
  readonly y: string;
}

export interface Jws {
  readonly protected: string;
  readonly payload: string;
  readonly signature: string;
}

export class AccountKey {
  private constructor(
    readonly key: CryptoKey,
    readonly publicJwk: PublicJwk,
    /** base64url of the SHA-256 of the public key (RFC 7638 §3). */
    readonly thumbprint: string,
  ) {}

  static async generate(): Promise<AccountKey> {
    const { privateKey } = await crypto.subtle.generateKey(ALGORITHM, true, [
      "sign",
      "verify",
    ]) as CryptoKeyPair;
    return await AccountKey.#of(privateKey);
  }

  /** @throws {SyntaxError} */
  static async import(jwk: JsonWebKey): Promise<AccountKey> {
    try {
      const key = await crypto.subtle.importKey("jwk", jwk, ALGORITHM, true, [
        "sign",
      ]);
      return await AccountKey.#of(key);
    } catch (error) {
      throw new SyntaxError("Not the key of an account", { cause: error });
    }
  }

  static async #of(key: CryptoKey): Promise<AccountKey> {
    const { crv, kty, x, y } = await crypto.subtle.exportKey("jwk", key);
    const publicJwk = { crv, kty, x, y } as PublicJwk;
    const digest = await crypto.subtle.digest("SHA-256", octets(publicJwk));
    const thumbprint = encodeBase64url(new Uint8Array(digest));
    return new AccountKey(key, publicJwk, thumbprint);
  }

  async export(): Promise<JsonWebKey> {
    return await crypto.subtle.exportKey("jwk", this.key);
  }

  /** @param payload undefined: POST-as-GET (RFC 8555 §6.3) */
  async sign(
    header: Readonly<Record<string, unknown>>,
    payload: unknown,
  ): Promise<Jws> {
    const signed = inputOf({ alg: "ES256", ...header }, payload);
    const signature = await crypto.subtle.sign(
      ALGORITHM,
      this.key,
      signed.octets,
    );
    return {
      protected: signed.protected,
      payload: signed.payload,
      signature: encodeBase64url(new Uint8Array(signature)),
    };
  }
}

/** What binds an account to one that the authority knows from elsewhere (RFC 8555 §7.3.4). */
export async function bindExternally(
  accountKey: AccountKey,
  { kid, secret, url }: {
    readonly kid: string;
    readonly secret: Uint8Array<ArrayBuffer>;
    readonly url: string;
  },
): Promise<Jws> {
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", secret, hmac, false, [
    "sign",
  ]);
  const header = { alg: "HS256", kid, url };
  const signed = inputOf(header, accountKey.publicJwk);
  const mac = await crypto.subtle.sign("HMAC", key, signed.octets);
  return {
    protected: signed.protected,
    payload: signed.payload,
    signature: encodeBase64url(new Uint8Array(mac)),
  };
}

function inputOf(header: Readonly<Record<string, unknown>>, payload: unknown) {
  const parts = {
    protected: encodeBase64url(octets(header)),
    payload: payload === undefined ? "" : encodeBase64url(octets(payload)),
  };
  const text = `${parts.protected}.${parts.payload}`;
  return { ...parts, octets: new TextEncoder().encode(text) };
}

function octets(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}
