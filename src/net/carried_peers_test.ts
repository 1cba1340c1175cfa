import assert from "node:assert/strict";
import { CarriedPeers } from "./carried_peers.ts";

const END = { address: "127.0.0.1", port: 40_000 };
const remote = { address: "127.0.0.1", port: 443 };

function asked(
  carried: CarriedPeers,
  end = END,
  to = remote.port,
): (string | undefined)[] {
  const told: (string | undefined)[] = [];
  carried.whose({ ...end, to }, (peer) => told.push(peer));
  return told;
}

Deno.test("a connection to ourselves is of whom it was made for, until it is gone", async () => {
  const carried = new CarriedPeers();
  const gone = Promise.withResolvers<void>();
  await carried.carry(
    "192.0.2.7",
    () => Promise.resolve({ local: END, remote, gone: gone.promise }),
  );
  assert.deepEqual(asked(carried), ["192.0.2.7"]);
  assert.deepEqual(
    asked(carried, { ...END, address: "::ffff:127.0.0.1" }),
    ["192.0.2.7"],
  );
  assert.deepEqual(asked(carried, { ...END, port: 1 }), [undefined]);
  assert.deepEqual(asked(carried, { ...END, address: "192.0.2.1" }), [
    undefined,
  ]);
  gone.resolve();
  await gone.promise;
  await Promise.resolve();
  assert.deepEqual(asked(carried), [undefined]);
});

Deno.test("who is accepted before the dial has returned waits for it", async () => {
  const carried = new CarriedPeers();
  const dialled = Promise.withResolvers<
    { local: typeof END; remote: typeof END; gone: Promise<void> }
  >();
  const carrying = carried.carry("192.0.2.7", () => dialled.promise);
  const told = asked(carried);
  const other = asked(carried, { ...END, port: 1 });
  assert.deepEqual([told, other], [[], []]);
  dialled.resolve({ local: END, remote, gone: new Promise(() => {}) });
  await carrying;
  assert.deepEqual([told, other], [["192.0.2.7"], [undefined]]);
});

Deno.test("a dial that fails holds nobody up", async () => {
  const carried = new CarriedPeers();
  const failing = carried.carry(
    "192.0.2.7",
    () => Promise.reject(new Error("refused")),
  );
  const told = asked(carried);
  await assert.rejects(failing, /refused/);
  assert.deepEqual(told, [undefined]);
});

Deno.test("dials that begin later hold nobody up", async () => {
  const carried = new CarriedPeers();
  const dials = [1, 2].map(() =>
    Promise.withResolvers<
      { local: typeof END; remote: typeof END; gone: Promise<void> }
    >()
  );
  const gone = new Promise<void>(() => {});
  const first = carried.carry("192.0.2.7", () => dials[0]!.promise);
  const [own, of7] = [asked(carried, { ...END, port: 1 }), asked(carried)];
  void carried.carry("192.0.2.8", () => dials[1]!.promise);
  dials[0]!.resolve({ local: END, remote, gone });
  await first;
  assert.deepEqual([own, of7], [[undefined], ["192.0.2.7"]]);
  const of8 = asked(carried, { ...END, port: 2 });
  assert.deepEqual(of8, []);
  dials[1]!.resolve({ local: { ...END, port: 2 }, remote, gone });
  await Promise.resolve();
  await Promise.resolve();
  await Promise.resolve();
  assert.deepEqual(of8, ["192.0.2.8"]);
});

Deno.test("one port of the peer's side that leads to two of ours is of two peers", async () => {
  const carried = new CarriedPeers();
  const ends = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  for (const [at, port] of [443, 993].entries()) {
    await carried.carry(`192.0.2.${at}`, () =>
      Promise.resolve({
        local: END,
        remote: { ...remote, port },
        gone: ends[at]!.promise,
      }));
  }
  assert.deepEqual(asked(carried, END, 443), ["192.0.2.0"]);
  assert.deepEqual(asked(carried, END, 993), ["192.0.2.1"]);
  assert.deepEqual(asked(carried, END, 465), [undefined]);
  ends[0]!.resolve();
  await ends[0]!.promise;
  await Promise.resolve();
  assert.deepEqual(asked(carried, END, 443), [undefined]);
  assert.deepEqual(asked(carried, END, 993), ["192.0.2.1"]);
});
