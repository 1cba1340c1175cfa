/** RFC 4648 §5, without padding. @module */

export function encodeBase64url(octets: Uint8Array): string {
  return octets.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** @throws {SyntaxError} */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(text, { alphabet: "base64url" });
}
