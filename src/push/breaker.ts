/**
 * Holds notifications back while the proxy is out of order, and finds out when
 * it is well again: after a while one is sent, and its answer decides.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";

/** So many requests in a row, of so many devices, have to fail in this time. */
const FAILURES = 20;
const DEVICES = 3;
const WITHIN_MS = 10 * 60_000;
const REST_MS = 15 * 60_000;

export const BREAKER_FAILURES = FAILURES;

export class Breaker {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #onChange: () => void;
  /** The last failures since a success. */
  readonly #recent: { readonly device: string; readonly atMs: number }[] = [];
  #inARow = 0;
  #openedMs: number | undefined;
  #restsUntilMs = 0;
  #isProbing = false;

  constructor(clock: Pick<Clock, "monotonic">, onChange: () => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** Failed requests since one succeeded. */
  get inARow(): number {
    return this.#inARow;
  }

  /** For how long it holds back; undefined while it does not. */
  get openForMs(): number | undefined {
    if (this.#openedMs === undefined) return undefined;
    return this.#clock.monotonic() - this.#openedMs;
  }

  /** Whether one may be sent now; who sends says afterwards what came of it. */
  mayTry(): boolean {
    if (this.#openedMs === undefined) return true;
    return !this.#isProbing && this.#clock.monotonic() >= this.#restsUntilMs;
  }

  /** One is being sent. */
  tried(): void {
    if (this.#openedMs !== undefined) this.#isProbing = true;
  }

  /** The proxy works, whatever it said about this device. */
  succeeded(): void {
    this.#inARow = 0;
    this.#recent.length = 0;
    this.#isProbing = false;
    if (this.#openedMs === undefined) return;
    this.#openedMs = undefined;
    this.#onChange();
  }

  /** It was not sent after all. */
  released(): void {
    this.#isProbing = false;
  }

  /** The proxy answers, and nobody is woken: that changes nothing. */
  answered(): void {
    this.#isProbing = false;
    this.#restsUntilMs = this.#clock.monotonic() + REST_MS;
  }

  failed(device: string): void {
    const now = this.#clock.monotonic();
    this.#inARow++;
    this.#isProbing = false;
    if (this.#openedMs !== undefined) {
      this.#restsUntilMs = now + REST_MS;
      return;
    }
    this.#recent.push({ device, atMs: now });
    if (this.#recent.length > FAILURES) this.#recent.shift();
    const devices = new Set(this.#recent.map(({ device }) => device));
    if (
      this.#recent.length < FAILURES || devices.size < DEVICES ||
      now - this.#recent[0]!.atMs > WITHIN_MS
    ) return;
    this.#openedMs = now;
    this.#restsUntilMs = now + REST_MS;
    this.#onChange();
  }

  /** It is neither known to work nor not to, as after another one was named. */
  reset(): void {
    this.succeeded();
  }
}
