/**
 * What may stand in the header of a message that is stored: anybody on the way can
 * read it, so it holds what mail needs to arrive and to be found, and no free text
 * but the author's name.
 *
 * @module
 */
import { findAddress, isPlainAddress } from "../mail/address.ts";
import { MISSING_DOMAIN, readAddresses } from "../mail/address_list.ts";
import { parseMailDate } from "../mail/date.ts";
import type { Header, HeaderField } from "../mail/header.ts";

/** What is left of a value, unfolded; undefined if nothing. */
type Form = (text: string) => string | undefined;

interface OuterField {
  /** Of the whole field, in octets. */
  readonly maxOctets: number;
  readonly form: Form;
}

const MAX_LINE_OCTETS = 998; // RFC 5322 §2.1.1
const MAX_PEOPLE_OCTETS = 16 * 1024;
const MAX_PEOPLE = 200;
const MAX_REFERENCES_OCTETS = 8 * 1024;
const MAX_KEY_OCTETS = 24 * 1024; // post-quantum keys fit
const NO_PEOPLE = '"hidden-recipients": ;'; // as Delta Chat writes it

const MESSAGE_ID = /^<[!-;=?-~]+>$/;
const PREFIX_OCTETS = 3;

const asIs: Form = (text) => text;
const token = (pattern: RegExp): OuterField => ({
  maxOctets: MAX_LINE_OCTETS,
  form: (text) => pattern.test(text) ? text : undefined,
});
const people = (none?: string): OuterField => ({
  maxOctets: MAX_PEOPLE_OCTETS,
  form: (text) => addressesOnly(text) ?? none,
});

const OUTER_FIELDS: ReadonlyMap<string, OuterField> = new Map([
  ["from", { maxOctets: MAX_LINE_OCTETS, form: asIs }],
  ["sender", people()],
  ["reply-to", people()],
  ["to", people(NO_PEOPLE)],
  ["cc", people()],
  ["date", { maxOctets: MAX_LINE_OCTETS, form: dateOnly }],
  ["message-id", token(MESSAGE_ID)],
  ["x-microsoft-original-message-id", token(MESSAGE_ID)],
  ["in-reply-to", { maxOctets: MAX_REFERENCES_OCTETS, form: messageIds }],
  ["references", { maxOctets: MAX_REFERENCES_OCTETS, form: messageIds }],
  ["autocrypt", { maxOctets: MAX_KEY_OCTETS, form: publicKey }],
  ["autocrypt-setup-message", token(/^v1$/)],
  ["auto-submitted", { maxOctets: MAX_LINE_OCTETS, form: keyword }],
  ["chat-version", token(/^[0-9.]{1,16}$/)],
  ["chat-is-post-message", token(/^[01]$/)],
  ["secure-join", token(/^v[a-z-]{1,40}$/)],
  ["secure-join-invitenumber", token(/^[\w-]{1,64}$/)],
  ["secure-join-auth", token(/^[\w-]{1,64}$/)],
  ["secure-join-group", token(/^[\w-]{1,64}$/)],
  ["secure-join-fingerprint", token(/^[0-9A-F]{32,64}$/i)],
]);

/** What of a header may stay. */
export interface OuterHeader {
  /** By name in lower case: fields that stay as they are. */
  readonly kept: ReadonlySet<HeaderField>;
  /** Name in lower case, and what is left of the value. */
  readonly replaced: ReadonlyMap<string, string>;
  /** With angle brackets. */
  readonly messageId: string | undefined;
}

/** Of several fields of a name only the first counts (RFC 5322 §3.6). */
export function outerHeader(header: Header): OuterHeader {
  const kept = new Set<HeaderField>();
  const replaced = new Map<string, string>();
  const seen = new Set<string>();
  let messageId: string | undefined;
  for (const field of header.fields) {
    const { name, start, end } = field;
    const known = OUTER_FIELDS.get(name);
    if (!known || seen.has(name)) continue;
    seen.add(name);
    if (end - start > known.maxOctets) continue;
    const text = header.text(field);
    const left = known.form(text);
    if (left === undefined) continue;
    if (left === text) kept.add(field);
    else replaced.set(name, left);
    if (name === "message-id") messageId = left;
  }
  return { kept, replaced, messageId };
}

/** Without names and comments, in which anything could stand. */
function addressesOnly(text: string): string | undefined {
  if (text === NO_PEOPLE || isOnlyAddress(text)) return text;
  const found = readAddresses(text).flatMap((entry) => {
    if (entry.kind !== "mailbox" || entry.domain === MISSING_DOMAIN) return [];
    const address = `${entry.localPart}@${entry.domain}`;
    return findAddress(address) === undefined ? [] : [address];
  });
  if (found.length === 0 || found.length > MAX_PEOPLE) return undefined;
  const bare = found.join(", ");
  return bare === text ? text : found.map((one) => `<${one}>`).join(",\r\n ");
}

/** What most messages have in this place, told without reading a list. */
function isOnlyAddress(text: string): boolean {
  return text.startsWith("<") && text.endsWith(">") &&
    isPlainAddress(text.slice(1, -1));
}

function dateOnly(text: string): string | undefined {
  const [date = ""] = text.split("(", 1);
  try {
    parseMailDate(date.trim());
    return date.trim();
  } catch {
    return undefined;
  }
}

function messageIds(text: string): string | undefined {
  const ids = text.split(/[ \t]+/);
  return ids.every((id) => MESSAGE_ID.test(id)) ? text : undefined;
}

/** What stands behind the keyword (RFC 3834 §5) says nothing to a client. */
function keyword(text: string): string | undefined {
  return /^[a-z][a-z-]{0,31}(?![^;\s(])/i.exec(text)?.[0];
}

/** An Autocrypt field with nothing in it but a public key and who may use it. */
function publicKey(text: string): string | undefined {
  const [, before = "", data] = /^([^=]*=.*?)keydata=(.*)$/s.exec(text) ?? [];
  const key = (data ?? "").replace(/[ \t]+/g, "");
  const [, address] = /(?:^|;)\s*addr=([^;\s]{1,254})\s*;/.exec(before) ?? [];
  if (!isPublicKey(key) || findAddress(address ?? "") === undefined) {
    return undefined;
  }
  const mutual = /(?:^|;)\s*prefer-encrypt=mutual\s*;/.test(before);
  const attributes = `addr=${address};${
    mutual ? " prefer-encrypt=mutual;" : ""
  }`;
  return `${attributes} keydata=\r\n ${
    (key.match(/.{1,76}/g) ?? []).join("\r\n ")
  }`;
}

/** Whether it is base64 of something that begins as a public key does (RFC 9580 §5.5.1.1). */
function isPublicKey(text: string): boolean {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length < 40) return false;
  const [first = 0] = Uint8Array.fromBase64(text.slice(0, 4)).subarray(
    0,
    PREFIX_OCTETS,
  );
  return first === 0xc6 || (first & 0xfc) === 0x98; // new and old format headers of packet 6
}
