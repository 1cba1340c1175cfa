import assert from "node:assert/strict";
import { clientFrame as frame } from "../../../tests/harness/client_frames.ts";
import { HeldWire, settle } from "../../../tests/harness/held_wire.ts";
import { OPCODES } from "../proto/web_socket_frames.ts";
import type { HttpCut } from "./cut.ts";
import { ServerWebSocket } from "./web_socket_peer.ts";

function scene() {
  const wire = new HeldWire();
  const cuts: HttpCut[] = [];
  const socket = new ServerWebSocket(wire, {
    maxMessageOctets: 1000,
    onCut: (reason) => cuts.push(reason),
  });
  return { wire, socket, cuts };
}

function pass(socket: ServerWebSocket, seconds: number): void {
  for (let left = seconds; left > 0; left--) socket.tick();
}

const octets = (...values: number[]) => new Uint8Array(values);
const CLOSE = frame(octets(0x10, 0), { opcode: OPCODES.close }); // 4096

Deno.test("a close of the peer is answered with its code, and ends it", async () => {
  const { wire, socket } = scene();
  const received = socket.receive();
  await wire.arrive(CLOSE);
  assert.equal(await received, undefined);
  assert.deepEqual(wire.written, ["88021000"]);
  assert.equal(wire.end, "closed");
  assert.ok(socket.isOver);
  assert.equal(await socket.receive(), undefined);
  await assert.rejects(socket.send("late"));
});

Deno.test("a close of ours waits for the peer's, and nothing is said or heard behind it", async () => {
  const { wire, socket } = scene();
  const received = socket.receive();
  socket.close(4401, "no");
  socket.close(1000);
  await assert.rejects(socket.send("late"));
  await wire.arrive(frame("late"));
  await wire.arrive(frame("", { opcode: OPCODES.ping }));
  assert.equal(wire.end, undefined);
  await wire.arrive(CLOSE);
  assert.equal(await received, undefined);
  assert.deepEqual(wire.written, ["880411316e6f"]);
  assert.equal(wire.end, "closed");
});

Deno.test("finish() closes what its route has left, whatever still comes", async () => {
  const { wire, socket } = scene();
  let isDone = false;
  const finished = socket.finish(1000).then(() => isDone = true);
  await wire.arrive(frame("unheard"));
  assert.equal(isDone, false);
  await wire.arrive(undefined);
  await finished;
  assert.deepEqual(wire.written, ["880203e8"]);
  assert.equal(wire.end, "closed");
});

Deno.test("a peer that does not close too is cut off, though it goes on sending", async () => {
  const { wire, socket } = scene();
  const received = socket.receive();
  socket.close(1000);
  await settle();
  for (let second = 0; second < 10; second++) {
    assert.equal(wire.end, undefined);
    await wire.arrive(frame("more"));
    socket.tick();
  }
  assert.equal(wire.end, "aborted");
  assert.equal(await received, undefined);
});

Deno.test("what waits before a close has time as long as it is taken", async () => {
  const { wire, socket } = scene();
  wire.isStuck = true;
  const sent = [1, 2, 3, 4].map(() =>
    socket.send(new Uint8Array(100_000)).then(() => true, () => false)
  );
  socket.close(1000);
  await settle();
  for (let period = 0; period < 5; period++) {
    wire.take();
    await settle();
    pass(socket, 10);
    assert.equal(wire.end, undefined);
  }
  pass(socket, 10);
  await settle();
  assert.equal(wire.end, "aborted");
  assert.deepEqual(await Promise.all(sent), Array(4).fill(false));
});

for (
  const [what, wrong, close, cut] of [
    ["no mask", frame("x", { mask: null }), "880203ea", "bad_frame"],
    ["too much", frame("x".repeat(1001)), "880203f1", "large_message"],
    ["no text", frame(octets(0xff), { opcode: 1 }), "880203ef", "not_text"],
  ] as const
) {
  Deno.test(`${what} is answered with a close, and what follows is not heard`, async () => {
    const { wire, socket, cuts } = scene();
    const received = socket.receive();
    await wire.arrive(wrong);
    assert.deepEqual(wire.written, [close]);
    assert.equal(wire.end, "half");
    await wire.arrive(frame("unheard"));
    await wire.arrive(CLOSE);
    assert.ok(!socket.isOver);
    await wire.arrive(undefined);
    assert.equal(await received, undefined);
    assert.deepEqual(wire.written, [close]);
    assert.equal(wire.end, "closed");
    assert.deepEqual(cuts, [cut], "It is told once");
  });
}

Deno.test("who makes a mistake and then stays is cut off", async () => {
  const { wire, socket } = scene();
  const received = socket.receive();
  await wire.arrive(octets(0xff));
  pass(socket, 10);
  assert.equal(wire.end, "aborted");
  assert.equal(await received, undefined);
});

Deno.test("a ping is answered in the middle of a message, and waits for who takes nothing", async () => {
  const { wire, socket } = scene();
  const received = socket.receive();
  const ping = frame(octets(1, 2), { opcode: OPCODES.ping });
  await wire.arrive(frame("a", { isLast: false }));
  await wire.arrive(ping);
  assert.deepEqual(wire.written, ["8a020102"]);
  wire.isStuck = true;
  const before = wire.reads;
  for (let count = 0; count < 10; count++) await wire.arrive(ping);
  assert.equal(wire.reads, before);
  assert.equal(wire.written.length, 2);
  wire.isStuck = false;
  wire.take();
  await settle();
  await wire.arrive(frame("b", { opcode: OPCODES.continuation }));
  assert.equal(await received, "ab");
  assert.equal(wire.written.length, 11);
});

Deno.test("what is sent in one turn goes out together, in order", async () => {
  const { wire, socket } = scene();
  socket.begin(octets(0x48));
  await Promise.all([
    socket.send("a"),
    socket.send(octets(0xff)),
    socket.send(""),
  ]);
  assert.deepEqual(wire.written, ["488101618201ff8100"]);
});

Deno.test("nothing is read while nobody receives, and then nobody is taken for gone", async () => {
  const { wire, socket } = scene();
  const first = socket.receive();
  await wire.arrive(frame("1"));
  assert.equal(await first, "1");
  await wire.arrive(frame("2"));
  assert.equal(wire.reads, 1);
  for (let period = 0; period < 3; period++) {
    pass(socket, 30);
    await settle();
  }
  assert.equal(wire.end, undefined);
  assert.equal(await socket.receive(), "2");
});

Deno.test("a peer that sends a long message is alive without a pong", async () => {
  const { wire, socket, cuts } = scene();
  void socket.receive();
  await wire.arrive(frame("x".repeat(900)).subarray(0, 100));
  for (let period = 0; period < 4; period++) {
    pass(socket, 30);
    await wire.arrive(octets(0x20));
    assert.equal(wire.end, undefined);
  }
  pass(socket, 30);
  assert.deepEqual(cuts, []);
  pass(socket, 30);
  assert.equal(wire.end, "aborted");
  assert.deepEqual(cuts, ["silent"]);
});

Deno.test("a connection that is lost shows as the end", async () => {
  const { wire, socket } = scene();
  wire.isStuck = true;
  const sent = assert.rejects(socket.send("x"));
  const received = socket.receive();
  await settle();
  wire.abort();
  assert.equal(await received, undefined);
  await sent;
  await socket.finish(1000);
});
