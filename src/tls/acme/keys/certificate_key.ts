/** Keys of certificates, and the request for one (RFC 2986). @module */
import "reflect-metadata";
import {
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
} from "@peculiar/x509";
import { createPrivateKey, type KeyObject } from "node:crypto";
import { isIP } from "node:net";
import { encodeBase64url } from "../base64url.ts";

const ECDSA = { name: "ECDSA", hash: "SHA-256" };
const ALGORITHMS = {
  "ecdsa-p256": { ...ECDSA, namedCurve: "P-256" },
  "ecdsa-p384": { ...ECDSA, namedCurve: "P-384", hash: "SHA-384" },
  "rsa-2048": {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
} as const;

export type KeyType = keyof typeof ALGORITHMS;

/** @returns PKCS #8 PEM */
export async function generateKeyPem(type: KeyType): Promise<string> {
  const { privateKey } = await crypto.subtle.generateKey(
    ALGORITHMS[type],
    true,
    ["sign", "verify"],
  ) as CryptoKeyPair;
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", privateKey);
  const lines = new Uint8Array(pkcs8).toBase64().match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${
    lines.join("\n")
  }\n-----END PRIVATE KEY-----\n`;
}

/** undefined for a key of another kind, or none at all. */
export function keyTypeOf(keyPem: string): KeyType | undefined {
  let key: KeyObject;
  try {
    key = createPrivateKey(keyPem);
  } catch {
    return undefined;
  }
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  if (namedCurve === "prime256v1") return "ecdsa-p256";
  if (namedCurve === "secp384r1") return "ecdsa-p384";
  return modulusLength === 2048 ? "rsa-2048" : undefined;
}

/**
 * A request for a DNS name or IP address, which has no common name: an address
 * cannot be one (RFC 8738 §3).
 *
 * @returns base64url of the DER
 */
export async function certificateRequest(
  keyPem: string,
  type: KeyType,
  value: string,
): Promise<string> {
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: "",
    keys: await keyPair(keyPem, type),
    signingAlgorithm: ALGORITHMS[type],
    extensions: [
      new SubjectAlternativeNameExtension([
        { type: isIP(value) ? "ip" : "dns", value },
      ]),
    ],
  });
  return encodeBase64url(new Uint8Array(request.rawData));
}

async function keyPair(keyPem: string, type: KeyType): Promise<CryptoKeyPair> {
  const algorithm = ALGORITHMS[type];
  const body = keyPem.replaceAll(/-----[^-]+-----|\s/g, "");
  const privateKey = await crypto.subtle.importKey(
    "pkcs8",
    Uint8Array.fromBase64(body),
    algorithm,
    true,
    ["sign"],
  );
  const jwk = await crypto.subtle.exportKey("jwk", privateKey);
  const { kty, crv, x, y, n, e } = jwk;
  const publicJwk = { kty, crv, x, y, n, e } as JsonWebKey;
  const known = Object.fromEntries(
    Object.entries(publicJwk).filter(([, value]) => value !== undefined),
  );
  const publicKey = await crypto.subtle.importKey(
    "jwk",
    known,
    algorithm,
    true,
    ["verify"],
  );
  return { privateKey, publicKey };
}
