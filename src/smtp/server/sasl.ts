/**
 * What clients send inside AUTH: base64 (RFC 4954 §4), and in it the credentials
 * of PLAIN (RFC 4616 §2) or one line of LOGIN.
 *
 * @module
 */
import { findAddress } from "../../mail/address.ts";

export interface Credentials {
  readonly address: string;
  readonly password: string;
}

const BASE64 =
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Text of one base64 line, with padding; "=" is empty, as an initial response.
 *
 * @throws {SyntaxError}
 */
export function decodeResponse(line: string): string {
  if (line === "=") return "";
  if (!BASE64.test(line)) throw new SyntaxError("Cannot read base64");
  try {
    return decoder.decode(
      Uint8Array.from(atob(line), (char) => char.charCodeAt(0)),
    );
  } catch (cause) {
    throw new SyntaxError("Cannot read credentials: not UTF-8", { cause });
  }
}

/**
 * The credentials of PLAIN; undefined if they would let one account act as another.
 *
 * @throws {SyntaxError}
 */
export function parsePlain(line: string): Credentials | undefined {
  const parts = decodeResponse(line).split("\0");
  const [actor, address, password] = parts;
  if (parts.length !== 3 || !address || password === undefined) {
    throw new SyntaxError("Cannot read credentials: not three parts");
  }
  if (actor && canonical(actor) !== canonical(address)) return undefined;
  return { address, password };
}

function canonical(text: string): string {
  return findAddress(text) ?? text.toLowerCase();
}
