/** No new accounts while the machine is short of something. Existing ones go on. @module */
import { statfs } from "node:fs/promises";
import { loadavg } from "node:os";
import type { Clock } from "../../base/clock.ts";
import { Refusal } from "../../base/refusal.ts";
import { roundedSize } from "../../base/sizes.ts";
import type { AccountOptions } from "../options.ts";

const FRESH_MS = 5_000;

/** What is left of the machine; undefined where it cannot be read. */
export interface Resources {
  /** Load average of the last minute, per core. */
  readonly loadPerCore?: number | undefined;
  readonly availableMemoryOctets?: number | undefined;
  readonly freeDiskOctets?: number | undefined;
  /** Why the server as a whole takes nobody new. */
  readonly obstacle?: string | undefined;
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
    const missing = shortages(await this.#resources(), this.#options);
    if (missing.length > 0) {
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

/** What there is too little of for new accounts, with key and numbers. */
export function shortages(
  { loadPerCore, availableMemoryOctets, freeDiskOctets, obstacle }: Resources,
  { maxLoad1m, minAvailableMemoryOctets, minFreeDiskOctets }: Pick<
    AccountOptions,
    "maxLoad1m" | "minAvailableMemoryOctets" | "minFreeDiskOctets"
  >,
): string[] {
  const found: string[] = obstacle === undefined ? [] : [obstacle];
  if (maxLoad1m > 0 && (loadPerCore ?? 0) > maxLoad1m) {
    found.push(
      `the load per core is ${
        loadPerCore?.toFixed(1)
      }, registration.max_load_1m is ${maxLoad1m}`,
    );
  }
  if ((availableMemoryOctets ?? Infinity) < minAvailableMemoryOctets) {
    found.push(
      `${
        roundedSize(availableMemoryOctets ?? 0)
      } of memory are available, registration.min_available_memory is ${
        roundedSize(minAvailableMemoryOctets)
      }`,
    );
  }
  if ((freeDiskOctets ?? Infinity) < minFreeDiskOctets) {
    found.push(
      `${
        roundedSize(freeDiskOctets ?? 0)
      } of disk are free, registration.min_free_disk is ${
        roundedSize(minFreeDiskOctets)
      }`,
    );
  }
  return found;
}

/** Of this machine, and of the disk that holds the directory. */
export async function machineResources(
  directory: string,
): Promise<Resources> {
  return {
    loadPerCore: readable(() =>
      (loadavg()[0] ?? 0) / navigator.hardwareConcurrency
    ),
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
