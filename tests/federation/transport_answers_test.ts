/** What `/mxdeliv` may answer, and where the message is then. */
import assert from "node:assert/strict";
import { httpPeer, type PeerAnswer, response, smtpPeer } from "./peers.ts";
import { authority, World } from "./transport_world.ts";

const NAME = "b.example";
const good = await authority.issue([NAME]);
const ZONE = { [NAME]: { A: ["127.0.0.1"] } };
const HTML = { "Content-Type": "text/html; charset=utf-8" };

interface Row {
  readonly name: string;
  readonly answer: PeerAnswer;
  /** With nobody on port 25. */
  readonly alone: string;
  /** With a mail server that takes everything; undefined: it is not asked. */
  readonly beside?: "delivered";
  readonly alarm?: true;
}

const ROWS: readonly Row[] = [
  { name: "an empty 200", answer: response(200), alone: "delivered" },
  { name: "OK", answer: response(200, "OK"), alone: "delivered" },
  { name: "250", answer: response(200, "250 2.0.0 OK\n"), alone: "delivered" },
  { name: "202", answer: response(202, "250 queued"), alone: "delivered" },
  {
    name: "a page of a captive portal",
    answer: response(200, "<html>Log in", HTML),
    alone: "temporary 4.4.1",
    beside: "delivered",
  },
  {
    name: "a page that calls itself text",
    answer: response(200, "<!doctype html>", { "Content-Type": "text/plain" }),
    alone: "temporary 4.4.1",
    beside: "delivered",
  },
  {
    name: "a long 200",
    answer: response(200, "250 ok ".repeat(1000)),
    alone: "temporary 4.4.1",
    beside: "delivered",
  },
  {
    name: "a 200 that says no",
    answer: response(200, "550 5.1.1 No such user"),
    alone: "permanent 5.1.1",
    beside: "delivered",
  },
  {
    name: "other words with 200",
    answer: response(200, "It works!"),
    alone: "temporary 4.4.1",
    beside: "delivered",
  },
  {
    name: "a redirect",
    answer: response(302, "", { Location: "https://other.example/" }),
    alone: "temporary 4.4.1",
    beside: "delivered",
  },
  {
    name: "400 with a temporary reply",
    answer: response(400, "451 4.3.0 later"),
    alone: "temporary 4.3.0",
    beside: "delivered",
  },
  {
    name: "400 with a permanent reply",
    answer: response(400, "550 5.1.1 No such user"),
    alone: "permanent 5.1.1",
    beside: "delivered",
  },
  {
    name: "400 without words",
    answer: response(400, "Bad Request"),
    alone: "temporary 4.3.0",
    beside: "delivered",
  },
  {
    name: "523",
    answer: response(400, "523 5.7.1 Encryption Needed"),
    alone: "permanent 5.7.1",
  },
  {
    name: "403 for want of encryption",
    answer: response(403, "Encryption Needed: Invalid Unencrypted Mail"),
    alone: "permanent 5.7.1",
  },
  {
    name: "413",
    answer: response(413, "too large"),
    alone: "permanent 5.3.4",
  },
  {
    name: "552",
    answer: response(400, "552 Message exceeds maximum size"),
    alone: "permanent 5.3.4",
  },
  {
    name: "403 of a policy",
    answer: response(403, "Forbidden"),
    alone: "permanent 5.7.1",
    beside: "delivered",
  },
  {
    name: "a signature that is missed",
    answer: response(400, "554 5.7.1 No valid DKIM signature found"),
    alone: "permanent 5.7.1",
    beside: "delivered",
    alarm: true,
  },
  {
    name: "a literal from elsewhere",
    answer: response(500, "500 Invalid FROM domain literal: 1.1.1.1"),
    alone: "permanent 5.7.1",
    beside: "delivered",
    alarm: true,
  },
  ...[404, 405, 410, 501].map((status) => ({
    name: `${status}`,
    answer: response(status, "nothing here"),
    alone: "temporary 4.4.1",
    beside: "delivered",
  } as const)),
  ...[401, 407, 500, 502, 503, 507, 429, 408, 425, 504].map((status) => ({
    name: `${status}`,
    answer: response(status, "not now"),
    alone: temporary(status),
    beside: "delivered",
  } as const)),
  {
    name: "garbage",
    answer: "SSH-2.0-OpenSSH\r\n\r\n\r\nConnection: close",
    alone: "temporary 4.5.0",
    beside: "delivered",
  },
  {
    name: "an endless head",
    answer: `HTTP/1.1 200 OK\r\n${"X-Filler: 0123456789\r\n".repeat(3000)}`,
    alone: "temporary 4.5.0",
    beside: "delivered",
  },
  {
    name: "half a body and the end",
    answer:
      "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\n250",
    alone: "temporary 4.5.0",
    beside: "delivered",
  },
  {
    name: "a reset",
    answer: "die",
    alone: "temporary 4.4.2",
    beside: "delivered",
  },
  {
    name: "silence",
    answer: "hang",
    alone: "unreached 4.4.1",
    beside: "delivered",
  },
];

function temporary(status: number): string {
  const codes: Record<number, string> = {
    408: "4.4.2",
    504: "4.4.2",
    429: "4.7.0",
    507: "4.3.1",
  };
  return `temporary ${codes[status] ?? "4.3.0"}`;
}

for (const { name, answer, alone, beside, alarm } of ROWS) {
  Deno.test(`/mxdeliv answers ${name}`, async () => {
    await using peer = await httpPeer(() => answer, { pair: good });
    const settings = answer === "hang" ? { httpMs: 100 } : {};
    const ports = { https: peer.port };
    await using world = await World.make({ zone: ZONE, ports, settings });
    const [first] = [await world.send(NAME)].flat();
    assert.equal(first, alone);
    assert.equal(world.seen[0]!.way, "https");
    assert.deepEqual(
      world.alarms.map(({ kind }) => kind),
      alarm ? ["signature_refused"] : [],
    );
    await using mail = await smtpPeer({}, { pair: good });
    const both = { https: peer.port, smtp: mail.port };
    await using other = await World.make({ zone: ZONE, ports: both, settings });
    const [second] = [await other.send(NAME)].flat();
    assert.equal(second, beside ?? alone);
    assert.equal(mail.messages.length, beside ? 1 : 0);
  });
}

Deno.test("what SMTP says counts after what HTTP said", async () => {
  await using web = await httpPeer(
    () => response(503, "busy", { "Retry-After": "120" }),
    { pair: good },
  );
  const says = async (content: string) => {
    await using mail = await smtpPeer({ content }, { pair: good });
    const ports = { https: web.port, smtp: mail.port };
    await using world = await World.make({ zone: ZONE, ports });
    return await world.send(NAME);
  };
  assert.deepEqual(await says("554 5.7.1 no"), ["permanent 5.7.1"]);
  assert.deepEqual(await says("451 4.3.0 later"), ["temporary 4.3.0"]);
});

Deno.test("no attempt comes before the peer wants one", async () => {
  await using web = await httpPeer(
    () => response(503, "busy", { "Retry-After": "120" }),
    { pair: good },
  );
  await using world = await World.make({
    zone: ZONE,
    ports: { https: web.port },
  });
  const attempt = await world.deliver(world.unit(NAME));
  assert.equal(attempt.kind, "answered");
  const verdict = attempt.kind === "answered" && attempt.verdicts.get(0);
  assert.equal(verdict && verdict.kind, "temporary");
  assert.equal(
    verdict && verdict.kind === "temporary" && verdict.notBeforeSeconds,
    120,
  );
});

Deno.test("who was refused together may be tried apart", async () => {
  await using web = await httpPeer(
    () => response(400, "550 5.1.1 No such user"),
    { pair: good },
  );
  await using world = await World.make({
    zone: ZONE,
    ports: { https: web.port },
  });
  assert.deepEqual(await world.send(NAME, ["bob", "eve"]), [
    "apart 5.1.1",
    "apart 5.1.1",
  ]);
});

Deno.test("many recipients go in several requests, each answered by itself", async () => {
  await using web = await httpPeer(
    (request) =>
      request.values("x-mail-to").length === 50
        ? response(200, "OK")
        : response(503, "busy"),
    { pair: good },
  );
  await using world = await World.make({
    zone: ZONE,
    ports: { https: web.port },
  });
  const names = Array.from({ length: 60 }, (_, at) => `user${at}`);
  const outcome = await world.send(NAME, names) as string[];
  assert.deepEqual(web.requests.map((one) => one.values("x-mail-to").length), [
    50,
    10,
  ]);
  assert.equal(outcome.filter((one) => one === "delivered").length, 50);
  assert.equal(outcome.filter((one) => one === "temporary 4.3.0").length, 10);
});

Deno.test("long addresses make smaller requests", async () => {
  await using web = await httpPeer(() => response(200, "OK"), { pair: good });
  await using world = await World.make({
    zone: ZONE,
    ports: { https: web.port },
  });
  const names = Array.from(
    { length: 50 },
    (_, at) => "x".repeat(300) + String(at),
  );
  await world.send(NAME, names);
  assert.ok(web.requests.length > 1);
  for (const { fields } of web.requests) {
    const octets = fields.flat().join(": \r\n").length;
    assert.ok(octets < 16 * 1024, `${octets} octets`);
  }
  const to = web.requests.flatMap((request) => request.values("x-mail-to"));
  assert.equal(new Set(to).size, 50);
});

Deno.test("the null reverse-path is no field", async () => {
  await using web = await httpPeer(() => response(200, "OK"), { pair: good });
  await using world = await World.make({
    zone: ZONE,
    ports: { https: web.port },
  });
  await world.send(NAME, ["bob"], { reversePath: "" });
  assert.deepEqual(web.requests[0]!.values("x-mail-from"), []);
});

Deno.test("an answer that comes early leaves no connection to be used again", async () => {
  await using early = await httpPeer(() => response(413, "no"), {
    pair: good,
    answersEarly: true,
  });
  await using world = await World.make({
    zone: ZONE,
    ports: { https: early.port },
    content: `From: <ann@relay.example>\r\n\r\n${"x".repeat(900_000)}`,
  });
  assert.deepEqual(await world.send(NAME), ["permanent 5.3.4"]);
  assert.deepEqual(await world.send(NAME), ["permanent 5.3.4"]);
  assert.equal(early.accepted, 2);
});

Deno.test("who accepts what it has not got yet has not got it", async () => {
  await using early = await httpPeer(() => response(200, "250 2.0.0 OK"), {
    pair: good,
    answersEarly: true,
  });
  await using world = await World.make({
    zone: ZONE,
    ports: { https: early.port },
    content: `From: <ann@relay.example>\r\n\r\n${"x".repeat(9_000_000)}`,
  });
  assert.deepEqual(await world.send(NAME), ["temporary 4.5.0"]);
});
