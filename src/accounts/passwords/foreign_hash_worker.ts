/**
 * The worker that checks passwords against imported forms: they are slow by
 * intent and would stop the event loop.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { timingSafeEqual } from "node:crypto";
import { argon2id, bcryptVerify } from "hash-wasm";
import { encrypt } from "unixcrypt";
import type { Secret } from "../../base/secret.ts";
import { answerQuestions } from "../../observe/worker_link.ts";
import type { Argon2Password, ForeignPassword } from "./stored_password.ts";

export interface ForeignCheck {
  readonly stored: ForeignPassword;
  readonly password: Secret;
}

/** "failed": the check itself, which says nothing about the password. */
export type ForeignVerdict = "matches" | "differs" | "failed";

const BCRYPT_OCTETS = 72; // bcrypt looks at no more
const encoder = new TextEncoder();

answerQuestions<ForeignCheck, ForeignVerdict>(async ({ stored, password }) => {
  try {
    return await matches(stored, password) ? "matches" : "differs";
  } catch {
    return "failed";
  }
});

async function matches(
  stored: ForeignPassword,
  password: Secret,
): Promise<boolean> {
  switch (stored.kind) {
    case "argon2id":
      return equal(await argon2Tag(stored, password), stored.tag);
    case "bcrypt":
      return await bcryptVerify({
        password: password.subarray(0, BCRYPT_OCTETS),
        hash: stored.text,
      });
    case "sha_crypt":
      return equal(cryptDigest(password, stored.text), digestOf(stored.text));
  }
}

async function argon2Tag(
  { passes, memoryKib, lanes, salt, tag }: Argon2Password,
  password: Secret,
): Promise<Uint8Array> {
  return await argon2id({
    password,
    salt,
    iterations: passes,
    memorySize: memoryKib,
    parallelism: lanes,
    hashLength: tag.length,
    outputType: "binary",
  });
}

function cryptDigest(password: Secret, text: string): Uint8Array {
  // Its type asks for text, of which it takes nothing but octets.
  const octets = Buffer.from(password) as unknown as string;
  return digestOf(encrypt(octets, text.slice(0, text.lastIndexOf("$"))));
}

function digestOf(text: string): Uint8Array {
  return encoder.encode(text.slice(text.lastIndexOf("$") + 1));
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
