/** What the process and its disk say of themselves. @module */
import { statfs } from "node:fs/promises";
import { cpuUsage } from "node:process";

/** Of all threads, since the start. */
export function cpuSeconds(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1e6;
}

/** Objects of the main thread. */
export function heapOctets(): number {
  return Deno.memoryUsage().heapUsed;
}

/** Room that is left for us; undefined where nobody says. */
export async function freeOctets(path: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/** How late the main thread was at most in the last looks, of which there is one a second. */
export class RecentLag {
  readonly #late: number[] = [];

  constructor(readonly looks = 10) {}

  note(lateMs: number): void {
    this.#late.push(Math.max(0, lateMs));
    if (this.#late.length > this.looks) this.#late.shift();
  }

  get maxMs(): number {
    return Math.max(0, ...this.#late);
  }
}
