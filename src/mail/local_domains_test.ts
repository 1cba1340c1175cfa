import assert from "node:assert/strict";
import { parseAddress } from "./address.ts";
import { LocalDomains } from "./local_domains.ts";

const ours = new LocalDomains({
  domains: ["Relay.Example", "other.example"],
  aliases: {
    "1.2.3.4": "relay.example",
    "mail.other.example": "other.example",
  },
});

Deno.test("LocalDomains knows its primary domain, its domains and its aliases", () => {
  assert.equal(ours.primary, "relay.example");
  assert.deepEqual(ours.domains, ["relay.example", "other.example"]);
  assert.ok(ours.isLocal("[1.2.3.4]"));
  assert.ok(ours.isLocalAddress(parseAddress("a@mail.other.example")));
  assert.ok(!ours.isLocalAddress(parseAddress("a@third.example")));
});

for (
  const [text, want] of [
    ["Ann@1.2.3.4", "ann@relay.example"],
    ["ann@mail.other.example", "ann@other.example"],
    ["ann@other.example", "ann@other.example"],
    ["ann@third.example", "ann@third.example"],
  ] as const
) {
  Deno.test(`parse() makes ${want} of ${text}`, () => {
    assert.equal(ours.parse(text), want);
  });
}

for (
  const [text, delimiter, want] of [
    ["ann+x@1.2.3.4", "+", ["ann+x@relay.example", "ann@relay.example"]],
    ["ann@1.2.3.4", "+", ["ann@relay.example"]],
    ["+x@relay.example", "+", ["+x@relay.example"]],
    ["ann+x@relay.example", "", ["ann+x@relay.example"]],
    ["a-b-c@relay.example", "-", ["a-b-c@relay.example", "a@relay.example"]],
  ] as const
) {
  Deno.test(`candidates() of ${text} with delimiter "${delimiter}"`, () => {
    const domains = new LocalDomains({
      domains: ["relay.example"],
      aliases: { "[1.2.3.4]": "relay.example" },
      recipientDelimiter: delimiter,
    });
    assert.deepEqual(domains.candidates(parseAddress(text)), want);
  });
}

Deno.test("LocalDomains refuses aliases that lead nowhere or are domains", () => {
  assert.throws(() => new LocalDomains({ domains: [] }), RangeError);
  assert.throws(
    () => new LocalDomains({ domains: ["a.b"], aliases: { "c.d": "e.f" } }),
    RangeError,
  );
  assert.throws(
    () => new LocalDomains({ domains: ["a.b"], aliases: { "a.b": "a.b" } }),
    RangeError,
  );
});

for (
  const [text, want] of [
    ["Ann@Relay.Example", "ann@relay.example"],
    ["ANN+X@[1.2.3.4]", "ann+x@relay.example"],
    ['"Ann"@relay.example', "ann@relay.example"],
    ['"Ann B"@relay.example', '"ann b"@relay.example'],
    ["Ann@Other.Example", "Ann@other.example"],
    ['"A b"@other.example', '"A b"@other.example'],
  ] as const
) {
  Deno.test(`parsePath() of ${text}`, () => {
    const domains = new LocalDomains({
      domains: ["relay.example"],
      aliases: { "[1.2.3.4]": "relay.example" },
    });
    assert.equal(domains.parsePath(text), want);
  });
}
