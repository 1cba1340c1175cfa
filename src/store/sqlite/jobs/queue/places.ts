/** How many units of one claim a destination gets. @module */
import type { Claim } from "../../../queue.ts";

export interface Candidate {
  readonly destination: string;
  readonly failStreak: number;
}

export class Places {
  readonly #of: Claim["of"];
  #units: number;
  #others: number;
  #failing: number;
  /** Destinations that want more than they may have at once. */
  #ahead: number;

  constructor({ of, units }: Claim) {
    const share = of.kind === "due" ? of.share : undefined;
    this.#of = of;
    this.#units = units;
    this.#others = share?.others ?? units;
    this.#failing = share?.failing ?? units;
    this.#ahead = of.kind === "due" ? of.ahead?.size ?? 0 : 0;
  }

  get takesFailing(): boolean {
    return Math.min(this.#units, this.#others, this.#failing) > 0;
  }

  get areTaken(): boolean {
    return this.#units <= 0 && this.#ahead === 0;
  }

  roomFor(candidate: Candidate): number {
    return this.#atOnce(candidate) + this.#besides(candidate);
  }

  /** It got so many. */
  take(candidate: Candidate, count: number): void {
    const counted = Math.min(count, this.#atOnce(candidate));
    if (this.#besides(candidate) > 0) this.#ahead--;
    this.#units -= counted;
    if (this.#isPreferred(candidate)) return;
    this.#others -= counted;
    if (candidate.failStreak > 0) this.#failing -= counted;
  }

  /** Units that begin when they are handed out. */
  #atOnce(candidate: Candidate): number {
    if (this.#of.kind === "waiting") return this.#units;
    const { destination, failStreak } = candidate;
    const { perDestination, busy } = this.#of;
    const most = failStreak > 0 ? 1 : perDestination;
    const free = most - (busy.get(destination) ?? 0);
    return Math.max(0, Math.min(free, this.#left(candidate)));
  }

  #left(candidate: Candidate): number {
    if (this.#isPreferred(candidate)) return this.#units;
    const others = Math.min(this.#units, this.#others);
    return candidate.failStreak > 0 ? Math.min(others, this.#failing) : others;
  }

  #besides({ destination, failStreak }: Candidate): number {
    if (this.#of.kind === "waiting" || failStreak > 0) return 0;
    return this.#of.ahead?.get(destination) ?? 0;
  }

  #isPreferred({ destination, failStreak }: Candidate): boolean {
    return this.#of.kind === "due" && failStreak === 0 &&
      this.#of.share?.preferred.has(destination) === true;
  }
}
