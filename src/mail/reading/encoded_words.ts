/** Encoded words of header fields (RFC 2047), undone for searching. @module */

const WORD = /=\?([^?*\s]+)(?:\*[^?\s]*)?\?([QqBb])\?([^?\s]*)\?=/g;
const BETWEEN_WORDS = /(\?=)[ \t\r\n]+(?==\?[^?\s]+\?[QqBb]\?)/g; // RFC 2047 §6.2
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
/** What is over these stays as it is. */
const MAX_LENGTH = 65_536;
const MAX_WORDS = 2000;
const MAX_CHARSETS = 20;

/** The text with its encoded words decoded; one that cannot be stays as it is. */
export function decodeWords(text: string): string {
  if (!text.includes("=?")) return text;
  return decodedWords(text.slice(0, MAX_LENGTH)) + text.slice(MAX_LENGTH);
}

function decodedWords(text: string): string {
  const decoders = new Map<string, TextDecoder | undefined>();
  let words = 0;
  return text.replace(BETWEEN_WORDS, "$1").replace(
    WORD,
    (word, charset: string, encoding: string, encoded: string) => {
      if (++words > MAX_WORDS) return word;
      if (!decoders.has(charset) && decoders.size < MAX_CHARSETS) {
        decoders.set(charset, decoderOf(charset));
      }
      const octets = encoding.toUpperCase() === "B"
        ? base64Octets(encoded)
        : quotedOctets(encoded);
      return (octets && decoders.get(charset)?.decode(octets)) ?? word;
    },
  );
}

/** Undefined for a character set that is unknown. */
function decoderOf(charset: string): TextDecoder | undefined {
  try {
    return new TextDecoder(charset);
  } catch {
    return undefined;
  }
}

/** Undefined for what is no base64. */
function base64Octets(encoded: string): Uint8Array | undefined {
  if (!BASE64.test(encoded)) return undefined;
  try {
    return Uint8Array.from(atob(encoded), (c) => c.charCodeAt(0));
  } catch {
    return undefined; // of a length that is none
  }
}

/** The Q encoding (RFC 2047 §4.2). */
function quotedOctets(encoded: string): Uint8Array {
  const text = encoded.replaceAll("_", " ").replace(
    /=([0-9A-Fa-f]{2})/g,
    (_, hex: string) => String.fromCharCode(parseInt(hex, 16)),
  );
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}
