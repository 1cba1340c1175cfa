import assert from "node:assert/strict";
import { Refusal } from "../../base/refusal.ts";
import { HashGate } from "./hash_gate.ts";
import { settle, TestTime } from "../../../tests/harness/test_time.ts";

function gate(concurrency = 2) {
  const time = new TestTime();
  const line = new HashGate({
    concurrency: () => concurrency,
    clock: time,
    timers: time,
  });
  const running: PromiseWithResolvers<void>[] = [];
  const work = (): Promise<void> => {
    const one = Promise.withResolvers<void>();
    running.push(one);
    return one.promise;
  };
  return { time, line, running, work };
}

Deno.test("run() starts no more than its concurrency, in order", async () => {
  const { line, running, work, time } = gate();
  const done: number[] = [];
  const all = [0, 1, 2, 3].map((i) => line.run(work).then(() => done.push(i)));
  await settle();
  assert.equal(running.length, 2);
  running[0]?.resolve();
  await settle();
  assert.equal(running.length, 3);
  for (let i = 1; i < 4; i++) {
    running[i]?.resolve();
    await settle();
  }
  await Promise.all(all);
  assert.deepEqual(done, [0, 1, 2, 3]);
  assert.equal(time.pending, 0);
});

Deno.test("run() takes 512 in line and refuses one more", async () => {
  const { line, running, work } = gate(1);
  const all = Array.from({ length: 513 }, () => line.run(work));
  await assert.rejects(line.run(work), { name: "Refusal", code: "busy" });
  for (let i = 0; i < 513; i++) {
    while (!running[i]) await Promise.resolve();
    running[i]?.resolve();
  }
  await Promise.all(all);
});

Deno.test("run() refuses after 8 seconds in line, and the gate goes on", async () => {
  const { line, running, work, time } = gate(1);
  const first = line.run(work);
  const refused: unknown[] = [];
  const second = line.run(work).catch((error) => refused.push(error));
  await time.pass(7_500);
  assert.deepEqual(refused, []);
  await time.pass(500);
  await second;
  assert.deepEqual(refused, [new Refusal("busy")]);
  running[0]?.resolve();
  await first;
  const third = line.run(work);
  running[1]?.resolve();
  await third;
});

Deno.test("run() frees its place when the work fails", async () => {
  const { line } = gate(1);
  await assert.rejects(line.run(() => Promise.reject(new Error("no"))));
  assert.equal(await line.run(() => Promise.resolve(7)), 7);
});
