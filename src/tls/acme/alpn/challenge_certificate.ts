/**
 * The certificate by which a name is shown to be ours (RFC 8737 §3): one of our
 * own, which nobody but an authority takes for anything.
 *
 * @module
 */
import "reflect-metadata";
import {
  Extension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { isIP } from "node:net";
import { concat, utf8 } from "../../../base/octets.ts";
import type { HandshakeIdentity } from "../../handshake/server_handshake.ts";

const ACME_IDENTIFIER = "1.3.6.1.5.5.7.1.31"; // RFC 8737 §6.1
/** RFC 8737 §6.2 */
export const ACME_PROTOCOL = "acme-tls/1";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const OCTET_STRING = Uint8Array.of(0x04, 32);
const DAY_MS = 86_400_000;

export interface ChallengeRequest {
  /** DNS name or IP address. */
  readonly name: string;
  readonly keyAuthorization: string;
  readonly nowMs: number;
}

export async function challengeCertificate(
  { name, keyAuthorization, nowMs }: ChallengeRequest,
): Promise<HandshakeIdentity> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, [
    "sign",
    "verify",
  ]);
  const digest = await crypto.subtle.digest("SHA-256", utf8(keyAuthorization));
  const serial = crypto.getRandomValues(new Uint8Array(16));
  serial[0]! &= 0x7f; // a positive integer (RFC 5280 §4.1.2.2)
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial.toHex(),
    name: [{ CN: ["ACME challenge"] }],
    notBefore: new Date(nowMs - DAY_MS),
    notAfter: new Date(nowMs + DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new SubjectAlternativeNameExtension([{
        type: isIP(name) ? "ip" : "dns", // RFC 8738 §6
        value: name,
      }]),
      new Extension(
        ACME_IDENTIFIER,
        true,
        concat([OCTET_STRING, new Uint8Array(digest)]),
      ),
    ],
  });
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  const base64 = new Uint8Array(pkcs8).toBase64();
  return {
    certificate: new Uint8Array(certificate.rawData),
    keyPem:
      `-----BEGIN PRIVATE KEY-----\n${base64}\n-----END PRIVATE KEY-----\n`,
    protocol: ACME_PROTOCOL,
  };
}
