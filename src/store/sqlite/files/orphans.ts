/**
 * Content files without a message: left by a crash, or about to get one.
 *
 * How long a file has been without is counted from when it was first seen so:
 * the date of a file and the machine's clock may both be wrong.
 *
 * @module
 */
const MAX_REMEMBERED = 100_000;

export class Orphans {
  /** By name, in lived seconds: what the last look at all files has found. */
  #before: ReadonlyMap<string, number> = new Map();
  #found = new Map<string, number>();

  constructor(readonly ageSeconds: number) {}

  /** A file has no message now. Whether that has been so for long enough to remove it. */
  isOld(name: string, livedSeconds: number): boolean {
    const since = this.#before.get(name) ?? livedSeconds;
    if (livedSeconds - since >= this.ageSeconds) return true;
    if (this.#found.size < MAX_REMEMBERED) this.#found.set(name, since);
    return false;
  }

  /** All files have been looked at. */
  endLook(): void {
    this.#before = this.#found;
    this.#found = new Map();
  }
}
