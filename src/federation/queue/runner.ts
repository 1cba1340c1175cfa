/**
 * Sends what is queued: claims it by destination, hands it to the transport,
 * settles what came of it. A destination has so many attempts at once and no
 * more, one while it cannot be reached, so that a dead one takes up no more of
 * the relay than that.
 *
 * It looks at the queue when the store tells of a change, when an attempt has
 * ended, and when the next thing is due: never by the clock alone.
 *
 * @module
 */
import type { Clock, Timers } from "../../base/clock.ts";
import { Refusal } from "../../base/refusal.ts";
import type { StoreListener } from "../../store/events.ts";
import type { LeasedUnit, QueueStore, Settlement } from "../../store/queue.ts";
import { attempt, type UnitOutcome } from "./attempt.ts";
import { Alarm } from "./alarm.ts";
import { InFlight, PATIENCE_MS } from "./in_flight.ts";
import type { FederationPolicy } from "../policy/policy.ts";
import { roomFor, type RunnerLimits, tooMany } from "./room.ts";
import type { RetrySchedule } from "./schedule.ts";
import { settlementOf } from "./settlement.ts";
import type { Transport } from "../transport.ts";

export interface QueueRunnerParts {
  readonly store: {
    readonly queue: Pick<
      QueueStore,
      "claim" | "settle" | "nextDue" | "resume" | "expire"
    >;
    onEvent(listener: StoreListener): () => void;
  };
  readonly transport: Transport;
  readonly clock: Clock;
  readonly timers: Timers;
  /** As they are now. */
  policy(): FederationPolicy;
  schedule(): RetrySchedule;
  limits(): RunnerLimits;
  /** Of each attempt, when the queue has it. May not throw. */
  onSettled?(settlement: Settlement): void;
  /** Of mail that was due before a start. */
  readonly startDelaySeconds: number;
  reportBug(error: unknown): void;
}

export interface RunnerStatus {
  readonly attempts: number;
  readonly destinations: number;
  /** Nothing begins: federation is off, or the store does not take what came of the last attempts. */
  readonly isPaused: boolean;
}

const HOLDER = "sender";
/** A `/mxdeliv` request has one header field for each, and peers take a hundred. */
const RECIPIENTS_PER_UNIT = 50;
const ATTEMPT_MS = 40 * 60_000;
/** Longer than any attempt, and what it takes to settle it. */
const LEASE_SECONDS = 3600;
/** What was due before a start is spread over this. */
const START_SPREAD_SECONDS = 60;
const EXPIRY_MS = 60_000;
const SWEEP_MS = 1000;
/** Results that may wait for the store, for each attempt at once. */
const RESULTS_PER_ATTEMPT = 4;
const RESULTS_AT_ONCE = 256;
/** Time of a machine that slept goes on without its timers. */
const LONGEST_WAIT_MS = 60_000;
/** Where something is due that cannot be had. */
const SHORTEST_WAIT_MS = 1000;
const STORE_TROUBLE_MS = 5000;
/** With what follows, and the rest of the relay, no more than twenty seconds. */
const STOP_MS = 13_000;
/** For a transport to end when it is told to. */
const ABORT_MS = 3000;

export class QueueRunner {
  readonly name = "queue";
  readonly #parts: QueueRunnerParts;
  readonly #flying: InFlight;
  readonly #alarm: Alarm;
  readonly #aborts = new Map<LeasedUnit, AbortController>();
  /** Begun since the start: every other place is for the newest. */
  #begun = 0;
  readonly #ends: (() => void)[] = [];
  #running: Promise<void> | undefined;
  #isStopping = false;
  /** Units that are handed out. */
  #unsettled = 0;
  /** What came of attempts, until the store has it. */
  readonly #results: Settlement[] = [];
  #isSettling = false;
  #isExpiring = false;

  constructor(parts: QueueRunnerParts) {
    this.#parts = parts;
    this.#flying = new InFlight({
      clock: parts.clock,
      perDestination: () => parts.limits().perDestination,
      prepare: (unit) => parts.transport.prepare?.(unit),
    });
    this.#alarm = new Alarm(parts.timers);
  }

  /** @throws {Refusal} if the store takes nothing */
  async start(): Promise<void> {
    const { store, timers, startDelaySeconds } = this.#parts;
    this.#isStopping = false;
    await store.queue.resume(HOLDER, {
      afterSeconds: startDelaySeconds,
      withinSeconds: START_SPREAD_SECONDS,
    });
    this.#ends.push(
      store.onEvent(({ kind }) => {
        if (WAKING.has(kind)) this.#alarm.ring();
      }),
      timers.every(EXPIRY_MS, () => void this.#expire()),
      timers.every(SWEEP_MS, () => this.#flying.sweep()),
    );
    this.#running = this.#run();
  }

  /** Begins nothing any more, and gives what runs thirteen seconds. Safe to repeat. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#ends.splice(0).forEach((end) => end());
    this.#alarm.ring();
    await this.#running;
    this.#flying.clear();
    if (await this.#ended(STOP_MS)) return;
    this.#aborts.forEach((abort) => abort.abort());
    await this.#ended(2 * ABORT_MS);
  }

  /** Looks at the queue again: something was set that it goes by. */
  wake(): void {
    this.#alarm.ring();
  }

  status(): RunnerStatus {
    return {
      attempts: this.#flying.count,
      destinations: this.#flying.destinations,
      isPaused: this.#isPaused(),
    };
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      this.#alarm.set();
      const waitMs = await this.#look();
      if (!this.#isStopping) await this.#alarm.wait(waitMs);
    }
  }

  /** Begins what can begin. Gives how long there will be nothing to do, unless the alarm rings. */
  async #look(): Promise<number> {
    if (this.#isPaused()) return LONGEST_WAIT_MS;
    const { queue } = this.#parts.store;
    const limits = this.#parts.limits();
    const running = this.#flying.running();
    const room = roomFor(limits, running);
    const ahead = this.#flying.ahead();
    if (room.units <= 0 && ahead.size === 0) {
      return running.unproven > 0 ? PATIENCE_MS : LONGEST_WAIT_MS;
    }
    try {
      if (ahead.size === 0) {
        // a look takes less than a claim of nothing
        const dueSeconds = await queue.nextDue(this.#flying.full());
        if (dueSeconds === undefined) return LONGEST_WAIT_MS;
        if (dueSeconds > 0) return Math.min(dueSeconds * 1000, LONGEST_WAIT_MS);
      }
      const units = await queue.claim({
        holder: HOLDER,
        leaseSeconds: LEASE_SECONDS,
        units: room.units,
        recipientsPerUnit: RECIPIENTS_PER_UNIT,
        of: {
          kind: "due",
          perDestination: limits.perDestination,
          busy: this.#flying.busy(),
          ahead,
          share: {
            preferred: new Set(this.#flying.answering),
            others: room.unproven,
            failing: room.failing,
            newest: (room.unproven + this.#begun % 2) >> 1,
          },
        },
      });
      for (const unit of units) this.#begin(unit);
      this.#makeRoom(limits);
      const dueSeconds = await queue.nextDue(this.#flying.full());
      if (dueSeconds === undefined) return LONGEST_WAIT_MS;
      const leastMs = units.length > 0 ? 0 : SHORTEST_WAIT_MS;
      return Math.min(Math.max(dueSeconds * 1000, leastMs), LONGEST_WAIT_MS);
    } catch (error) {
      this.#report(error);
      return STORE_TROUBLE_MS;
    }
  }

  #begin(unit: LeasedUnit): void {
    const work = this.#flying.add(unit, async (turn) => {
      const outcome = await turn() ? await this.#outcome(unit) : UNTRIED;
      this.#flying.learn(unit.destination, outcome.kind);
      return outcome;
    });
    this.#unsettled++;
    this.#begun++;
    work.then((outcome) => this.#settle(unit, outcome))
      .catch((error) => {
        this.#unsettled--;
        this.#parts.reportBug(error);
      });
  }

  /** Those of which nothing has come for longest end, as many as have begun in their places. */
  #makeRoom(limits: RunnerLimits): void {
    const count = tooMany(limits, this.#flying.running());
    if (count === 0) return;
    for (const unit of this.#flying.hanging().slice(0, count)) {
      this.#aborts.get(unit)?.abort(HUNG);
    }
  }

  /** Never throws. */
  async #outcome(unit: LeasedUnit): Promise<UnitOutcome> {
    if (this.#isStopping) return UNTRIED;
    const { timers, transport, policy } = this.#parts;
    const abort = new AbortController();
    const { signal } = abort;
    const late = Promise.withResolvers<UnitOutcome>();
    const ends = [timers.every(ATTEMPT_MS, () => abort.abort())];
    signal.addEventListener("abort", () => {
      const outcome = this.#isStopping ? UNTRIED : endOf(signal);
      ends.push(timers.every(ABORT_MS, () => late.resolve(outcome)));
    }, { once: true });
    this.#aborts.set(unit, abort);
    try {
      const work = attempt(unit, { policy: policy(), transport, signal });
      const outcome = await Promise.race([work, late.promise]);
      return isNothing(outcome) ? endOf(signal) : outcome;
    } catch (error) {
      this.#report(error);
      return NO_END;
    } finally {
      this.#aborts.delete(unit);
      ends.forEach((end) => end());
    }
  }

  #settle(unit: LeasedUnit, outcome: UnitOutcome): void {
    const schedule = this.#parts.schedule();
    this.#results.push(settlementOf(unit, outcome, HOLDER, schedule));
    if (!this.#isSettling) void this.#settleAll();
  }

  /**
   * What came of attempts is kept until the store has it: else they would be
   * made again. What comes meanwhile is settled together.
   */
  async #settleAll(): Promise<void> {
    const { store, timers, onSettled } = this.#parts;
    this.#isSettling = true;
    while (this.#results.length > 0) {
      const some = this.#results.slice(0, RESULTS_AT_ONCE);
      try {
        await store.queue.settle(some);
      } catch (error) {
        this.#report(error);
        if (this.#isStopping) break; // the next start finds it leased
        await timers.sleep(STORE_TROUBLE_MS);
        continue;
      }
      this.#drop(some.length);
      for (const settlement of some) onSettled?.(settlement);
      this.#alarm.ring();
    }
    if (this.#isStopping) this.#drop(this.#results.length);
    this.#isSettling = false;
    this.#alarm.ring();
  }

  #drop(count: number): void {
    this.#results.splice(0, count);
    this.#unsettled -= count;
  }

  async #expire(): Promise<void> {
    if (this.#isExpiring) return;
    this.#isExpiring = true;
    try {
      while (!this.#isStopping) {
        const { more } = await this.#parts.store.queue.expire();
        if (!more) break;
      }
    } catch (error) {
      this.#report(error);
    } finally {
      this.#isExpiring = false;
    }
  }

  /** More results than attempts may run wait for a store that takes none. */
  #isPaused(): boolean {
    return !this.#parts.policy().enabled ||
      this.#results.length >=
        RESULTS_PER_ATTEMPT * this.#parts.limits().total;
  }

  /** Whether all has ended and is settled within the time. */
  async #ended(withinMs: number): Promise<boolean> {
    const { clock } = this.#parts;
    const untilMs = clock.monotonic() + withinMs;
    while (this.#unsettled > 0) {
      const leftMs = untilMs - clock.monotonic();
      if (leftMs <= 0) return false;
      this.#alarm.set();
      await this.#alarm.wait(leftMs);
    }
    return true;
  }

  /** That the store takes nothing is shown by the store itself. */
  #report(error: unknown): void {
    if (!(error instanceof Refusal)) this.#parts.reportBug(error);
  }
}

const WAKING: ReadonlySet<string> = new Set(["queue", "settings", "missed"]);
const UNTRIED: UnitOutcome = { kind: "untried" };
/** Nobody knows whether the peer has it: all are tried again. */
const NO_END: UnitOutcome = { kind: "answered", verdicts: new Map() };
const HUNG: UnitOutcome = {
  kind: "unreached",
  note: {
    status: "4.4.1", // RFC 3463 §3.5
    text: "no answer for a while, and other servers were waiting to be asked",
  },
};

function isNothing(outcome: UnitOutcome): boolean {
  return outcome.kind === "answered" && outcome.verdicts.size === 0;
}

/** Of an attempt that was ended before anything had come of it. */
function endOf({ reason }: AbortSignal): UnitOutcome {
  return reason === HUNG ? HUNG : NO_END;
}
