import assert from "node:assert/strict";
import {
  csvOf,
  stacked,
  tableOf,
} from "../../web/browser/panel/graph/points.ts";

Deno.test("tableOf() has a gap where nothing was measured", () => {
  const { times, columns } = tableOf([
    [[600, 1], [660, 2], [840, 5]],
    [[660, 7]],
  ], 60);
  assert.deepEqual(times, [600, 660, 720, 780, 840]);
  assert.deepEqual(columns, [
    [1, 2, null, null, 5],
    [null, 7, null, null, null],
  ]);
});

Deno.test("tableOf() has no rows of nothing, and bounded many of much", () => {
  assert.deepEqual(tableOf([[], []], 60), { times: [], columns: [[], []] });
  assert.deepEqual(tableOf([[[1, 1]]], 0).times, []);
  assert.equal(tableOf([[[0, 1], [1e9, 1]]], 10).times.length, 5000);
});

Deno.test("stacked() adds up, and keeps a gap only where all have one", () => {
  assert.deepEqual(stacked([[1, null, null], [2, 3, null]]), [
    [1, 0, null],
    [3, 3, null],
  ]);
});

Deno.test("csvOf() quotes labels, and lets none be a formula", () => {
  const table = { times: [0, 60], columns: [[1.5, null]] };
  assert.equal(
    csvOf(['=1+"1"'], table),
    '"time","\'=1+""1"""\r\n1970-01-01T00:00:00.000Z,1.5\r\n' +
      "1970-01-01T00:01:00.000Z,\r\n",
  );
});
