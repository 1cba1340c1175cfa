import assert from "node:assert/strict";
import { settle, TestTime } from "../../../tests/harness/test_time.ts";
import { Alarm } from "./alarm.ts";

function waiting(alarm: Alarm, durationMs: number) {
  let isOver = false;
  alarm.wait(durationMs).then(() => isOver = true);
  return () => isOver;
}

Deno.test("wait() ends with its time, or when somebody rings", async () => {
  const time = new TestTime();
  const alarm = new Alarm(time);
  const first = waiting(alarm, 1000);
  await time.pass(999);
  assert.equal(first(), false);
  await time.pass(1);
  assert.equal(first(), true);
  alarm.set();
  const second = waiting(alarm, 1000);
  alarm.ring();
  await settle();
  assert.equal(second(), true);
  assert.equal(time.pending, 0);
});

Deno.test("wait() ends at once when somebody rang since set()", async () => {
  const time = new TestTime();
  const alarm = new Alarm(time);
  alarm.set();
  alarm.ring();
  await alarm.wait(1000);
  alarm.set();
  const isOver = waiting(alarm, 1000);
  await settle();
  assert.equal(isOver(), false);
  await alarm.wait(0);
  alarm.ring();
});
