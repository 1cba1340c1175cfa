import assert from "node:assert/strict";
import { connectionsAt, openOf } from "../../tests/harness/descriptors.ts";
import { happens } from "../../tests/harness/until.ts";
import { makeSelfSigned } from "../tls/self_signed.ts";
import { NativeConnection } from "./native_connection.ts";

const LARGE = 16 * 1024 * 1024; // more than all buffers on the way
const SOON_MS = 50;

/** Runs `test` with a listener; at its end no connection to it is open. */
async function listening(
  hostname: string,
  test: (
    port: number,
    accept: () => Promise<NativeConnection>,
    chainPem: string,
  ) => unknown,
): Promise<void> {
  const { chainPem, keyPem } = await makeSelfSigned({
    names: ["a.example"],
    nowMs: Date.now(),
    days: 30,
  });
  const listener = Deno.listenTls({
    hostname,
    port: 0,
    cert: chainPem,
    key: keyPem,
  });
  const { port } = listener.addr as Deno.NetAddr;
  const accept = async () => new NativeConnection(await listener.accept());
  await test(port, accept, chainPem);
  listener.close();
  await freed(connectionsAt(port), 0);
}

/** Waits until so many of these sockets are left. */
async function freed(sockets: ReadonlySet<string>, left: number) {
  await happens(() => openOf(sockets).size <= left);
  assert.equal(openOf(sockets).size, left);
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

/** Does it, and waits until the server's half of the connection is no more. */
async function isFreed(connection: NativeConnection, act: () => void) {
  const sockets = connectionsAt(connection.local.port);
  act();
  await connection.gone;
  await freed(sockets, sockets.size - 1);
}

async function secure(port: number, chainPem: string): Promise<Deno.TlsConn> {
  const plain = await Deno.connect({ hostname: "127.0.0.1", port });
  return await Deno.startTls(plain, {
    hostname: "a.example",
    caCerts: [chainPem],
  });
}

for (const hostname of ["127.0.0.1", "::"]) {
  for (const way of ["abort", "end"] as const) {
    Deno.test(`${way}() frees a silent connection to ${hostname}`, () =>
      listening(hostname, async (port, accept) => {
        const client = await Deno.connect({ hostname: "127.0.0.1", port });
        const other = await Deno.connect({ hostname: "127.0.0.1", port });
        const connection = await accept();
        const untouched = await accept();
        const read = connection.read(new Uint8Array(1)).catch(() => null);
        const greeting = connection.write(new Uint8Array(1)).catch(() => {});
        assert.ok(!connection.isSettled);
        await isFreed(connection, () => {
          if (way === "abort") connection.abort();
          else connection.end(SOON_MS);
          connection.abort();
          connection.end();
        });
        await Promise.all([read, greeting]);
        // Only the one that was meant is gone.
        const answer = other.read(new Uint8Array(1));
        assert.equal(
          await Promise.race([answer, pause().then(() => "open")]),
          "open",
        );
        untouched.abort();
        await untouched.gone;
        await answer.catch(() => {});
        client.close();
        other.close();
      }));
  }
}

Deno.test("abort() frees many at once, IPv6 ones too", () =>
  listening("::", async (port, accept) => {
    const clients: Deno.Conn[] = [];
    const connections: NativeConnection[] = [];
    for (let at = 0; at < 40; at++) {
      const hostname = at % 2 === 0 && hasIpv6() ? "::1" : "127.0.0.1";
      clients.push(await Deno.connect({ hostname, port }));
      connections.push(await accept());
    }
    const sockets = connectionsAt(port);
    assert.equal(sockets.size, 40);
    for (const connection of connections) connection.abort();
    for (const { gone } of connections) await gone;
    await freed(sockets, 0);
    for (const client of clients) client.close();
  }));

function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

for (const way of ["abort", "end"] as const) {
  Deno.test(`${way}() frees a connection whose peer reads nothing`, () =>
    listening("127.0.0.1", async (port, accept, chainPem) => {
      const [client, connection] = await Promise.all([
        secure(port, chainPem),
        accept(),
      ]);
      await connection.write(new Uint8Array(1));
      assert.ok(connection.isSettled);
      const written = assert.rejects(connection.write(new Uint8Array(LARGE)));
      await pause();
      assert.ok(!connection.isSettled);
      await isFreed(connection, () => {
        if (way === "abort") connection.abort();
        else connection.end(SOON_MS);
      });
      await written;
      client.close();
    }));
}

Deno.test("end() lets the peer have what was written", () =>
  listening("127.0.0.1", async (port, accept, chainPem) => {
    const [client, connection] = await Promise.all([
      secure(port, chainPem),
      accept(),
    ]);
    const farewell = new TextEncoder().encode("* BYE\r\n".repeat(1000));
    await connection.write(farewell);
    connection.end();
    const received = await new Response(client.readable).bytes();
    assert.deepEqual(received, farewell);
    await connection.gone;
  }));
