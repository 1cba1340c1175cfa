/**
 * What of the queue is being tried: how much for each destination, and in which
 * order. Messages of one sender to one destination begin one after the other
 * the first time, so that none overtakes the one that it builds on.
 *
 * A destination that answers soon has more at hand than it may have at once, so
 * that the next begins when one ends and not when the store has been asked.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import type { LeasedUnit } from "../../store/queue.ts";
import type { UnitOutcome } from "./attempt.ts";
import { Answering } from "./answering.ts";

/** At hand for later; `begin(false)` gives it back. */
interface Waiting {
  readonly unit: LeasedUnit;
  readonly sinceMs: number;
  isPrepared: boolean;
  begin(mayBegin: boolean): void;
}

interface Lane {
  running: number;
  /** Since when each attempt runs, in their order. */
  readonly began: Map<LeasedUnit, number>;
  readonly waiting: Waiting[];
  /** As far as is known: it gets one attempt at a time. */
  isFailing: boolean;
  /** How long its attempts take, about; undefined as long as none was answered. */
  tookMs?: number;
}

export interface InFlightParts {
  readonly clock: Clock;
  /** Attempts at once. */
  perDestination(): number;
  /** The turn of a unit comes soon. */
  prepare(unit: LeasedUnit): void;
}

/** Waits for those before. Gives whether there is still somebody to ask. */
export type Turn = () => Promise<boolean>;

/** Attempts that run. */
export interface Running {
  readonly all: number;
  /** At destinations that have not answered lately. */
  readonly unproven: number;
  /** Of those, at ones that could not be reached. */
  readonly failing: number;
  /** Of the others, first ones of which nothing has come for long. */
  readonly hanging: number;
}

/** As much is at hand as ends within this. */
const AHEAD_MS = 250;
const MAX_AHEAD = 64;
/** Of what is at hand: as many are made ready to be sent. */
const PREPARED = 8;
/** Who has never been heard of, and not after this either, may be one that swallows all. */
export const PATIENCE_MS = 10_000;
/** Nothing is at hand for longer: an admin may want to hold it. */
const MAX_WAIT_MS = 2000;
/** How much the newest of several times counts. */
const NEWEST = 0.2;

export class InFlight {
  readonly #parts: InFlightParts;
  readonly #lanes = new Map<string, Lane>();
  readonly #order = new Map<string, Promise<UnitOutcome>>();
  readonly #answering = new Answering();
  #count = 0;

  constructor(parts: InFlightParts) {
    this.#parts = parts;
  }

  get count(): number {
    return this.#count;
  }

  get destinations(): number {
    return this.#lanes.size;
  }

  /** Destinations that have answered lately; those that did so last come last. */
  get answering(): Iterable<string> {
    return this.#answering.names();
  }

  running(): Running {
    let unproven = 0;
    let failing = 0;
    for (const [destination, { running, isFailing }] of this.#lanes) {
      if (this.#answering.has(destination)) continue;
      unproven += running;
      if (isFailing) failing += running;
    }
    const hanging = this.hanging().length;
    return { all: this.#count, unproven, failing, hanging };
  }

  /** Attempts at destinations that were never heard of, and for long now; the first ones first. */
  hanging(): LeasedUnit[] {
    const sinceMs = this.#parts.clock.monotonic() - PATIENCE_MS;
    const found: [unit: LeasedUnit, beganMs: number][] = [];
    for (const [destination, lane] of this.#lanes) {
      if (lane.isFailing || lane.tookMs !== undefined) continue;
      if (this.#answering.has(destination)) continue;
      found.push(...[...lane.began].filter(([, began]) => began <= sinceMs));
    }
    return found.sort(([, a], [, b]) => a - b).map(([unit]) => unit);
  }

  /** Attempts by destination. */
  busy(): ReadonlyMap<string, number> {
    return new Map(
      [...this.#lanes].map(([name, { running }]) => [name, running]),
    );
  }

  /** How many more units destinations should have at hand. */
  ahead(): ReadonlyMap<string, number> {
    const wanted = [...this.#lanes].map(([destination, lane]) =>
      [destination, this.#wanted(lane)] as const
    );
    return new Map(wanted.filter(([, count]) => count > 0));
  }

  /** Destinations that can have no more now. */
  full(): ReadonlySet<string> {
    const full = [...this.#lanes].filter(([, lane]) =>
      lane.running >= this.#most(lane) && this.#wanted(lane) === 0
    );
    return new Set(full.map(([destination]) => destination));
  }

  /** Counts the unit until the work has ended. */
  async add(
    unit: LeasedUnit,
    work: (turn: Turn) => Promise<UnitOutcome>,
  ): Promise<UnitOutcome> {
    const { destination, recipients, reversePath } = unit;
    const lane = this.#lane(unit);
    const isFirst = recipients.every(({ attempts }) => attempts === 0);
    const key = `${reversePath}\n${destination}`;
    const before = isFirst ? this.#order.get(key) : undefined;
    const own = this.#inLane(unit, lane, (mayBegin) =>
      work(async () => {
        if (!mayBegin) return false;
        const earlier = await before?.catch(() => undefined);
        if (earlier?.kind === "untried") return false; // it would be overtaken
        return !lane.isFailing || before === undefined;
      }));
    if (isFirst) this.#order.set(key, own);
    try {
      return await own;
    } finally {
      if (this.#order.get(key) === own) this.#order.delete(key);
    }
  }

  /** After each attempt. */
  learn(destination: string, kind: UnitOutcome["kind"]): void {
    const lane = this.#lanes.get(destination);
    if (kind === "answered") {
      this.#answering.add(destination);
      if (lane) lane.isFailing = false;
    }
    if (kind === "unreached") {
      this.#answering.delete(destination);
      if (!lane) return;
      lane.isFailing = true;
      giveBack(lane.waiting.splice(0));
    }
  }

  /** What has been at hand for long goes back. */
  sweep(): void {
    const sinceMs = this.#parts.clock.monotonic() - MAX_WAIT_MS;
    for (const { waiting } of this.#lanes.values()) {
      const old = waiting.filter((one) => one.sinceMs < sinceMs).length;
      giveBack(waiting.splice(0, old));
    }
  }

  /** All that is at hand goes back. */
  clear(): void {
    for (const { waiting } of this.#lanes.values()) giveBack(waiting.splice(0));
  }

  #lane({ destination, failStreak }: LeasedUnit): Lane {
    const known = this.#lanes.get(destination);
    const lane = known ??
      { running: 0, began: new Map(), waiting: [], isFailing: false };
    lane.isFailing ||= failStreak > 0;
    this.#lanes.set(destination, lane);
    return lane;
  }

  async #inLane(
    unit: LeasedUnit,
    lane: Lane,
    work: (mayBegin: boolean) => Promise<UnitOutcome>,
  ): Promise<UnitOutcome> {
    if (lane.running >= this.#most(lane)) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const sinceMs = this.#parts.clock.monotonic();
      lane.waiting.push({ unit, sinceMs, isPrepared: false, begin: resolve });
      this.#prepare(lane);
      if (!await promise) return await work(false);
    } else this.#enter(lane);
    const beganMs = this.#parts.clock.monotonic();
    lane.began.set(unit, beganMs);
    try {
      const outcome = await work(true);
      if (outcome.kind === "answered") {
        const tookMs = this.#parts.clock.monotonic() - beganMs;
        lane.tookMs = NEWEST * tookMs +
          (1 - NEWEST) * (lane.tookMs ?? tookMs);
      }
      return outcome;
    } finally {
      lane.began.delete(unit);
      this.#leave(unit.destination, lane);
    }
  }

  #most({ isFailing }: Lane): number {
    return isFailing ? 1 : this.#parts.perDestination();
  }

  /** Nothing as long as half of it is there: the store is asked for some together. */
  #wanted({ waiting, isFailing, tookMs }: Lane): number {
    if (isFailing || tookMs === undefined) return 0;
    const ends = Math.floor(AHEAD_MS * this.#parts.perDestination() / tookMs);
    const target = Math.min(ends, MAX_AHEAD);
    return waiting.length > target / 2 ? 0 : target - waiting.length;
  }

  #prepare({ waiting }: Lane): void {
    for (const next of waiting.slice(0, PREPARED)) {
      if (next.isPrepared) continue;
      next.isPrepared = true;
      this.#parts.prepare(next.unit);
    }
  }

  #enter(lane: Lane): void {
    lane.running++;
    this.#count++;
  }

  #leave(destination: string, lane: Lane): void {
    this.#count--;
    lane.running--;
    while (lane.running < this.#most(lane)) {
      const next = lane.waiting.shift();
      if (!next) break;
      this.#enter(lane);
      next.begin(true);
      this.#prepare(lane);
    }
    if (lane.running === 0) this.#lanes.delete(destination);
  }
}

function giveBack(waiting: readonly Waiting[]): void {
  for (const { begin } of waiting) begin(false);
}
