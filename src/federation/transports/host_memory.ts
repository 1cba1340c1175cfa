/**
 * What was learned about hosts, so that an attempt begins with the way that
 * worked before. Memory comes first; what changes is written down now and then,
 * and the oldest goes when there is too much.
 *
 * @module
 */
import type { Timers } from "../../base/clock.ts";
import type { HostRecord, Pin, PinnedWay, Records } from "./records.ts";

export interface HostMemoryParts {
  readonly records: Records<HostRecord>;
  readonly timers: Pick<Timers, "every">;
  seconds(): number;
  reportBug(error: unknown): void;
}

const MAX_HOSTS = 5000;
const WRITE_EVERY_MS = 30_000;
/** A host that served mail over HTTPS is asked again after this. */
const SERVED_ABSENT_SECONDS = 60;
/** When a host served last need not be known more exactly. */
const SERVED_ACCURACY_SECONDS = 86_400;
const TOO_LARGE_SECONDS = 86_400;
/** Below that, a host that complains has another reason. */
const LEAST_LIMIT_OCTETS = 1024 * 1024;

export class HostMemory {
  readonly #parts: HostMemoryParts;
  readonly #hosts: Map<string, HostRecord>;
  readonly #changed = new Set<string>();
  readonly #stop: () => void;
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: HostMemoryParts) {
    this.#parts = parts;
    this.#hosts = new Map(parts.records.values);
    this.#stop = parts.timers.every(WRITE_EVERY_MS, () => void this.#write());
  }

  served(host: string): boolean {
    return this.#hosts.get(host)?.servedAt !== undefined;
  }

  /** Whether HTTPS is to be left for last. */
  isAbsent(host: string, ttlSeconds: number): boolean {
    const { absentAt, servedAt } = this.#hosts.get(host) ?? {};
    if (absentAt === undefined) return false;
    const seconds = servedAt === undefined
      ? ttlSeconds
      : Math.min(ttlSeconds, SERVED_ABSENT_SECONDS);
    return this.#parts.seconds() - absentAt < seconds;
  }

  /** Octets of which it is known that they are too many. */
  tooLarge(host: string): number | undefined {
    const found = this.#hosts.get(host)?.tooLarge;
    const isRecent = found !== undefined &&
      this.#parts.seconds() - found.at < TOO_LARGE_SECONDS;
    return isRecent ? found.octets : undefined;
  }

  learnServed(host: string): void {
    const { absentAt: _, ...known } = this.#hosts.get(host) ?? {};
    const now = this.#parts.seconds();
    const isKnown = _ === undefined && known.servedAt !== undefined &&
      now - known.servedAt < SERVED_ACCURACY_SECONDS;
    if (!isKnown) this.#set(host, { ...known, servedAt: now });
  }

  learnAbsent(host: string): void {
    const absentAt = this.#parts.seconds();
    this.#set(host, { ...this.#hosts.get(host), absentAt });
  }

  /** SMTP does not work any more either. */
  forgetAbsent(host: string): void {
    const known = this.#hosts.get(host);
    if (known?.absentAt === undefined) return;
    const { absentAt: _, ...rest } = known;
    this.#set(host, rest);
  }

  learnTooLarge(host: string, octets: number): void {
    if (octets < LEAST_LIMIT_OCTETS) return;
    const known = this.tooLarge(host);
    if (known !== undefined && known <= octets) return;
    const tooLarge = { octets, at: this.#parts.seconds() };
    this.#set(host, { ...this.#hosts.get(host), tooLarge });
  }

  pin(host: string, way: PinnedWay): Pin | undefined {
    return this.#hosts.get(host)?.pins?.[way];
  }

  /** Whether certificates of the host are known. */
  isPinned(host: string): boolean {
    return this.#hosts.get(host)?.pins !== undefined;
  }

  learnPin(host: string, way: PinnedWay, pin: Pin): void {
    const known = this.#hosts.get(host);
    this.#set(host, { ...known, pins: { ...known?.pins, [way]: pin } });
  }

  /** What is not written yet is. Never throws. */
  async close(): Promise<void> {
    this.#stop();
    await this.#write();
  }

  #set(host: string, record: HostRecord): void {
    this.#hosts.delete(host);
    this.#hosts.set(host, record);
    this.#changed.add(host);
    for (const oldest of this.#hosts.keys()) {
      if (this.#hosts.size <= MAX_HOSTS) break;
      this.#hosts.delete(oldest);
      this.#changed.add(oldest);
    }
  }

  async #write(): Promise<void> {
    await this.#writing;
    if (this.#changed.size === 0) return;
    this.#writing = this.#writeAll([...this.#changed]);
    this.#changed.clear();
    await this.#writing;
  }

  /** What cannot be written is learned again. */
  async #writeAll(names: readonly string[]): Promise<void> {
    const { records, reportBug } = this.#parts;
    const put = new Map(names.flatMap((name) => {
      const record = this.#hosts.get(name);
      const isWorth = record && Object.keys(record).length > 0;
      return isWorth ? [[name, record] as const] : [];
    }));
    const remove = names.filter((name) => !put.has(name));
    try {
      await records.change({ put, remove });
    } catch (error) {
      reportBug(error);
    }
  }
}
