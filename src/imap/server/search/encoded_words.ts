/** Encoded words of header fields (RFC 2047), undone for searching. @module */

const WORD = /=\?([^?*\s]+)(?:\*[^?\s]*)?\?([QqBb])\?([^?\s]*)\?=/g;
const BETWEEN_WORDS = /(\?=)[ \t\r\n]+(?==\?[^?\s]+\?[QqBb]\?)/g; // RFC 2047 §6.2

/** The text with its encoded words decoded; one that cannot be stays as it is. */
export function decodeWords(text: string): string {
  if (!text.includes("=?")) return text;
  return text.replace(BETWEEN_WORDS, "$1").replace(
    WORD,
    (word, charset: string, encoding: string, encoded: string) => {
      try {
        const octets = encoding.toUpperCase() === "B"
          ? Uint8Array.from(atob(encoded), (c) => c.charCodeAt(0))
          : quotedOctets(encoded);
        return new TextDecoder(charset).decode(octets);
      } catch {
        return word;
      }
    },
  );
}

/** The Q encoding (RFC 2047 §4.2). */
function quotedOctets(encoded: string): Uint8Array {
  const text = encoded.replaceAll("_", " ").replace(
    /=([0-9A-Fa-f]{2})/g,
    (_, hex: string) => String.fromCharCode(parseInt(hex, 16)),
  );
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}
