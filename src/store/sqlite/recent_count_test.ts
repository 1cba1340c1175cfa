import assert from "node:assert/strict";
import { RecentCount } from "./recent_count.ts";

function counted(rows: number) {
  const state = { rows, seconds: 1000, looks: 0, pauses: 0, fails: false };
  const work: Promise<unknown>[] = [];
  const count = new RecentCount({
    look(after, limit) {
      if (state.fails) throw new Error("broken");
      if (after === 0) state.looks++;
      const some = Math.min(limit, state.rows - after);
      return { rows: some, sum: 2 * some, last: after + some };
    },
    seconds: () => state.seconds,
    pause: () => Promise.resolve(void state.pauses++),
    spawn: (one) => void work.push(one),
  });
  return { state, count, work };
}

Deno.test("get() counts each time while there are few", async () => {
  const { state, count } = counted(9_999);
  assert.equal(await count.get(), 2 * 9_999);
  state.rows = 3;
  assert.equal(await count.get(), 6);
  assert.equal(state.looks, 2);
  assert.equal(state.pauses, 0);
});

Deno.test("get() counts many every ten seconds, and knows at once what was added", async () => {
  const { state, count, work } = counted(10_000);
  assert.equal(await count.get(), 20_000);
  state.rows = 10_005;
  count.added(10);
  state.seconds += 9;
  assert.equal(await count.get(), 20_010);
  assert.equal(state.looks, 1);
  state.rows = 20_001;
  state.seconds += 1;
  assert.equal(await count.get(), 20_010);
  assert.equal(work.length, 1, "nobody waits for it");
  await work[0];
  assert.equal(await count.get(), 40_002);
  assert.equal(state.looks, 2);
});

Deno.test("get() lets others work while it counts many, also the first time", async () => {
  const { state, count } = counted(26_000);
  const both = await Promise.all([count.get(), count.get()]);
  assert.deepEqual(both, [52_000, 52_000]);
  assert.equal(state.looks, 1);
  assert.equal(state.pauses, 4);
});

Deno.test("known() never waits: first nothing, then what was counted last", async () => {
  const { state, count, work } = counted(26_000);
  assert.equal(count.known(), undefined, "the first count is under way");
  assert.equal(count.known(), undefined);
  assert.equal(state.looks, 1, "and is not begun twice");
  await work[0];
  assert.equal(count.known(), 52_000);
  state.rows = 30_000;
  state.seconds += 10;
  assert.equal(count.known(), 52_000, "while it is counted again");
  assert.equal(state.looks, 2);
  await work.at(-1);
  assert.equal(count.known(), 60_000);
});

Deno.test("known() is exact while there are few", async () => {
  const { state, count } = counted(9_999);
  assert.equal(count.known(), 2 * 9_999);
  state.rows = 3;
  await Promise.resolve(); // nothing happens at once twice
  await Promise.resolve();
  assert.equal(count.known(), 6);
});

Deno.test("known() goes on with what was known when a count fails", async () => {
  const { state, count, work } = counted(26_000);
  await count.get();
  state.seconds += 10;
  state.fails = true;
  assert.equal(count.known(), 52_000);
  await assert.rejects(Promise.resolve(work.at(-1)), /broken/);
  state.fails = false;
  state.rows = 30_000;
  assert.equal(count.known(), 52_000);
  await work.at(-1);
  assert.equal(count.known(), 60_000);
});
