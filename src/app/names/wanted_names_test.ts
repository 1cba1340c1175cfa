import assert from "node:assert/strict";
import { loadConfig } from "../../config/load.ts";
import { DnsFailure } from "../../dns/answers.ts";
import { orderedNames } from "../certificates.ts";
import {
  type AddressLookUps,
  cannotBeFound,
  leadsElsewhere,
} from "./wanted_names.ts";

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
  const zone = dns({
    "mail.chat.example": "192.0.2.1", // behind a router, say
    "chat.example": "198.51.100.9",
    "b.example": "192.0.2.1",
    "mta-sts.b.example": "2001:db8:0::1",
    "c.example": "?",
  });
  const [host, ...others] = orderedNames(config);
  assert.equal(host, "mail.chat.example");
  const why = (name: string) =>
    leadsElsewhere(name, config, zone, ["2001:db8::1"]);
  const found = await Promise.all(
    others.map(async (name) => [name, await why(name)]),
  );
  assert.deepEqual(found, [
    ["chat.example", "it leads to 198.51.100.9, not here"],
    ["b.example", undefined],
    ["c.example", undefined],
    ["mta-sts.chat.example", "it has no address in the DNS"],
    ["mta-sts.b.example", undefined],
    ["mta-sts.c.example", "it has no address in the DNS"],
  ]);
});

Deno.test("with dns-01 nothing has to lead here, and a wildcard stands for its names", async () => {
  const config = configOf(
    'domain = "chat.example"',
    'domains = ["x.chat.example"]\n[acme]\nchallenges = ["dns-01"]\ndns_hook = "/x"\nextra_names = ["*.chat.example", "a.b.chat.example"]',
  );
  const names = orderedNames(config);
  assert.deepEqual(names, [
    "chat.example",
    "mta-sts.x.chat.example",
    "*.chat.example",
    "a.b.chat.example",
  ]);
  for (const name of names) {
    assert.equal(await leadsElsewhere(name, config, dns({}), []), undefined);
  }
});

Deno.test("a server that is an address wants that, and no name for a policy", () => {
  for (
    const [domain, address] of [
      ["[192.0.2.1]", "192.0.2.1"],
      ["[IPv6:2001:db8::1]", "2001:db8::1"],
    ]
  ) {
    const config = configOf(`domain = "${domain}"`);
    assert.deepEqual(orderedNames(config), [address]);
  }
});

Deno.test("an authority is doubted to find this machine only where that is sure", async () => {
  const zone = dns({
    "here.example": "8.8.8.8",
    "v6.example": "2001:4860:4860::8888",
    "there.example": "9.9.9.9",
    "inside.example": "10.0.0.5",
    "silent.example": "?",
  });
  const own = ["8.8.8.8", "2001:4860:4860::8888"];
  const rows: [string, string, readonly string[], string | undefined][] = [
    ["here.example", "", own, undefined],
    ["v6.example", "", own, undefined],
    [
      "there.example",
      "",
      own,
      "there.example leads to 9.9.9.9, this machine has 8.8.8.8, 2001:4860:4860::8888",
    ],
    ["nowhere.example", "", own, "nowhere.example has no address in the DNS"],
    ["there.example", "", [], undefined], // behind a router
    ["there.example", "", ["2001:4860:4860::8888"], undefined],
    ["inside.example", "", own, undefined],
    ["silent.example", "", own, undefined],
    [
      "there.example",
      '[acme]\nchallenges = ["http-01", "dns-01"]\ndns_hook = "/x"',
      own,
      undefined,
    ],
  ];
  for (const [domain, more, addresses, expected] of rows) {
    const config = configOf(`domain = "${domain}"`, more);
    const found = await cannotBeFound(domain, config, zone, addresses);
    assert.equal(found, expected, `${domain} ${addresses.join()}`);
  }
});
