import assert from "node:assert/strict";
import { TestTime } from "../../../tests/harness/test_time.ts";
import { AuthFailures } from "./failures.ts";

const A = "192.0.2.1";
const B = "192.0.2.2";

function fail(failures: AuthFailures, address: string, times: number): void {
  for (let time = 0; time < times; time++) failures.failed(address);
}

Deno.test("the tenth wrong token in a minute locks one address, longer each time", async () => {
  const time = new TestTime();
  const failures = new AuthFailures(time);
  for (const minutes of [1, 2, 4, 8, 15, 15]) {
    fail(failures, A, 9);
    assert.equal(failures.wait(A), 0);
    assert.equal(failures.failed(A), minutes * 60);
    assert.equal(failures.wait(A), minutes * 60);
    assert.equal(failures.wait(B), 0);
    await time.pass(minutes * 60_000 - 1);
    assert.equal(failures.wait(A), 1);
    await time.pass(1);
    assert.equal(failures.wait(A), 0);
  }
  failures.succeeded(A);
  fail(failures, A, 9);
  assert.equal(failures.failed(A), 60);
});

Deno.test("wrong tokens a minute apart lock nobody", async () => {
  const time = new TestTime();
  const failures = new AuthFailures(time);
  for (let round = 0; round < 5; round++) {
    fail(failures, A, 9);
    await time.pass(60_000);
  }
  assert.equal(failures.wait(A), 0);
});

Deno.test("all of an IPv6 network are one", () => {
  const failures = new AuthFailures(new TestTime());
  for (let host = 1; host <= 10; host++) failures.failed(`2001:db8::${host}`);
  assert.equal(failures.wait("2001:db8::ffff"), 60);
  assert.equal(failures.wait("2001:db8:0:1::1"), 0);
});

Deno.test("a hundred wrong tokens of all shut out strangers, not who was right", async () => {
  const time = new TestTime();
  const failures = new AuthFailures(time);
  failures.succeeded(A);
  for (let host = 0; host < 100; host++) failures.failed(`198.51.100.${host}`);
  assert.ok(failures.wait(B) > 0);
  assert.equal(failures.wait(A), 0);
  assert.equal(failures.wait("127.0.0.1"), 0);
  await time.pass(60_000);
  assert.equal(failures.wait(B), 0);
});
