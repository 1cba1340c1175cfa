/** Backups that only their owner can read, in the format of age (age-encryption.org/v1). @module */
import { Decrypter, Encrypter } from "age-encryption";

/** Work of a passphrase: 2 to this power; about a second. */
const SCRYPT_LOG_N = 18;

export type EncryptionKey =
  /** `age1…`, whose owner has the identity. */
  | { readonly recipient: string }
  | { readonly passphrase: string };

export type DecryptionKey =
  /** `AGE-SECRET-KEY-1…` */
  | { readonly identity: string }
  | { readonly passphrase: string };

/** @throws {SyntaxError} if the recipient is none */
export function encrypterFor(
  key: EncryptionKey,
): (
  octets: ReadableStream<Uint8Array>,
) => Promise<ReadableStream<Uint8Array>> {
  const encrypter = new Encrypter();
  if ("passphrase" in key) {
    encrypter.setScryptWorkFactor(SCRYPT_LOG_N);
    encrypter.setPassphrase(key.passphrase);
  } else {
    reading("recipient", () => encrypter.addRecipient(key.recipient));
  }
  return (octets) => encrypter.encrypt(octets);
}

/** @throws {SyntaxError} if the identity is none */
export function decrypterFor(
  key: DecryptionKey,
): (
  octets: ReadableStream<Uint8Array>,
) => Promise<ReadableStream<Uint8Array>> {
  const decrypter = new Decrypter();
  if ("passphrase" in key) decrypter.addPassphrase(key.passphrase);
  else reading("identity", () => decrypter.addIdentity(key.identity));
  return (octets) => decrypter.decrypt(octets);
}

/** What the package says could show the key. */
function reading(what: string, work: () => void): void {
  try {
    work();
  } catch {
    throw new SyntaxError(`That is no age ${what}`);
  }
}
