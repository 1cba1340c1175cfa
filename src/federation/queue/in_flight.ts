/**
 * What of the queue is being tried: how much for each destination, and in which
 * order. Messages of one sender to one destination begin one after the other
 * the first time, so that none overtakes the one that it builds on.
 *
 * @module
 */
import type { LeasedUnit } from "../../store/queue.ts";
import type { UnitOutcome } from "./attempt.ts";

interface Lane {
  units: number;
  /** As far as is known: it gets one attempt at a time. */
  isFailing: boolean;
}

/** Waits for those before. Gives whether there is still somebody to ask. */
export type Turn = () => Promise<boolean>;

export class InFlight {
  readonly #lanes = new Map<string, Lane>();
  readonly #order = new Map<string, Promise<unknown>>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Units by destination. */
  busy(): ReadonlyMap<string, number> {
    return new Map(
      [...this.#lanes].map(([destination, { units }]) => [destination, units]),
    );
  }

  /** Destinations that can have no more now. */
  full(perDestination: number): ReadonlySet<string> {
    const full = [...this.#lanes].filter(([, { units, isFailing }]) =>
      units >= (isFailing ? 1 : perDestination)
    );
    return new Set(full.map(([destination]) => destination));
  }

  /** Counts the unit until the work has ended. */
  async add(
    unit: LeasedUnit,
    work: (turn: Turn) => Promise<UnitOutcome>,
  ): Promise<UnitOutcome> {
    const lane = this.#enter(unit);
    const isFirst = unit.recipients.every(({ attempts }) => attempts === 0);
    const key = `${unit.reversePath}\n${unit.destination}`;
    const before = isFirst ? this.#order.get(key) : undefined;
    const own = work(async () => {
      await before?.catch(() => {});
      return !lane.isFailing || before === undefined;
    });
    if (isFirst) this.#order.set(key, own);
    try {
      return await own;
    } finally {
      if (this.#order.get(key) === own) this.#order.delete(key);
      this.#leave(unit.destination, lane);
    }
  }

  /** After each attempt. */
  learn(destination: string, kind: UnitOutcome["kind"]): void {
    const lane = this.#lanes.get(destination);
    if (!lane) return;
    if (kind === "unreached") lane.isFailing = true;
    if (kind === "answered") lane.isFailing = false;
  }

  #enter({ destination, failStreak }: LeasedUnit): Lane {
    const lane = this.#lanes.get(destination) ?? { units: 0, isFailing: false };
    lane.units++;
    lane.isFailing = failStreak > 0;
    this.#lanes.set(destination, lane);
    this.#count++;
    return lane;
  }

  #leave(destination: string, lane: Lane): void {
    this.#count--;
    lane.units--;
    if (lane.units === 0) this.#lanes.delete(destination);
  }
}
