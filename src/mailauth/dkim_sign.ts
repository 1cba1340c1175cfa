/**
 * DKIM signatures on what leaves (RFC 6376). The body is hashed once as it
 * passes; a signature is made of that hash and the header, fresh for each
 * attempt. The form of what is signed is a few lines, and `npm:mailauth` takes
 * ten times as long for it: it makes none, and checks these in the tests.
 *
 * @module
 */
import { concat, CR, LF, SPACE, utf8 } from "../base/octets.ts";
import type { Header, HeaderField } from "../mail/header.ts";
import type { DkimAlgorithm } from "./raw_signature.ts";

export interface DkimKeyName {
  /** `d=`, an A-label domain. */
  readonly domain: string;
  /** `s=`. */
  readonly selector: string;
  readonly algorithm: DkimAlgorithm;
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

const FIELD = "DKIM-Signature";
const CANONICALIZATION = "relaxed/relaxed"; // RFC 6376 §3.4
const LIFETIME_SECONDS = 7 * 86_400;
const LINE_LENGTH = 76;
const SIGNATURE_PIECES = /.{1,72}/g;
const TAB = 0x09;
const COLON = 0x3a;

/**
 * A `DKIM-Signature` field that lacks its octets yet: who signs by several keys
 * has the arithmetic done elsewhere.
 *
 * @param bodyHash of the body that follows this header
 * @param nowSeconds `t=`, seconds since 1970 UTC
 */
export function dkimDraft(
  fields: SignedFields,
  bodyHash: string,
  { domain, selector, algorithm }: DkimKeyName,
  nowSeconds: number,
): DkimDraft {
  // each is followed by a blank or a fold, which are the same in relaxed form
  const words = [
    `${FIELD}:`,
    "v=1;",
    `a=${algorithm};`,
    `c=${CANONICALIZATION};`,
    `d=${domain};`,
    ...`h=${fields.names};`.split(" "),
    `s=${selector};`,
    `t=${nowSeconds};`,
    `x=${nowSeconds + LIFETIME_SECONDS};`,
    `bh=${bodyHash};`,
  ];
  const canonical = `${FIELD.toLowerCase()}:${words.slice(1).join(" ")} b=`;
  return {
    octets: concat([fields.octets, utf8(canonical)]),
    field(signature) {
      const text = `b=${signature.toBase64()}`;
      const pieces = text.match(SIGNATURE_PIECES) ?? [];
      return utf8(`${folded([...words, ...pieces])}\r\n`);
    },
  };
}

/** With as many words in each line as it takes (RFC 5322 §2.1.1). */
function folded(words: readonly string[]): string {
  let text = "";
  let length = 0;
  for (const word of words) {
    const isFirst = text === "";
    const fits = length + 1 + word.length <= LINE_LENGTH;
    text += isFirst ? word : fits ? ` ${word}` : `\r\n ${word}`;
    length = isFirst || fits ? length + 1 + word.length : 1 + word.length;
  }
  return text;
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
    octets: concat(fields.map((field) => relaxedField(header, field))),
  };
}

/** Relaxed form of a field (RFC 6376 §3.4.2), with its line end. */
export function relaxedField(
  { octets }: Header,
  { name, valueStart, end }: HeaderField,
): Uint8Array {
  const out = new Uint8Array(name.length + 1 + (end - valueStart) + 2);
  let size = 0;
  for (let i = 0; i < name.length; i++) out[size++] = name.charCodeAt(i);
  out[size++] = COLON;
  const valueAt = size;
  let isBlank = false;
  for (let at = valueStart; at < end; at++) {
    const octet = octets[at]!;
    if (octet === LF || (octet === CR && octets[at + 1] === LF)) continue;
    if (octet === SPACE || octet === TAB) {
      isBlank = true;
      continue;
    }
    if (isBlank && size > valueAt) out[size++] = SPACE;
    isBlank = false;
    out[size++] = octet;
  }
  out[size++] = CR;
  out[size++] = LF;
  return out.subarray(0, size);
}
