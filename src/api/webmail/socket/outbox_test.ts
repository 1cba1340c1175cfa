import assert from "node:assert/strict";
import type { WebSocketPeer } from "../../../http/server/web_socket_peer.ts";
import { Outbox } from "./outbox.ts";

/** A client that takes nothing until it is told to. */
class SlowPeer {
  readonly sent: string[] = [];
  readonly #taken: (() => void)[] = [];
  readonly #lost: ((error: Error) => void)[] = [];

  send(message: string): Promise<void> {
    this.sent.push(message);
    return new Promise((resolve, reject) => {
      this.#taken.push(resolve);
      this.#lost.push(reject);
    });
  }

  async take(): Promise<void> {
    this.#taken.shift()?.();
    this.#lost.shift();
    await turns();
  }

  async lose(): Promise<void> {
    this.#lost.shift()?.(new Error("lost"));
    await turns();
  }
}

async function turns(): Promise<void> {
  for (let i = 0; i < 5; i++) await Promise.resolve();
}

function scene(maxQueued: number) {
  const peer = new SlowPeer();
  let full = 0;
  const outbox = new Outbox(
    peer as unknown as WebSocketPeer,
    { onFull: () => full++ },
    maxQueued,
  );
  return { peer, outbox, full: () => full };
}

Deno.test("what waits is bounded, and one frame alone may be larger", async () => {
  const { peer, outbox, full } = scene(10);
  outbox.push("x".repeat(50));
  assert.equal(outbox.queued, 50);
  await peer.take();
  assert.equal(outbox.queued, 0);
  outbox.push("12345");
  outbox.push("12345");
  assert.equal(full(), 0);
  outbox.push("1");
  assert.equal(full(), 1);
  outbox.push("more");
  assert.equal(full(), 1, "told once");
  assert.deepEqual(peer.sent.length, 3);
});

Deno.test("drained() waits for what was handed on, and not after the end", async () => {
  const { peer, outbox } = scene(100);
  await outbox.drained();
  outbox.push("a");
  outbox.push("b");
  let drained = false;
  const waiting = outbox.drained().then(() => drained = true);
  await peer.take();
  assert.equal(drained, false);
  await peer.take();
  await waiting;
  outbox.push("c");
  const last = outbox.drained();
  await peer.lose();
  await last;
  outbox.push("d");
  assert.deepEqual(peer.sent, ["a", "b", "c"]);
});
