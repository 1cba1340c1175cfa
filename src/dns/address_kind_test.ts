import assert from "node:assert/strict";
import { canonicalAddress, isPublicAddress } from "./address_kind.ts";

const PUBLIC = [
  "1.2.3.4",
  "::ffff:1.2.3.4",
  "2a00:1450::1",
  "64:ff9b::102:304",
];
const OTHERS = [
  "",
  "relay.example",
  "10.0.0.1",
  "100.64.0.1",
  "127.0.0.1",
  "169.254.169.254",
  "172.31.255.255",
  "192.168.1.1",
  "192.0.2.1",
  "198.18.0.1",
  "224.0.0.1",
  "240.0.0.1",
  "255.255.255.255",
  "0.0.0.0",
  "::",
  "::1",
  "::7f00:1",
  "::127.0.0.1",
  "4000::1",
  "2620:4f:8000::1",
  "::ffff:127.0.0.1",
  "64:ff9b::7f00:1",
  "64:ff9b::a00:1",
  "64:ff9b:1::102:304",
  "2001:db8::1",
  "2001::1",
  "2002:a00:1::1",
  "fc00::1",
  "fe80::1",
  "fe80::1%eth0",
  "fec0::1",
  "ff02::1",
];
for (
  const [isPublic, addresses] of [[true, PUBLIC], [false, OTHERS]] as const
) {
  for (const address of addresses) {
    Deno.test(`isPublicAddress(${JSON.stringify(address)}) is ${isPublic}`, () => {
      assert.equal(isPublicAddress(address), isPublic);
    });
  }
}

Deno.test("canonicalAddress() gives one text for all of an address", () => {
  for (const text of ["::ffff:192.0.2.1", "::ffff:c000:201", "192.0.2.1"]) {
    assert.equal(canonicalAddress(text), "192.0.2.1");
  }
  for (const text of ["2001:DB8:0:0::1", "2001:db8::0001"]) {
    assert.equal(canonicalAddress(text), "2001:db8::1");
  }
  assert.throws(() => canonicalAddress("relay.example"), SyntaxError);
});
