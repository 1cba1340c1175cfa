/** Mail over HTTP of a relay that hides: there for who has an account, and for nobody else. */
import assert from "node:assert/strict";
import { probe } from "../http/probe.ts";
import { Socket } from "./socket.ts";
import { PASSWORD, type User, World } from "./world.ts";

const config = (mode: string) =>
  `[web]\nstealth = "${mode}"\n[auth]\nfail_delay_ms = 0\n` +
  "[webmail]\nwebimap = true\nwebsmtp = true\n" +
  'cors_origins = ["https://app.example"]';

async function withHidden(
  mode: string,
  test: (world: World, ann: User) => Promise<void>,
): Promise<void> {
  const world = await World.open({ config: config(mode) });
  try {
    await test(world, await world.account("ann"));
  } finally {
    await world.close();
  }
}

const HANDSHAKE = [
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

Deno.test("behind a decoy, strangers see what they see everywhere", () =>
  withHidden("decoy", async (world, ann) => {
    const door = { port: world.server.ports.https, serverName: "localhost" };
    const host = `localhost:${door.port}`;
    const seen = (
      method: string,
      target: string,
      fields: readonly string[] = [],
      body?: string,
    ) =>
      probe(door, {
        method,
        target,
        host,
        fields,
        ...(body === undefined ? {} : { body }),
      });
    const wrong = [`X-Email: ${ann.address}`, "X-Password: wrong"];
    const asked: [string, string, readonly string[], string?][] = [
      ["GET", "/webimap/mailboxes", []],
      ["GET", "/webimap/mailboxes", wrong],
      ["GET", "/webimap/mailboxes", ["Origin: https://app.example"]],
      ["GET", "/.well-known/webimap.json", []],
      ["GET", "/account", []],
      ["GET", "/webimap/ws", []],
      ["GET", "/webimap/ws", HANDSHAKE],
      ["GET", `/webimap/ws?email=${ann.address}&password=wrong`, [
        ...HANDSHAKE,
        `Origin: https://${host}`,
      ]],
      ["GET", "/webimap/ws?ticket=x", [
        ...HANDSHAKE,
        "Origin: https://evil.example",
      ]],
      ["OPTIONS", "/webimap/mailboxes", ["Origin: https://app.example"]],
      ["POST", "/websmtp/send", wrong, "{}"],
      ["POST", "/webimap/ticket", [], ""],
      ["DELETE", "/webimap/message/1", wrong],
    ];
    for (const [method, target, fields, body] of asked) {
      assert.equal(
        await seen(method, target, fields, body),
        await seen(method, "/no-such-page", fields, body),
        `${method} ${target}`,
      );
    }
    assert.equal((await ann.ask("/webimap/mailboxes")).status, 200);
    assert.equal(
      (await ann.ask("/webimap/message/9")).json.error,
      "message not found",
    );
    const body = world.message(ann.address, world.payload.repeat(20));
    assert.ok(body.length > 10_000);
    assert.equal((await ann.send(ann.address, body.slice(0, 100))).status, 400);
    assert.equal((await ann.send(ann.address)).status, 200);
    const socket = await Socket.open(ann);
    assert.equal((await socket.next()).action, "new_message");
    await socket.close();
    const headers = {
      authorization: `Basic ${btoa(`${ann.address}:${PASSWORD}`)}`,
    };
    const basic = await ann.ask("/webimap/mailboxes", { as: null, headers });
    assert.equal(basic.status, 200);
  }));

Deno.test("where nothing is shown, errors of programs are", () =>
  withHidden("minimal", async (_world, ann) => {
    const wrong = { address: ann.address, password: "wrong" };
    const answer = await ann.ask("/webimap/mailboxes", { as: wrong });
    assert.deepEqual([answer.status, answer.json.error], [
      401,
      "invalid credentials",
    ]);
    assert.equal((await ann.send(ann.address)).status, 200);
    const page = await ann.ask("/account", { as: null });
    assert.deepEqual([page.status, page.text], [404, ""]);
    const socket = await Socket.open(ann);
    await socket.close();
  }));
