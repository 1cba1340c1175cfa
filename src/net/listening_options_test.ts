import assert from "node:assert/strict";
import { createSecureContext } from "node:tls";
import { happens } from "../../tests/harness/until.ts";
import { makeSelfSigned } from "../tls/self_signed.ts";
import type { KeyPair, Listener } from "./listener.ts";
import { withOptions } from "./listening_options.ts";
import { NativeConnection } from "./native_connection.ts";
import { NativeListener } from "./native_listener.ts";
import { NativeWire } from "./native_wire.ts";
import { SocketListener } from "./socket_listener.ts";
import { SocketWire } from "./socket_wire.ts";
import { serverUpgrade } from "./tls_upgrade.ts";
import type { Wire } from "./wire.ts";

/** On a busy machine one of them is as it would be alone. */
const MOST_ROUNDS = 200;
const SOON_MS = 30;

Deno.test("withOptions() lets a greeting leave with the handshake's last octets", async () => {
  const { chainPem, keyPem } = await makeSelfSigned({
    names: ["a.example"],
    nowMs: Date.now(),
    days: 30,
  });
  const listener = withOptions(() =>
    Deno.listenTls({
      hostname: "127.0.0.1",
      port: 0,
      cert: chainPem,
      key: keyPem,
    })
  );
  const { port } = listener.addr as Deno.NetAddr;
  let fastest = Infinity;
  for (let round = 0; round < MOST_ROUNDS && fastest >= SOON_MS; round++) {
    const accepted = listener.accept().then(async (server) => {
      await server.write(new TextEncoder().encode("* OK\r\n"));
      return server;
    });
    const plain = await Deno.connect({ hostname: "127.0.0.1", port });
    plain.setNoDelay(true);
    const client = await Deno.startTls(plain, {
      hostname: "a.example",
      caCerts: [chainPem],
    });
    await client.handshake();
    const started = performance.now();
    await client.read(new Uint8Array(16));
    fastest = Math.min(fastest, performance.now() - started);
    client.close();
    (await accepted).close();
  }
  listener.close();
  assert.ok(
    fastest < SOON_MS,
    `${fastest} ms; a delayed acknowledgement takes 40`,
  );
});

const address = { hostname: "127.0.0.1", port: 0 };
const onFault = (error: unknown) => assert.fail(String(error));
const PIECE = new Uint8Array(64 * 1024);

const LISTENERS = {
  native: (keyPair, onWire) =>
    Promise.resolve(
      new NativeListener({
        address,
        keyPairFor: () => keyPair,
        onFault,
        onConnection: (connection) =>
          onWire(new NativeWire(new NativeConnection(connection))),
      }),
    ),
  socket: (keyPair, onWire) =>
    SocketListener.open({
      address,
      onFault,
      onSocket: async (socket) => {
        const { chainPem: cert, keyPem: key } = keyPair;
        const context = createSecureContext({ cert, key });
        const wire = new SocketWire(socket, serverUpgrade(() => context));
        await wire.startTls();
        onWire(wire);
      },
    }),
} satisfies Record<
  string,
  (keyPair: KeyPair, onWire: (wire: Wire) => void) => Promise<Listener>
>;
for (const [name, open] of Object.entries(LISTENERS)) {
  Deno.test(`a ${name} connection shows soon that its peer reads slowly`, async () => {
    const keyPair = await makeSelfSigned({
      names: ["a.example"],
      nowMs: Date.now(),
      days: 30,
    });
    const accepted = Promise.withResolvers<Wire>();
    const listener = await open(keyPair, accepted.resolve);
    const client = await Deno.startTls(
      await Deno.connect(listener.address),
      { hostname: "a.example", caCerts: [keyPair.chainPem] },
    );
    await client.handshake();
    const wire = await accepted.promise;
    let written = 0;
    const writing = (async () => {
      for (;; written++) await wire.write(PIECE);
    })().catch(() => {});
    await settled(() => written);
    const before = written;
    // Far less than the kernel takes for a peer by itself.
    let taken = 0;
    while (taken < 512 * 1024) {
      taken += await client.read(new Uint8Array(16_384)) ?? 0;
    }
    await happens(() => written > before);
    wire.abort();
    await writing;
    client.close();
    await listener.close();
  });
}

/** Waits until it no longer changes. */
async function settled(value: () => number): Promise<void> {
  for (let before = -1; before !== value();) {
    before = value();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
