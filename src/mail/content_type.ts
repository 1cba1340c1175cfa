/**
 * Content-Type and its kin: a value with parameters (RFC 2045 §5.1, RFC 2183 §2).
 *
 * The `parse…` functions are for decisions: they refuse whatever two readers could
 * understand differently, comments, quoted pairs and encoded words included. The
 * `read…` functions keep what makes sense and are for display.
 *
 * @module
 */
import { FieldScanner } from "./field_scanner.ts";
import type { MimeDisposition, MimeParameters } from "./mime.ts";

/** Names in lower case, as sent: RFC 2231 marks are still in them. */
type RawParameters = (readonly [name: string, value: string])[];

export interface ContentType {
  /** In lower case. */
  readonly type: string;
  /** In lower case. */
  readonly subtype: string;
  readonly parameters: MimeParameters;
}

const MAX_PARAMETERS = 100;
const MAX_STRICT_LENGTH = 998; // RFC 5322 §2.1.1: more than one line was never needed

// RFC 2045 §5.1, without the blanks and comments that RFC 822 allows between any two of them
const STRICT_TYPE =
  /^[ \t]*([!#$%&'*+.^_`{|}~0-9a-z-]+)\/([!#$%&'*+.^_`{|}~0-9a-z-]+)/i;
const STRICT_PARAMETER =
  /[ \t]*;[ \t]*([!#$%&'+.^_`{|}~0-9a-z-]+)=(?:"([ !#-[\]-~]*)"|([!#$%&'*+.^_`{|}~0-9a-z-]+))/iy;
const STRICT_END = /[ \t]*;?[ \t]*$/y; // a last semicolon is common and harmless

/**
 * @throws {SyntaxError} on any fault, a comment, a backslash, an encoded word
 * (RFC 2047 §2), or a parameter that comes twice or in pieces
 */
export function parseContentType(text: string): ContentType {
  const [whole, type, subtype] =
    (text.length <= MAX_STRICT_LENGTH && STRICT_TYPE.exec(text)) || [];
  if (!whole || !type || !subtype || hasEncodedWord(text)) {
    throw new SyntaxError("Cannot read a media type");
  }
  const parameters = strictParameters(text, whole.length);
  const names = parameters.map(([name]) => name);
  if (new Set(names).size !== names.length) {
    throw new SyntaxError("A parameter comes twice");
  }
  return {
    type: type.toLowerCase(),
    subtype: subtype.toLowerCase(),
    parameters,
  };
}

function strictParameters(text: string, start: number): RawParameters {
  const found: [name: string, value: string][] = [];
  let at = start;
  for (;;) {
    STRICT_PARAMETER.lastIndex = at;
    const match = STRICT_PARAMETER.exec(text);
    if (!match) break;
    at = STRICT_PARAMETER.lastIndex;
    found.push([match[1]!.toLowerCase(), match[2] ?? match[3]!]);
  }
  STRICT_END.lastIndex = at;
  if (!STRICT_END.test(text)) throw new SyntaxError("Cannot read a parameter");
  return found;
}

/** Whether a reader could find an encoded word in it, where none may be (RFC 2047 §5). */
function hasEncodedWord(text: string): boolean {
  const start = text.indexOf("=?");
  return start >= 0 && text.indexOf("?=", start + 2) >= 0;
}

/** What can be read of it; undefined without a type. Never throws. */
export function readContentType(text: string): ContentType | undefined {
  const scanner = new FieldScanner(text);
  try {
    const { type, subtype } = mediaType(scanner);
    return { type, subtype, parameters: readParameters(scanner) };
  } catch {
    return undefined;
  }
}

/** What can be read of a Content-Disposition. Never throws. */
export function readDisposition(text: string): MimeDisposition | undefined {
  const scanner = new FieldScanner(text);
  try {
    const type = scanner.token().toLowerCase();
    return { type, parameters: readParameters(scanner) };
  } catch {
    return undefined;
  }
}

/**
 * Content-Transfer-Encoding in lower case (RFC 2045 §6.1).
 *
 * @throws {SyntaxError} if it is not one token and nothing else
 */
export function parseTransferEncoding(text: string): string {
  const token = text.length <= MAX_STRICT_LENGTH &&
    /^[ \t]*([0-9a-z-]+)[ \t]*$/i.exec(text)?.[1];
  if (!token) throw new SyntaxError("Expected one token");
  return token.toLowerCase();
}

/** As `parseTransferEncoding`, past comments; undefined if it makes no sense. Never throws. */
export function readTransferEncoding(text: string): string | undefined {
  const scanner = new FieldScanner(text);
  try {
    const token = scanner.token().toLowerCase();
    return scanner.atEnd() ? token : undefined;
  } catch {
    return undefined;
  }
}

/** The value of a parameter. @param name In lower case. */
export function parameterOf(
  parameters: MimeParameters,
  name: string,
): string | undefined {
  return parameters.find(([known]) => known === name)?.[1];
}

function mediaType(scanner: FieldScanner): { type: string; subtype: string } {
  const type = scanner.token().toLowerCase();
  scanner.expect("/");
  return { type, subtype: scanner.token().toLowerCase() };
}

function parseParameters(scanner: FieldScanner, into: RawParameters): void {
  while (!scanner.atEnd()) {
    scanner.expect(";");
    if (scanner.atEnd()) return; // a last semicolon is common and harmless
    const name = scanner.token().toLowerCase();
    scanner.expect("=");
    const value = scanner.peek() === '"' ? scanner.quoted() : scanner.token();
    if (into.length === MAX_PARAMETERS) {
      throw new SyntaxError("Too many parameters");
    }
    into.push([name, value]);
  }
}

function readParameters(scanner: FieldScanner): MimeParameters {
  const found: RawParameters = [];
  for (let tries = 0; tries < MAX_PARAMETERS; tries++) {
    try {
      parseParameters(scanner, found);
      break;
    } catch {
      scanner.skipTo(";");
    }
  }
  return joinContinuations(found);
}

/**
 * Puts the pieces of a value together (RFC 2231 §3). One with a character set stays
 * encoded, under its name and a `*` (RFC 2231 §4), as clients expect it.
 */
function joinContinuations(parameters: RawParameters): MimeParameters {
  const joined: [name: string, value: string][] = [];
  const pieces = new Map<string, { index: number; encoded: boolean }>();
  for (const [name, value] of parameters) {
    const [, base, number, star] = /^(.+?)\*(\d{1,3})(\*)?$/.exec(name) ?? [];
    if (base === undefined) {
      joined.push([name, value]);
      continue;
    }
    const piece = pieces.get(base);
    if (!piece) {
      if (Number(number) !== 0) continue;
      pieces.set(base, { index: joined.length, encoded: star !== undefined });
      joined.push([star ? `${base}*` : base, value]);
    } else {
      const plain = star === undefined && piece.encoded;
      joined[piece.index]![1] += plain ? encodeURIComponent(value) : value;
    }
  }
  return joined;
}
