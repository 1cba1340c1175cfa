/** Asks one exchanger again and again for mail that it has for us. @module */
import type { Clock, Timers } from "../../../base/clock.ts";
import { nowSeconds } from "../../../base/clock.ts";
import { reasonOf } from "../../../base/system_errors.ts";
import { Refusal } from "../../../base/refusal.ts";
import { Alarm } from "../../queue/alarm.ts";
import type { Exchanger } from "../exchanger.ts";
import type { Exchangers } from "../exchangers.ts";
import { ExchangerTrouble } from "./exchanger_client.ts";
import {
  candidatesFor,
  pollRound,
  type RoundParts,
  type RoundResult,
  takeKept,
} from "./poll_round.ts";
import type { PollProtocol } from "./protocols.ts";

export interface PollerParts extends RoundParts {
  readonly exchangers: Pick<Exchangers, "note" | "count">;
  readonly clock: Clock;
  readonly timers: Timers;
  /** From 0 up to 1. */
  lot(): number;
  /** After each poll; undefined: all is well. */
  onOutcome(exchanger: string, error: string | undefined): void;
}

/** What came of a poll that an admin wanted. */
export interface PollOutcome {
  readonly pulled: number;
  readonly rejected: number;
  readonly error?: string;
}

const FIRST_BACKOFF_SECONDS = 5;
const MAX_BACKOFF_SECONDS = 600;
const JITTER = 0.1;
/** One that does not wait although it was asked to is asked as one that cannot. */
const PATIENT_SHARE = 0.5;
/** Between two answers with mail. */
const SHORTEST_PAUSE_SECONDS = 0.2;

export class Poller {
  readonly #exchanger: Exchanger;
  readonly #parts: PollerParts;
  readonly #alarm: Alarm;
  /** Found out. */
  #protocol: PollProtocol | undefined;
  #failures = 0;
  #isStopping = false;
  /** It is asked to wait for mail before it answers. */
  #waits = false;
  #asking = new AbortController();
  #wishes: ((outcome: PollOutcome) => void)[] = [];
  #running: Promise<void> | undefined;

  constructor(exchanger: Exchanger, parts: PollerParts) {
    this.#exchanger = exchanger;
    this.#parts = parts;
    this.#alarm = new Alarm(parts.timers);
  }

  start(): void {
    this.#running = this.#run().catch((error) => this.#parts.reportBug(error));
  }

  /** Resolves when the answer that is being taken is. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#asking.abort();
    this.#alarm.ring();
    await this.#running;
    const error = "it is not polled any more";
    this.#wishes.splice(0)
      .forEach((grant) => grant({ pulled: 0, rejected: 0, error }));
  }

  /** Asks as soon as it can be done, without waiting for mail. */
  now(): Promise<PollOutcome> {
    const wish = Promise.withResolvers<PollOutcome>();
    this.#wishes.push(wish.resolve);
    if (this.#waits) this.#asking.abort();
    this.#alarm.ring();
    return wish.promise;
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      this.#alarm.set();
      const waitSeconds = await this.#poll();
      if (!this.#isStopping) await this.#alarm.wait(waitSeconds * 1000);
    }
  }

  /** Gives the seconds until the next poll. */
  async #poll(): Promise<number> {
    const { exchangers, clock, onOutcome } = this.#parts;
    const { name, longPoll } = this.#exchanger;
    const wishes = this.#wishes.splice(0);
    this.#asking = new AbortController();
    const startMs = clock.monotonic();
    const waitSeconds = wishes.length > 0 ? 0 : longPoll;
    this.#waits = waitSeconds > 0;
    exchangers.note(name, { lastPollAt: nowSeconds(clock) });
    try {
      const result = await this.#round(waitSeconds);
      this.#failures = 0;
      exchangers.note(name, {
        lastOkAt: nowSeconds(clock),
        lastError: undefined,
      });
      onOutcome(name, undefined);
      const { pulled, rejected } = result;
      wishes.forEach((grant) => grant({ pulled, rejected }));
      const tookMs = clock.monotonic() - startMs;
      const hasWaited = tookMs >= waitSeconds * 1000 * PATIENT_SHARE;
      const isPatient = result.protocol.waits && waitSeconds > 0 &&
        (hasWaited || result.messages > 0);
      return this.#pause(result, isPatient);
    } catch (error) {
      // who asked for more has ended this one
      if (this.#asking.signal.aborted && error instanceof ExchangerTrouble) {
        this.#wishes.push(...wishes);
        return 0;
      }
      const text = this.#textOf(error);
      this.#failures++;
      exchangers.note(name, { lastError: text });
      onOutcome(name, text);
      wishes.forEach((grant) => grant({ pulled: 0, rejected: 0, error: text }));
      return this.#backoff(error);
    }
  }

  async #round(waitSeconds: number): Promise<RoundResult> {
    const { exchangers } = this.#parts;
    await this.#takeKept();
    const result = await pollRound(this.#exchanger, {
      candidates: this.#protocol
        ? [this.#protocol]
        : candidatesFor(this.#exchanger),
      waitSeconds,
      signal: this.#asking.signal,
    }, this.#parts);
    // one that has nothing may speak another protocol after all
    if (result.messages > 0 || result.protocol.nothing === undefined) {
      this.#protocol = result.protocol;
    }
    exchangers.count(this.#exchanger.name, "pulled", result.pulled);
    requireAll(result);
    return result;
  }

  /** What is left of earlier answers. */
  async #takeKept(): Promise<void> {
    const { spool, exchangers } = this.#parts;
    const { name } = this.#exchanger;
    for (const answer of await spool.keptFor(name)) {
      const result = await takeKept(this.#exchanger, answer, this.#parts);
      exchangers.count(name, "pulled", result.pulled);
      requireAll(result);
    }
  }

  #pause({ messages, more }: RoundResult, isPatient: boolean): number {
    if (more || isPatient) return messages > 0 ? SHORTEST_PAUSE_SECONDS : 0;
    return this.#jittered(this.#exchanger.pollInterval);
  }

  #backoff(error: unknown): number {
    const seconds = Math.min(
      FIRST_BACKOFF_SECONDS * 2 ** (this.#failures - 1),
      MAX_BACKOFF_SECONDS,
    );
    const wanted = error instanceof ExchangerTrouble
      ? error.retryAfterSeconds ?? 0
      : 0;
    return Math.max(this.#jittered(seconds), wanted);
  }

  #jittered(seconds: number): number {
    return seconds * (1 + JITTER * (2 * this.#parts.lot() - 1));
  }

  /** For people. */
  #textOf(error: unknown): string {
    if (error instanceof ExchangerTrouble) return error.message;
    if (error instanceof Refusal) return error.message;
    const reason = reasonOf(error);
    this.#parts.reportBug(error);
    return reason;
  }
}

function requireAll({ kept }: RoundResult): void {
  if (kept === 0) return;
  throw new ExchangerTrouble(`${kept} messages cannot be taken now`);
}
