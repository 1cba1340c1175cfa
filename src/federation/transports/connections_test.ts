import assert from "node:assert/strict";
import { TestTime } from "../../../tests/harness/test_time.ts";
import type { DialledWire } from "../../net/dial.ts";
import { type Kept, Pool } from "./connections.ts";

/** Says when it was ended. */
class Connection implements Kept {
  ends = 0;
  wire = { abort: () => this.ends++ } as unknown as DialledWire;

  end(): void {
    this.ends++;
  }
}

function pool(count: number, key = (_: number) => "a") {
  const time = new TestTime();
  const it = new Pool<Connection>(time);
  const all = Array.from({ length: count }, () => new Connection());
  all.forEach((one, at) => it.give(key(at), one));
  return { time, it, all, ended: () => all.filter(({ ends }) => ends > 0) };
}

Deno.test("take() gives the one that was used last, each once", () => {
  const { it, all } = pool(2);
  assert.equal(it.take("b"), undefined);
  assert.equal(it.take("a"), all[1]);
  assert.equal(it.take("a"), all[0]);
  assert.equal(it.take("a"), undefined);
});

Deno.test("sweep() leaves two of a host for a minute, and more for moments", async () => {
  const { time, it, all, ended } = pool(5);
  it.sweep();
  assert.equal(ended().length, 0);
  await time.pass(5000);
  it.sweep();
  assert.deepEqual(ended(), all.slice(0, 3));
  await time.pass(54_999);
  it.sweep();
  assert.equal(ended().length, 3);
  await time.pass(1);
  it.sweep();
  assert.equal(ended().length, 5);
  assert.equal(it.take("a"), undefined);
});

Deno.test("give() ends the oldest of a host that has too many", () => {
  const { all, ended } = pool(17);
  assert.deepEqual(ended(), [all[0]]);
});

Deno.test("give() ends those of the host that was used longest ago when there are too many", () => {
  const { it, all, ended } = pool(257, (at) => String(at));
  assert.deepEqual(ended(), [all[0]]);
  assert.equal(it.take("0"), undefined);
  assert.equal(it.take("1"), all[1]);
});

Deno.test("close() ends all, and what is given later", () => {
  const { it, ended } = pool(3);
  it.close();
  assert.equal(ended().length, 3);
  const late = new Connection();
  it.give("a", late);
  assert.equal(late.ends, 1);
  assert.equal(it.take("a"), undefined);
});
