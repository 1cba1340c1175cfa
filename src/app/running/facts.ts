/** Facts about the machine, for the running server and for `config check`. @module */
import { statfs } from "node:fs/promises";
import type { Facts } from "../../admin/condition_facts.ts";
import type { Config } from "../../config/schema.ts";
import { openFault } from "../../files/file_limit.ts";

/** Files beside connections: database, content, log, listeners. */
const OTHER_FILES = 256;

/** Empty where the disk cannot be asked. */
export async function diskFacts(
  directory: string,
  minFreeOctets: number,
): Promise<Pick<Facts, "disk">> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return { disk: { freeOctets: bavail * bsize, minFreeOctets } };
  } catch {
    return {};
  }
}

export function openFileFacts(
  { smtp, submission, imap, turn }: Config,
  limit: number | undefined,
): Pick<Facts, "openFiles" | "openFault"> {
  const fault = openFault();
  const needed = smtp.maxConnections + submission.maxConnections +
    imap.maxConnections + turn.maxAllocations + OTHER_FILES;
  return {
    ...(limit === undefined ? {} : { openFiles: { limit, needed } }),
    ...(fault === undefined ? {} : { openFault: fault }),
  };
}
