/**
 * Wakes the devices of accounts that have got mail. One job for each device: a
 * message that comes while it waits needs no other. A first try goes before
 * what is tried again, and nobody's mail waits for any of it.
 *
 * @module
 */
import type { AccountId } from "../base/ids.ts";
import { Refusal } from "../base/refusal.ts";
import type { PushAnswer } from "./answers.ts";
import { Breaker } from "./breaker.ts";
import type { Job } from "./job.ts";
import type { NotifierParts, PushResult } from "./parts.ts";
import {
  backOffMs,
  LIFETIME_MS,
  MAX_BACK_OFF_MS,
  REFUSED_ATTEMPTS,
  SPACING_MS,
} from "./schedule.ts";
import {
  loadWaiting,
  waitingKey,
  type WaitingRow,
  WaitingWriter,
} from "./waiting.ts";

const AT_ONCE = 16;
/** Of these; the rest is for first tries. */
const AGAIN_AT_ONCE = 8;
const TICK_MS = 250;
/** A first try that takes longer is written down. */
const WRITTEN_AFTER_MS = 500;
/** So long the end waits for requests that are on their way. */
const LAST_MS = 1000;
/** After this a message is reason enough to try again at once. */
const PATIENCE_MS = 8000;
/** Of tokens that wait, in memory. */
const MAX_OCTETS = 32 * 1024 * 1024;
const ACCOUNTS_AT_ONCE = 32;

export class Notifier {
  readonly breaker: Breaker;
  readonly #parts: NotifierParts;
  readonly #jobs = new Map<string, Job>();
  /** Jobs that may go now, in their order. */
  readonly #first = new Set<Job>();
  readonly #again = new Set<Job>();
  readonly #flying = new Map<Job, Promise<void>>();
  /** When devices were asked for last, of the last moment. */
  readonly #lately = new Map<string, number>();
  readonly #arrived = new Set<AccountId>();
  #lookingUp: Promise<void> | undefined;
  #octets = 0;
  #againFlying = 0;
  #writer: WaitingWriter | undefined;
  #stopTicking = () => {};
  #lastSuccessMs: number | undefined;
  #lastError: string | undefined;

  constructor(parts: NotifierParts) {
    this.#parts = parts;
    this.breaker = new Breaker(
      parts.clock,
      () => parts.onBreaker(this.breaker.openForMs !== undefined),
    );
  }

  /** Devices that wait to be woken. */
  get length(): number {
    return this.#jobs.size;
  }

  /** Milliseconds since 1970 UTC. */
  get lastSuccessMs(): number | undefined {
    return this.#lastSuccessMs;
  }

  /** Why the last request failed, without user data; undefined after a success. */
  get lastError(): string | undefined {
    return this.#lastError;
  }

  /** What an earlier process left goes on. @throws {Refusal} if it cannot be read */
  async start(): Promise<void> {
    const { store, timers } = this.#parts;
    const rows = await loadWaiting(store.records);
    const writer = new WaitingWriter(
      store.records,
      rows.keys(),
      (error) => this.#report(error),
    );
    this.#writer = writer;
    for (const [key, row] of rows) await this.#restore(key, row, writer);
    this.#stopTicking = timers.every(TICK_MS, () => this.#tick());
    this.#send();
  }

  /** Writes down what waits. To be called before the proxy is closed. */
  async stop(): Promise<void> {
    this.#stopTicking();
    await this.#lookingUp;
    await Promise.race([
      Promise.all(this.#flying.values()),
      this.#parts.timers.sleep(LAST_MS),
    ]);
    const writer = this.#writer;
    for (const job of this.#jobs.values()) this.#write(job);
    this.#writer = undefined;
    await writer?.settled();
  }

  /** Mail has come for them. Takes no time. */
  arrived(accounts: readonly AccountId[]): void {
    if (!this.#writer || this.#parts.mode() === "off") return;
    for (const account of accounts) this.#arrived.add(account);
    this.#lookingUp ??= this.#lookUp();
  }

  /** Whatever waits for the proxy is tried now, and the breaker begins anew. */
  retryNow(): void {
    this.breaker.reset();
    const now = this.#now;
    for (const job of this.#jobs.values()) job.dueMs = Math.min(job.dueMs, now);
    this.#tick();
  }

  get #now(): number {
    return this.#parts.clock.monotonic();
  }

  async #lookUp(): Promise<void> {
    const { store, timers } = this.#parts;
    try {
      await timers.sleep(0); // replies about the mail go first
      for (let count = 1; this.#arrived.size > 0; count++) {
        const [account] = this.#arrived;
        this.#arrived.delete(account!);
        for (const token of await store.metadata.pushTokens(account!)) {
          this.#add(account!, token);
        }
        this.#send();
        if (count % ACCOUNTS_AT_ONCE === 0) await timers.sleep(0);
      }
    } catch (error) {
      this.#arrived.clear();
      this.#report(error);
    } finally {
      this.#lookingUp = undefined;
    }
  }

  #add(account: AccountId, token: string): void {
    const key = waitingKey(account, token);
    const now = this.#now;
    const known = this.#jobs.get(key);
    if (known) return this.#renew(known, now);
    if (this.#octets + token.length > MAX_OCTETS) {
      return this.#parts.count("dropped");
    }
    const dueMs = Math.max(
      now,
      (this.#lately.get(key) ?? -Infinity) + SPACING_MS,
    );
    this.#keep({
      key,
      account,
      token,
      sinceMs: now,
      dueMs,
      failed: 0,
      triedMs: undefined,
      isRenewed: false,
      isWritten: false,
    });
  }

  /** Another message for a device that waits already. */
  #renew(job: Job, now: number): void {
    if (this.#flying.has(job)) {
      job.isRenewed = true;
      return;
    }
    job.sinceMs = now;
    if (job.triedMs === undefined) return;
    job.failed = Math.min(job.failed, 1);
    job.dueMs = Math.min(job.dueMs, job.triedMs + PATIENCE_MS);
    if (job.isWritten) this.#write(job);
    this.#line(job, now);
  }

  async #restore(
    key: string,
    { account, since, due, failed }: WaitingRow,
    writer: WaitingWriter,
  ): Promise<void> {
    const { store, clock } = this.#parts;
    const tokens = await store.metadata.pushTokens(account);
    const token = tokens.find((one) => waitingKey(account, one) === key);
    const now = this.#now;
    const ageMs = Math.max(0, clock.now() - since * 1000);
    const waitMs = Math.min(due * 1000 - clock.now(), MAX_BACK_OFF_MS);
    if (token === undefined || ageMs > LIFETIME_MS) {
      if (token !== undefined) this.#parts.count("dropped");
      return writer.remove(key);
    }
    this.#keep({
      key,
      account,
      token,
      sinceMs: now - ageMs,
      dueMs: now + Math.max(0, waitMs),
      failed,
      triedMs: failed > 0 ? now : undefined,
      isRenewed: false,
      isWritten: true,
    });
  }

  #keep(job: Job): void {
    this.#jobs.set(job.key, job);
    this.#octets += job.token.length;
    this.#line(job, this.#now);
  }

  #line(job: Job, now: number): void {
    if (job.dueMs > now) return;
    (job.failed === 0 ? this.#first : this.#again).add(job);
  }

  #tick(): void {
    if (!this.#writer) return;
    const now = this.#now;
    this.#writer.retry();
    for (const [key, atMs] of this.#lately) {
      if (atMs + SPACING_MS > now) break; // the others are younger
      this.#lately.delete(key);
    }
    for (const job of this.#jobs.values()) {
      const lateMs = now - Math.max(job.sinceMs, job.dueMs);
      if (!job.isWritten && lateMs > WRITTEN_AFTER_MS) this.#write(job);
      if (this.#flying.has(job)) continue;
      if (now - job.sinceMs > LIFETIME_MS) this.#end(job, "dropped");
      else this.#line(job, now);
    }
    this.#send();
  }

  #send(): void {
    const mode = this.#parts.mode();
    if (mode === "off" || !this.#writer) return;
    while (this.#flying.size < AT_ONCE) {
      if (mode === "auto" && !this.breaker.mayTry()) return;
      const job = this.#next();
      if (!job) return;
      this.breaker.tried();
      this.#flying.set(job, this.#try(job));
    }
  }

  #next(): Job | undefined {
    const [first] = this.#first;
    const [again] = this.#againFlying < AGAIN_AT_ONCE ? this.#again : [];
    const job = first ?? again;
    if (job) {
      this.#first.delete(job);
      this.#again.delete(job);
    }
    return job;
  }

  async #try(job: Job): Promise<void> {
    const { proxy, reportBug } = this.#parts;
    const isAgain = job.failed > 0 || job.isWritten;
    if (isAgain) this.#againFlying++;
    await Promise.resolve(); // it is known to fly
    let answer: PushAnswer | undefined;
    try {
      // the device may have gone meanwhile, or the account
      const isKnown = !isAgain || await this.#isKnown(job);
      if (isKnown) {
        job.triedMs = this.#now;
        this.#lately.delete(job.key);
        this.#lately.set(job.key, job.triedMs);
        answer = await proxy.notify(job.token);
      } else this.#end(job, undefined);
    } catch (error) {
      reportBug(error);
      answer = { kind: "failed", reason: "a bug" };
    } finally {
      this.#flying.delete(job);
      if (isAgain) this.#againFlying--;
    }
    if (answer) this.#settle(job, answer);
    else this.breaker.released();
    this.#send();
  }

  async #isKnown({ account, token }: Job): Promise<boolean> {
    const { metadata } = this.#parts.store;
    try {
      return (await metadata.pushTokens(account)).includes(token);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return true; // nobody can tell
    }
  }

  #settle(job: Job, answer: PushAnswer): void {
    if (!this.#writer) return; // it ended with the relay, and was written
    this.#judge(job, answer);
    switch (answer.kind) {
      case "sent":
        this.#end(job, "sent");
        if (job.isRenewed) this.#add(job.account, job.token);
        return;
      case "gone":
        this.#end(job, "gone");
        void this.#forget(job);
        return;
      case "refused":
        this.#parts.count("refused");
        if (job.failed + 1 >= REFUSED_ATTEMPTS) {
          return this.#end(job, undefined);
        }
        return this.#later(job, undefined);
      case "wait":
        if (answer.isFailure) this.#parts.count("failed");
        return this.#later(job, answer.waitMs);
      case "failed":
        this.#parts.count("failed");
        return this.#later(job, undefined);
    }
  }

  /** What it says of the proxy. */
  #judge(job: Job, answer: PushAnswer): void {
    if (answer.kind === "sent" || answer.kind === "gone") {
      this.breaker.succeeded();
      this.#lastError = undefined;
      this.#lastSuccessMs = this.#parts.clock.now();
      return;
    }
    this.#lastError = answer.reason;
    const isFailure = answer.kind === "failed" ||
      answer.kind === "wait" && answer.isFailure;
    if (isFailure) this.breaker.failed(job.key);
    else this.breaker.answered();
  }

  #later(job: Job, waitMs: number | undefined): void {
    const now = this.#now;
    if (job.isRenewed) job.sinceMs = now;
    job.isRenewed = false;
    if (waitMs === undefined) job.failed++;
    const backOff = waitMs ?? backOffMs(job.failed, this.#parts.lot());
    if (backOff === undefined || now + backOff - job.sinceMs > LIFETIME_MS) {
      return this.#end(job, "dropped");
    }
    job.dueMs = now + backOff;
    this.#write(job);
  }

  #end(job: Job, result: PushResult | undefined): void {
    this.#jobs.delete(job.key);
    this.#first.delete(job);
    this.#again.delete(job);
    this.#octets -= job.token.length;
    this.#writer?.remove(job.key);
    if (result) this.#parts.count(result);
  }

  async #forget({ account, token }: Job): Promise<void> {
    try {
      await this.#parts.store.metadata.removePushToken(account, token);
    } catch (error) {
      this.#report(error); // the next answer says so again
    }
  }

  #write(job: Job): void {
    const { clock } = this.#parts;
    const offsetMs = clock.now() - this.#now;
    job.isWritten = true;
    this.#writer?.put(job.key, {
      account: job.account,
      since: Math.max(0, Math.floor((job.sinceMs + offsetMs) / 1000)),
      due: Math.max(0, Math.floor((job.dueMs + offsetMs) / 1000)),
      failed: job.failed,
    });
  }

  /** The store tells of its own faults. */
  #report(error: unknown): void {
    if (!(error instanceof Refusal)) this.#parts.reportBug(error);
  }
}
