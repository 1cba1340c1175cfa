/**
 * The arguments of MAIL and RCPT (RFC 5321 §4.1.1.2, §4.1.1.3) and of EHLO.
 *
 * @module
 */
import { parseMailbox, parseRecipient } from "../../mail/address.ts";
import {
  BAD_BODY,
  BAD_RECIPIENT,
  BAD_SENDER,
  BAD_SIZE,
  DUPLICATE_PARAMETER,
  NON_ASCII_ADDRESS,
  NON_ASCII_COMMAND,
  type Reply,
  UNSUPPORTED_PARAMETER,
} from "./replies.ts";

/** Text that cannot be read, with the reply that says so. */
export class ArgumentError extends SyntaxError {
  override readonly name = "ArgumentError";
  constructor(readonly reply: Reply) {
    super(reply.text);
  }
}

export interface MailArguments {
  /** As `parseMailbox` gives it, or empty for the null reverse-path. */
  readonly reversePath: string;
  readonly sizeOctets?: number;
  readonly utf8: boolean;
}

export interface MailParameters {
  /** SMTPUTF8 has been offered. */
  readonly utf8: boolean;
  /** AUTH has been offered; what MAIL says in AUTH= is ignored (RFC 4954 §5). */
  readonly auth: boolean;
}

const ASCII = /^[ -~]*$/;
const MAX_DOMAIN_OCTETS = 255; // RFC 5321 §4.5.3.1.2
const MAX_PARAMETERS = 10; // more than there are
const POSTMASTER = /^postmaster$/i;

/**
 * What stands after "MAIL ".
 *
 * @throws {ArgumentError}
 */
export function parseMail(
  text: string,
  offered: MailParameters,
): MailArguments {
  const { path, parameters } = splitPath(text, "FROM:", BAD_SENDER);
  let sizeOctets: number | undefined;
  let utf8 = false;
  const seen = new Set<string>();
  for (const [keyword, value] of parameters) {
    if (seen.has(keyword)) throw new ArgumentError(DUPLICATE_PARAMETER);
    seen.add(keyword);
    if (keyword === "SIZE") sizeOctets = parseSize(value);
    else if (keyword === "BODY") checkBody(value);
    else if (keyword === "SMTPUTF8" && offered.utf8 && value === undefined) {
      utf8 = true;
    } else if (keyword !== "AUTH" || !offered.auth) {
      throw new ArgumentError(UNSUPPORTED_PARAMETER);
    }
  }
  const reversePath = path === "" ? "" : readAddress(path, utf8, SENDER);
  return sizeOctets === undefined
    ? { reversePath, utf8 }
    : { reversePath, utf8, sizeOctets };
}

/**
 * What stands after "RCPT ": the forward-path and whether parameters follow it.
 *
 * @param utf8 The transaction may have addresses in UTF-8 (RFC 6531 §3.4).
 * @throws {ArgumentError}
 */
export function parseRcpt(
  text: string,
  utf8: boolean,
): { forwardPath: string; hasParameters: boolean } {
  const { path, parameters } = splitPath(text, "TO:", BAD_RECIPIENT);
  const forwardPath = POSTMASTER.test(path) // RFC 5321 §4.1.1.3
    ? "postmaster"
    : readAddress(path, utf8, RECIPIENT);
  return { forwardPath, hasParameters: parameters.length > 0 };
}

/** Whether a client may call itself so. No name is believed; real ones send much that is no domain. */
export function isClientName(text: string): boolean {
  return text.length <= MAX_DOMAIN_OCTETS && /^[!-~]+$/.test(text);
}

/** Separates the path, without brackets and source route, from the parameters. */
function splitPath(
  text: string,
  prefix: string,
  bad: Reply,
): { path: string; parameters: [string, string | undefined][] } {
  if (text.slice(0, prefix.length).toUpperCase() !== prefix) {
    throw new ArgumentError(bad);
  }
  const rest = text.slice(prefix.length).trimStart();
  const bracketed = rest.startsWith("<");
  const end = bracketed ? closingBracket(rest) : (rest + " ").indexOf(" ");
  const given = rest.slice(bracketed ? 1 : 0, end);
  const after = rest.slice(bracketed ? end + 1 : end);
  if (
    end < 0 || (!bracketed && (given === "" || /[<>]/.test(given))) ||
    (after !== "" && !after.startsWith(" "))
  ) {
    throw new ArgumentError(bad);
  }
  // A source route is accepted and ignored (RFC 5321 §C).
  const path = given.replace(/^@[^:]*:/, "");
  return { path, parameters: splitParameters(after) };
}

/** Where the first `>` outside of a quoted string is, or -1. */
function closingBracket(text: string): number {
  let quoted = false;
  for (let at = 1; at < text.length; at++) {
    const char = text[at];
    if (char === "\\" && quoted) at++;
    else if (char === '"') quoted = !quoted;
    else if (char === ">" && !quoted) return at;
  }
  return -1;
}

function splitParameters(text: string): [string, string | undefined][] {
  if (!ASCII.test(text)) throw new ArgumentError(NON_ASCII_COMMAND);
  const words = text.split(" ").filter((word) => word !== "");
  if (words.length > MAX_PARAMETERS) {
    throw new ArgumentError(UNSUPPORTED_PARAMETER);
  }
  return words.map((word) => {
    const equals = word.indexOf("=");
    return equals < 0
      ? [word.toUpperCase(), undefined]
      : [word.slice(0, equals).toUpperCase(), word.slice(equals + 1)];
  });
}

/** How an address is read, and what is said if it cannot be. */
interface Reading {
  readonly parse: (text: string) => string;
  readonly bad: Reply;
}

const SENDER: Reading = { parse: parseMailbox, bad: BAD_SENDER };
const RECIPIENT: Reading = { parse: parseRecipient, bad: BAD_RECIPIENT };

function readAddress(
  text: string,
  utf8: boolean,
  { parse, bad }: Reading,
): string {
  // deno-lint-ignore no-control-regex -- anything in ASCII is judged as an address
  if (!utf8 && !/^[\x00-\x7f]*$/.test(text)) {
    throw new ArgumentError(NON_ASCII_ADDRESS);
  }
  try {
    return parse(text);
  } catch {
    throw new ArgumentError(bad);
  }
}

/** RFC 1870 §3. */
function parseSize(value: string | undefined): number {
  if (value === undefined || !/^[0-9]{1,20}$/.test(value)) {
    throw new ArgumentError(BAD_SIZE);
  }
  return Number(value);
}

/** RFC 6152 §2. */
function checkBody(value: string | undefined): void {
  if (value === undefined || !/^(?:7BIT|8BITMIME)$/i.test(value)) {
    throw new ArgumentError(BAD_BODY);
  }
}
