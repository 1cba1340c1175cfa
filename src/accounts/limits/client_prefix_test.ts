import assert from "node:assert/strict";
import { clientPrefix, isLoopback, Networks } from "./client_prefix.ts";

const PREFIXES: [string, number, string][] = [
  ["192.0.2.7", 64, "192.0.2.7"],
  ["::ffff:192.0.2.7", 64, "192.0.2.7"],
  ["::FFFF:192.0.2.7", 56, "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", 64, "20010db800010002/64"],
  ["2001:DB8:1:2::", 64, "20010db800010002/64"],
  ["2001:db8:1:2ff::1", 56, "20010db8000102/56"],
  ["::1", 64, "0000000000000000/64"],
  ["1::", 64, "0001000000000000/64"],
  ["64:ff9b::192.0.2.7", 128, "0064ff9b0000000000000000c0000207/128"],
  ["", 64, ""],
  ["not an address", 64, "not an address"],
];
for (const [address, bits, prefix] of PREFIXES) {
  Deno.test(`clientPrefix("${address}", ${bits})`, () => {
    assert.equal(clientPrefix(address, bits), prefix);
  });
}

Deno.test("isLoopback()", () => {
  for (const yes of ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"]) {
    assert.equal(isLoopback(yes), true, yes);
  }
  for (const no of ["128.0.0.1", "::2", "::ffff:10.0.0.1", "1.127.0.0", ""]) {
    assert.equal(isLoopback(no), false, no);
  }
});

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
