/** No new accounts while the machine is short of something. Existing ones go on. @module */
import { statfs } from "node:fs/promises";
import { loadavg } from "node:os";
import type { Clock } from "../../base/clock.ts";
import { Refusal } from "../../base/refusal.ts";
import type { AccountOptions } from "../options.ts";

const FRESH_MS = 5_000;

/** What is left of the machine; undefined where it cannot be read. */
export interface Resources {
  readonly load1m?: number | undefined;
  readonly availableMemoryOctets?: number | undefined;
  readonly freeDiskOctets?: number | undefined;
}

export class ResourceGuard {
  readonly #clock: Clock;
  readonly #options: AccountOptions;
  readonly #read: () => Promise<Resources>;
  #last: Promise<Resources> | undefined;
  #lastAt = 0;

  constructor(
    clock: Clock,
    options: AccountOptions,
    read: () => Promise<Resources>,
  ) {
    this.#clock = clock;
    this.#options = options;
    this.#read = read;
  }

  /** @throws {Refusal} `busy` */
  async check(): Promise<void> {
    const { load1m, availableMemoryOctets, freeDiskOctets } = await this
      .#resources();
    const { maxLoad1m, minAvailableMemoryOctets, minFreeDiskOctets } =
      this.#options;
    if (
      (maxLoad1m > 0 && (load1m ?? 0) > maxLoad1m) ||
      (availableMemoryOctets ?? Infinity) < minAvailableMemoryOctets ||
      (freeDiskOctets ?? Infinity) < minFreeDiskOctets
    ) {
      throw new Refusal("busy", { retryAfterSeconds: 60 });
    }
  }

  #resources(): Promise<Resources> {
    const now = this.#clock.monotonic();
    if (this.#last === undefined || now - this.#lastAt >= FRESH_MS) {
      this.#lastAt = now;
      this.#last = this.#read();
    }
    return this.#last;
  }
}

/** Of this machine, and of the disk that holds the directory. */
export async function machineResources(
  directory: string,
): Promise<Resources> {
  return {
    load1m: readable(() => loadavg()[0]),
    availableMemoryOctets: readable(() => Deno.systemMemoryInfo().available),
    freeDiskOctets: await statfs(directory)
      .then(({ bavail, bsize }) => bavail * bsize)
      .catch(() => undefined),
  };
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
