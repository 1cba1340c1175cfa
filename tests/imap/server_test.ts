/** What happens around commands: ends of sessions, stalls, back-pressure. */
import assert from "node:assert/strict";
import { Refusal } from "../../src/base/refusal.ts";
import { turnAway } from "../../src/imap/server/server.ts";
import { MemoryWire } from "./memory_wire.ts";
import { Stage } from "./transcript.ts";
import { memoryWorld } from "./world.ts";

async function loggedIn() {
  const world = memoryWorld();
  const stage = new Stage(world, {});
  const wire = stage.connect();
  wire.push("L LOGIN ann@relay.example secret\r\n");
  await stage.settle();
  stage.log.length = 0;
  return { world, stage, wire };
}

for (
  const [reason, text] of [
    ["account_inactive", "S: * BYE Account no longer active"],
    ["too_many_sessions", "S: * BYE Too many sessions"],
    ["password_changed", "S: * BYE Password has been changed"],
  ] as const
) {
  Deno.test(`a session that waits ends at once: ${reason}`, async () => {
    const { world, stage, wire } = await loggedIn();
    world.backend.endSessions(reason);
    await stage.settle();
    assert.deepEqual(stage.log, [text]);
    assert.ok(wire.closed);
    await stage.end();
    assert.equal(world.backend.released, 1);
  });
}

Deno.test("an octet now and then is no sign of life", async () => {
  const { stage, wire } = await loggedIn();
  const dribble = async (text: string, durationMs: number) => {
    for (const char of text) {
      wire.push(char);
      await stage.settle();
      await stage.pass(durationMs / text.length);
    }
  };
  await dribble("A1 NOOP\r\n", 1_750_000);
  assert.deepEqual(stage.log, ["S: A1 OK NOOP completed"]); // a command is one
  await dribble("A2 NO", 1_700_000);
  wire.push("OP\r\n");
  await stage.settle();
  wire.push("A3 APPEND INBOX {4000+}\r\n");
  await dribble("From: x", 1_750_000);
  wire.push("x".repeat(1024)); // so is a part of a message
  await dribble("xxx", 1_750_000);
  assert.equal(stage.log.length, 2);
  await dribble("xxx", 60_000);
  assert.equal(stage.log.at(-1), "S: * BYE Disconnected for inactivity");
  await stage.end();
});

Deno.test("shutdown() lets a command finish and refuses new connections", async () => {
  const { world, stage, wire } = await loggedIn();
  const { mail } = world.backend;
  const list = mail.list.bind(mail);
  let go = () => {};
  mail.list = () => new Promise((resolve) => go = () => resolve(list()));
  wire.push('A1 LIST "" *\r\nA2 NOOP\r\n');
  await new Promise((resolve) => setTimeout(resolve, 0));
  const down = stage.server.shutdown();
  go();
  await down;
  assert.deepEqual(stage.log, [
    'S: * LIST (\\HasNoChildren) "/" "INBOX"',
    "S: A1 OK LIST completed",
    "S: * BYE Server shutting down",
  ]);
  assert.ok(wire.closed);
  stage.log.length = 0;
  assert.ok(stage.connect("2"));
  await stage.settle();
  assert.deepEqual(stage.log, ["S2: * BYE Server shutting down"]);
  assert.equal(stage.server.size, 0);
  await stage.end();
});

Deno.test("shutdown() wakes an idling session", async () => {
  const { stage, wire } = await loggedIn();
  wire.push("A1 IDLE\r\n");
  await stage.settle();
  await stage.server.shutdown();
  assert.deepEqual(stage.log, ["S: + idling", "S: * BYE Server shutting down"]);
  await stage.end();
});

Deno.test("turnAway() says why", async () => {
  const said: string[] = [];
  const wire = new MemoryWire({ onText: (text) => said.push(text) });
  await turnAway(wire);
  assert.deepEqual(said, ["* BYE Too many connections\r\n"]);
  assert.ok(wire.closed);
});

Deno.test("a peer that takes nothing is left after the stall limit", async () => {
  const { stage, wire } = await loggedIn();
  let go = () => {};
  wire.stall = new Promise((resolve) => go = resolve);
  wire.push("A1 NOOP\r\n");
  await stage.pass(119_000);
  assert.ok(!wire.closed);
  await stage.pass(2000);
  assert.ok(wire.closed);
  go();
  await stage.end();
});

for (const secure of [true, false]) {
  Deno.test(`a peer that does not finish TLS is left, ${secure ? "from the start" : "after STARTTLS"}`, async () => {
    const stage = new Stage(memoryWorld(), { secure });
    const wire = stage.connect();
    if (secure) wire.stall = new Promise(() => {});
    else {
      wire.startTls = () =>
        new Promise((_resolve, reject) => {
          wire.abort = () => {
            wire.close();
            reject(new Error("The connection is gone"));
          };
        });
      wire.push("A1 STARTTLS\r\n");
      wire.stall = new Promise(() => {}); // for settle(): nobody reads
    }
    await stage.pass(29_000);
    assert.ok(!wire.closed);
    await stage.pass(2000);
    assert.ok(wire.closed);
  });
}

Deno.test("shutdown() does not wait for a peer that does not finish TLS", async () => {
  const stage = new Stage(memoryWorld(), {});
  const wire = stage.connect();
  wire.stall = new Promise(() => {});
  void stage.server.shutdown();
  await stage.settle();
  assert.ok(wire.closed);
});

Deno.test("the replies of pipelined commands are one write", async () => {
  const { stage, wire } = await loggedIn();
  const before = wire.writes;
  wire.push("A1 NOOP\r\nA2 NOOP\r\nA3 SELECT INBOX\r\nA4 CLOSE\r\n");
  await stage.settle();
  assert.equal(wire.writes, before + 1);
  await stage.end();
});

Deno.test("what comes in clear behind STARTTLS ends the connection", async () => {
  const stage = new Stage(memoryWorld(), { secure: false });
  const wire = stage.connect();
  wire.push("A1 STARTTLS\r\nA2 LOGIN ann@relay.example secret\r\n");
  await stage.settle();
  assert.equal(stage.log.at(-1), "S: A1 OK Begin TLS negotiation now");
  assert.ok(wire.closed && !wire.secure);
  await stage.end();
});

Deno.test("IDLE tells the relay that it idles, and writes in the turn of the change", async () => {
  const { world, stage, wire } = await loggedIn();
  wire.push("A1 SELECT INBOX\r\nA2 IDLE\r\n");
  await stage.settle();
  stage.log.length = 0;
  world.backend.mail.deliver("INBOX", "hi");
  assert.deepEqual(stage.log, ["S: * 1 EXISTS"]);
  wire.push("DONE\r\n");
  await stage.settle();
  assert.deepEqual(world.backend.idling, [true, false]);
  await stage.end();
});

Deno.test("messages that come while a write waits are one EXISTS", async () => {
  const { world, stage, wire } = await loggedIn();
  wire.push("A1 SELECT INBOX\r\nA2 IDLE\r\n");
  await stage.settle();
  stage.log.length = 0;
  let go = () => {};
  wire.stall = new Promise((resolve) => go = resolve);
  for (let i = 0; i < 5; i++) world.backend.mail.deliver("INBOX", "hi");
  wire.stall = undefined;
  go();
  await stage.settle();
  assert.deepEqual(stage.log, ["S: * 1 EXISTS", "S: * 5 EXISTS"]);
  await stage.end();
});

Deno.test("what was said before a login does not wait for its answer", async () => {
  const world = memoryWorld();
  let refuse = () => {};
  world.backend.login = () =>
    new Promise((_, reject) =>
      refuse = () => reject(new Refusal("bad_credentials"))
    );
  const stage = new Stage(world, {});
  const wire = stage.connect();
  wire.push("A1 NOOP\r\nA2 LOGIN ann@relay.example wrong\r\n");
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.equal(stage.log.at(-1), "S: A1 OK NOOP completed");
  refuse();
  await stage.settle();
  assert.match(stage.log.at(-1)!, /^S: A2 NO /);
  await stage.end();
});

Deno.test("an upload that is cut off is discarded", async () => {
  const { world, stage, wire } = await loggedIn();
  let discarded = 0;
  const { mail } = world.backend;
  const append = mail.append.bind(mail);
  mail.append = async (message) => ({
    ...await append(message),
    discard: () => Promise.resolve(void discarded++),
  });
  wire.push("A1 APPEND INBOX {100+}\r\nabc");
  await stage.settle();
  await stage.end();
  assert.equal(discarded, 1);
  assert.equal(mail.box("INBOX").rows.length, 0);
});

Deno.test("a flood of commands gives way to others", async () => {
  let gaveWay = 0;
  const world = memoryWorld();
  const stage = new Stage(world, { onSleep: () => gaveWay++ });
  const wire = stage.connect();
  const limits = world.backend.limits.bind(world.backend);
  world.backend.limits = () => {
    stage.now += 5; // what a command takes
    return limits();
  };
  wire.push("L LOGIN ann@relay.example secret\r\n");
  wire.push("A CAPABILITY\r\n".repeat(20));
  await stage.settle();
  assert.equal(gaveWay, 10);
  await stage.end();
});
