/** Which certificates are enough, by what a domain is and says, over both ways. */
import assert from "node:assert/strict";
import { makeSelfSigned } from "../../src/tls/self_signed.ts";
import type { WorldOptions } from "./transport_world.ts";
import { httpPeer, type PeerOptions, response, smtpPeer } from "./peers.ts";
import { authority, World } from "./transport_world.ts";

const NAME = "b.example";
const STS = "mta-sts.b.example";
const selfSigned = await makeSelfSigned({
  names: [NAME],
  nowMs: Date.now(),
  days: 30,
});
const PAIRS = {
  good: await authority.issue([NAME, STS]),
  "self-signed": {
    chainPem: selfSigned.chainPem,
    keyPem: selfSigned.keyPem,
  },
  expired: await authority.issue([NAME], [-30, -1]),
  "for another name": await authority.issue(["c.example"]),
};
type Pair = keyof typeof PAIRS;
const PAIR_NAMES = Object.keys(PAIRS) as Pair[];

const POLICY =
  "version: STSv1\r\nmode: MODE\r\nmx: b.example\r\nmax_age: 86400";

const KEPT = {
  id: "1",
  mx: [NAME],
  maxAgeSeconds: 86_400,
  fetchedAt: 1000,
};

interface Case {
  readonly name: string;
  readonly destination: string;
  readonly options?: WorldOptions;
  readonly mode?: "enforce" | "testing" | "none";
  /** Or it counts as a host that could not be asked. */
  readonly takes: readonly Pair[];
}

const CASES: readonly Case[] = [
  { name: "a domain", destination: NAME, takes: PAIR_NAMES },
  { name: "a literal", destination: "[127.0.0.1]", takes: PAIR_NAMES },
  {
    name: "a literal, verified",
    destination: "[127.0.0.1]",
    options: { settings: { tls: "verify" } },
    takes: PAIR_NAMES,
  },
  {
    name: "a name with _, verified",
    destination: "_b.example",
    options: { settings: { tls: "verify" } },
    takes: PAIR_NAMES,
  },
  {
    name: "a domain, verified",
    destination: NAME,
    options: { settings: { tls: "verify" } },
    takes: ["good"],
  },
  {
    name: "a domain with a policy",
    destination: NAME,
    mode: "enforce",
    takes: ["good"],
  },
  {
    name: "a domain that tests a policy",
    destination: NAME,
    mode: "testing",
    takes: PAIR_NAMES,
  },
  {
    name: "a domain without a policy any more",
    destination: NAME,
    mode: "none",
    takes: PAIR_NAMES,
  },
];

const WAYS = {
  https: (options: PeerOptions) =>
    httpPeer(() => response(200, "250 2.0.0 OK"), options),
  smtp: (options: PeerOptions) => smtpPeer({}, options),
};

for (const { name, destination, options, mode, takes } of CASES) {
  for (const pair of PAIR_NAMES) {
    for (const way of ["https", "smtp"] as const) {
      Deno.test(`${name}, ${way}, a certificate that is ${pair}`, async () => {
        await using peer = await WAYS[way]({ pair: PAIRS[pair] });
        const zone = {
          [NAME]: { A: ["127.0.0.1"] },
          "_b.example": { A: ["127.0.0.1"] },
          ...(mode && { "_mta-sts.b.example": { TXT: ["v=STSv1; id=1"] } }),
        };
        const ports = { [way]: peer.port };
        await using world = await World.make({
          zone,
          ports,
          ...options,
          policies: mode ? [[NAME, { ...KEPT, mode }]] : [],
        });
        const channels = [way === "https" ? "http" : "smtp"] as const;
        const outcome = await world.send(destination, ["bob"], { channels });
        const isTaken = takes.includes(pair);
        assert.deepEqual(outcome, isTaken ? ["delivered"] : "unreached 4.7.5");
        assert.equal(peer.accepted, 1, "one connection serves both rules");
        const seen = world.seen.find((one) => one.way === way);
        assert.equal(
          seen?.tlsVerified,
          isTaken ? pair === "good" && destination === NAME : undefined,
        );
        assert.equal(
          world.alarms.length,
          mode === "enforce" && !isTaken ? 1 : 0,
        );
      });
    }
  }
}

Deno.test("a policy is fetched once, kept, and holds hosts to it", async () => {
  const policy = POLICY.replace("MODE", "enforce");
  await using web = await httpPeer(
    ({ line }) => line.startsWith("GET") ? response(200, policy) : "die",
    { pair: PAIRS.good },
  );
  await using other = await smtpPeer({}, {
    address: "127.0.0.2",
    pair: PAIRS.good,
  });
  const zone = {
    [NAME]: { MX: ["other.example"], A: ["127.0.0.1"] },
    "other.example": { A: ["127.0.0.2"] },
    [STS]: { A: ["127.0.0.1"] },
    "_mta-sts.b.example": { TXT: ["v=STSv1; id=20260101"] },
  };
  const ports = { https: web.port, smtp: other.port };
  await using world = await World.make({ zone, ports });
  assert.equal(await world.send(NAME), "unreached 4.7.5");
  assert.equal(await world.send(NAME), "unreached 4.7.5");
  assert.deepEqual(web.requests.map(({ line }) => line), [
    "GET /.well-known/mta-sts.txt HTTP/1.1",
  ]);
  assert.equal(other.accepted, 0, "a host that it does not name");
  assert.equal(world.policies.values.get(NAME)?.mode, "enforce");
  assert.equal(world.alarms[0]?.kind, "tls_enforced");
});

for (
  const [name, answer, pair] of [
    ["redirects", response(302, "", { Location: "/x" }), "good"],
    ["is no policy", response(200, "version: STSv1"), "good"],
    ["is too long", response(200, "version: STSv1\r\n".repeat(5000)), "good"],
    ["is missing", response(404), "good"],
    ["dies", "die", "good"],
    ["cannot be trusted", response(200, POLICY), "self-signed"],
  ] as const
) {
  Deno.test(`a policy that ${name} is none, and asked for after an hour`, async () => {
    await using web = await httpPeer(() => answer, { pair: PAIRS[pair] });
    await using mail = await smtpPeer({}, { pair: PAIRS["self-signed"] });
    const zone = {
      [NAME]: { A: ["127.0.0.1"] },
      [STS]: { A: ["127.0.0.1"] },
      "_mta-sts.b.example": { TXT: ["v=STSv1; id=1"] },
    };
    const ports = { https: web.port, smtp: mail.port };
    await using world = await World.make({ zone, ports });
    const only = { channels: ["smtp"] } as const;
    const send = async () => {
      assert.deepEqual(await world.send(NAME, ["bob"], only), ["delivered"]);
      return web.accepted;
    };
    assert.equal(await send(), 1);
    assert.equal(await send(), 1);
    world.seconds += 3601;
    assert.equal(await send(), 2);
  });
}

Deno.test("mail goes in clear only to domains that were named", async () => {
  await using mail = await smtpPeer();
  const zone = { [NAME]: { A: ["127.0.0.1"] } };
  const ports = { smtp: mail.port };
  const only = { channels: ["smtp"] } as const;
  await using world = await World.make({ zone, ports });
  assert.equal(await world.send(NAME, ["bob"], only), "unreached 4.7.5");
  await using lenient = await World.make({
    zone,
    ports,
    settings: { plaintextDomains: [NAME] },
  });
  assert.deepEqual(await lenient.send(NAME, ["bob"], only), ["delivered"]);
  assert.equal(lenient.seen[0]!.tlsVerified, undefined);
});

Deno.test("where TLS need not be, a handshake that fails is done without", async () => {
  await using mail = await smtpPeer({ STARTTLS: "die" }, { pair: PAIRS.good });
  await using world = await World.make({
    zone: { [NAME]: { A: ["127.0.0.1"] } },
    ports: { smtp: mail.port },
    settings: { plaintextDomains: [NAME] },
  });
  const only = { channels: ["smtp"] } as const;
  assert.deepEqual(await world.send(NAME, ["bob"], only), ["delivered"]);
  assert.equal(mail.accepted, 2);
});

Deno.test("a literal may be an IPv6 address", async () => {
  for (const way of ["https", "smtp"] as const) {
    await using peer = await WAYS[way]({
      address: "::1",
      pair: PAIRS["self-signed"],
    });
    await using world = await World.make({ ports: { [way]: peer.port } });
    assert.deepEqual(await world.send("[IPv6:::1]"), ["delivered"]);
    assert.equal(world.seen.at(-1)!.host, "::1");
    if ("requests" in peer) {
      assert.deepEqual(peer.requests[0]!.values("host"), ["[::1]"]);
    } else assert.deepEqual(peer.messages[0]!.to, ["<bob@[IPv6:::1]>"]);
  }
});
