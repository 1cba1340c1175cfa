/**
 * Credentials as clients send them: base64 (RFC 4954 §4, RFC 3501 §6.2.2), and in
 * it PLAIN (RFC 4616 §2) or one line of LOGIN. The name is text, the password
 * stays the octets that came.
 *
 * @module
 */
import { type Secret, secretOf } from "../base/secret.ts";

export interface Credentials {
  readonly address: string;
  readonly password: Secret;
}

const NUL = 0;
/** Of a name of 320 octets twice and a password of 256, and much more. */
const MAX_BASE64_LENGTH = 4096;
const BASE64 =
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The octets of one base64 line, with padding; "=" is none at all, as in an
 * initial response.
 *
 * @throws {SyntaxError}
 */
export function decodeBase64(line: string): Uint8Array {
  if (line === "=") return new Uint8Array();
  if (line.length > MAX_BASE64_LENGTH || !BASE64.test(line)) {
    throw new SyntaxError("Invalid base64");
  }
  return Uint8Array.from(atob(line), (char) => char.charCodeAt(0));
}

/** A name or an address. @throws {SyntaxError} if it is not UTF-8 */
export function decodeName(octets: Uint8Array): string {
  try {
    return decoder.decode(octets);
  } catch (cause) {
    throw new SyntaxError("Invalid credentials", { cause });
  }
}

/**
 * The credentials of PLAIN. Nothing is read as an address yet: how often a peer may
 * try is asked first. Acting for another account is not possible: the
 * password is then empty, which is nobody's.
 *
 * @throws {SyntaxError}
 */
export function plainCredentials(line: string): Credentials {
  const octets = decodeBase64(line);
  const first = octets.indexOf(NUL);
  const second = octets.indexOf(NUL, first + 1);
  if (first < 0 || second < 0 || octets.includes(NUL, second + 1)) {
    throw new SyntaxError("Invalid credentials");
  }
  const actor = decodeName(octets.subarray(0, first));
  const address = decodeName(octets.subarray(first + 1, second));
  const password = octets.subarray(second + 1);
  if (address === "") throw new SyntaxError("Invalid credentials");
  const same = actor === "" || actor.toLowerCase() === address.toLowerCase();
  return { address, password: secretOf(same ? password : NOBODYS) };
}

const NOBODYS = new Uint8Array();
