/** The head of a response (RFC 9112 §4, §6). @module */
import { STATUS_CODES } from "node:http";
import { fromLatin1 } from "../../base/octets.ts";

/** How the client learns where the body ends. */
export type ResponseFraming =
  | { readonly kind: "length"; readonly sizeOctets: number }
  | { readonly kind: "chunked" }
  /** With the connection: for HTTP/1.0. */
  | { readonly kind: "close" }
  /** There is none: 204, 304, or an answer to HEAD. */
  | { readonly kind: "none" };

export interface ResponseHead {
  readonly status: number;
  readonly headers: Headers;
  readonly framing: ResponseFraming;
  /** The connection ends after it. */
  readonly last: boolean;
  /** Milliseconds since 1970 UTC. */
  readonly nowMs: number;
}

/** Fields that are ours to say. */
const FRAMING_FIELDS: ReadonlySet<string> = new Set([
  "connection",
  "date",
  "keep-alive",
  "transfer-encoding",
]);

export function encodeResponseHead(
  { status, headers, framing, last, nowMs }: ResponseHead,
): Uint8Array {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`];
  for (const [name, value] of headers) {
    if (FRAMING_FIELDS.has(name)) continue;
    if (name === "content-length" && framing.kind !== "none") continue;
    lines.push(`${name}: ${value}`);
  }
  if (framing.kind === "length") {
    lines.push(`content-length: ${framing.sizeOctets}`);
  } else if (framing.kind === "chunked") {
    lines.push("transfer-encoding: chunked");
  }
  lines.push(`date: ${new Date(nowMs).toUTCString()}`);
  if (last) lines.push("connection: close");
  return fromLatin1(lines.join("\r\n") + "\r\n\r\n");
}

/** RFC 9112 §7.1 */
export function encodeChunk(octets: Uint8Array): Uint8Array[] {
  return [
    fromLatin1(`${octets.length.toString(16)}\r\n`),
    octets,
    CHUNK_END,
  ];
}

const CHUNK_END = fromLatin1("\r\n");
export const LAST_CHUNK: Uint8Array = fromLatin1("0\r\n\r\n");
