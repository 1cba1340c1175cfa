/** When a certificate is to be renewed, and how its authority knows it (RFC 9773). @module */
import "reflect-metadata";
import {
  AuthorityKeyIdentifierExtension,
  X509Certificate,
} from "@peculiar/x509";
import type { Certificate } from "../certificate.ts";
import { encodeBase64url } from "./base64url.ts";
import type { AcmeState } from "./kept_state.ts";
import type { AcmeOptions } from "./renewer_parts.ts";

export interface Lifetime {
  /** Milliseconds since 1970 UTC. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Whatever an authority suggests, this part of the lifetime is left. */
const LEAST_LEFT = 0.1;

/** When so much of the lifetime is left. @returns Milliseconds since 1970 UTC */
export function renewalByLifetime(
  { notBefore, notAfter }: Lifetime,
  fraction: number,
): number {
  return notAfter - fraction * (notAfter - notBefore);
}

/** As an authority suggests, but not when it is too late to try again. */
export function renewalAsChosen(
  chosenMs: number,
  certificate: Lifetime,
): number {
  return Math.min(chosenMs, renewalByLifetime(certificate, LEAST_LEFT));
}

/** As the authority suggests, else by the lifetime. */
export function renewalMs(
  certificate: Certificate,
  { renewal }: AcmeState,
  { renewFraction }: AcmeOptions,
): number {
  return renewal?.fingerprint === certificate.fingerprint
    ? renewalAsChosen(renewal.chosenMs, certificate)
    : renewalByLifetime(certificate, renewFraction);
}

/**
 * How an authority knows a certificate of its own (RFC 9773 §4.1); undefined
 * for one that does not name the key it was signed with.
 */
export function renewalId(chainPem: string): string | undefined {
  const leaf = new X509Certificate(chainPem);
  const keyId = leaf.getExtension(AuthorityKeyIdentifierExtension)?.keyId;
  if (keyId === undefined) return undefined;
  const serial = Uint8Array.fromHex(leaf.serialNumber);
  const signed = (serial[0] ?? 0) & 0x80
    ? new Uint8Array([0, ...serial]) // an INTEGER of DER is positive by this
    : serial;
  return `${encodeBase64url(Uint8Array.fromHex(keyId))}.${
    encodeBase64url(signed)
  }`;
}
