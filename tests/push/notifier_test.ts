/** The queue of notifications, on a store and a clock of its own. */
import assert from "node:assert/strict";
import type { AccountId } from "../../src/base/ids.ts";
import type { PushAnswer } from "../../src/push/answers.ts";
import { Notifier } from "../../src/push/notifier.ts";
import type { PushMode, PushResult } from "../../src/push/parts.ts";
import type { RecordChange, StoredRecord } from "../../src/store/records.ts";
import { TestTime } from "../harness/test_time.ts";

const SECOND = 1000;
const HOUR = 3_600_000;
const SENT: PushAnswer = { kind: "sent" };
const FAILED: PushAnswer = { kind: "failed", reason: "it is out of order" };
const ANN = 1 as AccountId;

class World {
  readonly time = new TestTime();
  readonly tokens = new Map<number, string[]>([[ANN, ["phone"]]]);
  readonly rows = new Map<string, string>();
  writes = 0;
  readonly sent: { token: string; atMs: number }[] = [];
  /** Answers to come; then `otherwise`. */
  script: (PushAnswer | Promise<PushAnswer>)[] = [];
  otherwise: PushAnswer = SENT;
  mode: PushMode = "auto";
  readonly results: PushResult[] = [];
  readonly breaker: boolean[] = [];
  #life = 0;
  notifier = this.#make();

  /** As after a crash: what was in memory is lost. */
  async restart(): Promise<void> {
    this.notifier = this.#make();
    await this.notifier.start();
    await this.settle();
  }

  /** What can go on without time has gone on. */
  async settle(): Promise<void> {
    for (let n = 0; n < 50; n++) await Promise.resolve();
  }

  async arrive(...accounts: AccountId[]): Promise<void> {
    this.notifier.arrived(accounts);
    await this.time.pass(0);
    await this.settle();
  }

  /** Seconds after which each request was sent. */
  get seconds(): number[] {
    const first = this.sent[0]?.atMs ?? 0;
    return this.sent.map(({ atMs }) => Math.round((atMs - first) / SECOND));
  }

  #make(): Notifier {
    const life = ++this.#life;
    const { time } = this;
    return new Notifier({
      store: {
        metadata: {
          pushTokens: (account) =>
            Promise.resolve([...this.tokens.get(account) ?? []]),
          removePushToken: (account, token) => {
            const left = this.tokens.get(account)?.filter((one) =>
              one !== token
            );
            this.tokens.set(account, left ?? []);
            return Promise.resolve();
          },
        },
        records: {
          load: () =>
            Promise.resolve(
              [...this.rows].map(([key, value]): StoredRecord => ({
                key,
                value,
              })),
            ),
          change: ({ put = [], remove = [] }: RecordChange) => {
            this.writes++;
            for (const key of remove) this.rows.delete(key);
            for (const { key, value } of put) this.rows.set(key, value);
            return Promise.resolve();
          },
        },
      },
      proxy: {
        notify: (token) => {
          this.sent.push({ token, atMs: this.time.now() });
          return Promise.resolve(this.script.shift() ?? this.otherwise);
        },
        close() {},
      },
      clock: this.time,
      timers: {
        sleep: (ms) => time.sleep(ms),
        every: (ms, tick) =>
          time.every(ms, () => life === this.#life ? tick() : undefined),
      },
      lot: () => 0.5,
      mode: () => this.mode,
      count: (result) => this.results.push(result),
      onBreaker: (isOpen) => this.breaker.push(isOpen),
      reportBug(error) {
        throw error;
      },
    });
  }
}

async function withWorld(test: (world: World) => Promise<void>): Promise<void> {
  const world = new World();
  await world.notifier.start();
  await test(world);
}

Deno.test("every device of an account is woken, and nothing is written", () =>
  withWorld(async (world) => {
    world.tokens.set(ANN, ["phone", "tablet"]);
    await world.arrive(ANN, 2 as AccountId);
    assert.deepEqual(world.sent.map(({ token }) => token), ["phone", "tablet"]);
    await world.time.pass(10 * SECOND);
    assert.deepEqual(world.results, ["sent", "sent"]);
    assert.equal(world.writes, 0);
    assert.equal(world.notifier.length, 0);
  }));

Deno.test("a burst of messages is one request, and one more a second later", () =>
  withWorld(async (world) => {
    for (let n = 0; n < 20; n++) await world.arrive(ANN);
    assert.equal(world.sent.length, 1);
    await world.time.pass(5 * SECOND);
    assert.deepEqual(world.seconds, [0, 1]);
    assert.equal(world.writes, 0);
  }));

Deno.test("a message that comes while a request is on its way has one of its own", () =>
  withWorld(async (world) => {
    const answer = Promise.withResolvers<PushAnswer>();
    world.script = [answer.promise];
    await world.arrive(ANN);
    await world.arrive(ANN);
    await world.arrive(ANN);
    assert.equal(world.sent.length, 1);
    await world.time.pass(2 * SECOND);
    answer.resolve(SENT);
    await world.time.pass(SECOND);
    assert.equal(world.sent.length, 2);
  }));

Deno.test("what fails is tried after 8, 64, 512 and 4096 seconds, and then given up", () =>
  withWorld(async (world) => {
    world.otherwise = FAILED;
    await world.arrive(ANN);
    assert.equal(world.rows.size, 1);
    await world.time.pass(6 * HOUR);
    assert.deepEqual(world.seconds, [0, 8, 72, 584, 4680]);
    assert.equal(world.results.at(-1), "dropped");
    assert.equal(world.rows.size, 0);
    assert.deepEqual(world.tokens.get(ANN), ["phone"]);
  }));

Deno.test("a new message does not wait for the end of a back-off", () =>
  withWorld(async (world) => {
    world.script = [FAILED, FAILED];
    await world.arrive(ANN);
    await world.time.pass(20 * SECOND); // at 0 and 8, next at 72
    await world.arrive(ANN);
    assert.deepEqual(world.seconds, [0, 8, 20]);
    assert.equal(world.notifier.length, 0);
    assert.equal(world.rows.size, 0);
  }));

Deno.test("a device that is gone loses its token, and says nothing of the proxy", () =>
  withWorld(async (world) => {
    world.tokens.set(ANN, ["gone", "phone"]);
    world.script = [{ kind: "gone" }];
    await world.arrive(ANN);
    assert.deepEqual(world.tokens.get(ANN), ["phone"]);
    assert.deepEqual(world.results, ["gone", "sent"]);
    assert.equal(world.notifier.breaker.inARow, 0);
  }));

Deno.test("what the proxy does not like is tried three times, and the token is kept", () =>
  withWorld(async (world) => {
    world.otherwise = { kind: "refused", reason: "the proxy answers 400" };
    await world.arrive(ANN);
    await world.time.pass(HOUR);
    assert.deepEqual(world.seconds, [0, 8, 72]);
    assert.equal(world.notifier.length, 0);
    assert.deepEqual(world.tokens.get(ANN), ["phone"]);
  }));

Deno.test("it comes again when the proxy says", () =>
  withWorld(async (world) => {
    world.script = [{
      kind: "wait",
      waitMs: 30 * SECOND,
      isFailure: false,
      reason: "the proxy answers 429",
    }];
    await world.arrive(ANN);
    await world.time.pass(HOUR);
    assert.deepEqual(world.seconds, [0, 30]);
    assert.equal(world.notifier.breaker.inARow, 0);
  }));

Deno.test("what waited when the process was killed goes on once, with its old deadline", () =>
  withWorld(async (world) => {
    world.script = [FAILED];
    await world.arrive(ANN);
    await world.restart();
    assert.equal(world.sent.length, 1);
    await world.time.pass(8 * SECOND);
    assert.deepEqual(world.seconds, [0, 8]);
    assert.equal(world.rows.size, 0);
  }));

Deno.test("a restart makes no notification live longer", () =>
  withWorld(async (world) => {
    world.otherwise = FAILED;
    await world.arrive(ANN);
    await world.time.pass(100 * SECOND); // at 0, 8 and 72
    await world.restart();
    await world.time.pass(6 * HOUR);
    assert.deepEqual(world.seconds, [0, 8, 72, 584, 4680]);
    assert.equal(world.results.at(-1), "dropped");
  }));

Deno.test("a request without an answer is written down, and sent again after a crash", () =>
  withWorld(async (world) => {
    world.script = [new Promise(() => {})];
    await world.arrive(ANN);
    assert.equal(world.rows.size, 0);
    await world.time.pass(SECOND);
    assert.equal(world.rows.size, 1);
    await world.restart();
    assert.equal(world.sent.length, 2);
    assert.equal(world.rows.size, 0);
  }));

Deno.test("the end writes down what waits, and tokens that went meanwhile are not asked for", () =>
  withWorld(async (world) => {
    world.script = [new Promise(() => {})];
    await world.arrive(ANN);
    const stopped = world.notifier.stop();
    await world.settle();
    await world.time.pass(2 * SECOND);
    await stopped;
    assert.equal(world.rows.size, 1);
    world.tokens.set(ANN, []);
    await world.restart();
    await world.time.pass(HOUR);
    assert.equal(world.sent.length, 1);
    assert.equal(world.rows.size, 0);
  }));

Deno.test("no more than 16 requests at once, and no more than 8 of them again", () =>
  withWorld(async (world) => {
    const accounts = Array.from({ length: 40 }, (_, n) => n + 10 as AccountId);
    for (const account of accounts) world.tokens.set(account, [`t${account}`]);
    world.mode = "on";
    world.otherwise = FAILED;
    await world.arrive(...accounts);
    assert.equal(world.sent.length, 40);
    world.script = accounts.map(() => new Promise<PushAnswer>(() => {}));
    await world.time.pass(9 * SECOND);
    assert.equal(world.sent.length, 48);
    world.tokens.set(ANN, ["phone"]);
    await world.arrive(ANN);
    assert.equal(world.sent.at(-1)?.token, "phone");
  }));

Deno.test("in automatic mode a proxy that fails is left alone, and found well again", () =>
  withWorld(async (world) => {
    const accounts = Array.from({ length: 30 }, (_, n) => n + 10 as AccountId);
    for (const account of accounts) world.tokens.set(account, [`t${account}`]);
    world.otherwise = FAILED;
    await world.arrive(...accounts);
    assert.deepEqual(world.breaker, [true]);
    const before = world.sent.length;
    await world.time.pass(14 * 60 * SECOND);
    assert.equal(world.sent.length, before);
    await world.time.pass(2 * 60 * SECOND);
    assert.equal(world.sent.length, before + 1);
    world.otherwise = SENT;
    await world.time.pass(16 * 60 * SECOND);
    assert.deepEqual(world.breaker, [true, false]);
    assert.equal(world.notifier.length, 0);
    assert.equal(world.rows.size, 0);
  }));

Deno.test("mode off wakes nobody; on is not held back", () =>
  withWorld(async (world) => {
    world.mode = "off";
    await world.arrive(ANN);
    assert.equal(world.sent.length, 0);
    world.mode = "on";
    const accounts = Array.from({ length: 30 }, (_, n) => n + 10 as AccountId);
    for (const account of accounts) world.tokens.set(account, [`t${account}`]);
    world.otherwise = FAILED;
    await world.arrive(...accounts);
    await world.time.pass(10 * SECOND);
    assert.equal(world.sent.length, 60);
  }));
