import { deepEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../config/load.ts";
import { isPublicAddress } from "../../dns/address_kind.ts";
import { relayAddresses } from "./relay_addresses.ts";

function found(server: string, published: readonly string[], host?: string) {
  const { values: config } = loadConfig({
    text: `[server]\ndomain = "relay.example"\n${server}`,
    path: "postern.toml",
  });
  return relayAddresses({
    settings: { get: () => [] as never },
    config,
    wanted: [{ port: 3478, ...(host === undefined ? {} : { host }) }],
    published,
  });
}

const KNOWN: readonly [string, Parameters<typeof found>, object][] = [
  ["an admin names", ['public_ip = ["192.0.2.7", "2001:db8::7"]', []], {
    4: "192.0.2.7",
    6: "2001:db8::7",
  }],
  ["it listens at alone", ["", [], "10.0.0.7"], { 4: "10.0.0.7" }],
];

for (const [what, sources, expected] of KNOWN) {
  test(`calls are relayed at the address that ${what}`, () => {
    deepEqual(found(...sources), expected);
  });
}

test("a private address that nobody named is none", () => {
  ok(Object.values(found("", [])).every(isPublicAddress));
  ok(Object.values(found("", ["10.0.0.9"])).every(isPublicAddress));
});
