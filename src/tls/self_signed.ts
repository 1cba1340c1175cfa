/**
 * A certificate of our own, for servers without one from an authority.
 *
 * It says CA:FALSE: rustls, which Delta Chat uses, refuses a CA's certificate
 * as a server's.
 *
 * @module
 */
import "reflect-metadata";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { isIP } from "node:net";

const SERVER_AUTH = "1.3.6.1.5.5.7.3.1"; // RFC 5280 §4.2.1.12
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 86_400_000;

export interface SelfSignedRequest {
  /** DNS names and IP addresses; the first is the common name. */
  readonly names: readonly string[];
  readonly nowMs: number;
  readonly days: number;
  /** PKCS #8 PEM of the key to keep, so that clients that pinned it stay. */
  readonly keyPem?: string;
}

/** Makes an ECDSA P-256 key and a certificate for it, as PEM. */
export async function makeSelfSigned(
  { names, nowMs, days, keyPem }: SelfSignedRequest,
): Promise<{ chainPem: string; keyPem: string }> {
  const keys = keyPem === undefined
    ? await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"])
    : await keyPairOf(keyPem);
  const serial = crypto.getRandomValues(new Uint8Array(16));
  serial[0]! &= 0x7f; // a positive integer (RFC 5280 §4.1.2.2)
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial.toHex(),
    name: [{ CN: [names[0] ?? "localhost"] }],
    notBefore: new Date(nowMs - DAY_MS),
    notAfter: new Date(nowMs + days * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([SERVER_AUTH]),
      new SubjectAlternativeNameExtension(names.map((value) => ({
        type: isIP(value) ? "ip" as const : "dns" as const,
        value,
      }))),
    ],
  });
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    chainPem: certificate.toString("pem") + "\n",
    keyPem: pem("PRIVATE KEY", new Uint8Array(pkcs8)),
  };
}

async function keyPairOf(keyPem: string): Promise<CryptoKeyPair> {
  const body = keyPem.replaceAll(/-----[^-]+-----|\s/g, "");
  const privateKey = await crypto.subtle.importKey(
    "pkcs8",
    Uint8Array.fromBase64(body),
    ALGORITHM,
    true,
    ["sign"],
  );
  const { d: _secret, key_ops: _uses, ...publicJwk } = await crypto.subtle
    .exportKey("jwk", privateKey);
  const publicKey = await crypto.subtle.importKey(
    "jwk",
    publicJwk,
    ALGORITHM,
    true,
    ["verify"],
  );
  return { privateKey, publicKey };
}

function pem(label: string, der: Uint8Array): string {
  const lines = der.toBase64().match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${
    lines.join("\n")
  }\n-----END ${label}-----\n`;
}
