/**
 * What server and clients share. A password is any text for the AEAD ciphers;
 * those of 2022 want a key of their own length, in Base64. Of a longer one its
 * beginning is the key, so that one secret serves all ciphers.
 *
 * @module
 */
import { type MethodName, METHODS } from "./methods.ts";

/** Of a generated secret: enough for the longest key. */
export const SECRET_OCTETS = 32;

/** A secret for every cipher, of random octets. */
export function secretOfOctets(octets: Uint8Array): string {
  return btoa(String.fromCharCode(...octets));
}

/** The octets of a 2022 key; undefined if the password holds none that is long enough. */
export function sharedKeyOctets(
  method: MethodName,
  password: string,
): Uint8Array | undefined {
  const { keyOctets } = METHODS[method];
  let text: string;
  try {
    text = atob(password.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return undefined;
  }
  if (text.length < keyOctets) return undefined;
  return Uint8Array.from(
    text.slice(0, keyOctets),
    (character) => character.charCodeAt(0),
  );
}

/** What a client has to write for its password; undefined if there is none for this cipher. */
export function clientPassword(
  method: MethodName,
  password: string,
): string | undefined {
  if (password === "") return undefined;
  if (METHODS[method].edition === "aead") return password;
  const octets = sharedKeyOctets(method, password);
  return octets && secretOfOctets(octets);
}
