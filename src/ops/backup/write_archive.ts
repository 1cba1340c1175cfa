/** A stream that becomes a file, whole or not at all. @module */
import { Refusal } from "../../base/refusal.ts";
import { Part } from "../../files/part.ts";

/**
 * Durable when it resolves, and readable by its owner only.
 *
 * @param path `-` is standard output.
 * @throws {Refusal} `already_exists` if there is such a file, unless `overwrite`
 */
export async function writeArchive(
  octets: ReadableStream<Uint8Array>,
  path: string,
  { overwrite }: { readonly overwrite: boolean },
): Promise<void> {
  if (path === "-") {
    return await octets.pipeTo(Deno.stdout.writable, { preventClose: true });
  }
  if (!overwrite && await exists(path)) {
    await octets.cancel();
    throw new Refusal("already_exists", {
      explanation: `File ${path} exists; --force overwrites it`,
    });
  }
  const part = Part.begin(path);
  try {
    for await (const piece of octets) {
      for (let left = piece; left.length > 0;) {
        left = left.subarray(await part.file.write(left));
      }
    }
    part.finish();
  } finally {
    part.abandon();
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
