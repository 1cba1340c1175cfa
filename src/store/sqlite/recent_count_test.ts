import assert from "node:assert/strict";
import { RecentCount } from "./recent_count.ts";

function counted(rows: number) {
  const state = { rows, seconds: 1000, looks: 0 };
  const count = new RecentCount(
    () => (state.looks++, state.rows),
    () => state.seconds,
  );
  return { state, count };
}

Deno.test("get() counts each time while there are few", () => {
  const { state, count } = counted(9_999);
  assert.equal(count.get(), 9_999);
  state.rows = 3;
  assert.equal(count.get(), 3);
  assert.equal(state.looks, 2);
});

Deno.test("get() counts many every ten seconds, and knows at once what was added", () => {
  const { state, count } = counted(10_000);
  assert.equal(count.get(), 10_000);
  state.rows = 10_005;
  count.added(5);
  state.seconds += 9;
  assert.equal(count.get(), 10_005);
  assert.equal(state.looks, 1);
  state.rows = 20_000;
  state.seconds += 1;
  assert.equal(count.get(), 20_000);
  assert.equal(state.looks, 2);
});
