/**
 * A date that a test sets for another program while it runs, by Debian's
 * libfaketime: Deno asks the C library for the time, and that is what the
 * library stands in for. The monotonic clock stays as it is, as on a machine
 * whose date somebody sets.
 *
 * @module
 */
import { existsSync } from "node:fs";

const LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

/** Where the package is not installed, tests that need it are skipped. */
export const HAS_FAKE_DATES = existsSync(LIBRARY);

export class FakeDate {
  readonly #file = Deno.makeTempFileSync({ prefix: "postern-date-" });

  constructor(date: string) {
    this.set(date);
  }

  /** For the program whose date it is. */
  get environment(): Record<string, string> {
    return {
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_CACHE_DURATION: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      NO_FAKE_STAT: "1",
    };
  }

  /** `+21d`, `-1y`, or `@1970-01-02 00:00:00` from the start of the program; counts within a second. */
  set(date: string): void {
    Deno.writeTextFileSync(this.#file, `${date}\n`);
  }

  dispose(): void {
    Deno.removeSync(this.#file);
  }
}
