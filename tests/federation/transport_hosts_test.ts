/** Whom a transport asks, in which order, and what it remembers of them. */
import assert from "node:assert/strict";
import {
  httpPeer,
  type PeerAnswer,
  response,
  silentPeer,
  smtpPeer,
} from "./peers.ts";
import { authority, type TestZone, World } from "./transport_world.ts";
import { withPatience } from "./patience.ts";

const NAME = "b.example";
const good = await authority.issue([NAME, "one.example", "two.example"]);
const TWO: TestZone = {
  [NAME]: { MX: ["one.example", "two.example"] },
  "one.example": { A: ["127.0.0.2"] },
  "two.example": { A: ["127.0.0.3"] },
};
const ok = () => response(200, "250 2.0.0 OK");
const none = () => response(404, "nothing here");

Deno.test("the next host is asked where the first cannot be reached", async () => {
  await using second = await smtpPeer({}, { address: "127.0.0.3", pair: good });
  await using world = await World.make({
    zone: TWO,
    ports: { smtp: second.port },
  });
  assert.deepEqual(await world.send(NAME), ["delivered"]);
  assert.deepEqual(
    world.seen.map(({ host, way, result }) => `${host} ${way} ${result}`),
    [
      "one.example https unreached",
      "one.example smtp unreached",
      "two.example https unreached",
      "two.example smtp delivered",
    ],
  );
});

for (
  const [name, greeting] of [
    ["refuses everybody", "554 no"],
    ["closes", "421 closing"],
    ["speaks no SMTP", "hello"],
  ] as const
) {
  Deno.test(`the next host is asked where the first ${name}`, async () => {
    await using first = await smtpPeer({ greeting }, { address: "127.0.0.2" });
    const { port } = first;
    const options = { address: "127.0.0.3", port, pair: good };
    await using second = await smtpPeer({}, options);
    await using world = await World.make({ zone: TWO, ports: { smtp: port } });
    assert.deepEqual(await world.send(NAME), ["delivered"]);
    assert.equal(second.messages.length, 1);
  });
}

Deno.test("what a host says of the message is not asked of another one", async () => {
  for (const content of ["554 5.7.1 no", "451 4.3.0 later", "die"] as const) {
    const one = { address: "127.0.0.2", pair: good };
    await using first = await smtpPeer({ content }, one);
    const { port } = first;
    const two = { address: "127.0.0.3", port, pair: good };
    await using second = await smtpPeer({}, two);
    await using world = await World.make({ zone: TWO, ports: { smtp: port } });
    assert.notEqual(String(await world.send(NAME)), "delivered");
    assert.equal(second.accepted, 0, content);
  }
});

Deno.test("a web server without mail leaves the next host to be asked", async () => {
  await using first = await httpPeer(none, {
    address: "127.0.0.2",
    pair: good,
  });
  const { port } = first;
  const two = { address: "127.0.0.3", port, pair: good };
  await using second = await httpPeer(ok, two);
  await using world = await World.make({ zone: TWO, ports: { https: port } });
  assert.deepEqual(await world.send(NAME), ["delivered"]);
  assert.equal(second.requests.length, 1);
});

Deno.test("all hosts may be out of reach", async () => {
  await using world = await World.make({ zone: TWO });
  assert.equal(await world.send(NAME), "unreached 4.4.1");
  assert.equal(world.seen.length, 4);
});

Deno.test("a host that never answers costs its time, and no more", async () => {
  await using first = await silentPeer({ address: "127.0.0.2" });
  const { port } = first;
  const two = { address: "127.0.0.3", port, pair: good };
  await using second = await httpPeer(ok, two);
  const delivered = ["delivered"];
  const outcome = await withPatience(delivered, async (connectMs) => {
    await using world = await World.make({
      zone: TWO,
      ports: { https: port },
      settings: { connectMs },
    });
    return await world.send(NAME);
  });
  assert.deepEqual(outcome, delivered);
  assert.equal(second.requests.length, 1);
});

for (
  const [name, zone, outcome] of [
    ["takes no mail", { [NAME]: { MX: [""] } }, ["permanent 5.1.10"]],
    [
      "cannot be looked up",
      { [NAME]: { trouble: "temporary" } },
      "unreached 4.4.3",
    ],
    ["has no address", { [NAME]: {} }, "unreached 4.4.4"],
    [
      "has a server without one",
      { [NAME]: { MX: ["x.example"] } },
      "unreached 4.4.4",
    ],
    [
      "is in a private network",
      { [NAME]: { A: ["10.1.2.3"] } },
      ["permanent 5.4.4"],
    ],
    ["is this machine", { [NAME]: { A: ["127.0.0.1"] } }, ["permanent 5.4.4"]],
    [
      "is this machine in IPv6",
      { [NAME]: { AAAA: ["::ffff:127.0.0.1"] } },
      ["permanent 5.4.4"],
    ],
    ["is this relay", { [NAME]: { A: ["192.0.2.1"] } }, ["permanent 5.4.6"]],
  ] as const
) {
  Deno.test(`a domain ${name}`, async () => {
    await using world = await World.make({
      zone: zone as TestZone,
      own: ["192.0.2.1"],
      settings: { allowPrivateTargets: false },
    });
    assert.deepEqual(await world.send(NAME), outcome);
  });
}

Deno.test("a server without an address may get one, whatever the others are", async () => {
  for (const MX of [["no.example", "x.example"], ["x.example", "no.example"]]) {
    await using world = await World.make({
      zone: { [NAME]: { MX }, "x.example": { A: ["10.1.2.3"] } },
      settings: { allowPrivateTargets: false },
    });
    assert.equal(await world.send(NAME), "unreached 4.4.4");
  }
});

Deno.test("HTTP in clear never comes before HTTPS", async () => {
  const LITERAL = "[127.0.0.1]";
  for (
    const [channels, order] of [
      [["http"], ["https", "http"]],
      [["http", "smtp"], ["smtp", "https", "http"]],
    ] as const
  ) {
    await using world = await World.make({
      hosts: [["127.0.0.1", { absentAt: 1000 }]],
    });
    await world.send(LITERAL, ["bob"], { channels });
    assert.deepEqual(world.seen.map(({ way }) => way), order);
  }
});

Deno.test("a literal in a private network is not asked", async () => {
  await using world = await World.make({
    settings: { allowPrivateTargets: false },
  });
  for (const literal of ["[127.0.0.1]", "[10.0.0.1]", "[IPv6:::1]"]) {
    assert.deepEqual(await world.send(literal), ["permanent 5.4.4"], literal);
  }
});

Deno.test("servers behind this relay itself are not asked", async () => {
  await using second = await smtpPeer({}, { address: "127.0.0.3", pair: good });
  await using world = await World.make({
    zone: TWO,
    own: ["127.0.0.2"],
    ports: { smtp: second.port },
  });
  assert.deepEqual(await world.send(NAME), ["permanent 5.4.6"]);
  assert.equal(second.accepted, 0);
});

Deno.test("a domain that does not exist is believed the second time", async () => {
  await using world = await World.make();
  assert.equal(await world.send("no.example"), "unreached 4.1.2");
  assert.equal(await world.send("no.example"), "unreached 4.1.2");
});

for (
  const [httpFallback, destination, order] of [
    ["never", NAME, ["https", "smtp"]],
    ["ip_literal", NAME, ["https", "smtp"]],
    ["always", NAME, ["https", "http", "smtp"]],
    ["never", "[127.0.0.1]", ["https", "smtp"]],
    ["ip_literal", "[127.0.0.1]", ["https", "smtp", "http"]],
    ["always", "[127.0.0.1]", ["https", "http", "smtp"]],
  ] as const
) {
  Deno.test(`ways to ${destination} with HTTP ${httpFallback}`, async () => {
    const zone = { [NAME]: { A: ["127.0.0.1"] } };
    const settings = { httpFallback };
    await using world = await World.make({ zone, settings });
    assert.equal(await world.send(destination), "unreached 4.4.1");
    assert.deepEqual(world.seen.map(({ way }) => way), order);
    await world.send(destination, ["bob"], { channels: ["smtp"] });
    assert.deepEqual(world.seen.slice(order.length).map(({ way }) => way), [
      "smtp",
    ]);
    await using web = await httpPeer(ok);
    await using open = await World.make({
      zone,
      settings,
      ports: { http: web.port },
    });
    assert.deepEqual(
      await open.send(destination),
      (order as readonly string[]).includes("http")
        ? ["delivered"]
        : "unreached 4.4.1",
    );
  });
}

Deno.test("HTTP in clear is no way where a certificate has to be right", async () => {
  await using world = await World.make({
    zone: { [NAME]: { A: ["127.0.0.1"] } },
    settings: { httpFallback: "always", tls: "verify" },
  });
  await world.send(NAME);
  assert.deepEqual(world.seen.map(({ way }) => way), ["https", "smtp"]);
});

/** A host with HTTPS that answers as it is told, and SMTP. */
async function host(answer: () => PeerAnswer) {
  const web = await httpPeer(answer, { pair: good });
  const mail = await smtpPeer({}, { pair: good });
  const world = await World.make({
    zone: { [NAME]: { A: ["127.0.0.1"] } },
    ports: { https: web.port, smtp: mail.port },
  });
  return {
    web,
    mail,
    world,
    async send() {
      const from = world.seen.length;
      assert.deepEqual(await world.send(NAME), ["delivered"]);
      return world.seen.slice(from).map(({ way }) => way).join(" ");
    },
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await web[Symbol.asyncDispose]();
      await mail[Symbol.asyncDispose]();
    },
  };
}

Deno.test("HTTPS is left out for half an hour where only SMTP works", async () => {
  await using it = await host(none);
  assert.equal(await it.send(), "https smtp");
  assert.equal(await it.send(), "smtp");
  it.world.seconds += 1799;
  assert.equal(await it.send(), "smtp");
  it.world.seconds += 1;
  assert.equal(await it.send(), "https smtp");
});

Deno.test("what is refused over HTTPS says nothing of the way", async () => {
  await using it = await host(() => response(403, "Forbidden"));
  assert.equal(await it.send(), "https smtp");
  assert.equal(await it.send(), "https smtp");
});

Deno.test("a host that served over HTTPS is asked again after a minute", async () => {
  let works = true;
  await using it = await host(() => works ? ok() : none());
  assert.equal(await it.send(), "https");
  works = false;
  assert.equal(await it.send(), "https smtp");
  assert.equal(await it.send(), "smtp");
  it.world.seconds += 60;
  works = true;
  assert.equal(await it.send(), "https");
  assert.equal(await it.send(), "https");
});

Deno.test("where SMTP fails too, HTTPS is tried after all", async () => {
  let works = false;
  await using it = await host(() => works ? ok() : none());
  assert.equal(await it.send(), "https smtp");
  works = true;
  await it.mail[Symbol.asyncDispose]();
  assert.equal(await it.send(), "smtp https");
  assert.equal(await it.send(), "https");
});

Deno.test("what was learned is written down, and known after a start", async () => {
  await using it = await host(none);
  await it.send();
  await it.world.transport.close();
  assert.deepEqual(it.world.hosts.values.get(NAME), { absentAt: 1000 });
  await using next = await World.make({
    zone: { [NAME]: { A: ["127.0.0.1"] } },
    ports: { https: it.web.port, smtp: it.mail.port },
    hosts: it.world.hosts.values,
  });
  assert.deepEqual(await next.send(NAME), ["delivered"]);
  assert.deepEqual(next.ways, ["smtp delivered"]);
});

Deno.test("the web site of a domain is asked only if it took mail before", async () => {
  await using web = await httpPeer(ok, { pair: good });
  const zone: TestZone = {
    [NAME]: { MX: ["one.example"], A: ["127.0.0.1"] },
    "one.example": { A: ["127.0.0.2"] },
  };
  const ports = { https: web.port };
  await using world = await World.make({ zone, ports });
  assert.equal(await world.send(NAME), "unreached 4.4.1");
  assert.equal(web.accepted, 0);
  await using other = await World.make({
    zone,
    ports,
    hosts: [[NAME, { servedAt: 900 }]],
  });
  assert.deepEqual(await other.send(NAME), ["delivered"]);
  assert.deepEqual(other.ways, [
    "https unreached",
    "smtp unreached",
    "https delivered",
  ]);
});

Deno.test("how much a host takes is remembered, and asked again after a day", async () => {
  const content = `From: <ann@relay.example>\r\n\r\n${"x".repeat(2_000_000)}`;
  await using web = await httpPeer(() => response(413, "no"), { pair: good });
  await using world = await World.make({
    zone: { [NAME]: { A: ["127.0.0.1"] } },
    ports: { https: web.port },
    content,
  });
  const sends = async () => {
    assert.deepEqual(await world.send(NAME), ["permanent 5.3.4"]);
    return web.requests.length;
  };
  assert.equal(await sends(), 1);
  assert.equal(await sends(), 1);
  world.seconds += 86_400;
  assert.equal(await sends(), 2);
});

Deno.test("a small message that is too large teaches nothing", async () => {
  await using web = await httpPeer(() => response(413, "no"), { pair: good });
  await using world = await World.make({
    zone: { [NAME]: { A: ["127.0.0.1"] } },
    ports: { https: web.port },
  });
  await world.send(NAME);
  await world.send(NAME);
  assert.equal(web.requests.length, 2);
});
