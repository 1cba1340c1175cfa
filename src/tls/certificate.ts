/**
 * A certificate chain with its private key, checked before it is used.
 *
 * @module
 */
import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { pemBlocks } from "./pem.ts";

export interface Certificate {
  /** PEM chain, leaf first. */
  readonly chainPem: string;
  /** PKCS #8 PEM, whatever form it was read in. */
  readonly keyPem: string;
  readonly selfSigned: boolean;
  readonly subject: string;
  readonly issuer: string;
  /** DNS names and IP addresses of the leaf. */
  readonly names: readonly string[];
  /** Milliseconds since 1970 UTC. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly keyType: string;
  /** SHA-256 of the leaf, as colon-separated hex. */
  readonly fingerprint: string;
}

/**
 * Checks that chain and key belong together and can be served.
 *
 * @throws {SyntaxError} naming what is wrong with which part
 */
export function parseCertificate(
  chainText: string,
  keyText: string,
): Certificate {
  const chainPem = pemBlocks(chainText, "CERTIFICATE");
  const leaf = parseLeaf(chainPem);
  const key = parseKey(keyText);
  if (!leaf.checkPrivateKey(key)) {
    throw new SyntaxError("The private key does not belong to the certificate");
  }
  return {
    chainPem,
    keyPem: key.export({ type: "pkcs8", format: "pem" }) as string,
    selfSigned: leaf.issuer === leaf.subject,
    subject: leaf.subject,
    issuer: leaf.issuer,
    names: parseNames(leaf.subjectAltName),
    notBefore: Date.parse(leaf.validFrom),
    notAfter: Date.parse(leaf.validTo),
    keyType: key.asymmetricKeyType ?? "unknown",
    fingerprint: leaf.fingerprint256,
  };
}

/** SHA-256 of its public key as DER, in hexadecimal digits: that stays over renewals which keep the key. */
export function publicKeyHash({ chainPem }: Certificate): string {
  const { publicKey } = new X509Certificate(chainPem);
  const der = publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(der).digest("hex");
}

/** Days until it expires, rounded down; negative when it has. */
export function daysRemaining(
  certificate: Certificate,
  nowMs: number,
): number {
  return Math.floor((certificate.notAfter - nowMs) / 86_400_000);
}

/** Whether the leaf names this host, also by a one-label wildcard (RFC 6125 §6.4.3). */
export function covers(certificate: Certificate, host: string): boolean {
  const wanted = host.toLowerCase();
  const parent = wanted.slice(wanted.indexOf(".") + 1);
  return certificate.names.some((name) =>
    name === wanted || (name.startsWith("*.") && name.slice(2) === parent)
  );
}

/** Whether the leaf is for this name, which may be a wildcard. */
export function isFor(certificate: Certificate, name: string): boolean {
  return certificate.names.includes(name) || covers(certificate, name);
}

function parseLeaf(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new SyntaxError("Cannot read the certificate", { cause: error });
  }
}

function parseKey(pem: string) {
  if (pem.includes("ENCRYPTED")) {
    throw new SyntaxError("The private key is encrypted: store it without");
  }
  try {
    return createPrivateKey(pemBlocks(pem, "PRIVATE KEY"));
  } catch (error) {
    throw new SyntaxError("Cannot read the private key", { cause: error });
  }
}

function parseNames(subjectAltName: string | undefined): string[] {
  return (subjectAltName ?? "").split(", ").flatMap((entry) => {
    const match = /^(?:DNS|IP Address):(.+)$/.exec(entry);
    return match?.[1] ? [match[1].toLowerCase()] : [];
  });
}
