/** All pages of the operator, tried before anybody asks for them. @module */
import type { Overlay } from "./overlay.ts";
import { faultIn, filesIn } from "./site_tree.ts";

/**
 * What is broken is told of as if somebody had come: another program may not
 * render what the one before did.
 *
 * @param directory empty: there are none
 * @param pause awaited before each page
 */
export async function lookOver(
  overlay: Overlay,
  directory: string,
  pause: () => Promise<void>,
): Promise<void> {
  const files = directory === "" ? [] : await filesIn(directory)
    .catch(() => []); // it is not there, or not ours to read
  const pages = files.filter((name) => name.endsWith(".html"));
  for (const file of new Set([...pages, ...overlay.broken])) {
    await pause();
    overlay.tryPage(file, faultIn);
  }
}
