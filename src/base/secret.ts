/**
 * Passwords, which are octets from the wire to the hash. Nothing decodes them:
 * two that differ in one octet are two passwords, whether or not they are text.
 *
 * @module
 */

/** A password as it was sent. */
export type Secret = Uint8Array<ArrayBuffer> & { readonly brand: "Secret" };

const encoder = new TextEncoder();

/** The octets are copied: what they came in is used again. */
export function secretOf(octets: Uint8Array): Secret {
  return new Uint8Array(octets) as Secret;
}

/**
 * A password that came as text, in UTF-8.
 *
 * @throws {SyntaxError} for half a surrogate pair, which has no octets of its own
 */
export function secretOfText(text: string): Secret {
  if (!text.isWellFormed()) {
    throw new SyntaxError("Cannot read password: not Unicode text");
  }
  return encoder.encode(text) as Secret;
}
