/** How attempts and connections end, and what is sent of a message. */
import assert from "node:assert/strict";
import type { Attempt } from "../../src/federation/transport.ts";
import { httpPeer, response, silentPeer, smtpPeer } from "./peers.ts";
import {
  authority,
  CONTENT,
  HEADER,
  shownAttempt,
  SIGNATURE,
  World,
} from "./transport_world.ts";
import { happens } from "../harness/until.ts";
import { withPatience } from "./patience.ts";

const NAME = "b.example";
const good = await authority.issue([NAME]);
const ZONE = { [NAME]: { A: ["127.0.0.1"] } };
const ok = () => response(200, "250 2.0.0 OK");

const STUCK = {
  "a connection": async () => {
    const peer = await silentPeer();
    return { peer, ports: { https: peer.port } };
  },
  "a response": async () => {
    const peer = await httpPeer(() => "hang", { pair: good });
    return { peer, ports: { https: peer.port } };
  },
  "a greeting": async () => {
    const peer = await smtpPeer({ greeting: "hang" }, { pair: good });
    return { peer, ports: { smtp: peer.port } };
  },
  "TLS after STARTTLS": async () => {
    const EHLO = "250-peer\r\n250 STARTTLS";
    const peer = await smtpPeer({ EHLO, STARTTLS: "220 go" });
    return { peer, ports: { smtp: peer.port } };
  },
  "a reply": async () => {
    const peer = await smtpPeer({ content: "hang" }, { pair: good });
    return { peer, ports: { smtp: peer.port } };
  },
};

for (const [name, make] of Object.entries(STUCK)) {
  Deno.test(`an attempt that waits for ${name} ends when it is to`, async () => {
    const { peer, ports } = await make();
    await using _ = peer;
    await using world = await World.make({ zone: ZONE, ports });
    const abort = new AbortController();
    const unit = world.unit(NAME);
    const channels = "https" in ports ? ["http"] as const : ["smtp"] as const;
    const delivering = world.deliver(unit, channels, abort.signal);
    await happens(() => peer.accepted > 0);
    for (let i = 0; i < 20; i++) await turn();
    abort.abort();
    assert.deepEqual(shownAttempt(await delivering, unit), ["nothing"]);
    await happens(() => world.transport.connections === 0);
  });
}

Deno.test("an attempt that is to end before it begins asks nobody", async () => {
  await using peer = await httpPeer(ok, { pair: good });
  await using world = await World.make({
    zone: ZONE,
    ports: { https: peer.port },
  });
  const unit = world.unit(NAME);
  const attempt = await world.deliver(unit, ["http"], AbortSignal.abort());
  assert.deepEqual(shownAttempt(attempt, unit), ["nothing"]);
  assert.equal(peer.accepted, 0);
});

Deno.test("what was heard before the end of an attempt counts", async () => {
  const abort = new AbortController();
  await using peer = await httpPeer((request) => {
    if (request.number === 1) return ok();
    abort.abort();
    return "hang";
  }, { pair: good });
  await using world = await World.make({
    zone: ZONE,
    ports: { https: peer.port },
  });
  const names = Array.from({ length: 51 }, (_, at) => `user${at}`);
  const unit = world.unit(NAME, names);
  const attempt = await world.deliver(unit, ["http", "smtp"], abort.signal);
  const shown = shownAttempt(attempt, unit) as string[];
  assert.deepEqual(shown.slice(49), ["delivered", "nothing"]);
});

Deno.test("close() ends what is idle and what is busy, and an attempt tells so", async () => {
  await using idle = await smtpPeer({}, { pair: good });
  await using busy = await httpPeer(() => "hang", { pair: good });
  await using world = await World.make({
    zone: ZONE,
    ports: { https: busy.port, smtp: idle.port },
  });
  const only = { channels: ["smtp"] } as const;
  assert.deepEqual(await world.send(NAME, ["bob"], only), ["delivered"]);
  const waiting = world.send(NAME, ["bob"], { channels: ["http"] });
  await happens(() => busy.requests.length > 0);
  await world.transport.close();
  assert.deepEqual(await waiting, ["temporary 4.4.2"]);
  await happens(() =>
    world.transport.connections + idle.open + busy.open === 0
  );
});

Deno.test("a peer that takes nothing costs its time", async () => {
  await using peer = await silentPeer();
  const only = { channels: ["http"] } as const;
  const outcome = await withPatience("unreached 4.4.2", async (httpMs) => {
    await using world = await World.make({
      ports: { http: peer.port },
      settings: { httpMs },
      content: HEADER + "x".repeat(20_000_000),
    });
    return await world.send("[127.0.0.1]", ["bob"], only);
  });
  assert.equal(outcome, "unreached 4.4.2");
});

Deno.test("a response that never ends is not waited for", async () => {
  const endless =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello";
  await using peer = await httpPeer(() => endless, { pair: good });
  const only = { channels: ["http"] } as const;
  const outcome = await withPatience("unreached 4.4.2", async (httpMs) => {
    await using world = await World.make({
      zone: ZONE,
      ports: { https: peer.port },
      settings: { httpMs },
    });
    return await world.send(NAME, ["bob"], only);
  });
  assert.equal(outcome, "unreached 4.4.2");
});

Deno.test("a large message is the same over each way", async () => {
  const lines = "0123456789abcdef\r\n.dots\r\n".repeat(40_000);
  const content = HEADER + lines;
  await using web = await httpPeer(ok, { pair: good });
  await using mail = await smtpPeer({}, { pair: good });
  await using world = await World.make({
    zone: ZONE,
    ports: { https: web.port, smtp: mail.port },
    content,
  });
  assert.deepEqual(await world.send(NAME), ["delivered"]);
  assert.equal(web.requests[0]!.body, SIGNATURE + content);
  const only = { channels: ["smtp"] } as const;
  const small = "From: <ann@relay.example>\r\n\r\n" + lines.slice(0, 900_000);
  world.content = small + "\r\n";
  assert.deepEqual(await world.send(NAME, ["bob"], only), ["delivered"]);
  const got = mail.messages[0]!.content.replaceAll("\r\n..", "\r\n.") + "\r\n";
  assert.equal(got, SIGNATURE + world.content);
});

Deno.test("what cannot be read is held", async () => {
  await using peer = await httpPeer(ok, { pair: good });
  await using world = await World.make({
    zone: ZONE,
    ports: { https: peer.port },
  });
  world.content = undefined;
  assert.equal(await world.send(NAME), "unreadable 4.3.0");
  assert.equal(peer.accepted, 0);
});

Deno.test("what breaks off while it is read is held, and nobody has it whole", async () => {
  for (const way of ["https", "smtp"] as const) {
    const peer = way === "https"
      ? await httpPeer(ok, { pair: good })
      : await smtpPeer({}, { pair: good });
    await using _ = peer;
    await using world = await World.make({
      zone: ZONE,
      ports: { [way]: peer.port },
      content: HEADER + "x".repeat(500_000),
      breaksAt: 100_000,
    });
    const channels = [way === "https" ? "http" : "smtp"] as const;
    assert.equal(
      await world.send(NAME, ["bob"], { channels }),
      "unreadable 4.3.0",
    );
    const whole = "requests" in peer ? peer.requests : peer.messages;
    assert.equal(whole.length, 0);
  }
});

Deno.test("without a signature nothing leaves, where there has to be one", async () => {
  await using peer = await httpPeer(ok, { pair: good });
  const note = { status: "4.7.0", text: "no key" };
  await using world = await World.make({
    zone: ZONE,
    ports: { https: peer.port },
    signing: { kind: "wait", note },
  });
  const attempt: Attempt = await world.deliver(world.unit(NAME));
  assert.deepEqual(attempt, { kind: "unreached", note });
  assert.equal(peer.accepted, 0);
});

Deno.test("a hash that nobody took is taken of the body", async () => {
  const { DkimBodyHash } = await import("../../src/mailauth/dkim_body_hash.ts");
  for (const filler of ["", "x".repeat(300_000)]) {
    const body = `one\r\n.two\r\n${filler}\r\n`;
    const expected = new DkimBodyHash();
    expected.update(new TextEncoder().encode(body));
    await using peer = await httpPeer(ok, { pair: good });
    await using world = await World.make({
      zone: ZONE,
      ports: { https: peer.port },
      content: HEADER + body,
    });
    const { bodyHash: _, ...unit } = world.unit(NAME);
    const attempt = await world.deliver(unit);
    assert.equal(attempt.kind, "answered");
    assert.equal(world.signed[0]!.bodyHash, expected.digest());
  }
});

Deno.test("each way that was tried is told, with what it came to", async () => {
  await using web = await httpPeer(() => response(503, "busy"), { pair: good });
  await using mail = await smtpPeer({}, { pair: good });
  await using world = await World.make({
    zone: ZONE,
    ports: { https: web.port, smtp: mail.port },
  });
  await world.send(NAME, ["bob", "eve"]);
  assert.deepEqual(
    world.seen.map(({ tookMs, ...seen }) => ({
      ...seen,
      tookMs: tookMs >= 0,
    })),
    [
      {
        destination: NAME,
        host: NAME,
        way: "https",
        recipients: 2,
        tookMs: true,
        sizeOctets: (SIGNATURE + CONTENT).length,
        result: "deferred",
        text: "status 503: busy",
        tlsVerified: true,
      },
      {
        destination: NAME,
        host: NAME,
        way: "smtp",
        recipients: 2,
        tookMs: true,
        sizeOctets: (SIGNATURE + CONTENT).length,
        result: "delivered",
        tlsVerified: true,
      },
    ],
  );
});

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2));
}
