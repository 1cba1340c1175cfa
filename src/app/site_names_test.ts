import assert from "node:assert/strict";
import { loadConfig } from "../config/load.ts";
import {
  connectName,
  domainOfHost,
  extraHost,
  isOwnHost,
  urlNames,
} from "./site_names.ts";

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

const { values: NAMED } = loadConfig({
  path: "postern.toml",
  text: `
[server]
domain = "one.example"
domains = ["[IPv6:2001:db8::1]"]
domain_aliases = { "also.example" = "one.example" }
hostname = "mail.one.example"
public_ip = ["192.0.2.1", "2001:0DB8:0::2"]
[http]
extra_hosts = ["abc.onion", "2001:db8:0:0::3"]
[acme]
extra_names = ["www.one.example", "*.wild.example"]
[web]
client_host = "clients.example"
[iroh]
relay_url = "https://iroh.example"
`,
});

for (
  const [host, isOwn] of [
    ["one.example", true],
    ["ONE.example.", true],
    ["mail.one.example", true],
    ["also.example", true],
    ["autoconfig.one.example", true],
    ["mta-sts.also.example", true],
    ["192.0.2.1", true],
    ["[2001:db8::1]", true],
    ["[2001:db8::2]", true],
    ["[2001:db8::3]", true],
    ["abc.onion", true],
    ["www.one.example", true],
    ["any.wild.example", true],
    ["clients.example", true],
    ["iroh.example", true],
    ["two.any.wild.example", false],
    ["wild.example", false],
    ["x.one.example", false],
    ["autoconfig.evil.example", false],
    ["one.example.evil.example", false],
    ["xone.example", false],
    ["192.0.2.2", false],
    ["localhost", false],
    ["constructor", false],
    ["", false],
  ] as const
) {
  Deno.test(`isOwnHost() says ${isOwn} of "${host}"`, () => {
    assert.equal(isOwnHost(NAMED, host), isOwn);
  });
}

for (
  const [host, name] of [
    ["abc.onion", "abc.onion"],
    ["[2001:db8::3]", "2001:db8:0:0::3"],
    ["one.example", undefined],
  ] as const
) {
  Deno.test(`extraHost() of ${host} is ${name}`, () => {
    assert.equal(extraHost(NAMED, host), name);
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
