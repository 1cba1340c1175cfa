import assert from "node:assert/strict";
import {
  DnsTestServer,
  type ZoneName,
} from "../../tests/harness/dns_server.ts";
import { systemRandom } from "../base/random.ts";
import { DnsFailure, type DnsProblem } from "./answers.ts";
import { Resolver } from "./resolver.ts";

const ZONE: Record<string, ZoneName> = {
  "two.example": { MX: ["20 b.example", "10 A.example"], ttl: 3600 },
  "null.example": { MX: ["0 ."] },
  "bare.example": { A: ["192.0.2.1", "192.0.2.2"], AAAA: ["2001:db8::1"] },
  "alias.example": { CNAME: ["bare.example"] },
  "loop.example": { CNAME: ["loop2.example"] },
  "text.example": { TXT: ["v=spf1 -all"] },
  "large.example": {
    TXT: Array.from({ length: 40 }, (_, i) => `${i}`.repeat(50)),
  },
  "broken.example": { trouble: "SERVFAIL" },
  "garbage.example": { trouble: "garbage" },
  "silent.example": { trouble: "silence" },
  "1.2.0.192.in-addr.arpa": { PTR: ["Host.example"] },
};

const PATIENT_MS = 60_000;
/** Where no answer comes. */
const SHORT_MS = 150;

async function withResolver(
  test: (
    resolver: Resolver,
    server: DnsTestServer,
    pass: (ms: number) => void,
  ) => Promise<void>,
  timeoutMs = PATIENT_MS,
): Promise<void> {
  await using server = DnsTestServer.start(ZONE);
  let nowMs = 0;
  const resolver = new Resolver({
    servers: () => [server.server],
    timeoutMs,
    clock: { now: () => nowMs, monotonic: () => nowMs },
    random: systemRandom,
  });
  await test(resolver, server, (ms) => nowMs += ms);
}

async function fails(
  problem: DnsProblem,
  work: Promise<unknown>,
): Promise<void> {
  await assert.rejects(
    work,
    (error) => error instanceof DnsFailure && error.problem === problem,
  );
}

Deno.test("look-ups give every kind of record", () =>
  withResolver(async (dns) => {
    assert.deepEqual(await dns.mailExchangers("Two.example"), {
      values: [
        { preference: 20, host: "b.example" },
        { preference: 10, host: "a.example" },
      ],
      ttlSeconds: 3600,
    });
    const { values } = await dns.mailExchangers("null.example");
    assert.deepEqual(values, [{ preference: 0, host: "" }]);
    assert.deepEqual((await dns.ipv4("bare.example")).values, [
      "192.0.2.1",
      "192.0.2.2",
    ]);
    assert.deepEqual((await dns.ipv6("bare.example")).values, ["2001:db8::1"]);
    assert.deepEqual((await dns.texts("text.example")).values, ["v=spf1 -all"]);
    assert.deepEqual((await dns.names("192.0.2.1")).values, ["host.example"]);
  }));

Deno.test("look-ups follow aliases", () =>
  withResolver(async (dns) => {
    assert.equal((await dns.ipv4("alias.example")).values.length, 2);
    await fails("no_data", dns.ipv4("loop.example"));
  }));

Deno.test("look-ups ask over TCP for what does not fit in a datagram", () =>
  withResolver(async (dns, server) => {
    assert.equal((await dns.texts("large.example")).values.length, 40);
    assert.equal(server.questions.length, 2);
  }));

for (
  const [name, problem] of [
    ["nobody.example", "no_such_name"],
    ["bare.example", "no_data"],
    ["broken.example", "temporary"],
    ["garbage.example", "temporary"],
    ["silent.example", "temporary"],
    [`${"x".repeat(64)}.example`, "no_such_name"],
    [`${"x.".repeat(130)}example`, "no_such_name"],
    ["a b.example", "no_such_name"],
    ["192.0.2.1", "no_such_name"],
    ["", "no_such_name"],
  ] as const
) {
  Deno.test(`look-ups say ${problem} of "${name.slice(0, 20)}"`, () =>
    withResolver(
      (dns) => fails(problem, dns.mailExchangers(name)),
      /^(?:silent|garbage)/.test(name) ? SHORT_MS : PATIENT_MS,
    ));
}

Deno.test("answers are kept for their time, absence for at most five minutes", () =>
  withResolver(async (dns, server, pass) => {
    await dns.mailExchangers("two.example");
    await fails("no_such_name", dns.ipv4("nobody.example"));
    pass(299_000);
    await dns.mailExchangers("two.example");
    await fails("no_such_name", dns.ipv4("nobody.example"));
    assert.equal(server.questions.length, 2);
    pass(1_001);
    await fails("no_such_name", dns.ipv4("nobody.example"));
    assert.equal(server.questions.length, 3);
    pass(3_300_000);
    await dns.mailExchangers("two.example");
    assert.equal(server.questions.length, 4);
  }));

Deno.test("mail exchangers are asked for anew where a fresh answer is wanted", () =>
  withResolver(async (dns, server) => {
    await fails("no_such_name", dns.mailExchangers("nobody.example"));
    await fails("no_such_name", dns.mailExchangers("nobody.example"));
    assert.equal(server.questions.length, 1);
    const asked = dns.mailExchangers("nobody.example", "fresh");
    await fails("no_such_name", asked);
    assert.equal(server.questions.length, 2);
  }));

Deno.test("trouble is not kept, a fresh look-up asks, equal questions travel once", () =>
  withResolver(async (dns, server) => {
    await fails("temporary", dns.texts("broken.example"));
    server.zone.set("broken.example", { TXT: ["now"] });
    assert.deepEqual((await dns.texts("broken.example")).values, ["now"]);
    server.questions.length = 0;
    server.zone.set("broken.example", { TXT: ["later"] });
    await dns.texts("broken.example");
    assert.equal(server.questions.length, 0);
    const fresh = await dns.texts("broken.example", "fresh");
    assert.deepEqual(fresh.values, ["later"]);
    await Promise.all([dns.ipv4("bare.example"), dns.ipv4("bare.example")]);
    assert.equal(server.questions.length, 2);
  }));

Deno.test("an answer that is cut short over TCP, too, is none", async () => {
  await using server = DnsTestServer.start({
    "cut.example": { trouble: "truncated" },
  });
  const dns = new Resolver({
    servers: () => [server.server],
    timeoutMs: PATIENT_MS,
    clock: { now: () => 0, monotonic: () => 0 },
    random: systemRandom,
  });
  await fails("temporary", dns.texts("cut.example"));
  server.zone.set("cut.example", { TXT: ["whole"] });
  assert.deepEqual((await dns.texts("cut.example")).values, ["whole"]);
});

Deno.test("a second server is asked when the first gives no answer", async () => {
  await using broken = DnsTestServer.start({
    "a.example": { trouble: "SERVFAIL" },
  });
  await using good = DnsTestServer.start({ "a.example": { A: ["192.0.2.9"] } });
  const resolver = new Resolver({
    servers: () => [broken.server, good.server],
    timeoutMs: PATIENT_MS,
    clock: { now: () => 0, monotonic: () => 0 },
    random: systemRandom,
  });
  assert.deepEqual((await resolver.ipv4("a.example")).values, ["192.0.2.9"]);
});

Deno.test("what is remembered is bounded in octets, and the newest stays", async () => {
  const names = ["a.example", "b.example", "c.example"];
  const long = { TXT: ["x".repeat(900)] };
  await using server = DnsTestServer.start(
    Object.fromEntries(names.map((name) => [name, long])),
  );
  const resolver = new Resolver({
    servers: () => [server.server],
    timeoutMs: PATIENT_MS,
    clock: { now: () => 0, monotonic: () => 0 },
    random: systemRandom,
    maxRememberedOctets: 2500,
  });
  for (const name of [...names, "c.example", "b.example", "a.example"]) {
    await resolver.texts(name);
  }
  const asked = [...names, "a.example"].map((name) => `TXT ${name}`);
  assert.deepEqual(server.questions, asked);
});
