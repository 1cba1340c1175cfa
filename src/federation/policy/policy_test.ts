import assert from "node:assert/strict";
import { Refusal } from "../../base/refusal.ts";
import { LocalDomains } from "../../mail/local_domains.ts";
import { FederationPolicy, policyNote, type PolicySettings } from "./policy.ts";
import { type DomainRule, parsePattern, PatternTable } from "./rules.ts";

const OURS = new LocalDomains({
  domains: ["chat.relay.example", "[192.0.2.1]"],
  aliases: { "old.relay.example": "chat.relay.example" },
});

function policy(settings: Partial<PolicySettings> = {}): FederationPolicy {
  return new FederationPolicy(
    { enabled: true, mode: "open", rules: [], dismissed: [], ...settings },
    OURS,
  );
}

const PATTERNS: readonly [string, string][] = [
  [" Example.ORG. ", "example.org"],
  ["*.Example.org", "*.example.org"],
  ["*", "*"],
  ["192.0.2.9", "[192.0.2.9]"],
  ["[192.0.2.9]", "[192.0.2.9]"],
  ["2001:DB8::1", "[IPv6:2001:db8::1]"],
  ["bücher.example", "xn--bcher-kva.example"],
  ["*.relay.example", "*.relay.example"],
];
for (const [text, pattern] of PATTERNS) {
  Deno.test(`parsePattern() reads ${JSON.stringify(text)}`, () => {
    assert.equal(parsePattern(text, OURS), pattern);
    assert.equal(parsePattern(pattern, OURS), pattern);
  });
}

const REFUSED = [
  "",
  " ",
  "*.",
  "**",
  "a.*.example",
  "*.*.example",
  "*example.org",
  "*.192.0.2.9",
  "*.[192.0.2.9]",
  "a b",
  "1.2.3",
  "a@b.example",
  "chat.relay.example",
  "CHAT.relay.example.",
  "old.relay.example",
  "192.0.2.1",
  "[192.0.2.1]",
  `${"a.".repeat(200)}example`,
];
for (const text of REFUSED) {
  Deno.test(`parsePattern() refuses ${text.slice(0, 30)}`, () => {
    assert.throws(
      () => parsePattern(text, OURS),
      (error) => error instanceof Refusal && error.code === "invalid_value",
    );
  });
}

Deno.test("matches() goes from the narrowest pattern to the widest", () => {
  const patterns = ["*", "*.example", "*.b.example", "a.b.example", "[::1]"];
  const table = new PatternTable(patterns.map((one) => [one, one]));
  const of = (domain: string) => [...table.matches(domain)];
  assert.deepEqual(of("a.b.example"), [
    "a.b.example",
    "*.b.example",
    "*.example",
    "*",
  ]);
  assert.deepEqual(of("b.example"), ["*.example", "*"]);
  assert.deepEqual(of("example"), ["*"]);
  assert.deepEqual(of("xb.example"), ["*.example", "*"]);
  assert.deepEqual(of("[192.0.2.9]"), ["*"]);
});

type Row = readonly [
  rules: readonly (readonly [string, DomainRule["action"]])[],
  domain: string,
  open: "allowed" | "refused",
  closed: "allowed" | "refused",
];
const ROWS: readonly Row[] = [
  [[], "a.example", "allowed", "refused"],
  [[["a.example", "block"]], "a.example", "refused", "refused"],
  [[["a.example", "allow"]], "a.example", "allowed", "allowed"],
  [[["a.example", "block"]], "b.a.example", "allowed", "refused"],
  [[["*.example", "block"]], "a.example", "refused", "refused"],
  [[["*.a.example", "block"]], "a.example", "allowed", "refused"],
  [
    [["*.example", "block"], ["a.example", "allow"]],
    "a.example",
    "allowed",
    "allowed",
  ],
  [
    [["*.example", "allow"], ["*.a.example", "block"]],
    "x.a.example",
    "refused",
    "refused",
  ],
  // it says nothing of that
  [
    [["*.example", "block"], ["a.example", undefined]],
    "a.example",
    "refused",
    "refused",
  ],
  [[["*", "block"]], "[192.0.2.9]", "refused", "refused"],
];
for (const [i, [rules, domain, open, closed]] of ROWS.entries()) {
  for (const mode of ["open", "closed"] as const) {
    Deno.test(`rules ${i}: ${domain} while ${mode}`, () => {
      const asked = policy({
        mode,
        rules: rules.map(([pattern, action]) => ({
          pattern,
          ...(action && { action }),
        })),
      });
      const expected = mode === "open" ? open : closed;
      assert.equal(asked.inbound(domain).kind, expected);
      assert.equal(asked.outbound(domain).kind, expected);
    });
  }
}

Deno.test("switching the mode leaves rules what they are", () => {
  const rules = [
    { pattern: "good.example", action: "allow" },
    { pattern: "bad.example", action: "block" },
  ] as const;
  for (const mode of ["open", "closed"] as const) {
    const asked = policy({ mode, rules });
    assert.deepEqual(asked.inbound("good.example"), {
      kind: "allowed",
      ground: { kind: "rule", pattern: "good.example" },
    });
    assert.deepEqual(asked.inbound("bad.example"), {
      kind: "refused",
      ground: { kind: "rule", pattern: "bad.example" },
    });
  }
});

Deno.test("our own domains are no matter of policy", () => {
  const asked = policy({
    enabled: false,
    mode: "closed",
    rules: [{ pattern: "*", action: "block" }],
    dismissed: ["*"],
  });
  for (
    const domain of ["chat.relay.example", "old.relay.example", "[192.0.2.1]"]
  ) {
    assert.deepEqual(asked.inbound(domain), { kind: "local" });
    assert.deepEqual(asked.outbound(domain), { kind: "local" });
  }
});

Deno.test("with federation off nobody is allowed", () => {
  const asked = policy({
    enabled: false,
    rules: [{ pattern: "a.example", action: "allow" }],
  });
  const off = { kind: "refused", ground: { kind: "federation_off" } };
  assert.deepEqual(asked.inbound("a.example"), off);
  assert.deepEqual(asked.outbound("a.example"), off);
});

Deno.test("what is dismissed goes out no more and comes in as before", () => {
  const asked = policy({
    dismissed: ["*.example"],
    rules: [{ pattern: "b.example", action: "block" }],
  });
  assert.deepEqual(asked.outbound("a.example"), {
    kind: "dismissed",
    pattern: "*.example",
  });
  assert.equal(asked.inbound("a.example").kind, "allowed");
  assert.equal(asked.outbound("b.example").kind, "refused"); // the sender hears
});

Deno.test("outbound() gives the channels that rules leave", () => {
  const asked = policy({
    rules: [
      { pattern: "*", channels: { smtp: "off" } },
      { pattern: "*.old.example", channels: { http: "off", smtp: "on" } },
      { pattern: "x.old.example", channels: { smtp: "off" } },
      { pattern: "y.old.example", action: "allow" },
    ],
  });
  const channels = (domain: string) => {
    const decision = asked.outbound(domain);
    return decision.kind === "allowed" ? decision.channels : decision;
  };
  assert.deepEqual(channels("a.example"), ["http"]);
  assert.deepEqual(channels("a.old.example"), ["smtp"]);
  assert.deepEqual(channels("y.old.example"), ["smtp"]);
  assert.deepEqual(channels("x.old.example"), {
    kind: "refused",
    ground: { kind: "no_channel" },
  });
  assert.equal(asked.inbound("x.old.example").kind, "allowed");
});

Deno.test("policyNote() tells senders why, without our rules", () => {
  const grounds = [
    { kind: "federation_off" },
    { kind: "rule", pattern: "*.secret.example" },
    { kind: "mode", mode: "open" },
    { kind: "mode", mode: "closed" },
    { kind: "no_channel" },
  ] as const;
  for (const ground of grounds) {
    const { status, text } = policyNote("a.secret.example", ground);
    assert.equal(status, "5.7.1");
    assert.doesNotMatch(text, /\*/);
  }
});
