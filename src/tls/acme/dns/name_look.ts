/** What is known of a name before an authority is asked for it. @module */
import type { Clock } from "../../../base/clock.ts";

const LOOK_AT_NAME_MS = 10 * 60_000;
const LOOK_AT_DOUBT_MS = 60_000;
/** The DNS as it is seen from here may be wrong. */
const LONGEST_DOUBT_MS = 60 * 60_000;

export interface NameFacts {
  /** Why the authority need not be asked for it, as of a name that leads elsewhere. */
  obstacle(): Promise<string | undefined>;
  /** Why it would fail now. The authority is asked all the same once that has been so for an hour. */
  doubt?(): Promise<string | undefined>;
}

interface Known {
  readonly why: string | undefined;
  /** Monotonic. */
  readonly untilMs: number;
}

/**
 * "hold": it would fail now, as far as anybody here can know, and that has not
 * been so for long; "over": it has been so for long enough; "ended": it would
 * have, but no longer. Since when is in milliseconds since 1970.
 */
export type Doubt =
  | { readonly kind: "hold"; readonly why: string; readonly sinceMs: number }
  | { readonly kind: "over"; readonly sinceMs: number }
  | { readonly kind: "ended" | "none"; readonly sinceMs?: never };

/** What is told of one that holds an order back. */
export function askedLater(why: string): string {
  return `${why}; the authority is asked once that has changed, in an hour at the latest`;
}

export class NameLook {
  #obstacle: Known | undefined;
  #doubt: Known | undefined;

  constructor(
    readonly parts: NameFacts,
    readonly clock: Pick<Clock, "monotonic" | "now">,
  ) {}

  /** Why no authority is asked; one that there is stays for a while. */
  async obstacle(): Promise<string | undefined> {
    const nowMs = this.clock.monotonic();
    if (this.#obstacle && nowMs < this.#obstacle.untilMs) {
      return this.#obstacle.why;
    }
    const why = await this.parts.obstacle();
    this.#obstacle = why === undefined
      ? undefined
      : { why, untilMs: nowMs + LOOK_AT_NAME_MS };
    return why;
  }

  async doubt(): Promise<string | undefined> {
    const nowMs = this.clock.monotonic();
    if (!this.#doubt || nowMs >= this.#doubt.untilMs) {
      const why = await this.parts.doubt?.();
      this.#doubt = { why, untilMs: nowMs + LOOK_AT_DOUBT_MS };
    }
    return this.#doubt.why;
  }

  /**
   * Before an order that is due.
   *
   * @param before Since when there was one, as of the last look; whoever asks keeps it over restarts.
   */
  async weigh(before: number | undefined): Promise<Doubt> {
    const why = await this.doubt();
    if (why === undefined) {
      return { kind: before === undefined ? "none" : "ended" };
    }
    const nowMs = this.clock.now();
    // a clock that was set back would hold it for longer
    const sinceMs = Math.min(before ?? nowMs, nowMs);
    return nowMs - sinceMs < LONGEST_DOUBT_MS
      ? { kind: "hold", why, sinceMs }
      : { kind: "over", sinceMs };
  }
}
