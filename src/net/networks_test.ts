import assert from "node:assert/strict";
import { Networks } from "./networks.ts";

Deno.test("Networks knows both families, single addresses and nonsense", () => {
  const networks = new Networks();
  const ranges = [
    "10.0.0.0/8",
    "192.0.2.7",
    "2001:db8::/32",
    "x/8",
    "1.2.3.4/40",
  ];
  for (
    const yes of ["10.9.9.9", "::ffff:10.1.1.1", "192.0.2.7", "2001:db8::9"]
  ) {
    assert.equal(networks.includes(ranges, yes), true, yes);
  }
  for (
    const no of ["11.0.0.1", "192.0.2.8", "2001:db9::9", "1.2.3.4", "x", ""]
  ) {
    assert.equal(networks.includes(ranges, no), false, no);
  }
  assert.equal(networks.includes(["11.0.0.0/8"], "11.0.0.1"), true);
});
