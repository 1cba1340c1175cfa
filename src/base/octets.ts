/** Small operations on octets that Deno and `node:` do not have. @module */

export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;

export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let size = 0;
  for (const part of parts) size += part.length;
  const out = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const SHORT_OCTETS = 256;

/** The text of a few ASCII octets, which a `TextDecoder` takes longer for; undefined for others. */
export function shortAscii(octets: Uint8Array): string | undefined {
  const size = octets.length;
  if (size > SHORT_OCTETS) return undefined;
  for (let i = 0; i < size; i++) if (octets[i]! > 0x7f) return undefined;
  return Reflect.apply(String.fromCharCode, undefined, octets);
}

const encoder = new TextEncoder();

/** UTF-8; a short text of ASCII takes a `TextEncoder` longer. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  const size = text.length;
  if (size > SHORT_OCTETS) return encoder.encode(text);
  const octets = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return encoder.encode(text);
    octets[i] = unit;
  }
  return octets;
}

/** Pieces in a row, texts as UTF-8. */
export function join(
  parts: readonly (Uint8Array | string)[],
): Uint8Array<ArrayBuffer> {
  let size = 0;
  for (const part of parts) {
    if (isText(part) && !isAscii(part)) {
      return concat(parts.map((one) => isText(one) ? utf8(one) : one));
    }
    size += part.length;
  }
  const out = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    if (isText(part)) {
      for (let i = 0; i < part.length; i++) out[at + i] = part.charCodeAt(i);
    } else out.set(part, at);
    at += part.length;
  }
  return out;
}

function isText(part: Uint8Array | string): part is string {
  return typeof part === "string";
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) return false;
  }
  return true;
}

const PIECE_OCTETS = 8192; // arguments of one call

/** One character an octet; the decoder of that name means another table. */
export function latin1(octets: Uint8Array): string {
  let text = "";
  for (let at = 0; at < octets.length; at += PIECE_OCTETS) {
    const piece = octets.subarray(at, at + PIECE_OCTETS);
    text += Reflect.apply(String.fromCharCode, undefined, piece);
  }
  return text;
}

/** What `latin1` made text of. */
export function fromLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
