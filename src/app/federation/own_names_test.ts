import assert from "node:assert/strict";
import { loadConfig } from "../../config/load.ts";
import { ehloName, outgoingFrom } from "./own_names.ts";

function configOf(domain: string, more = "") {
  const text = `[server]\ndomain = "${domain}"\n[federation]\n${more}`;
  return loadConfig({ path: "postern.toml", text }).values;
}

const BOTH = ["ipv6", "ipv4"];
const CASES: readonly [string, string, readonly string[], object][] = [
  ["chat.example", "", BOTH, {}],
  ["chat.example", "ipv4_only = true", ["ipv4"], {}],
  ["chat.example", 'bind_ipv4 = "192.0.2.1"', BOTH, { ipv4: "192.0.2.1" }],
  ["[127.0.0.1]", "", ["ipv4"], { ipv4: "127.0.0.1" }],
  ["[192.0.2.9]", "", ["ipv4"], {}], // it is the address of a translator
  ["[IPv6:2001:db8::9]", "", ["ipv6"], {}],
];
for (const [domain, more, families, from] of CASES) {
  Deno.test(`outgoingFrom() of ${domain} with "${more}"`, () => {
    const found = outgoingFrom(configOf(domain, more));
    assert.deepEqual(found, { families, from });
  });
}

Deno.test("ehloName() is a domain or an address literal", () => {
  const named = (name: string | undefined, domain: string) =>
    ehloName({ get: () => name as never }, configOf(domain));
  assert.equal(named(undefined, "chat.example"), "chat.example");
  assert.equal(named(undefined, "[192.0.2.9]"), "[192.0.2.9]");
  assert.equal(named("mx.chat.example", "chat.example"), "mx.chat.example");
});
