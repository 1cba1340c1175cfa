import assert from "node:assert/strict";
import type { Address } from "../mail/address.ts";
import { LocalDomains } from "../mail/local_domains.ts";
import { isCovered, parseBlockPattern } from "./block_patterns.ts";

const domains = new LocalDomains({
  domains: ["relay.example"],
  aliases: { "[192.0.2.1]": "relay.example" },
});

const READ: [string, string][] = [
  ["Ann@Relay.Example", "ann@relay.example"],
  [" <ann@relay.example> ", "ann@relay.example"],
  ["ann@[192.0.2.1]", "ann@relay.example"],
  ["*@relay.example", "*@relay.example"],
  ["*@192.0.2.1", "*@relay.example"],
  ["Spam-*@RELAY.example", "spam-*@relay.example"],
  ["x@elsewhere.example", "x@elsewhere.example"],
  ["*@elsewhere.example", "*@elsewhere.example"],
  [
    "SRS0=x/Y=other.example=Z@elsewhere.example",
    "srs0=x/y=other.example=z@elsewhere.example",
  ],
  ['"A B"@elsewhere.example', '"a b"@elsewhere.example'],
];
for (const [text, pattern] of READ) {
  Deno.test(`parseBlockPattern("${text}")`, () => {
    assert.equal(parseBlockPattern(text, domains), pattern);
    assert.equal(parseBlockPattern(pattern, domains), pattern);
  });
}

const REFUSED = [
  "",
  "*",
  "ann",
  "*@",
  "@relay.example",
  "a*b@relay.example",
  "**@relay.example",
  "ann@*",
  "ann@*.example",
  "a b*@relay.example",
  "a\n*@relay.example",
  "%*@relay.example",
  `${"x".repeat(70)}*@relay.example`,
  `${"x".repeat(65_536)}@relay.example`,
  `${" ".repeat(65_536)}ann@relay.example`,
];
for (const text of REFUSED) {
  Deno.test(`parseBlockPattern(${JSON.stringify(text.slice(0, 20))}) is refused`, () => {
    assert.throws(() => parseBlockPattern(text, domains), {
      code: "invalid_value",
    });
  });
}

const COVERED: [string, string, boolean][] = [
  ["ann@relay.example", "ann@relay.example", true],
  ["anna@relay.example", "ann@relay.example", false],
  ["anna@relay.example", "ann*@relay.example", true],
  ["ann@relay.example", "ann*@relay.example", true],
  ["an@relay.example", "ann*@relay.example", false],
  ["ann@relay.example", "*@relay.example", true],
  ["ann@sub.relay.example", "*@relay.example", false],
  ["ann@relay.example.org", "*@relay.example", false],
];
for (const [address, pattern, covered] of COVERED) {
  Deno.test(`isCovered("${address}", "${pattern}") is ${covered}`, () => {
    assert.equal(isCovered(address as Address, pattern), covered);
  });
}
