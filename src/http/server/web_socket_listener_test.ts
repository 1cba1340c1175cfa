import assert from "node:assert/strict";
import { clientFrame as frame } from "../../../tests/harness/client_frames.ts";
import { HeldWire, settle } from "../../../tests/harness/held_wire.ts";
import { OPCODES } from "../proto/web_socket_frames.ts";
import { belowResumed, ResumedWire } from "./upgrade.ts";
import { ServerWebSocket, type WebSocketListener } from "./web_socket_peer.ts";

/** Notes what it is told. */
class Listener implements WebSocketListener {
  readonly told: (string | Uint8Array)[] = [];
  readonly asked: number[] = [];
  ends = 0;
  /** While set, what it gives has to resolve first. */
  busy: Promise<void> | undefined;
  full: Promise<void> | undefined;

  room(octets: number): Promise<void> | undefined {
    this.asked.push(octets);
    return this.full;
  }

  take(message: string | Uint8Array): Promise<void> | undefined {
    if (message === "fail") throw new Error("broken");
    this.told.push(message);
    return this.busy;
  }

  end(): void {
    this.ends++;
  }
}

function scene(wire = new HeldWire()) {
  const removed: unknown[] = [];
  const socket = new ServerWebSocket(wire, {
    maxMessageOctets: 1000,
    watch: { remove: (one) => void removed.push(one) },
  });
  const listener = new Listener();
  const served = socket.serve(Promise.resolve(listener));
  return { wire, socket, listener, served, removed };
}

Deno.test("serve() tells all that comes, and once that nothing does", async () => {
  const { wire, listener, served, removed, socket } = scene();
  await wire.arrive(frame("one"));
  await wire.arrive(frame("", { opcode: OPCODES.ping }));
  await wire.arrive(frame("two"));
  assert.deepEqual(listener.told, ["one", "two"]);
  assert.deepEqual(wire.written, ["8a00"]);
  assert.equal(listener.ends, 0);
  await wire.arrive(undefined);
  await served;
  socket.abort();
  assert.equal(listener.ends, 1);
  assert.deepEqual(removed, [socket]);
  assert.equal(wire.end, "aborted");
});

Deno.test("serve() reads nothing while its listener is busy", async () => {
  const { wire, listener } = scene();
  const busy = Promise.withResolvers<void>();
  listener.busy = busy.promise;
  await wire.arrive(frame("one"));
  const { reads } = wire;
  await wire.arrive(frame("two"));
  assert.deepEqual(listener.told, ["one"]);
  assert.equal(wire.reads, reads);
  busy.resolve();
  await settle();
  assert.deepEqual(listener.told, ["one", "two"]);
});

Deno.test("serve() asks for room before it reads more of a message", async () => {
  const { wire, listener } = scene();
  const full = Promise.withResolvers<void>();
  const whole = frame("x".repeat(600));
  await wire.arrive(whole.subarray(0, 308)); // a head of 8 octets, and 300
  assert.deepEqual(listener.asked, [0, 300]);
  listener.full = full.promise;
  await wire.arrive(whole.subarray(308, 408));
  const { reads } = wire;
  await wire.arrive(whole.subarray(408));
  assert.deepEqual(listener.asked, [0, 300, 400]);
  assert.equal(wire.reads, reads);
  assert.equal(listener.told.length, 0);
  full.resolve();
  listener.full = undefined;
  await settle();
  assert.deepEqual(listener.told, ["x".repeat(600)]);
  assert.deepEqual(listener.asked.slice(3), [0]);
});

Deno.test("serve() says nothing of a peer that leaves, and tells of a listener that fails", async () => {
  const lost = scene();
  await settle();
  lost.wire.abort();
  await lost.served;
  assert.equal(lost.listener.ends, 1);
  const broken = scene();
  const served = assert.rejects(broken.served, /broken/);
  await broken.wire.arrive(frame("fail"));
  await served;
  assert.equal(broken.listener.ends, 1);
  assert.ok(broken.wire.end);
});

Deno.test("serve() without a listener closes, and rejects if there is none for a reason of ours", async () => {
  const none = new HeldWire();
  const closed = new ServerWebSocket(none, { maxMessageOctets: 1000 })
    .serve(Promise.resolve(undefined));
  await settle();
  assert.deepEqual(none.written, ["880203e8"]);
  await none.arrive(frame("unheard"));
  await none.arrive(undefined);
  await closed;
  const failed = new HeldWire();
  await assert.rejects(
    new ServerWebSocket(failed, { maxMessageOctets: 1000 })
      .serve(Promise.reject(new Error("no store"))),
    /no store/,
  );
  assert.ok(failed.end);
});

Deno.test("what came before the upgrade is read first, and then the wire itself", async () => {
  const inner = new HeldWire();
  const early = Promise.resolve(frame("two"));
  const resumed = new ResumedWire(inner, frame("one"), early);
  const socket = new ServerWebSocket(resumed, { maxMessageOctets: 1000 });
  assert.equal(belowResumed(resumed), resumed);
  const listener = new Listener();
  void socket.serve(Promise.resolve(listener));
  await settle();
  assert.deepEqual(listener.told, ["one", "two"]);
  assert.equal(belowResumed(resumed), inner);
  await inner.arrive(frame("three"));
  assert.deepEqual(listener.told, ["one", "two", "three"]);
});
