import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { sharedPoll } from "../../net/descriptors/socket_calls.ts";
import { HEADROOM } from "../../turn/server/ports.ts";
import { DatagramLoop, type LoopSocket } from "./datagram_loop.ts";

function bind(hostname: string): Deno.DatagramConn {
  return Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
}

/** A socket of the loop that sends back what comes, and the port it has. */
function echo(
  loop: DatagramLoop,
  hostname: string,
): { readonly socket: LoopSocket; readonly port: number; got: number } {
  let port = 0;
  const result = { got: 0 };
  const socket = loop.add(
    () => {
      const bound = bind(hostname);
      port = (bound.addr as Deno.NetAddr).port;
      return bound;
    },
    (buffer, size, from) => {
      result.got++;
      const octets = buffer.subarray(HEADROOM, HEADROOM + size);
      (socket as LoopSocket).send(octets, from.octets);
    },
    2000,
  );
  ok(!("denied" in socket));
  return Object.assign(result, { socket, port });
}

async function exchange(
  client: Deno.DatagramConn,
  to: { readonly hostname: string; readonly port: number },
  size: number,
): Promise<number> {
  await client.send(new Uint8Array(size).fill(size), {
    transport: "udp",
    ...to,
  });
  const [octets] = await client.receive();
  ok(octets.every((octet) => octet === (size & 0xff)));
  return octets.length;
}

for (const hostname of ["127.0.0.1", "::1"]) {
  test(`datagrams come and go at ${hostname}, cut short at the limit`, async () => {
    const bugs: unknown[] = [];
    const loop = DatagramLoop.open(sharedPoll(), (error) => bugs.push(error));
    ok(loop);
    const { socket, port } = echo(loop, hostname);
    const client = bind(hostname);
    const to = { hostname, port };
    deepEqual(
      [
        await exchange(client, to, 100),
        await exchange(client, to, 1999),
        await exchange(client, to, 2100),
      ],
      [100, 1999, 2000],
    );
    socket.close();
    client.close();
    deepEqual(bugs, []);
  });
}

test("a socket that is closed is silent, and its descriptor serves the next one", async () => {
  const loop = DatagramLoop.open(sharedPoll(), () => {});
  ok(loop);
  const client = bind("127.0.0.1");
  const first = echo(loop, "127.0.0.1");
  await exchange(client, { hostname: "127.0.0.1", port: first.port }, 10);
  first.socket.close();
  const second = echo(loop, "127.0.0.1");
  // who is closed may not send by what another one has now
  const { port } = client.addr as Deno.NetAddr;
  first.socket.send(
    new Uint8Array([1]),
    new Uint8Array([
      2,
      0,
      port >> 8,
      port & 0xff,
      127,
      0,
      0,
      1,
      ...new Array(8).fill(0),
    ]),
  );
  equal(
    await exchange(client, { hostname: "127.0.0.1", port: second.port }, 20),
    20,
  );
  deepEqual([first.got, second.got], [1, 1]);
  second.socket.close();
  client.close();
});

test("what throws is told, and the next datagram is taken", async () => {
  const told = Promise.withResolvers<unknown>();
  const taken = Promise.withResolvers<number>();
  let calls = 0;
  const loop = DatagramLoop.open(sharedPoll(), told.resolve);
  ok(loop);
  let port = 0;
  const socket = loop.add(
    () => {
      const bound = bind("127.0.0.1");
      port = (bound.addr as Deno.NetAddr).port;
      return bound;
    },
    (_buffer, size) => {
      if (calls++ === 0) throw new Error("a bug");
      taken.resolve(size);
    },
    100,
  );
  ok(!("denied" in socket));
  const client = bind("127.0.0.1");
  const to = { transport: "udp", hostname: "127.0.0.1", port } as const;
  await client.send(new Uint8Array(1), to);
  equal(String(await told.promise), "Error: a bug");
  await client.send(new Uint8Array(2), to);
  equal(await taken.promise, 2);
  socket.close();
  client.close();
});

test("without a descriptor to wait by, there is no loop", () => {
  equal(DatagramLoop.open(undefined, () => {}), undefined);
});
