import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { acceptAll } from "./accepting.ts";

const GONE = 100; // that a socket holds wherever this runs

Deno.test("acceptAll() has nobody wait for who reset a connection that waited", async () => {
  const listener = Deno.listen({
    hostname: "127.0.0.1",
    port: 0,
    tcpBacklog: 4096,
  });
  const { port } = listener.addr as Deno.NetAddr;
  for (let i = 0; i < GONE; i++) {
    const socket = connect({ host: "127.0.0.1", port });
    await once(socket, "connect");
    socket.resetAndDestroy();
    await once(socket, "close");
  }
  const real = await Deno.connect({ hostname: "127.0.0.1", port });
  const { promise: found, resolve } = Promise.withResolvers<void>();
  const faults: unknown[] = [];
  const wanted = (real.localAddr as Deno.NetAddr).port;
  const accepting = acceptAll(listener, (connection) => {
    const isReal = (connection.remoteAddr as Deno.NetAddr).port === wanted;
    connection.close();
    if (isReal) resolve();
  }, (error) => faults.push(error));
  await found;
  assert.deepEqual(faults, []); // each would have cost a pause
  real.close();
  listener.close();
  await accepting;
});

for (
  const [name, error, isFault] of [
    ["NotConnected", new Deno.errors.NotConnected(), false],
    ["ConnectionReset", new Deno.errors.ConnectionReset(), false],
    ["ConnectionAborted", new Deno.errors.ConnectionAborted(), false],
    ["too many open files", new Error("os error 24"), true],
  ] as const
) {
  Deno.test(`acceptAll() goes on after ${name}`, async () => {
    let asked = 0;
    const taken: number[] = [];
    const faults: unknown[] = [];
    await acceptAll(
      {
        accept() {
          asked++;
          if (asked === 1) return Promise.reject(error);
          if (asked === 2) return Promise.resolve(2);
          return Promise.reject(new Deno.errors.BadResource());
        },
      },
      (one) => taken.push(one),
      (fault) => faults.push(fault),
    );
    assert.deepEqual(taken, [2]);
    assert.deepEqual(faults, isFault ? [error] : []);
  });
}
