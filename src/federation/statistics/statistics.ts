/**
 * Statistics of mail with other domains: counted in memory, written down twice a
 * minute. A domain that nobody has proved to be, or that we never wrote to, gets
 * no place in it, so that forged senders cannot fill it.
 *
 * @module
 */
import type { GenericSchema } from "valibot";
import { type Clock, nowSeconds, type Timers } from "../../base/clock.ts";
import { days } from "../../base/durations.ts";
import { Refusal } from "../../base/refusal.ts";
import type { StoreClock } from "../../store/clock.ts";
import { parseRecord } from "../../store/record_set.ts";
import type { RecordStore } from "../../store/records.ts";
import type { AttemptSeen } from "../attempt_seen.ts";
import {
  countAttempt,
  countReceived,
  DAY_FIGURES,
  type DayFigures,
  type Ended,
  type Moment,
  noDayFigures,
  noFigures,
  PEER_FIGURES,
  type PeerFigures,
} from "./figures.ts";

export interface StatisticsParts {
  readonly store: {
    readonly records: RecordStore;
    readonly clock: Pick<StoreClock, "seconds">;
  };
  readonly clock: Clock;
  readonly timers: Pick<Timers, "every">;
  options(): StatisticsOptions;
  reportBug(error: unknown): void;
}

export interface StatisticsOptions {
  /** Otherwise nothing is counted, and what was is forgotten. */
  readonly isOn: boolean;
  /** Otherwise there are only sums. */
  readonly perDomain: boolean;
  /** Domains that are idle for longer are forgotten. */
  readonly retentionSeconds: number;
}

const PEERS = "federation_peers";
const DAYS = "federation_days";
const MAX_PEERS = 20_000;
/** So many go at once where there are more, the longest idle first. */
const SPARE = 1000;
const MAX_DAYS = 30;
const FLUSH_MS = 30_000;

export class FederationStatistics {
  readonly #parts: StatisticsParts;
  readonly #peers: Map<string, PeerFigures>;
  readonly #days: Map<string, DayFigures>;
  readonly #changedPeers = new Set<string>();
  readonly #changedDays = new Set<string>();
  #flushing: Promise<void> = Promise.resolve();
  #end: () => void = () => {};

  private constructor(
    parts: StatisticsParts,
    peers: Map<string, PeerFigures>,
    daysFound: Map<string, DayFigures>,
  ) {
    this.#parts = parts;
    this.#peers = peers;
    this.#days = daysFound;
  }

  /** Reads what was counted before; `start()` begins to write. */
  static async open(parts: StatisticsParts): Promise<FederationStatistics> {
    const { records } = parts.store;
    return new FederationStatistics(
      parts,
      await read(records, PEERS, PEER_FIGURES),
      await read(records, DAYS, DAY_FIGURES),
    );
  }

  start(): void {
    this.#end = this.#parts.timers.every(FLUSH_MS, () => void this.flush());
  }

  async stop(): Promise<void> {
    this.#end();
    await this.flush();
  }

  /** Recipients since the start, by what became of their mail. */
  readonly endedSinceStart = new Map<Ended, number>();

  attempted(seen: AttemptSeen): void {
    if (!this.#isOn) return;
    this.#today()[seen.result]++;
    const peer = this.#peer(seen.destination, "make");
    if (peer) countAttempt(peer, seen, this.#moment());
  }

  /** @param domain Of the author, who has proved to be it. */
  received(domain: string, sizeOctets: number): void {
    if (!this.#isOn) return;
    this.#today().received++;
    const peer = this.#peer(domain, "make");
    if (peer) countReceived(peer, sizeOctets, this.#moment());
  }

  /** @param domain As the message claims. */
  rejected(domain: string): void {
    if (!this.#isOn) return;
    this.#today().rejected++;
    const peer = this.#peer(domain, "find");
    if (peer) peer.rejected++;
  }

  ended(domain: string, what: Ended, recipients: number): void {
    if (!this.#isOn) return;
    const { endedSinceStart } = this;
    endedSinceStart.set(what, (endedSinceStart.get(what) ?? 0) + recipients);
    this.#today()[what] += recipients;
    const peer = this.#peer(domain, "make");
    if (peer) peer[what] += recipients;
  }

  get peers(): ReadonlyMap<string, Readonly<PeerFigures>> {
    return this.#peers;
  }

  /** By date, `YYYY-MM-DD` in UTC, oldest first. */
  get days(): readonly (readonly [date: string, figures: DayFigures])[] {
    return [...this.#days].sort(([a], [b]) => a < b ? -1 : 1);
  }

  /** Whether domains are counted one by one. */
  get isPerDomain(): boolean {
    const { isOn, perDomain } = this.#parts.options();
    return isOn && perDomain;
  }

  /** Forgets what was counted of one domain, or of all; gives of how many. */
  async reset(domain?: string): Promise<number> {
    const domains = domain === undefined
      ? [...this.#peers.keys()]
      : this.#peers.has(domain)
      ? [domain]
      : [];
    for (const one of domains) this.#forget(one);
    if (domain === undefined) {
      for (const date of this.#days.keys()) this.#changedDays.add(date);
      this.#days.clear();
    }
    await this.#inTurn(() => this.#write());
    return domains.length;
  }

  /** Writes down what is new. Never throws: what cannot be written is kept for the next time. */
  async flush(): Promise<void> {
    try {
      this.#forgetIdle();
      await this.#inTurn(() => this.#write());
    } catch (error) {
      // the store tells of its own faults
      if (!(error instanceof Refusal)) this.#parts.reportBug(error);
    }
  }

  get #isOn(): boolean {
    return this.#parts.options().isOn;
  }

  #today(): DayFigures {
    const date = dateOf(nowSeconds(this.#parts.clock));
    this.#changedDays.add(date);
    const known = this.#days.get(date);
    if (known) return known;
    const today = noDayFigures();
    this.#days.set(date, today);
    return today;
  }

  #peer(domain: string, otherwise: "make" | "find"): PeerFigures | undefined {
    if (!this.#parts.options().perDomain) return undefined;
    let peer = this.#peers.get(domain);
    if (!peer && otherwise === "make") {
      if (this.#peers.size >= MAX_PEERS) this.#makeRoom();
      peer = noFigures(this.#moment());
      this.#peers.set(domain, peer);
    }
    if (peer) this.#changedPeers.add(domain);
    return peer;
  }

  #moment(): Moment {
    const { clock, store } = this.#parts;
    return {
      livedSeconds: store.clock.seconds(),
      nowSeconds: nowSeconds(clock),
    };
  }

  #makeRoom(): void {
    const oldest = [...this.#peers]
      .sort(([, a], [, b]) => a.livedAt - b.livedAt)
      .slice(0, SPARE);
    for (const [domain] of oldest) this.#forget(domain);
  }

  #forgetIdle(): void {
    const { options, store, clock } = this.#parts;
    const { isOn, perDomain, retentionSeconds } = options();
    const since = store.clock.seconds() - retentionSeconds;
    for (const [domain, { livedAt }] of this.#peers) {
      if (!isOn || !perDomain || livedAt < since) this.#forget(domain);
    }
    const now = nowSeconds(clock);
    const first = dateOf(now - days(MAX_DAYS - 1));
    const last = dateOf(now + days(1));
    for (const date of this.#days.keys()) {
      if (isOn && date >= first && date <= last) continue;
      this.#days.delete(date);
      this.#changedDays.add(date);
    }
  }

  #forget(domain: string): void {
    this.#peers.delete(domain);
    this.#changedPeers.add(domain);
  }

  async #write(): Promise<void> {
    const { records } = this.#parts.store;
    await write(records, PEERS, this.#changedPeers, this.#peers);
    await write(records, DAYS, this.#changedDays, this.#days);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#flushing.then(work);
    this.#flushing = turn.catch(() => {});
    return turn;
  }
}

async function read<T>(
  records: RecordStore,
  collection: string,
  schema: GenericSchema<unknown, T>,
): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  for (const { key, value } of await records.load(collection)) {
    const parsed = parseRecord(schema, value);
    if (parsed) found.set(key, parsed.value); // else it is counted anew
  }
  return found;
}

/** What is in `changed` and not in `all` is gone. */
async function write<T>(
  records: RecordStore,
  collection: string,
  changed: Set<string>,
  all: ReadonlyMap<string, T>,
): Promise<void> {
  if (changed.size === 0) return;
  const keys = [...changed];
  changed.clear();
  const put = keys.flatMap((key) => {
    const value = all.get(key);
    return value === undefined ? [] : [{ key, value: JSON.stringify(value) }];
  });
  const remove = keys.filter((key) => !all.has(key));
  try {
    await records.change({ collection, put, remove });
  } catch (error) {
    for (const key of keys) changed.add(key);
    throw error;
  }
}

function dateOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}
