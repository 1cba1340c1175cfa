/** Mail over `/mxdeliv`, and what follows where it is not taken. */
import assert from "node:assert/strict";
import { httpPeer, response, smtpPeer } from "./peers.ts";
import { authority, CONTENT, SIGNATURE, World } from "./transport_world.ts";

const NAME = "b.example";
const good = await authority.issue([NAME, "mx.b.example"]);
const ZONE = {
  [NAME]: { MX: ["mx.b.example"] },
  "mx.b.example": { A: ["127.0.0.1"] },
};
const ok = () => response(200, "250 2.0.0 OK\n");

Deno.test("a message goes over HTTPS, signed, one field for each recipient", async () => {
  await using peer = await httpPeer(ok, { pair: good });
  await using world = await World.make({
    zone: ZONE,
    ports: { https: peer.port },
  });
  const prefix = new TextEncoder().encode("X-Before: 1\r\n");
  assert.deepEqual(await world.send(NAME, ["bob", "eve"], { prefix }), [
    "delivered",
    "delivered",
  ]);
  const [request] = peer.requests;
  assert.equal(request!.line, "POST /mxdeliv HTTP/1.1");
  assert.deepEqual(request!.values("host"), ["mx.b.example"]);
  assert.deepEqual(request!.values("x-mail-from"), ["ann@relay.example"]);
  assert.deepEqual(request!.values("x-mail-to"), [
    "bob@b.example",
    "eve@b.example",
  ]);
  assert.deepEqual(request!.values("x-mail-id"), ["x"]);
  assert.equal(request!.body, `${SIGNATURE}X-Before: 1\r\n${CONTENT}`);
  assert.match(world.signed[0]!.header, /^X-Before: 1\r\nFrom: /);
  assert.deepEqual(world.ways, ["https delivered"]);
  assert.equal(world.seen[0]!.tlsVerified, true);
});

Deno.test("a message goes over SMTP with STARTTLS where nobody serves HTTPS", async () => {
  await using peer = await smtpPeer({}, { pair: good });
  await using world = await World.make({
    zone: ZONE,
    ports: { smtp: peer.port },
  });
  assert.deepEqual(await world.send(NAME), ["delivered"]);
  const [message] = peer.messages;
  assert.equal(
    message!.from,
    "FROM:<ann@relay.example> SIZE=" +
      `${SIGNATURE.length + CONTENT.length}`,
  );
  assert.deepEqual(message!.to, ["<bob@b.example>"]);
  assert.equal(
    `${message!.content}\r\n`,
    SIGNATURE + CONTENT.replace("\r\n.", "\r\n.."),
  );
  assert.deepEqual(world.ways, ["https unreached", "smtp delivered"]);
  assert.equal(world.seen[1]!.tlsVerified, true);
});

Deno.test("connections are used again, and a closed one costs nothing", async () => {
  await using peer = await httpPeer(ok, { pair: good });
  await using world = await World.make({
    zone: ZONE,
    ports: { https: peer.port },
  });
  assert.deepEqual(await world.send(NAME), ["delivered"]);
  assert.deepEqual(await world.send(NAME), ["delivered"]);
  assert.equal(peer.accepted, 1);
  peer.hangUp();
  assert.deepEqual(await world.send(NAME), ["delivered"]);
  assert.equal(peer.accepted, 2);
});

Deno.test("a peer that was about to close an idle connection is asked again at once", async () => {
  await using peer = await httpPeer(
    ({ number }) =>
      number === 1 ? ok() : response(408, "", { Connection: "close" }),
    {
      pair: good,
    },
  );
  await using world = await World.make({
    zone: ZONE,
    ports: { https: peer.port },
  });
  assert.deepEqual(await world.send(NAME), ["delivered"]);
  assert.deepEqual(await world.send(NAME), ["delivered"]);
  assert.equal(peer.accepted, 2);
});
