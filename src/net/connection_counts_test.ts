import assert from "node:assert/strict";
import { ConnectionCounts } from "./connection_counts.ts";

Deno.test("enter() keeps to both limits and leave() makes room", () => {
  const counts = new ConnectionCounts(() => ({ total: 3, perAddress: 2 }));
  assert.deepEqual(
    ["a", "a", "a", "b", "c"].map((address) => counts.enter(address)),
    [true, true, false, true, false],
  );
  assert.equal(counts.total, 3);
  counts.leave("a");
  assert.equal(counts.enter("c"), true);
  counts.leave("b");
  assert.equal(counts.addresses, 2);
});
