/** Reads certificate files again; what is wrong with them is a condition until they are mended. @module */
import { reasonOf } from "../../base/system_errors.ts";
import type { Assembly } from "../assembly.ts";

/** @param read Says whether others are served now. @throws {Error} what is told already */
export async function readFiles(
  { relay: { reported } }: Pick<Assembly, "relay">,
  read: () => Promise<boolean>,
): Promise<boolean> {
  try {
    const changed = await read();
    reported.clear("certificate_files"); // also when the old ones are back
    return changed;
  } catch (error) {
    reported.report("certificate_files", reasonOf(error));
    throw error;
  }
}
