import assert from "node:assert/strict";
import {
  type Answer,
  type Dns,
  DnsFailure,
  type DnsProblem,
  type Freshness,
  type MailExchanger,
} from "../dns/answers.ts";
import { parseDomain } from "../mail/address.ts";
import {
  type AddressGuard,
  findAddresses,
  findMailHosts,
  judgeAddress,
  type MailHost,
  urlHost,
} from "./destination.ts";

type Zone = Readonly<
  Record<string, readonly (string | MailExchanger)[] | DnsProblem>
>;

/** Answers by `TYPE name`; other names do not exist. */
function fakeDns(zone: Zone) {
  const asked: string[] = [];
  const answer = <T>(type: string, name: string, freshness?: Freshness) => {
    asked.push(`${type} ${name}${freshness ? ` ${freshness}` : ""}`);
    const found = zone[`${type} ${name}`] ?? "no_such_name";
    if (typeof found === "string") {
      return Promise.reject(new DnsFailure(found, name));
    }
    return Promise.resolve({ values: found, ttlSeconds: 60 } as Answer<T>);
  };
  const dns: Dns = {
    mailExchangers: (name, freshness) => answer("MX", name, freshness),
    texts: (name) => answer("TXT", name),
    ipv4: (name) => answer("A", name),
    ipv6: (name) => answer("AAAA", name),
    names: (name) => answer("PTR", name),
  };
  return { dns, asked };
}

function mx(preference: number, host: string): MailExchanger {
  return { preference, host };
}

async function hostsOf(domain: string, zone: Zone, lots: number[] = []) {
  const found = await findMailHosts(domain, {
    dns: fakeDns(zone).dns,
    random: () => lots.shift() ?? 0,
  });
  return found.kind === "hosts"
    ? found.hosts.map(({ name, source }) => `${source} ${name}`)
    : found.reason;
}

const MANY = Array.from({ length: 40 }, (_, i) => mx(i, `m${i}.example`));
const HOSTS: readonly [string, string, Zone, string | string[]][] = [
  ["a literal", "192.0.2.1", {}, ["literal 192.0.2.1"]],
  ["an IPv6 literal", "[IPv6:2001:DB8::1]", {}, ["literal 2001:db8::1"]],
  [
    "exchangers by preference",
    "A.example.",
    { "MX a.example": [mx(20, "m2.example"), mx(10, "m1.example")] },
    ["exchanger m1.example", "exchanger m2.example"],
  ],
  [
    "an exchanger that is named twice",
    "a.example",
    {
      "MX a.example": [
        mx(30, "m1.example"),
        mx(20, "m2.example"),
        mx(10, "m1.example"),
      ],
    },
    ["exchanger m1.example", "exchanger m2.example"],
  ],
  [
    "no exchanger",
    "a.example",
    { "MX a.example": "no_data" },
    ["domain a.example"],
  ],
  ["null MX", "a.example", { "MX a.example": [mx(0, "")] }, "null_mx"],
  [
    "null MX beside another one",
    "a.example",
    { "MX a.example": [mx(0, ""), mx(10, "m1.example")] },
    ["exchanger m1.example"],
  ],
  ["a domain that does not exist", "a.example", {}, "no_such_domain"],
  [
    "servers that do not answer",
    "a.example",
    { "MX a.example": "temporary" },
    "dns_temporary",
  ],
  [
    "very many exchangers",
    "a.example",
    { "MX a.example": MANY },
    MANY.slice(0, 10).map(({ host }) => `exchanger ${host}`),
  ],
];
for (const [name, domain, zone, expected] of HOSTS) {
  Deno.test(`findMailHosts(): ${name}`, async () => {
    assert.deepEqual(await hostsOf(parseDomain(domain), zone), expected);
  });
}

Deno.test("findMailHosts() draws lots among equals only", async () => {
  const zone = {
    "MX a.example": [mx(10, "x"), mx(10, "y"), mx(5, "first"), mx(20, "last")],
  };
  const order = async (lots: number[]) =>
    (await hostsOf("a.example", zone, lots) as string[])
      .map((host) => host.replace("exchanger ", "")).join(" ");
  assert.equal(await order([0.1, 0.2, 0.9, 0]), "first x y last");
  assert.equal(await order([0.2, 0.1, 0.9, 0]), "first y x last");
});

Deno.test("findMailHosts() asks anew where it is told to", async () => {
  const { dns, asked } = fakeDns({});
  const random = () => 0;
  await findMailHosts("a.example", { dns, random, freshness: "fresh" });
  assert.deepEqual(asked, ["MX a.example fresh"]);
});

Deno.test("findMailHosts() hides no bug of a resolver", async () => {
  const { dns } = fakeDns({});
  dns.mailExchangers = () => Promise.reject(new TypeError("a bug"));
  await assert.rejects(
    findMailHosts("a.example", { dns, random: () => 0 }),
    TypeError,
  );
});

const GUARD: AddressGuard = { own: new Set(["8.8.4.4"]), allowPrivate: false };
const BOTH = ["ipv4", "ipv6"] as const;

async function addressesOf(
  zone: Zone,
  source: MailHost["source"] = "exchanger",
  {
    name = "m.example",
    guard = GUARD,
    families = BOTH as readonly ("ipv4" | "ipv6")[],
  } = {},
) {
  const { dns } = fakeDns(zone);
  const found = await findAddresses({ name, source }, { dns, families, guard });
  return found.kind === "addresses" ? found.addresses : found.reason;
}

const V4 = { "A m.example": ["1.1.1.1", "1.1.1.2", "1.1.1.3"] };
const V6 = { "AAAA m.example": ["2a00::1"] };

Deno.test("findAddresses() gives the families by turns", async () => {
  const all = await addressesOf({ ...V4, ...V6 });
  assert.deepEqual(all, ["2a00::1", "1.1.1.1", "1.1.1.2", "1.1.1.3"]);
});

Deno.test("findAddresses() asks for the families of this machine", async () => {
  const zone = { ...V4, ...V6 };
  const only = (family: "ipv4" | "ipv6") =>
    addressesOf(zone, "domain", { families: [family] });
  assert.deepEqual(await only("ipv6"), ["2a00::1"]);
  assert.equal((await only("ipv4")).length, 3);
});

const ADDRESSES: readonly [string, Zone, MailHost["source"], unknown][] = [
  [
    "one family that cannot be told",
    { ...V6, "A m.example": "temporary" },
    "exchanger",
    ["2a00::1"],
  ],
  [
    "nothing, and one family that cannot be told",
    { "A m.example": "temporary", "AAAA m.example": "no_data" },
    "exchanger",
    "dns_temporary",
  ],
  ["an exchanger without one", {}, "exchanger", "no_host_address"],
  ["a domain without one", {}, "domain", "no_route"],
  [
    "a private one beside a public one",
    { "A m.example": ["10.0.0.1", "1.1.1.1"] },
    "exchanger",
    ["1.1.1.1"],
  ],
  [
    "private ones",
    { "A m.example": ["10.0.0.1"], "AAAA m.example": ["::1", "fe80::1"] },
    "exchanger",
    "not_public",
  ],
  [
    "our own beside another one",
    { "A m.example": ["1.1.1.1", "8.8.4.4"] },
    "exchanger",
    "routing_loop",
  ],
  ["no address at all", { "A m.example": ["x"] }, "exchanger", "not_public"],
];
for (const [name, zone, source, expected] of ADDRESSES) {
  Deno.test(`findAddresses(): ${name}`, async () => {
    assert.deepEqual(await addressesOf(zone, source), expected);
  });
}

Deno.test("findAddresses() keeps to its bounds", async () => {
  const many = Array.from({ length: 200 }, (_, i) => `1.1.1.${i}`);
  const found = await addressesOf({ "A m.example": many });
  assert.deepEqual(found, many.slice(0, 8));
});

Deno.test("findAddresses() guards literals too", async () => {
  const of = (name: string, guard = GUARD) =>
    addressesOf({}, "literal", { name, guard });
  assert.deepEqual(await of("1.1.1.1"), ["1.1.1.1"]);
  assert.equal(await of("127.0.0.1"), "not_public");
  assert.equal(await of("8.8.4.4"), "routing_loop");
});

const JUDGED: readonly [string, boolean, string][] = [
  ["1.1.1.1", false, "allowed"],
  ["::ffff:8.8.4.4", false, "own"],
  ["::ffff:8.8.4.4", true, "own"],
  ["127.0.0.1", false, "not_public"],
  ["127.0.0.1", true, "allowed"],
  ["::ffff:127.0.0.1", false, "not_public"],
  ["64:ff9b::7f00:1", false, "not_public"],
  ["m.example", true, "not_public"],
];
for (const [address, allowPrivate, expected] of JUDGED) {
  const where = allowPrivate ? "where private ones are allowed" : "";
  Deno.test(`judgeAddress(${address}) ${where}`, () => {
    assert.equal(judgeAddress(address, { ...GUARD, allowPrivate }), expected);
  });
}

Deno.test("urlHost() puts brackets around IPv6", () => {
  assert.equal(urlHost("2001:db8::1"), "[2001:db8::1]");
  assert.equal(urlHost("192.0.2.1"), "192.0.2.1");
  assert.equal(urlHost("m.example"), "m.example");
});
