/**
 * How short the machine is of what, and what is given up for it, one after the
 * other. Nothing is given up by a reading alone that comes and goes: a stage
 * ends when all has been well below it for a while.
 *
 * @module
 */
const RESOURCES = [
  "memory",
  "descriptors",
  "disk",
  "queue",
  "cpu",
] as const;
export type Resource = (typeof RESOURCES)[number];

/** Shares of each budget that are used up, 1 for all of it; those that cannot be read are absent. */
export type Readings = Readonly<Partial<Record<Resource, number>>>;

/** 0: nothing is refused; each stage refuses what the one before does, too. */
export type Stage = 0 | 1 | 2 | 3;

/** What a stage refuses, from the first one on. */
export const REFUSED = [
  "sign-ups",
  "mail of other servers",
  "large messages",
] as const;

/** Shares from which the stages begin. */
const FROM = [0.9, 0.95, 0.98] as const;
/** So far below its beginning a stage ends … */
const MARGIN = 0.05;
/** … when it has been so for so long. */
const CALM_MS = 30_000;

export class Pressure {
  #stage: Stage = 0;
  #readings: Readings = {};
  #aboveAtMs = 0;

  get stage(): Stage {
    return this.#stage;
  }

  get readings(): Readings {
    return this.#readings;
  }

  /** What is used up most, and how much of it. */
  get worst(): readonly [resource: Resource, share: number] | undefined {
    return RESOURCES.flatMap((resource) => {
      const share = this.#readings[resource];
      return share === undefined ? [] : [[resource, share] as const];
    }).sort(([, a], [, b]) => b - a)[0];
  }

  /** @param nowMs Monotonic. */
  take(readings: Readings, nowMs: number): void {
    this.#readings = readings;
    const share = this.worst?.[1] ?? 0;
    const stage = stageFrom(share);
    if (stage >= this.#stage) {
      this.#stage = stage;
      this.#aboveAtMs = nowMs;
      return;
    }
    const end = FROM[this.#stage - 1]! - MARGIN;
    if (share > end) this.#aboveAtMs = nowMs;
    else if (nowMs - this.#aboveAtMs >= CALM_MS) {
      this.#stage = this.#stage - 1 as Stage;
      this.#aboveAtMs = nowMs;
    }
  }
}

function stageFrom(share: number): Stage {
  return FROM.filter((from) => share >= from).length as Stage;
}
