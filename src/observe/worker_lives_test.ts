import assert from "node:assert/strict";
import { settle, TestTime } from "../../tests/harness/test_time.ts";
import { happens } from "../../tests/harness/until.ts";
import { ThreadDied } from "./threads.ts";
import { LastingWorker, PassingWorker } from "./worker_lives.ts";
import { UNANSWERED, WorkerLink } from "./worker_link.ts";

/** A thread that answers what `answer`, an expression, gives for a question. */
function module(answer: string): { url: URL; name: string } {
  const link = new URL("./worker_link.ts", import.meta.url).href;
  const code = `
    import { answerQuestions } from "${link}";
    let asked = 0;
    answerQuestions(${answer});`;
  const url = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  return { url, name: "test" };
}

/** Slow for odd numbers; a word kills it. */
const DOUBLER = module(`async (n) => {
  asked++;
  if (typeof n === "string") throw new Error("of ann@relay.example");
  if (n % 2) await new Promise((resolve) => setTimeout(resolve, 5));
  return [n * 2, asked];
}`);
type Doubled = readonly [number, number];

Deno.test("WorkerLink answers in the order of the questions, however long one takes", async () => {
  const link = new WorkerLink<number, Doubled>(DOUBLER, assert.fail);
  const order: number[] = [];
  for (const n of [1, 2, 3]) {
    link.post(n, (reply) => {
      assert.notEqual(reply, UNANSWERED);
      order.push((reply as Doubled)[0]);
    });
  }
  assert.equal(link.waiting, 3);
  assert.deepEqual(await link.ask(4), [8, 4]);
  assert.deepEqual(order, [2, 4, 6]);
  assert.equal(link.waiting, 0);
  link.terminate();
});

Deno.test("WorkerLink leaves nothing unanswered when its thread dies or is ended", async () => {
  const deaths: ThreadDied[] = [];
  const heard: unknown[] = [];
  const link = new WorkerLink<number | string, Doubled>(DOUBLER, (error) => {
    deaths.push(error);
    assert.deepEqual(heard, [UNANSWERED, UNANSWERED]); // all before it
  });
  link.post("die", (reply) => heard.push(reply));
  link.post(2, (reply) => heard.push(reply));
  await happens(() => deaths.length > 0);
  assert.match(deaths[0]!.message, /of <address>/);
  assert.ok(link.isDead);
  assert.equal(await link.ask(1), UNANSWERED);
  const other = new WorkerLink<number, Doubled>(DOUBLER, assert.fail);
  const waiting = other.ask(1);
  other.terminate();
  other.terminate();
  assert.equal(await waiting, UNANSWERED);
});

Deno.test("WorkerLink gives up a thread that answers something else", async () => {
  const code = "onmessage = () => postMessage({ id: 7, reply: 0 })";
  const url = new URL(`data:text/javascript,${code}`);
  const deaths: ThreadDied[] = [];
  const link = new WorkerLink<number, number>(
    { url, name: "test" },
    (error) => deaths.push(error),
  );
  assert.equal(await link.ask(1), UNANSWERED);
  assert.equal(deaths[0]?.message, "Out of step");
});

interface Lasting {
  readonly worker: LastingWorker<number | string, Doubled>;
  readonly time: TestTime;
  readonly deaths: unknown[];
  readonly givenUp: Error[];
  restarts: number;
  /** What each life is asked first. */
  first: number | string;
}

function lasting(): Lasting {
  const time = new TestTime();
  const deaths: unknown[] = [];
  const givenUp: Error[] = [];
  const worker = new LastingWorker<number | string, Doubled>({
    ...DOUBLER,
    clock: time,
    async prepare(ask) {
      if (await ask(all.first) === UNANSWERED) throw new Error("not ready");
    },
    onDeath: (error) => deaths.push(error),
    onRestart: () => all.restarts++,
    onGivenUp: (error) => givenUp.push(error),
  });
  const all: Lasting = { worker, time, deaths, givenUp, restarts: 0, first: 0 };
  return all;
}

Deno.test("LastingWorker has a new life after each death, prepared as the first", async () => {
  const all = lasting();
  const { worker, deaths } = all;
  assert.equal(worker.isOpen, false);
  await worker.open();
  for (let death = 1; death <= 3; death++) {
    assert.deepEqual(await worker.ask(4), [8, 2]); // after what prepared it
    assert.equal(await worker.ask("die"), UNANSWERED);
    await settle();
    await worker.revived;
    assert.ok(worker.isOpen);
    assert.equal(all.restarts, death);
    assert.equal(deaths.length, death);
  }
  worker.terminate();
});

Deno.test("LastingWorker is given up after five deaths in a minute, not after eight in four", async () => {
  const all = lasting();
  const { worker, time, givenUp } = all;
  await worker.open();
  for (let death = 1; death <= 8; death++) {
    await time.pass(30_000);
    await worker.ask("die");
    await worker.revived;
  }
  assert.deepEqual(givenUp, []);
  await time.pass(60_001);
  for (let death = 1; death <= 5; death++) {
    assert.deepEqual(givenUp, []);
    await worker.ask("die");
    await worker.revived;
  }
  assert.equal(givenUp.length, 1);
  assert.equal(worker.isOpen, false);
  assert.equal(await worker.ask(1), UNANSWERED);
});

Deno.test("LastingWorker counts lives that cannot begin, and ends with the first that never did", async () => {
  const all = lasting();
  const { worker, deaths, givenUp } = all;
  await worker.open();
  all.first = "die";
  await worker.ask("die");
  await worker.revived;
  assert.equal(givenUp.length, 1);
  assert.equal(deaths.length, 5); // its own, and of four lives
  const never = lasting();
  never.first = "die";
  await assert.rejects(never.worker.open(), /not ready/);
  assert.deepEqual(never.deaths, []);
});

Deno.test("LastingWorker does not live again once it may end", async () => {
  const all = lasting();
  await all.worker.open();
  all.worker.letEnd();
  assert.equal(await all.worker.ask("die"), UNANSWERED);
  await settle();
  await all.worker.revived;
  assert.equal(all.worker.isOpen, false);
  assert.equal(all.restarts, 0);
  assert.equal(all.deaths.length, 1);
});

function passing() {
  const time = new TestTime();
  const deaths: unknown[] = [];
  const worker = new PassingWorker<number | string, Doubled>({
    ...DOUBLER,
    clock: time,
    timers: time,
    idleMs: 60_000,
    onDeath: (error) => deaths.push(error),
  });
  return { worker, time, deaths };
}

Deno.test("PassingWorker ends when idle, and the next question starts it", async () => {
  const { worker, time } = passing();
  assert.equal(time.pending, 0);
  assert.deepEqual(await worker.ask(2), [4, 1]);
  await time.pass(60_000);
  assert.deepEqual(await worker.ask(2), [4, 2]); // the same thread
  await time.pass(120_000);
  assert.equal(time.pending, 0);
  assert.deepEqual(await worker.ask(2), [4, 1]);
  worker.close();
  assert.equal(time.pending, 0);
});

Deno.test("PassingWorker that dies again and again rests for a minute", async () => {
  const { worker, time, deaths } = passing();
  for (let death = 1; death <= 5; death++) {
    assert.equal(await worker.ask("die"), UNANSWERED);
    assert.equal(deaths.length, death);
  }
  for (let more = 0; more < 50; more++) {
    assert.equal(await worker.ask("die"), UNANSWERED);
  }
  assert.equal(deaths.length, 5);
  assert.equal(time.pending, 0);
  await time.pass(60_000);
  assert.deepEqual(await worker.ask(2), [4, 1]);
  worker.close();
});
