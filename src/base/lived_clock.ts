/**
 * Time that the relay has lived through: what ages are counted in.
 *
 * It goes on with the monotonic clock, whatever the machine's date says, and
 * never back. While no relay runs, it goes on by the difference of two dates,
 * but by no more than `LONGEST_STEP_SECONDS`: a wrong date, or a long time
 * switched off, ages nothing by more than that.
 *
 * Its numbers begin at the date of the first start. Where dates were right
 * ever since, they are seconds since 1970 UTC.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import { formatDuration } from "./durations.ts";

/** Less than the day for which no full mailbox loses a message. */
export const LONGEST_STEP_SECONDS = 12 * 3600;
/** So long a jump is shown. */
const SHOWN_SECONDS = 24 * 3600;
/** A clock that is set right differs by less, and says nothing. */
export const JUMP_SECONDS = 60;

/** How far time had come, as it is kept across runs. */
export interface ClockMark {
  readonly livedSeconds: number;
  /** What the machine's clock said then, seconds since 1970 UTC. */
  readonly wallSeconds: number;
}

/** What is known of time when a relay starts. */
export interface ClockPast {
  readonly mark: ClockMark | undefined;
  /** Without a mark: the latest date on record, seconds since 1970 UTC. */
  readonly newestSeconds?: number | undefined;
}

/** The machine's clock was moved, or stood while no relay ran. */
export interface ClockJump {
  /** How far, less what time itself went on; negative: back. */
  readonly seconds: number;
  /** Seconds since 1970 UTC, as the machine says since then. */
  readonly atSeconds: number;
  /** Otherwise it may just have been switched off for so long. */
  readonly whileRunning: boolean;
}

export class LivedClock {
  readonly #clock: Clock;
  #livedMs: number;
  #monotonicMs: number;
  /** Of the two clocks, when they were compared last. */
  #differenceMs: number;
  #unseen: ClockJump | undefined;
  #latest: { readonly jump: ClockJump; readonly livedMs: number } | undefined;

  constructor(clock: Clock, past: ClockPast) {
    this.#clock = clock;
    this.#monotonicMs = clock.monotonic();
    const wallMs = clock.now();
    this.#differenceMs = wallMs - this.#monotonicMs;
    this.#livedMs = beginningMs(wallMs, past);
    this.#unseen = jumpSince(past.mark, Math.floor(wallMs / 1000));
    if (this.#unseen) this.#remember(this.#unseen);
  }

  /** Never less than before. */
  seconds(): number {
    this.#goOn();
    return Math.floor(this.#livedMs / 1000);
  }

  mark(): ClockMark {
    return {
      livedSeconds: this.seconds(),
      wallSeconds: Math.floor(this.#clock.now() / 1000),
    };
  }

  /** Compares the clocks, to be called every few seconds: a jump that nobody was told of yet. */
  look(): ClockJump | undefined {
    this.#goOn();
    const wallMs = this.#clock.now();
    const differenceMs = wallMs - this.#clock.monotonic();
    const seconds = Math.round((differenceMs - this.#differenceMs) / 1000);
    this.#differenceMs = differenceMs;
    const before = this.#unseen;
    this.#unseen = undefined;
    if (Math.abs(seconds) < JUMP_SECONDS) return before;
    const atSeconds = Math.floor(wallMs / 1000);
    const jump = { seconds, atSeconds, whileRunning: true };
    this.#remember(jump);
    return jump;
  }

  /** The last one, for a day. */
  recentJump(): ClockJump | undefined {
    this.#goOn();
    if (!this.#latest) return undefined;
    const agoMs = this.#livedMs - this.#latest.livedMs;
    return agoMs < SHOWN_SECONDS * 1000 ? this.#latest.jump : undefined;
  }

  #remember(jump: ClockJump): void {
    this.#latest = { jump, livedMs: this.#livedMs };
  }

  /** A monotonic clock that leaps was made to: that is a step like any other. */
  #goOn(): void {
    const monotonicMs = this.#clock.monotonic();
    this.#livedMs += step(monotonicMs - this.#monotonicMs);
    this.#monotonicMs = monotonicMs;
  }
}

/** For operators. */
export function describeJump({ seconds, whileRunning }: ClockJump): string {
  const far = formatDuration(Math.abs(seconds));
  if (whileRunning) {
    return seconds < 0
      ? `the machine's clock was set back by ${far}`
      : `the machine's clock was set ahead by ${far}`;
  }
  return seconds < 0
    ? `the machine's clock says ${far} less than when the server ended`
    : `${far} more than count as age went by since the server ended: it was off, or the clock is ahead`;
}

function beginningMs(
  wallMs: number,
  { mark, newestSeconds }: ClockPast,
): number {
  if (mark) {
    return mark.livedSeconds * 1000 + step(wallMs - mark.wallSeconds * 1000);
  }
  if (newestSeconds === undefined) return wallMs;
  return Math.min(wallMs, (newestSeconds + LONGEST_STEP_SECONDS) * 1000);
}

function step(ms: number): number {
  return Math.min(Math.max(ms, 0), LONGEST_STEP_SECONDS * 1000);
}

function jumpSince(
  mark: ClockMark | undefined,
  wallSeconds: number,
): ClockJump | undefined {
  if (!mark) return undefined;
  const away = wallSeconds - mark.wallSeconds;
  if (away >= -JUMP_SECONDS && away <= LONGEST_STEP_SECONDS) return undefined;
  const seconds = away - step(away * 1000) / 1000;
  return { seconds, atSeconds: wallSeconds, whileRunning: false };
}
