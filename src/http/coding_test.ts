import assert from "node:assert/strict";
import { chosenCoding, type Coding } from "./coding.ts";

const BOTH: readonly Coding[] = ["br", "gzip"];

for (
  const [accepted, offered, chosen] of [
    [null, BOTH, "identity"],
    ["", BOTH, "identity"],
    ["gzip, deflate, br, zstd", BOTH, "br"],
    ["gzip, deflate", BOTH, "gzip"],
    ["x-gzip", BOTH, "gzip"],
    ["BR", BOTH, "br"],
    ["br;q=0.5, gzip", BOTH, "gzip"],
    ["br;q=0.5, gzip;q=0.50", BOTH, "br"],
    ["br;q=0, *", BOTH, "gzip"],
    ["*", BOTH, "br"],
    ["*;q=0", BOTH, "identity"],
    ["identity", BOTH, "identity"],
    ["identity;q=0.5, gzip;q=0.4", BOTH, "identity"],
    ["identity, gzip", BOTH, "gzip"],
    ["identity;q=0, gzip;q=0.001", BOTH, "gzip"],
    ["identity;q=0", BOTH, "identity"],
    ["identity;q=0, *;q=0.1", BOTH, "br"],
    ["gzip;q=0.001", BOTH, "gzip"],
    ["gzip;q=0", BOTH, "identity"],
    ["gzip;q=0.000, br;q=0", BOTH, "identity"],
    ["gzip ; q=1.000", BOTH, "gzip"],
    ["gzip;q=2", BOTH, "identity"],
    ["gzip;q=-1", BOTH, "identity"],
    ["gzip;q=", BOTH, "identity"],
    ["gzip;q=0.5;x=1", BOTH, "identity"],
    ["gzip;level=9", BOTH, "identity"],
    ["br", ["gzip"], "identity"],
    ["br, gzip", ["gzip"], "gzip"],
    ["br, gzip", [], "identity"],
    [`${"x,".repeat(31)}gzip`, BOTH, "gzip"],
    [`${"x,".repeat(32)}gzip`, BOTH, "identity"],
  ] as const
) {
  Deno.test(`chosenCoding() of "${accepted}" and ${offered} is ${chosen}`, () => {
    assert.equal(chosenCoding(accepted, offered), chosen);
  });
}
