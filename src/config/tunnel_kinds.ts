/** Kinds of values of what leads clients to us through other networks. @module */
import {
  METHOD_NAMES,
  type MethodName,
  methodName,
  METHODS,
} from "../shadowsocks/proto/methods.ts";
import { sharedKeyOctets } from "../shadowsocks/proto/shared_key.ts";
import { type Kind, quote, textual } from "./kinds.ts";

const CIPHERS = `one of ${METHOD_NAMES.join(", ")}`;

/** In any case, with `_` or `-`. */
export const shadowsocksCipher: Kind<MethodName> = textual(CIPHERS, (text) => {
  const found = methodName(text);
  if (found !== undefined) return found;
  throw new SyntaxError(`must be ${CIPHERS} (got ${quote(text)})`);
});

/** Why a password is none for a cipher, undefined if it is, or is still to be made. */
export function passwordProblem(
  cipher: MethodName,
  password: string,
): string | undefined {
  const { edition, keyOctets } = METHODS[cipher];
  if (password === "" || edition === "aead") return undefined;
  return sharedKeyOctets(cipher, password) === undefined
    ? `must be a key of ${keyOctets} octets in Base64 for ${cipher}`
    : undefined;
}
