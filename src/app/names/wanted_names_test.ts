import assert from "node:assert/strict";
import { loadConfig } from "../../config/load.ts";
import { DnsFailure } from "../../dns/answers.ts";
import { type AddressLookUps, wantedNames } from "./wanted_names.ts";

/** Addresses by name; a name that is not here does not exist, "?" does not answer. */
function dns(zone: Record<string, string>): AddressLookUps {
  const answer = (isV6: boolean) => (name: string) => {
    const found = zone[name];
    if (found === "?") {
      return Promise.reject(new DnsFailure("temporary", name));
    }
    if (found === undefined || found.includes(":") !== isV6) {
      return Promise.reject(new DnsFailure("no_data", name));
    }
    return Promise.resolve({ values: [found], ttlSeconds: 60 });
  };
  return { ipv4: answer(false), ipv6: answer(true) };
}

function configOf(server: string, more = "") {
  const text = `[server]\n${server}\n${more}`;
  return loadConfig({ path: "p.toml", text }).values;
}

Deno.test("what leads here is wanted, what leads elsewhere is told", async () => {
  const config = configOf(
    'domain = "chat.example"\nhostname = "mail.chat.example"\ndomains = ["b.example", "c.example"]',
  );
  const found = await wantedNames(
    config,
    dns({
      "mail.chat.example": "192.0.2.1", // behind a router, say
      "chat.example": "198.51.100.9",
      "b.example": "192.0.2.1",
      "mta-sts.b.example": "2001:db8:0::1",
      "c.example": "?",
    }),
    ["2001:db8::1"],
  );
  assert.deepEqual(found.required, ["mail.chat.example"]);
  assert.deepEqual(found.optional, [
    "b.example",
    "c.example",
    "mta-sts.b.example",
  ]);
  assert.deepEqual(
    found.leftOut.map(({ name, why }) => `${name}: ${why}`),
    [
      "chat.example: it leads to 198.51.100.9, not here",
      "mta-sts.chat.example: it has no address in the DNS",
      "mta-sts.c.example: it has no address in the DNS",
    ],
  );
});

Deno.test("with dns-01 nothing has to lead here, and a wildcard stands for its names", async () => {
  const config = configOf(
    'domain = "chat.example"',
    'domains = ["x.chat.example"]\n[acme]\nchallenges = ["dns-01"]\ndns_hook = "/x"\nextra_names = ["*.chat.example", "a.b.chat.example"]',
  );
  const { required, optional, leftOut } = await wantedNames(
    config,
    dns({}),
    [],
  );
  assert.deepEqual(required, ["chat.example"]);
  assert.deepEqual(optional, [
    "mta-sts.x.chat.example",
    "*.chat.example",
    "a.b.chat.example",
  ]);
  assert.deepEqual(leftOut, []);
});

Deno.test("a server that is an address wants that, and no name for a policy", async () => {
  for (
    const [domain, address] of [
      ["[192.0.2.1]", "192.0.2.1"],
      ["[IPv6:2001:db8::1]", "2001:db8::1"],
    ]
  ) {
    const config = configOf(`domain = "${domain}"`);
    const { required, optional } = await wantedNames(config, dns({}), []);
    assert.deepEqual(required, [address]);
    assert.deepEqual(optional, []);
  }
});
