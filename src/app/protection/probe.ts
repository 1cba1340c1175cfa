/** Reads how much of each budget of this process is used up. @module */
import { stat, statfs } from "node:fs/promises";
import type { Readings } from "./pressure.ts";

export interface Budgets {
  /** Of the process; 0: three quarters of what the machine or its control group has. */
  readonly memoryOctets: number;
  /** Open files and connections; undefined where nobody knows. */
  readonly descriptors: number | undefined;
  /** What must stay free where the state directory is. */
  readonly freeDiskOctets: number;
  /** Messages that wait for other servers. */
  readonly queuedMessages: number;
  /** How late the main thread may be on the average of some seconds. */
  readonly lagMs: number;
}

export interface ProbeParts {
  readonly stateDir: string;
  budgets(): Budgets;
  queuedMessages(): Promise<number>;
}

export interface Probe {
  read(): Promise<Readings>;
  /** Of the main thread, once a second. */
  noteLag(lateMs: number): void;
}

/** Octets of all, below which memory is short whoever has it. */
const SHORT_OF_ALL = 0.05;
const SHARE_OF_MACHINE = 0.75;
/** Weight of the newest look in the average lateness. */
const NEWEST = 0.2;

export class SystemProbe implements Probe {
  readonly #parts: ProbeParts;
  #lagMs = 0;
  #groupOctets: Promise<number> | undefined;

  constructor(parts: ProbeParts) {
    this.#parts = parts;
  }

  noteLag(lateMs: number): void {
    this.#lagMs += NEWEST * (Math.max(0, lateMs) - this.#lagMs);
  }

  async read(): Promise<Readings> {
    const budgets = this.#parts.budgets();
    return withoutUnknown({
      memory: await this.#memory(budgets),
      descriptors: await descriptors(budgets),
      disk: await this.#disk(budgets),
      queue: await this.#parts.queuedMessages() / budgets.queuedMessages,
      cpu: this.#lagMs / budgets.lagMs,
    });
  }

  async #memory({ memoryOctets }: Budgets): Promise<number> {
    const { total, available } = Deno.systemMemoryInfo();
    this.#groupOctets ??= groupLimit();
    const whole = Math.min(total, await this.#groupOctets);
    const budget = memoryOctets || whole * SHARE_OF_MACHINE;
    const own = Deno.memoryUsage().rss / budget;
    // of the machine it is all or nothing: what others have is theirs
    return available < total * SHORT_OF_ALL ? Math.max(own, 0.95) : own;
  }

  async #disk({ freeDiskOctets }: Budgets): Promise<number | undefined> {
    try {
      const { bavail, bsize } = await statfs(this.#parts.stateDir);
      return freeDiskOctets / Math.max(1, bavail * bsize);
    } catch {
      return undefined;
    }
  }
}

async function descriptors({ descriptors }: Budgets) {
  if (descriptors === undefined) return undefined;
  const open = await openFiles();
  return open === undefined ? undefined : open / descriptors;
}

/** Undefined where the system does not say: Linux does from 6.2 on. */
export async function openFiles(): Promise<number | undefined> {
  try {
    const { size } = await stat("/proc/self/fd");
    return size > 0 ? size : undefined;
  } catch {
    return undefined;
  }
}

/** Of the control group of a container or a unit; Infinity where there is none. */
async function groupLimit(): Promise<number> {
  try {
    const place = await Deno.readTextFile("/proc/self/cgroup");
    const path = /^0::(\/.*)$/m.exec(place)?.[1] ?? "/";
    const text = await Deno.readTextFile(`/sys/fs/cgroup${path}/memory.max`);
    return Number(text) || Infinity; // "max"
  } catch {
    return Infinity;
  }
}

function withoutUnknown(
  all: Record<keyof Readings, number | undefined>,
): Readings {
  return Object.fromEntries(
    Object.entries(all).filter(([, share]) => share !== undefined),
  );
}
