import assert from "node:assert/strict";
import { isLoopback, limitKey, plainAddress } from "./peer_address.ts";

const PLAIN: [string | undefined, string][] = [
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::FFFF:192.0.2.1", "192.0.2.1"],
  ["::ffff:c000:201", "192.0.2.1"],
  ["0:0:0:0:0:ffff:c000:0201", "192.0.2.1"],
  ["0000:0000:0000:0000:0000:ffff:192.0.2.1", "192.0.2.1"],
  ["[::ffff:192.0.2.1]", "192.0.2.1"],
  ["[fe80::1%eth0]", "fe80::1"],
  ["fe80::1%eth0", "fe80::1"],
  ["2001:db8::1", "2001:db8::1"],
  ["::ffff:300.0.2.1", "::ffff:300.0.2.1"],
  ["::1:ffff:192.0.2.1", "::1:ffff:192.0.2.1"],
  [undefined, ""],
];
for (const [address, plain] of PLAIN) {
  Deno.test(`plainAddress("${address}")`, () => {
    assert.equal(plainAddress(address), plain);
  });
}

const KEYS: [string, 56 | 64, string][] = [
  ["192.0.2.7", 64, "192.0.2.7"],
  ["::ffff:192.0.2.7", 64, "192.0.2.7"],
  ["::ffff:c000:207", 64, "192.0.2.7"],
  ["::FFFF:192.0.2.7", 56, "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", 64, "20010db800010002/64"],
  ["2001:DB8:1:2::", 64, "20010db800010002/64"],
  ["2001:0db8:0001:0002::9", 64, "20010db800010002/64"],
  ["[2001:db8:1:2::9%3]", 64, "20010db800010002/64"],
  ["2001:db8:1:2ff::1", 56, "20010db8000102/56"],
  ["::1", 64, "0000000000000000/64"],
  ["::", 64, "0000000000000000/64"],
  ["1::", 64, "0001000000000000/64"],
  ["64:ff9b::192.0.2.7", 64, "0064ff9b00000000/64"],
  ["1:2:3:4:5:6:7::", 64, "0001000200030004/64"],
  // no addresses: each is itself, and short
  ["1:2:3:4:5:6:7:8::", 64, "1:2:3:4:5:6:7:8::"],
  ["1::2::3", 64, "1::2::3"],
  ["1:2", 64, "1:2"],
  [":1", 64, ":1"],
  ["::12345", 64, "::12345"],
  ["::1.2.3.4:5", 64, "::1.2.3.4:5"],
  ["", 64, ""],
  ["not an address", 64, "not an address"],
];
for (const [address, bits, key] of KEYS) {
  Deno.test(`limitKey("${address}", ${bits})`, () => {
    assert.equal(limitKey(address, bits), key);
  });
}

Deno.test("limitKey() counts a /64 unless told otherwise, and stays short", () => {
  assert.equal(limitKey("2001:db8:1:2::1"), limitKey("2001:db8:1:2:f::9"));
  assert.notEqual(limitKey("2001:db8:1:2::1"), limitKey("2001:db8:1:3::1"));
  assert.ok(limitKey("x".repeat(65_536)).length <= 64);
  assert.ok(limitKey(":".repeat(65_536)).length <= 64);
});

Deno.test("isLoopback()", () => {
  for (
    const yes of [
      "127.0.0.1",
      "127.255.0.9",
      "::1",
      "0:0:0:0:0:0:0:1",
      "::ffff:127.0.0.1",
      "::ffff:7f00:1",
    ]
  ) {
    assert.equal(isLoopback(yes), true, yes);
  }
  for (
    const no of ["128.0.0.1", "::2", "::ffff:10.0.0.1", "127.evil.example", ""]
  ) {
    assert.equal(isLoopback(no), false, no);
  }
});
