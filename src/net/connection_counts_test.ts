import assert from "node:assert/strict";
import { ConnectionCounts } from "./connection_counts.ts";

Deno.test("enter() keeps to both limits and leave() makes room", () => {
  const counts = new ConnectionCounts(() => ({ total: 3, perAddress: 2 }));
  assert.deepEqual(
    ["a", "a", "a", "b", "c"].map((address) => counts.enter(address)),
    [true, true, false, true, false],
  );
  assert.equal(counts.total, 3);
  assert.equal(counts.refused, 2);
  counts.leave("a");
  assert.equal(counts.enter("c"), true);
  counts.leave("b");
  assert.equal(counts.addresses, 2);
});

Deno.test("enter() counts an IPv6 network, and an IPv4 address in both its forms, as one", () => {
  const counts = new ConnectionCounts(() => ({ total: 9, perAddress: 2 }));
  const entered = [
    "2001:db8:0:1::5",
    "2001:db8::1:9:8:7:6",
    "2001:db8:0:1:ffff::",
    "2001:db8:0:2::5",
    "192.0.2.1",
    "::ffff:192.0.2.1",
    "::ffff:c000:201",
  ].map((address) => counts.enter(address));
  assert.deepEqual(entered, [true, true, false, true, true, true, false]);
  assert.equal(counts.addresses, 3);
  counts.leave("2001:db8:0:1:2:3:4:5");
  assert.equal(counts.enter("2001:db8:0:1::9"), true);
});
