/**
 * A certificate chain with its private key, checked before it is used.
 *
 * @module
 */
import {
  createHash,
  createPrivateKey,
  type KeyObject,
  X509Certificate,
} from "node:crypto";
import { systemError } from "../base/system_errors.ts";
import { pemBlocks, pemList } from "./pem.ts";

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
 * Checks that chain and key belong together. What follows the leaf is put in
 * order, each behind what it has signed (RFC 8446 §4.4.2).
 *
 * @throws {SyntaxError} naming what is wrong with which part
 */
export function parseCertificate(
  chainText: string,
  keyText: string,
): Certificate {
  const [leaf, ...others] = parseChain(chainText);
  const key = parseKey(keyText);
  if (!leaf.checkPrivateKey(key)) {
    throw new SyntaxError(
      others.some((one) => one.checkPrivateKey(key))
        ? "The chain is in the wrong order: the certificate of the key has to come first, then what has signed it"
        : "The private key does not belong to the certificate",
    );
  }
  return {
    chainPem: inOrder(leaf, others).map(pemOf).join(""),
    keyPem: exported(key),
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

/** As PKCS #8, if it is a key of P-256, of which certificates of our own are. */
export function p256Key(pem: string): string | undefined {
  try {
    const key = parseKey(pem);
    const { namedCurve } = key.asymmetricKeyDetails ?? {};
    return namedCurve === "prime256v1" ? exported(key) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** SHA-256 of its public key as DER, in hexadecimal digits: that stays over renewals which keep the key. */
export function publicKeyHash({ chainPem }: Certificate): string {
  const { publicKey } = new X509Certificate(chainPem);
  const der = publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(der).digest("hex");
}

/** Whether clients take it at this time. */
export function isTimely(
  { notBefore, notAfter }: Certificate,
  nowMs: number,
): boolean {
  return notBefore <= nowMs && nowMs < notAfter;
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

/**
 * Tries whether the TLS of the runtime serves it: else that would be known only
 * when every handshake fails, as of keys that are too short.
 *
 * @throws {SyntaxError} why not
 */
export function checkServable({ chainPem, keyPem }: Certificate): void {
  try {
    const options = { hostname: "127.0.0.1", port: 0 };
    Deno.listenTls({ ...options, cert: chainPem, key: keyPem }).close();
  } catch (error) {
    if (systemError(error)) return; // it is about something else
    throw new SyntaxError(
      `It cannot be served: ${
        error instanceof Error ? error.message : error
      } (keys are RSA from 2048 bits, P-256, P-384, P-521 or Ed25519)`,
      { cause: error },
    );
  }
}

/** What clients still take is shorter; each is compared with each. */
const MAX_CHAIN = 100;
/** In PEM: clients take 64 KiB without base64 (rustls), or 100 kB (OpenSSL). */
const MAX_CHAIN_OCTETS = 86_000;

type Chain = readonly [X509Certificate, ...X509Certificate[]];

function parseChain(text: string): Chain {
  const all = pemList(text, "CERTIFICATE");
  if (all.length > MAX_CHAIN) {
    throw new SyntaxError(
      `The chain has ${all.length} certificates, and may have ${MAX_CHAIN}`,
    );
  }
  const [leaf, ...others] = all.map((pem, at) => {
    try {
      return new X509Certificate(pem);
    } catch (error) {
      throw new SyntaxError(
        at === 0
          ? "Cannot read the certificate"
          : `Cannot read certificate ${at + 1} of the chain`,
        { cause: error },
      );
    }
  });
  if (leaf === undefined) {
    throw new SyntaxError("There is no certificate (PEM) in it");
  }
  const octets = all.reduce((sum, { length }) => sum + length, 0);
  if (octets > MAX_CHAIN_OCTETS) {
    throw new SyntaxError(
      `The chain has ${octets} octets, and may have ${MAX_CHAIN_OCTETS}: clients take no longer ones`,
    );
  }
  return [leaf, ...others];
}

/** What has signed nothing of it stays behind the others. */
function inOrder(
  leaf: X509Certificate,
  others: readonly X509Certificate[],
): X509Certificate[] {
  const ordered = [leaf];
  const left = [...others];
  for (let last = leaf;;) {
    const at = left.findIndex((one) => last.checkIssued(one));
    const [next] = at < 0 ? [] : left.splice(at, 1);
    if (!next) return [...ordered, ...left];
    ordered.push(next);
    last = next;
  }
}

function pemOf({ raw }: X509Certificate): string {
  const lines = new Uint8Array(raw).toBase64().match(/.{1,64}/g) ?? [];
  const body = lines.join("\n");
  return `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
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

function exported(key: KeyObject): string {
  try {
    return key.export({ type: "pkcs8", format: "pem" }) as string;
  } catch (error) { // as of RSA-PSS
    throw new SyntaxError(
      `No keys of this kind (${key.asymmetricKeyType}) are served`,
      { cause: error },
    );
  }
}

function parseNames(subjectAltName: string | undefined): string[] {
  return (subjectAltName ?? "").split(", ").flatMap((entry) => {
    const match = /^(?:DNS|IP Address):(.+)$/.exec(entry);
    return match?.[1] ? [match[1].toLowerCase()] : [];
  });
}
