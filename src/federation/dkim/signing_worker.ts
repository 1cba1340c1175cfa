/**
 * The thread that makes RSA signatures: each takes some milliseconds, in which
 * nobody else would be served.
 *
 * @module
 */
import { createPrivateKey, type KeyObject } from "node:crypto";
import { rawSignature } from "../../mailauth/raw_signature.ts";
import { answerQuestions } from "../../observe/worker_link.ts";

export interface SigningQuestion {
  /** PKCS #8, of an RSA key. */
  readonly pem: string;
  readonly octets: Uint8Array;
}

/** "failed": the key cannot be used. */
export type SigningAnswer = Uint8Array | "failed";

const MAX_KEYS = 64;
const keys = new Map<string, KeyObject>();

answerQuestions<SigningQuestion, SigningAnswer>(({ pem, octets }) => {
  try {
    return rawSignature("rsa-sha256", keyOf(pem), octets);
  } catch {
    return "failed";
  }
});

function keyOf(pem: string): KeyObject {
  const known = keys.get(pem);
  if (known) return known;
  if (keys.size >= MAX_KEYS) keys.clear();
  const key = createPrivateKey(pem);
  keys.set(pem, key);
  return key;
}
