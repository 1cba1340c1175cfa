/** One `DKIM-Signature` field (RFC 6376 §3.5), read with `npm:mailauth`'s parts. @module */
import { Buffer } from "node:buffer";
import { generateCanonicalizedHeader } from "mailauth/lib/dkim/header/index.js";
import { getSigningHeaderLines, parseDkimHeaders } from "mailauth/lib/tools.js";
import type { Header, HeaderField } from "../mail/header.ts";
import { lineOf } from "./field_lines.ts";
import type { DkimAlgorithm } from "./raw_signature.ts";

/** Canonical form (RFC 6376 §3.4). */
export type Form = "simple" | "relaxed";

/** What a signature claims. It is whole: all that is needed to check it is there. */
export interface DkimSignature {
  readonly field: HeaderField;
  /** `d=`, lower case. */
  readonly domain: string;
  /** Where its key is. */
  readonly keyName: string;
  readonly algorithm: DkimAlgorithm;
  /** `c=`, of the header and of the body. */
  readonly forms: readonly [header: Form, body: Form];
  /** `bh=`, Base64. */
  readonly bodyHash: string;
  /** `h=`; undefined if it is absent. */
  readonly names: string | undefined;
  readonly octets: Uint8Array;
}

const SIGNATURE = "dkim-signature";
const MAX_SIGNATURES = 5;
const MAX_SIGNATURE_OCTETS = 4096;
const MAX_SIGNED_NAMES = 200;
const CLOCK_SKEW_SECONDS = 600;

const ALGORITHMS: ReadonlyMap<string, DkimAlgorithm> = new Map([
  ["rsa-sha256", "rsa-sha256"],
  ["ed25519-sha256", "ed25519-sha256"],
]);
const FORMS: ReadonlyMap<string, Form> = new Map([
  ["", "simple"],
  ["simple", "simple"],
  ["relaxed", "relaxed"],
]);

/**
 * The first of those that could count: of a bounded size, over the whole body and
 * From, with SHA-256, neither expired nor from the future.
 *
 * @param nowSeconds since 1970 UTC
 */
export function signaturesOf(
  header: Header,
  nowSeconds: number,
): DkimSignature[] {
  const timely: [HeaderField, Tags][] = [];
  for (const field of header.fields) {
    if (field.name !== SIGNATURE) continue;
    if (field.end - field.start > MAX_SIGNATURE_OCTETS) continue;
    const tags: Tags = parseDkimHeaders(lineOf(header, field)).parsed;
    if (!couldCount(tags, nowSeconds)) continue;
    timely.push([field, tags]);
    if (timely.length === MAX_SIGNATURES) break;
  }
  return timely.flatMap(([field, tags]) => signatureIn(field, tags) ?? []);
}

/** Values as mailauth has them: white space left out, `t=` and `x=` as numbers where they are. */
type Tags = Readonly<
  Record<string, { readonly value: string | number } | undefined>
>;

function textOf(tags: Tags, name: string): string {
  return String(tags[name]?.value ?? "");
}

function couldCount(tags: Tags, nowSeconds: number): boolean {
  const signedAt = Number(tags.t?.value ?? 0);
  const expiresAt = Number(tags.x?.value ?? Infinity);
  const names = textOf(tags, "h").split(":", MAX_SIGNED_NAMES + 1);
  return tags.l === undefined && names.length <= MAX_SIGNED_NAMES &&
    !textOf(tags, "a").toLowerCase().endsWith("sha1") && // RFC 8301 §3.1
    signedAt <= nowSeconds + CLOCK_SKEW_SECONDS && expiresAt >= nowSeconds &&
    expiresAt >= signedAt;
}

function signatureIn(
  field: HeaderField,
  tags: Tags,
): DkimSignature | undefined {
  const algorithm = ALGORITHMS.get(textOf(tags, "a").toLowerCase());
  const [header = "", body = ""] = textOf(tags, "c").toLowerCase().split("/");
  const forms = [FORMS.get(header.trim()), FORMS.get(body.trim())] as const;
  const domain = textOf(tags, "d");
  const selector = textOf(tags, "s");
  const names = tags.h && textOf(tags, "h");
  if (!algorithm || !forms[0] || !forms[1]) return undefined;
  if (domain === "" || selector === "" || !coversFrom(names)) return undefined;
  return {
    field,
    domain: domain.toLowerCase(),
    keyName: `${selector}._domainkey.${domain}`,
    algorithm,
    forms: [forms[0], forms[1]],
    bodyHash: textOf(tags, "bh"),
    names,
    octets: Buffer.from(textOf(tags, "b"), "base64"),
  };
}

/** Those without a list are over the usual fields, as mailauth has it. */
function coversFrom(names: string | undefined): boolean {
  return names === undefined ||
    names.split(":").some((name) => name.trim().toLowerCase() === "from");
}

/** What of a header a signature is over, in canonical form (RFC 6376 §3.7). */
export function signedOctets(
  header: Header,
  { field, names, forms }: DkimSignature,
): Uint8Array {
  const lines = header.fields.map((one) => ({
    key: one.name,
    line: lineOf(header, one),
  }));
  const { canonicalizedHeader } = generateCanonicalizedHeader(
    "DKIM",
    getSigningHeaderLines(lines, names, true),
    {
      signatureHeaderLine: lineOf(header, field),
      canonicalization: forms.join("/"),
    },
  );
  return canonicalizedHeader;
}
