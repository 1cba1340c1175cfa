/**
 * Mail addresses in their one canonical form.
 *
 * Domains are A-labels (RFC 5890 §2.3.2.1) or address literals (RFC 5321 §4.1.3)
 * with IPv6 as RFC 5952 §4 writes it. Local parts of accounts are lower-case and
 * need no quoting; only its own server knows what a local part of another means,
 * so that it stays as it was written. Nothing longer than an address can be is
 * looked at.
 *
 * @module
 */
import { domainToASCII } from "node:url";
import type { BrandedText } from "../base/brand.ts";

/** `local@domain`, canonical: the only form that reaches accounts, routing, quota and store. */
export type Address = BrandedText<"Address">;

/** Longest text that may be an address, blanks and brackets around it included. */
const MAX_TEXT_LENGTH = 320;
/** RFC 5321 §4.5.3.1.1 has 64 in front of the `@`, which forwarders (SRS) and lists (VERP) exceed. */
const MAX_FOREIGN_OCTETS = 318;
const MAX_ADDRESS_OCTETS = 254; // RFC 5321 §4.5.3.1.3, less the angle brackets
const MAX_LOCAL_PART_OCTETS = 64; // RFC 5321 §4.5.3.1.1
const MAX_DOMAIN_OCTETS = 253; // RFC 1035 §2.3.4, less length octet and root label

/** What nearly all addresses look like; the rest of the rules follow for the others. */
const PLAIN =
  /^([a-z0-9._+-]{1,64})@((?:[a-z0-9_-]{1,63}\.)*[a-z][a-z0-9_-]{0,62})$/;
const NO_LOCAL_PART = "Cannot read address: nothing before the @";
// deno-lint-ignore no-control-regex
const ASCII = /^[\x00-\x7f]*$/;
const FORBIDDEN_IN_LOCAL_PART =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zs}\p{Zl}\p{Zp}"(),:;<>\\/%@\ufffd]/u;
/** Stands in quotes only (RFC 5321 §4.1.2); dots in odd places exist without any. */
const NEEDS_QUOTES = /["(),:;<>@[\\\] ]/;
const FORBIDDEN_EVERYWHERE =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffd]|(?! )\p{Zs}/u;
const SPLIT_BY_OTHERS = /[ ,<>]/;
const QUOTED = /^"(?:[^"\\]|\\[ -~])*"$/;
const DOMAIN = /^(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}$/;
const HOST_LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const ENDS_IN_NUMBER = /(?:^|\.)[0-9]+$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.|$)){4}$/;
const IPV6 = /^[0-9a-f:]*:[0-9a-f:.]*$/i;
const MAPPED_IPV4 = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/**
 * Reads one address as accounts may have it, with or without angle brackets around it.
 *
 * @throws {SyntaxError} if it is not an address, or one that needs quoting
 */
export function parseAddress(text: string): Address {
  checkLength(text);
  if (isPlainAddress(text)) return text;
  const bare = withoutBrackets(text.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, ""));
  const { local, domain } = halves(bare);
  const address = `${canonicalLocalPart(local)}@${parseDomain(domain)}`;
  if (octetLength(address) > MAX_ADDRESS_OCTETS) {
    throw new SyntaxError("Cannot read address: longer than 254 octets");
  }
  return address as Address;
}

/**
 * Reads a mailbox of any server (RFC 5321 §4.1.2), without brackets. The local part
 * keeps its case, and its quotes where it needs them.
 *
 * @throws {SyntaxError} if no server can have it
 */
export function parseMailbox(text: string): Address {
  checkLength(text);
  if (isPlainAddress(text)) return text;
  const { local, domain } = halves(text);
  const address = `${foreignLocalPart(local)}@${parseDomain(domain)}`;
  if (octetLength(address) > MAX_FOREIGN_OCTETS) {
    throw new SyntaxError("Cannot read address: longer than 318 octets");
  }
  return address as Address;
}

/**
 * Reads a mailbox that mail is to go to. Other relays split lists at commas and
 * blanks, and paths at brackets, also in quotes: they would take it for several.
 *
 * @throws {SyntaxError} if it has one of these, or is no mailbox
 */
export function parseRecipient(text: string): Address {
  const address = parseMailbox(text);
  if (isPlainAddress(address) || !SPLIT_BY_OTHERS.test(address)) return address;
  throw new SyntaxError(
    "Cannot read address: others would take it for several",
  );
}

/** The mailbox, or undefined where `parseMailbox` would throw. */
export function findMailbox(text: string): Address | undefined {
  try {
    return parseMailbox(text);
  } catch {
    return undefined;
  }
}

/** The same address with its ASCII letters in lower case: how accounts and block patterns are written. */
export function lowerCase(address: Address): Address {
  if (!/[A-Z]/.test(address)) return address;
  return `${lowerCaseAscii(localPart(address))}@${domain(address)}` as Address;
}

/** The address, or undefined where `parseAddress` would throw. */
export function findAddress(text: string): Address | undefined {
  try {
    return parseAddress(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads a domain or address literal and returns its canonical form: A-labels in
 * lower case, `[1.2.3.4]` or `[IPv6:2001:db8::1]`. IP addresses may come without brackets.
 *
 * @throws {SyntaxError} if it is neither
 */
export function parseDomain(text: string): string {
  if (text.length > MAX_DOMAIN_OCTETS + ".".length) {
    throw new SyntaxError("Cannot read domain: longer than 253 octets");
  }
  const literal = /^\[(?:IPv6:)?(.*)\]$/is.exec(text);
  const ip = literal?.[1] ?? text;
  if (IPV4.test(ip) && !/^\[IPv6:/i.test(text)) return `[${ip}]`;
  if (IPV6.test(ip)) return `[IPv6:${canonicalIpv6(ip)}]`;
  if (literal) throw new SyntaxError("Cannot read domain: not an IP address");
  const name = ASCII.test(text) ? text.toLowerCase() : domainToASCII(text);
  const labels = name.endsWith(".") ? name.slice(0, -1) : name;
  if (
    labels.length > MAX_DOMAIN_OCTETS || !DOMAIN.test(labels) ||
    ENDS_IN_NUMBER.test(labels)
  ) {
    throw new SyntaxError("Cannot read domain: not a host name");
  }
  return labels;
}

/**
 * Why no host may have a canonical name (RFC 1123 §2.1, RFC 5321 §2.3.5), which
 * names of our own have to be; undefined if one may. A `_` before all of it is
 * how Delta Chat is told to take a self-signed certificate. Those of others are
 * taken as they come.
 */
export function hostNameProblem(name: string): string | undefined {
  if (literalIp(name) !== undefined || IPV6.test(name)) return undefined;
  return name.replace(/^_/, "").split(".").every((label) =>
      HOST_LABEL.test(label)
    )
    ? undefined
    : `${name} cannot be the name of a host, whose parts have letters, digits and hyphens, and no hyphen at either end: no certificate is given for it, and other servers may refuse it`;
}

/** What stands before the `@`. */
export function localPart(address: Address): string {
  return address.slice(0, address.lastIndexOf("@"));
}

/** What stands after the `@`: a name in A-labels, or a literal with its brackets. */
export function domain(address: Address): string {
  return address.slice(address.lastIndexOf("@") + 1);
}

/** The IP address in a canonical domain literal, without brackets; undefined for a name. */
export function literalIp(domain: string): string | undefined {
  return /^\[(?:IPv6:)?(.+)\]$/.exec(domain)?.[1];
}

/** Whether it is canonical, and as nearly all are. */
export function isPlainAddress(text: string): text is Address {
  return text.length <= MAX_ADDRESS_OCTETS && PLAIN.test(text);
}

function checkLength(text: string): void {
  if (text.length > MAX_TEXT_LENGTH) {
    throw new SyntaxError("Cannot read address: longer than 320 octets");
  }
}

function halves(text: string): { local: string; domain: string } {
  const at = text.lastIndexOf("@");
  if (at < 0) throw new SyntaxError("Cannot read address: no @ in it");
  return { local: text.slice(0, at), domain: text.slice(at + 1) };
}

function withoutBrackets(text: string): string {
  return text.startsWith("<") && text.endsWith(">") ? text.slice(1, -1) : text;
}

function canonicalLocalPart(text: string): string {
  if (text === "") throw new SyntaxError(NO_LOCAL_PART);
  if (FORBIDDEN_IN_LOCAL_PART.test(text)) {
    throw new SyntaxError("Cannot read address: a character it may not have");
  }
  if (octetLength(text) > MAX_LOCAL_PART_OCTETS) {
    throw new SyntaxError("Cannot read address: over 64 octets before the @");
  }
  return lowerCaseAscii(text);
}

/** Dot-string or Quoted-string of RFC 5321 §4.1.2, with UTF-8 (RFC 6531 §3.3). */
function foreignLocalPart(text: string): string {
  const quoted = QUOTED.test(text);
  const plain = quoted ? text.slice(1, -1).replace(/\\(.)/g, "$1") : text;
  if (plain === "") throw new SyntaxError(NO_LOCAL_PART);
  if (
    FORBIDDEN_EVERYWHERE.test(plain) ||
    (!quoted && NEEDS_QUOTES.test(plain))
  ) throw new SyntaxError("Cannot read address: a character it may not have");
  const keepsQuotes = quoted &&
    (NEEDS_QUOTES.test(plain) || /^\.|\.\.|\.$/.test(plain));
  return keepsQuotes ? `"${plain.replace(/["\\]/g, "\\$&")}"` : plain;
}

/** Letters beyond ASCII stay what they are: some become ASCII in lower case. */
export function lowerCaseAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function canonicalIpv6(text: string): string {
  const url = URL.parse(`http://[${text}]/`);
  if (!url) throw new SyntaxError("Cannot read domain: not an IPv6 address");
  const canonical = url.hostname.slice(1, -1);
  const mapped = MAPPED_IPV4.exec(canonical);
  if (!mapped) return canonical;
  const octets = [mapped[1]!, mapped[2]!].flatMap((half) => {
    const value = parseInt(half, 16);
    return [value >> 8, value & 0xff];
  });
  return `::ffff:${octets.join(".")}`; // RFC 5952 §5
}

function octetLength(text: string): number {
  return ASCII.test(text)
    ? text.length
    : new TextEncoder().encode(text).byteLength;
}
