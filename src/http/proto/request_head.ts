/**
 * The head of an HTTP/1.1 request (RFC 9112 §3, §5): one block of octets in, a
 * value or a fault out.
 *
 * Strict where two readers of the same octets could disagree on where a request
 * ends: bare CR or LF, folded lines, blanks before a colon, two lengths and
 * codings other than `chunked` are faults, not guesses.
 *
 * @module
 */
import { latin1 } from "../../base/octets.ts";

export interface RequestHead {
  readonly method: string;
  /** As it was sent. */
  readonly target: string;
  readonly minorVersion: 0 | 1;
  /** In order, names in lower case; one character an octet. */
  readonly fields: readonly Field[];
  /** undefined only in HTTP/1.0. */
  readonly host: string | undefined;
  readonly framing: BodyFraming;
  /** Another request may follow on the connection (RFC 9112 §9.3). */
  readonly persists: boolean;
  /** The client waits for 100 (RFC 9110 §10.1.1). */
  readonly awaitsContinue: boolean;
  readonly upgrade: string | undefined;
}

export type Field = readonly [name: string, value: string];

/** RFC 9112 §6.3 */
export type BodyFraming =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly sizeOctets: number }
  | { readonly kind: "chunked" };

/** What makes a request unreadable; the connection ends after the answer. */
export type RequestFault =
  | "malformed"
  | "target_too_long"
  | "head_too_large"
  | "unknown_version"
  | "unknown_coding"
  | "unknown_expectation"
  | "bad_body";

export const FAULT_STATUS: Readonly<Record<RequestFault, number>> = {
  malformed: 400,
  target_too_long: 414,
  head_too_large: 431, // RFC 6585 §5
  unknown_version: 505,
  unknown_coding: 501, // RFC 9112 §6.1
  unknown_expectation: 417,
  bad_body: 400,
};

const MAX_FIELDS = 100;
const REQUEST_LINE =
  /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) ([\x21-\x7e]+) HTTP\/([0-9])\.([0-9])$/;
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/; // RFC 9110 §5.6.2
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/; // RFC 9110 §5.5
const DECIMAL = /^[0-9]{1,15}$/;

/** @param octets From the request line to the empty line, both with CRLF. */
export function parseRequestHead(
  octets: Uint8Array,
): RequestHead | RequestFault {
  const [requestLine = "", ...lines] = latin1(octets).slice(0, -4).split(
    "\r\n",
  );
  const [, method, target, major, minor] = REQUEST_LINE.exec(requestLine) ?? [];
  if (method === undefined || target === undefined) return "malformed";
  if (major !== "1") return "unknown_version";
  if (lines.length > MAX_FIELDS) return "head_too_large";
  const fields = parseFields(lines);
  if (!fields) return "malformed";
  const minorVersion = minor === "0" ? 0 : 1;
  const values = valuesByName(fields);
  const hosts = values.get("host") ?? [];
  // RFC 9112 §3.2
  if (hosts.length > 1 || minorVersion === 1 && hosts.length === 0) {
    return "malformed";
  }
  const framing = framingOf(values, minorVersion);
  if (typeof framing === "string") return framing;
  const expect = values.get("expect")?.join().toLowerCase();
  if (expect !== undefined && expect !== "100-continue") {
    return "unknown_expectation";
  }
  const isAmbiguous = values.has("transfer-encoding") &&
    values.has("content-length"); // RFC 9112 §6.1
  return {
    method,
    target,
    minorVersion,
    fields,
    host: hosts[0],
    framing,
    persists: minorVersion === 1 && !isAmbiguous &&
      !listIn(values.get("connection")).includes("close"),
    awaitsContinue: expect !== undefined && minorVersion === 1 &&
      framing.kind !== "none",
    upgrade: values.get("upgrade")?.join(", "),
  };
}

/** undefined if one of the lines is no field (RFC 9112 §5). */
export function parseFields(lines: readonly string[]): Field[] | undefined {
  const fields: Field[] = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0));
    const value = line.slice(colon + 1);
    if (!NAME.test(name) || !VALUE.test(value)) return undefined;
    fields.push([name.toLowerCase(), withoutBlanks(value)]);
  }
  return fields;
}

/** Not trim(), which takes the octet A0 too. */
function withoutBlanks(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value[start])) start++;
  while (end > start && isBlank(value[end - 1])) end--;
  return value.slice(start, end);
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t";
}

function valuesByName(fields: readonly Field[]): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of fields) {
    const same = values.get(name);
    if (same) same.push(value);
    else values.set(name, [value]);
  }
  return values;
}

function framingOf(
  values: ReadonlyMap<string, readonly string[]>,
  minorVersion: 0 | 1,
): BodyFraming | RequestFault {
  const lengths = values.get("content-length");
  const length = lengths?.[0];
  if (lengths && (lengths.length > 1 || !DECIMAL.test(length ?? ""))) {
    return "malformed";
  }
  const codings = values.get("transfer-encoding");
  if (codings) {
    if (minorVersion === 0) return "malformed"; // RFC 9112 §6.1
    return codings.length === 1 && codings[0]?.toLowerCase() === "chunked"
      ? { kind: "chunked" }
      : "unknown_coding";
  }
  return length === undefined || Number(length) === 0
    ? { kind: "none" }
    : { kind: "length", sizeOctets: Number(length) };
}

/** The elements of a list field (RFC 9110 §5.6.1), in lower case. */
function listIn(values: readonly string[] = []): string[] {
  return values.join().split(",").map((word) => word.trim().toLowerCase());
}
