/** A stream that becomes a file, whole or not at all. @module */
import { Refusal } from "../../base/refusal.ts";

const OWNER_ONLY = 0o600;

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
  const part = `${path}.part-${crypto.randomUUID()}`;
  try {
    await writeFile(octets, part);
    await Deno.rename(part, path);
  } catch (error) {
    await Deno.remove(part).catch(() => {});
    throw error;
  }
}

async function writeFile(
  octets: ReadableStream<Uint8Array>,
  path: string,
): Promise<void> {
  using file = await Deno.open(path, {
    createNew: true,
    write: true,
    mode: OWNER_ONLY,
  });
  for await (const piece of octets) {
    for (let left = piece; left.length > 0;) {
      left = left.subarray(await file.write(left));
    }
  }
  await file.sync();
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
