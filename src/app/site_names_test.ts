import assert from "node:assert/strict";
import { loadConfig } from "../config/load.ts";
import { connectName, domainOfHost, urlNames } from "./site_names.ts";

const { values: CONFIG } = loadConfig({
  path: "postern.toml",
  text: `
[server]
domain = "one.example"
domains = ["two.example", "[192.0.2.1]", "[IPv6:2001:db8::1]"]
domain_aliases = { "also-two.example" = "two.example" }
hostname = "mail.one.example"
`,
});

for (
  const [host, domain] of [
    ["one.example", "one.example"],
    ["TWO.example", "two.example"],
    ["two.example.", "two.example"],
    ["autoconfig.two.example", "two.example"],
    ["also-two.example", "two.example"],
    ["autoconfig.also-two.example", "two.example"],
    ["192.0.2.1", "[192.0.2.1]"],
    ["[2001:db8::1]", "[IPv6:2001:db8::1]"],
    ["mail.one.example", "one.example"],
    ["evil.example", "one.example"],
    ["evil.two.example", "one.example"],
    ["two.example.evil.example", "one.example"],
    ["constructor", "one.example"],
    ["", "one.example"],
  ] as const
) {
  Deno.test(`domainOfHost() finds ${domain} for "${host}"`, () => {
    assert.equal(domainOfHost(CONFIG, host), domain);
  });
}

for (
  const [domain, covered, name] of [
    ["one.example", ["one.example"], "mail.one.example"],
    ["two.example", ["two.example"], "two.example"],
    ["two.example", ["mail.one.example"], "mail.one.example"],
    ["[192.0.2.1]", ["192.0.2.1"], "192.0.2.1"],
    ["[IPv6:2001:db8::1]", ["2001:db8::1"], "2001:db8::1"],
    ["strange.example", ["strange.example"], "mail.one.example"],
  ] as const
) {
  Deno.test(`connectName() of ${domain} with a certificate for ${covered} is ${name}`, () => {
    const names: readonly string[] = covered;
    const isCovered = (name: string) => names.includes(name);
    assert.equal(connectName(CONFIG, domain, isCovered), name);
  });
}

Deno.test("urlNames() gives addresses the brackets of URLs", () => {
  assert.deepEqual(urlNames(CONFIG), [
    "mail.one.example",
    "one.example",
    "two.example",
    "192.0.2.1",
    "[2001:db8::1]",
    "also-two.example",
  ]);
});
