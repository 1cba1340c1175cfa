/** Header fields in the form in which `npm:mailauth` takes them. @module */
import { Buffer } from "node:buffer";
import { CR, LF } from "../base/octets.ts";
import type { Header, HeaderField } from "../mail/header.ts";

/** A field without its line end. */
export function lineOf(header: Header, field: HeaderField): Buffer {
  const line = asBuffer(header.raw(field));
  if (line.at(-1) !== LF) return line;
  return line.subarray(0, line.at(-2) === CR ? -2 : -1);
}

/** The same octets, not a copy. */
export function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length);
}
