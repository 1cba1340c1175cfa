/** Who comes while a listening socket is replaced, to a process that is held up. */
import assert from "node:assert/strict";
import { makeSelfSigned } from "../tls/self_signed.ts";
import { NativeListener } from "./native_listener.ts";

const CROWD = 20;
const STILL_MS = 400;

/** Connects a crowd; says that it has; when told, begins TLS. */
const CLIENTS = `
  onmessage = async ({ data: { flag, port, caCert, crowd } }) => {
    const connections = await Promise.all(Array.from({ length: crowd }, () =>
      Deno.connect({ hostname: "127.0.0.1", port })));
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
    await Atomics.waitAsync(flag, 0, 1).value;
    const said = await Promise.all(connections.map(async (connection) => {
      try {
        const tls = await Deno.startTls(connection, {
          hostname: "a.example",
          caCerts: [caCert],
        });
        await tls.handshake();
        const octets = new Uint8Array(9);
        const count = await tls.read(octets);
        tls.close();
        return new TextDecoder().decode(octets.subarray(0, count));
      } catch (error) {
        return String(error);
      }
    }));
    postMessage(said);
  };`;

for (const isLate of [false, true]) {
  Deno.test(`whoever came to a socket that is replaced is served, ${isLate ? "even who begins when it has gone" : "though the process is held up"}`, async () => {
    const pair = await makeSelfSigned({
      names: ["a.example"],
      nowMs: Date.now(),
      days: 2,
    });
    const listener = new NativeListener({
      address: { hostname: "127.0.0.1", port: 0 },
      keyPairFor: () => pair,
      onFault: (error) => assert.fail(String(error)),
      async onConnection(connection) {
        try {
          await connection.write(new TextEncoder().encode("hello"));
          await connection.read(new Uint8Array(1));
        } catch {
          // it has gone
        } finally {
          connection.close();
        }
      },
    });
    const worker = new Worker(
      `data:text/javascript,${encodeURIComponent(CLIENTS)}`,
      { type: "module" },
    );
    try {
      const flag = new Int32Array(new SharedArrayBuffer(4));
      const said = new Promise<readonly string[]>((resolve) => {
        worker.onmessage = ({ data }) => resolve(data);
      });
      worker.postMessage({
        flag,
        port: listener.address.port,
        caCert: pair.chainPem,
        crowd: CROWD,
      });
      // nothing is accepted meanwhile
      assert.notEqual(Atomics.wait(flag, 0, 0, 60_000), "timed-out");
      const renewed = listener.renew();
      for (let turn = 0; turn < 5; turn++) await Promise.resolve(); // it has begun
      Atomics.wait(flag, 0, 1, STILL_MS);
      if (isLate) await renewed;
      Atomics.store(flag, 0, 2);
      Atomics.notify(flag, 0);
      assert.deepEqual(await said, Array(CROWD).fill("hello"));
      await renewed;
    } finally {
      worker.terminate();
      await listener.close();
    }
  });
}
