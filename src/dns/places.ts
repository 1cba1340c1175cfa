/**
 * How many questions may be on their way at once. Mail alone makes a relay ask,
 * and the servers of a name are as slow as its owner likes: each question has a
 * socket, so there are places for them. Each kind of asker has its own, so that
 * strangers take none that the relay itself needs.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";

/** "inbound": about who brings mail; "outbound": where mail goes; "own": all else. */
export const ASKERS = ["inbound", "outbound", "own"] as const;
export type Asker = (typeof ASKERS)[number];

export interface PlaceLimits {
  /** Questions of one kind of asker that are on their way at once. */
  readonly places: number;
  /** Those that wait for a place; what comes then is refused at once. */
  readonly waiting: number;
}

export const PLACE_LIMITS: PlaceLimits = { places: 256, waiting: 1024 };

export interface PlaceFigures {
  readonly asking: number;
  readonly waiting: number;
  /** Since the start. */
  readonly refused: number;
}

/** There is no place, and none came free in time. */
export class NoPlace extends Error {
  override readonly name = "NoPlace";
  constructor() {
    super("there are too many look-ups at once");
  }
}

interface Kind {
  asking: number;
  refused: number;
  /** In the order in which they came. */
  readonly line: Set<() => void>;
}

export class Places {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #limits: PlaceLimits;
  readonly #kinds: Readonly<Record<Asker, Kind>> = {
    inbound: emptyKind(),
    outbound: emptyKind(),
    own: emptyKind(),
  };
  #refusedMs = -Infinity;

  constructor(clock: Pick<Clock, "monotonic">, limits = PLACE_LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /**
   * Does the work as soon as there is a place.
   *
   * @param waitMs Longest wait for one.
   * @throws {NoPlace}
   */
  async within<T>(
    asker: Asker,
    waitMs: number,
    work: () => Promise<T>,
  ): Promise<T> {
    const kind = this.#kinds[asker];
    if (kind.asking < this.#limits.places) kind.asking++;
    else await this.#turn(kind, waitMs);
    try {
      return await work();
    } finally {
      this.#free(kind);
    }
  }

  figures(asker: Asker): PlaceFigures {
    const { asking, refused, line } = this.#kinds[asker];
    return { asking, waiting: line.size, refused };
  }

  /** Whether one was refused in so many milliseconds. */
  hasRefused(withinMs: number): boolean {
    return this.#clock.monotonic() - this.#refusedMs < withinMs;
  }

  /** Resolves with the place of one that has ended. */
  #turn(kind: Kind, waitMs: number): Promise<void> {
    if (kind.line.size >= this.#limits.waiting) throw this.#refusal(kind);
    return new Promise((resolve, reject) => {
      const enter = () => {
        clearTimeout(late);
        resolve();
      };
      const late = setTimeout(() => {
        kind.line.delete(enter);
        reject(this.#refusal(kind));
      }, waitMs);
      kind.line.add(enter);
    });
  }

  #free(kind: Kind): void {
    const [next] = kind.line;
    if (!next) {
      kind.asking--;
      return;
    }
    kind.line.delete(next);
    next();
  }

  #refusal(kind: Kind): NoPlace {
    kind.refused++;
    this.#refusedMs = this.#clock.monotonic();
    return new NoPlace();
  }
}

function emptyKind(): Kind {
  return { asking: 0, refused: 0, line: new Set() };
}
