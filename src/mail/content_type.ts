/**
 * Content-Type and its kin: a value with parameters (RFC 2045 §5.1, RFC 2183 §2).
 *
 * The `parse…` functions refuse whatever two readers could understand differently
 * and are for decisions; the `read…` functions keep what makes sense and are for display.
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

/** @throws {SyntaxError} on any fault, or a parameter that comes twice or in pieces */
export function parseContentType(text: string): ContentType {
  const scanner = new FieldScanner(text);
  const { type, subtype } = mediaType(scanner);
  const parameters: RawParameters = [];
  parseParameters(scanner, parameters);
  const names = parameters.map(([name]) => name.replace(/\*.*$/, ""));
  if (new Set(names).size !== names.length) {
    throw new SyntaxError("A parameter comes twice");
  }
  return { type, subtype, parameters };
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
 * @throws {SyntaxError} if it is not one token
 */
export function parseTransferEncoding(text: string): string {
  const scanner = new FieldScanner(text);
  const token = scanner.token().toLowerCase();
  if (!scanner.atEnd()) throw new SyntaxError("Expected one token");
  return token;
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
