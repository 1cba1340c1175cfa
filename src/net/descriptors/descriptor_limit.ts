/** How far to look for descriptors of this process. @module */
import type { CLibrary } from "./c_library.ts";

/** One more than the highest descriptor that this process can have now. */
export function descriptorLimit({ getdtablesize }: CLibrary): number {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    return Number(/^FDSize:\s*(\d+)$/m.exec(status)?.[1]);
  } catch {
    return getdtablesize(); // all descriptors are taken: then this is the same
  }
}
