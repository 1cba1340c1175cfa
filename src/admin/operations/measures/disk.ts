/** The disk that the state directory is on. @module */
import { statfs } from "node:fs/promises";

export interface DiskShape {
  readonly total_bytes: number;
  readonly used_bytes: number;
  /** For us. */
  readonly available_bytes: number;
  readonly percent_used: number;
}

/** null where nobody says. */
export async function diskShape(path: string): Promise<DiskShape | null> {
  try {
    const { bsize, blocks, bfree, bavail } = await statfs(path);
    const used = (blocks - bfree) * bsize;
    const usable = used + bavail * bsize;
    return {
      total_bytes: blocks * bsize,
      used_bytes: used,
      available_bytes: bavail * bsize,
      percent_used: usable === 0 ? 0 : Math.round(used / usable * 1000) / 10,
    };
  } catch {
    return null;
  }
}
