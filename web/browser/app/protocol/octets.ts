/** Octets and letters. @module */

const CHUNK = 32_768;

export function toBase64(octets: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < octets.length; at += CHUNK) {
    binary += String.fromCharCode(...octets.subarray(at, at + CHUNK));
  }
  return btoa(binary);
}

/** @throws {Error} when it is none */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replace(/\s+/g, ""));
  const octets = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) octets[at] = binary.charCodeAt(at);
  return octets;
}

/** In lines of 76 letters (RFC 2045 §6.8). */
export function toBase64Lines(octets: Uint8Array): string {
  return toBase64(octets).replace(/.{76}/g, "$&\r\n");
}

export function toOctets(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
}

/** Letters and digits that nobody can guess; six bits each. */
export function randomId(letters = 24): string {
  const alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const octets = crypto.getRandomValues(new Uint8Array(letters));
  return Array.from(octets, (octet) => alphabet[octet & 63]).join("");
}
