/** The key that a certificate is ordered for, in its file. @module */
import { join } from "node:path";
import { readKept, writeKept } from "../../kept_files.ts";
import { generateKeyPem, type KeyType, keyTypeOf } from "./certificate_key.ts";

export interface KeyWishes {
  readonly folder: string;
  readonly keyType: KeyType;
  /** Whether one that there is serves again, if it is of that type. */
  readonly isKept: boolean;
  /** PKCS #8 PEM of what is served, where the file is gone: clients know that one. */
  before(): Promise<string | undefined>;
}

/** That of the certificate before, or a new one; written down before it is asked for. @returns PKCS #8 PEM */
export async function keyForOrder(wishes: KeyWishes): Promise<string> {
  const { keyType, isKept } = wishes;
  const path = join(wishes.folder, "key.pem");
  const before = await readKept(path) ?? await wishes.before();
  const serves = isKept && before !== undefined &&
    keyTypeOf(before) === keyType;
  const keyPem = serves ? before : await generateKeyPem(keyType);
  await writeKept(path, keyPem);
  return keyPem;
}
