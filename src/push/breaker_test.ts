import assert from "node:assert/strict";
import { TestTime } from "../../tests/harness/test_time.ts";
import { Breaker } from "./breaker.ts";

const MINUTE = 60_000;

function world() {
  const time = new TestTime();
  const changes: boolean[] = [];
  const breaker: Breaker = new Breaker(
    time,
    () => changes.push(breaker.openForMs !== undefined),
  );
  return { time, breaker, changes };
}

function fail(breaker: Breaker, times: number, devices = 3): void {
  for (let n = 0; n < times; n++) breaker.failed(`device${n % devices}`);
}

Deno.test("twenty failures in a row, of three devices, open it", () => {
  const { breaker, changes } = world();
  fail(breaker, 19);
  assert.equal(breaker.mayTry(), true);
  breaker.succeeded();
  fail(breaker, 19);
  assert.equal(breaker.openForMs, undefined);
  fail(breaker, 1);
  assert.equal(breaker.openForMs, 0);
  assert.equal(breaker.mayTry(), false);
  assert.deepEqual(changes, [true]);
});

Deno.test("one device that fails, or slow failures, do not open it", async () => {
  const { breaker, time } = world();
  fail(breaker, 100, 2);
  assert.equal(breaker.openForMs, undefined);
  breaker.succeeded();
  for (let n = 0; n < 40; n++) {
    fail(breaker, 1);
    breaker.failed(`device${n}`);
    await time.pass(2 * MINUTE);
  }
  assert.equal(breaker.openForMs, undefined);
});

Deno.test("an open one lets one through every quarter of an hour, until that works", async () => {
  const { breaker, time, changes } = world();
  fail(breaker, 20);
  await time.pass(15 * MINUTE - 1);
  assert.equal(breaker.mayTry(), false);
  await time.pass(1);
  assert.equal(breaker.mayTry(), true);
  breaker.tried();
  assert.equal(breaker.mayTry(), false);
  breaker.failed("device");
  assert.equal(breaker.mayTry(), false);
  await time.pass(15 * MINUTE);
  breaker.tried();
  breaker.answered(); // it says no, but lives: not a reason to send all
  assert.equal(breaker.mayTry(), false);
  await time.pass(15 * MINUTE);
  breaker.tried();
  breaker.released();
  assert.equal(breaker.mayTry(), true);
  assert.equal(breaker.openForMs, 45 * MINUTE);
  breaker.succeeded();
  assert.equal(breaker.openForMs, undefined);
  assert.deepEqual(changes, [true, false]);
});
