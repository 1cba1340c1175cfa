/**
 * DKIM signatures on what leaves (RFC 6376), with `npm:mailauth`'s
 * canonicalisation. The body is hashed once as it passes; a signature is made
 * of that hash and the header, fresh for each attempt.
 *
 * @module
 */
import type { KeyObject } from "node:crypto";
import { dkimBody } from "mailauth/lib/dkim/body/index.js";
import { generateCanonicalizedHeader } from "mailauth/lib/dkim/header/index.js";
import {
  formatRelaxedLine,
  formatSignatureHeaderLine,
} from "mailauth/lib/tools.js";
import { concat } from "../base/octets.ts";
import type { Header } from "../mail/header.ts";
import { asBuffer, lineOf } from "./field_lines.ts";
import { type DkimAlgorithm, rawSignature } from "./raw_signature.ts";

export interface DkimKeyName {
  /** `d=`, an A-label domain. */
  readonly domain: string;
  /** `s=`. */
  readonly selector: string;
  readonly algorithm: DkimAlgorithm;
}

export interface DkimSigningKey extends DkimKeyName {
  readonly key: KeyObject;
}

/** A signature that lacks its octets yet. */
export interface DkimDraft {
  /** What is to be signed (`rawSignature()`). */
  readonly octets: Uint8Array;
  /** The whole field, folded, with CRLF at its end. */
  field(signature: Uint8Array): Uint8Array;
}

/** Fields that are signed where present and once more than they are, so that none can be added (RFC 6376 §5.4). */
const OVERSIGNED: ReadonlySet<string> = new Set([
  "from",
  "to",
  "cc",
  "reply-to",
  "subject",
  "date",
  "message-id",
  "in-reply-to",
  "references",
  "mime-version",
  "content-type",
  "autocrypt",
  "sender",
  "resent-from",
  "resent-to",
  "resent-date",
  "list-id",
  "list-unsubscribe",
]);
/** Signed where present; so is everything of Delta Chat's own. */
const SIGNED: ReadonlySet<string> = new Set([
  "auto-submitted",
  "content-transfer-encoding",
]);
const SIGNED_PREFIXES = ["chat-", "secure-join"];

const CANONICALIZATION = "relaxed/relaxed"; // RFC 6376 §3.4
const LIFETIME_SECONDS = 7 * 86_400;

/** Hash of a body in relaxed form (RFC 6376 §3.4.4), taken as the body passes. */
export class DkimBodyHash {
  readonly #hash = dkimBody("relaxed", "sha256", false);

  update(octets: Uint8Array): void {
    if (octets.length > 0) this.#hash.update(asBuffer(octets));
  }

  /** In Base64, as `bh=` has it. Once. */
  digest(): string {
    return this.#hash.digest("base64");
  }
}

/**
 * The `DKIM-Signature` field, folded, with CRLF at its end.
 *
 * @param bodyHash of the body that follows this header
 * @param nowSeconds `t=`, seconds since 1970 UTC
 */
export function dkimSignature(
  header: Header,
  bodyHash: string,
  { key, ...name }: DkimSigningKey,
  nowSeconds: number,
): Uint8Array {
  const draft = dkimDraft(signedFields(header), bodyHash, name, nowSeconds);
  return draft.field(rawSignature(name.algorithm, key, draft.octets));
}

/** The same in steps, for who has the arithmetic done elsewhere, and signs by several keys. */
export function dkimDraft(
  fields: SignedFields,
  bodyHash: string,
  { domain, selector, algorithm }: DkimKeyName,
  nowSeconds: number,
): DkimDraft {
  const { canonicalizedHeader, dkimHeaderOpts } = generateCanonicalizedHeader(
    "DKIM",
    { keys: fields.names, headers: [] },
    {
      signingDomain: domain,
      selector,
      algorithm,
      canonicalization: CANONICALIZATION,
      bodyHash,
      signTime: new Date(nowSeconds * 1000),
      expires: new Date((nowSeconds + LIFETIME_SECONDS) * 1000),
    },
  );
  return {
    octets: concat([fields.octets, canonicalizedHeader]),
    field(signature) {
      const line = formatSignatureHeaderLine(
        "DKIM",
        { ...dkimHeaderOpts, b: asBuffer(signature).toString("base64") },
        true,
      );
      return new TextEncoder().encode(`${line}\r\n`);
    },
  };
}

/** What of a header is signed. */
export interface SignedFields {
  /** `h=`. */
  readonly names: string;
  /** In canonical form. */
  readonly octets: Uint8Array;
}

/** Of fields of one name the last comes first (RFC 6376 §5.4.2). */
export function signedFields(header: Header): SignedFields {
  const fields = header.fields.toReversed().filter(({ name }) =>
    OVERSIGNED.has(name) || SIGNED.has(name) ||
    SIGNED_PREFIXES.some((prefix) => name.startsWith(prefix))
  );
  return {
    names: [...fields.map(({ name }) => name), ...OVERSIGNED].join(": "),
    octets: concat(
      fields.map((field) => formatRelaxedLine(lineOf(header, field), "\r\n")),
    ),
  };
}
