import assert from "node:assert/strict";
import { connect, type TLSSocket } from "node:tls";
import { connect as connectPlain } from "node:net";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../app/system_time.ts";
import { happens } from "../../tests/harness/until.ts";
import { makeSelfSigned } from "../tls/self_signed.ts";
import { CarriedPeers, incomingOf } from "./carried_peers.ts";
import { type Beginning, ConnectionSorter } from "./connection_sorter.ts";
import { NativeConnection } from "./native_connection.ts";
import { NativeListener } from "./native_listener.ts";
import { NativeWire } from "./native_wire.ts";

const LOOPBACK = { hostname: "127.0.0.1", port: 0 };
/** Nobody's patience ends. */
const LONG_MS = 600_000;
/** What an alert of TLS begins with. */
const ALERT = "\x15\x03";
const pair = await makeSelfSigned({
  names: ["a.example"],
  nowMs: Date.now(),
  days: 2,
});

/** Who begins with an exclamation mark is not for the service. */
function byFirstOctet(): Beginning {
  let heard = 0;
  return {
    push(octets) {
      heard += octets.length;
      if (octets[0] === 0x3f && heard < 3) return undefined; // "?"
      if (octets[0] !== 0x21) return "service";
      return (wire) => wire.write(new TextEncoder().encode("aside"));
    },
  };
}

interface Limits {
  readonly patienceMs: number;
  readonly perAddress: number;
}

/** A service that tells its peers which address it sees them at. */
function service({ patienceMs, perAddress }: Limits) {
  const carried = new CarriedPeers();
  let open = 0;
  let refused = 0;
  const sorter = new ConnectionSorter({
    carried,
    clock: SYSTEM_CLOCK,
    timers: SYSTEM_TIMERS,
    limits: () => ({ total: 1000, perAddress, patienceMs }),
    beginning: byFirstOctet,
    hasRoom: () => true,
    hold(gone) {
      open++;
      void gone.then(() => open--);
    },
    onRefused: () => refused++,
  });
  const state = { isSorted: true };
  const listener = new NativeListener({
    address: LOOPBACK,
    keyPairFor: () => pair,
    sorter: () => state.isSorted ? sorter : undefined,
    onFault: (error) => assert.fail(String(error)),
    onConnection(conn) {
      carried.whose(incomingOf(conn), (peer) => {
        void tell(new NativeConnection(conn, peer));
      });
    },
  });
  return {
    listener,
    sorter,
    state,
    facts: () => ({ open, refused }),
  };
}

async function tell(connection: NativeConnection): Promise<void> {
  const wire = new NativeWire(connection);
  try {
    await wire.write(new TextEncoder().encode(`${wire.peerAddress}\n`));
    while (await wire.read());
    wire.close();
  } catch {
    wire.abort();
  }
}

/** What the service says to who comes from this address, and the connection. */
function seen(
  port: number,
  localAddress: string,
): Promise<{ text: string; socket: TLSSocket }> {
  const { promise, resolve, reject } = Promise.withResolvers<
    { text: string; socket: TLSSocket }
  >();
  const plain = connectPlain({ host: "127.0.0.1", port, localAddress });
  plain.on("error", reject);
  const socket = connect({
    socket: plain,
    ca: pair.chainPem,
    servername: "a.example",
  });
  socket.on("error", reject);
  socket.on(
    "data",
    (octets: Uint8Array) =>
      resolve({ text: new TextDecoder().decode(octets), socket }),
  );
  return promise;
}

/** What comes in answer to this in clear, before the end. */
async function said(
  port: number,
  ...texts: readonly string[]
): Promise<string> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    for (const text of texts) await conn.write(new TextEncoder().encode(text));
    const buffer = new Uint8Array(100);
    const count = await conn.read(buffer) ?? 0;
    return new TextDecoder("latin1").decode(buffer.subarray(0, count));
  } catch {
    return ""; // it was reset
  }
}

Deno.test("ConnectionSorter leads peers to the service, which sees where they come from", async () => {
  const { listener, facts } = service({ patienceMs: LONG_MS, perAddress: 9 });
  const { port } = listener.address;
  for (const address of ["127.0.0.2", "127.0.0.3"]) {
    const { text, socket } = await seen(port, address);
    assert.equal(text, `${address}\n`);
    socket.destroy();
  }
  assert.equal(await said(port, "!"), "aside");
  assert.equal((await said(port, "GET / HTTP/1.1\r\n\r\n")).slice(0, 2), ALERT);
  assert.equal((await said(port, "??????")).slice(0, 2), ALERT);
  await happens(() => facts().open === 0);
  await listener.close();
});

Deno.test("ConnectionSorter ends who says too little", async () => {
  const { listener, facts } = service({ patienceMs: 300, perAddress: 1 });
  assert.equal(await said(listener.address.port, "?"), "");
  await happens(() => facts().open === 0);
  await listener.close();
});

Deno.test("ConnectionSorter ends who is one too many, and all when it is told to", async () => {
  const { listener, sorter, facts } = service({
    patienceMs: LONG_MS,
    perAddress: 1,
  });
  const { port } = listener.address;
  const slow = said(port, "?");
  await happens(() => facts().open === 1);
  assert.equal(await said(port, "!"), "");
  assert.equal(facts().refused, 1);
  sorter.shutdown();
  assert.equal(await slow, "");
  await happens(() => facts().open === 0);
  await listener.close();
});

Deno.test("NativeListener sorts and sorts no more, and loses nobody who is there", async () => {
  const { listener, state } = service({ patienceMs: LONG_MS, perAddress: 900 });
  const { port } = listener.address;
  const kept: TLSSocket[] = [];
  let isOver = false;
  const crowd = Array.from({ length: 3 }, async () => {
    while (!isOver) {
      await new Promise((resolve) => setTimeout(resolve, 30)); // as people come
      const { text, socket } = await seen(port, "127.0.0.2");
      assert.equal(text, "127.0.0.2\n");
      if (kept.length < 20) kept.push(socket);
      else socket.destroy();
    }
  });
  for (let round = 0; round < 6; round++) {
    state.isSorted = !state.isSorted;
    await listener.renew();
  }
  isOver = true;
  await Promise.all(crowd);
  await listener.close();
  for (const socket of kept) {
    assert.equal(socket.destroyed, false);
    socket.destroy();
  }
});
