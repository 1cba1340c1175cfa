/**
 * Chain and key in one file, so that a crash leaves a pair that belongs
 * together, whatever is written when.
 *
 * @module
 */
import { type Certificate, parseCertificate } from "./certificate.ts";
import { readKept, writeKept } from "./kept_files.ts";

/** Its name in the folder of what belongs to an authority. */
export const BUNDLE_FILE = "certificate.pem";

/**
 * undefined if there is none.
 *
 * @throws {SyntaxError} what is wrong with the file
 */
export async function readBundle(
  path: string,
): Promise<Certificate | undefined> {
  const text = await readKept(path);
  if (text === undefined) return undefined;
  return parseCertificate(text, text);
}

/** The key is in it: nobody but the owner can read it. */
export async function writeBundle(
  path: string,
  { chainPem, keyPem }: Pick<Certificate, "chainPem" | "keyPem">,
): Promise<void> {
  await writeKept(path, keyPem + chainPem);
}
