import assert from "node:assert/strict";
import { createSecureContext } from "node:tls";
import { makeSelfSigned } from "../tls/self_signed.ts";
import type { Listener } from "./listener.ts";
import { ListenerWatch } from "./listener_watch.ts";
import { NativeConnection } from "./native_connection.ts";
import { NativeListener } from "./native_listener.ts";
import { NativeWire } from "./native_wire.ts";
import { SocketListener } from "./socket_listener.ts";
import { SocketWire } from "./socket_wire.ts";
import { serverUpgrade } from "./tls_upgrade.ts";
import type { Wire } from "./wire.ts";

const address = { hostname: "127.0.0.1", port: 0 };
const pair = (name: string) =>
  makeSelfSigned({ names: [name], nowMs: Date.now(), days: 30 });
const encode = (text: string) => new TextEncoder().encode(text);
const decode = (octets?: Uint8Array) => new TextDecoder().decode(octets);

async function echo(wire: Wire): Promise<void> {
  try {
    for (let got = await wire.read(); got; got = await wire.read()) {
      await wire.write(got);
    }
  } catch {
    // the peer went away
  } finally {
    wire.close();
  }
}

async function exchange(connection: Deno.Conn, text: string): Promise<string> {
  await connection.write(encode(text));
  const buffer = new Uint8Array(100);
  return decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
}

function tls(port: number, chainPem: string, hostname: string) {
  return Deno.connect({ hostname: "127.0.0.1", port }).then((connection) =>
    Deno.startTls(connection, { hostname, caCerts: [chainPem] })
  );
}

Deno.test("NativeListener serves a new certificate and keeps old connections", async () => {
  const [first, second] = [await pair("a.example"), await pair("b.example")];
  const listener = new NativeListener({
    address,
    keyPair: first,
    onConnection: (connection) =>
      void echo(new NativeWire(new NativeConnection(connection))),
    onFault: (error) => assert.fail(String(error)),
  });
  const { port } = listener.address;
  const old = await tls(port, first.chainPem, "a.example");
  assert.equal(await exchange(old, "one"), "one");
  await listener.replaceCertificate(second);
  const fresh = await tls(port, second.chainPem, "b.example");
  assert.equal(await exchange(fresh, "two"), "two");
  assert.equal(await exchange(old, "still"), "still");
  old.close();
  fresh.close();
  await listener.close();
  await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port }));
});

Deno.test("SocketWire upgrades by STARTTLS and rejects a broken handshake", async () => {
  const made = await pair("a.example");
  const context = createSecureContext({
    cert: made.chainPem,
    key: made.keyPem,
  });
  const failures: string[] = [];
  const listener = await SocketListener.open({
    address,
    onFault: (error) => assert.fail(String(error)),
    async onSocket(socket) {
      const wire = new SocketWire(socket, serverUpgrade(() => context));
      assert.equal(decode(await wire.read()), "STARTTLS");
      await wire.write(encode("go"));
      try {
        await wire.startTls();
      } catch (error) {
        failures.push((error as Error).message);
        wire.close();
        return;
      }
      assert.ok(wire.secure);
      await echo(wire);
    },
  });
  const { port } = listener.address;
  const good = await Deno.connect({ hostname: "127.0.0.1", port });
  assert.equal(await exchange(good, "STARTTLS"), "go");
  const secure = await Deno.startTls(good, {
    hostname: "a.example",
    caCerts: [made.chainPem],
  });
  assert.equal(await exchange(secure, "hello"), "hello");
  secure.close();
  const bad = await Deno.connect({ hostname: "127.0.0.1", port });
  assert.equal(await exchange(bad, "STARTTLS"), "go");
  await exchange(bad, "not a handshake").catch(() => "");
  while (failures.length === 0) await new Promise((r) => setTimeout(r, 5));
  bad.close();
  await listener.close();
});

Deno.test("ListenerWatch binds a listener again that no longer accepts", async () => {
  const working = await SocketListener.open({
    address,
    onFault() {},
    onSocket: (socket) => socket.destroy(),
  });
  const silent = Deno.listen(address); // in the kernel's queue, never accepted
  let reopened = 0;
  const deaf: Listener = {
    address: silent.addr as Deno.NetAddr,
    accepted: 0,
    reopen: () => Promise.resolve(void reopened++),
    close: () => Promise.resolve(silent.close()),
  };
  const heard: string[] = [];
  const watch = new ListenerWatch(
    () => new Map([["working", working], ["deaf", deaf]]),
    {
      everyMs: 1e6,
      patienceMs: 200,
      onDeaf: (name) => heard.push(name),
      onLooked: (failed) => heard.push([...failed.keys()].join() || "none"),
    },
  );
  await watch.check();
  assert.deepEqual(heard.splice(0), ["deaf", "none"]);
  assert.equal(reopened, 1);
  deaf.reopen = () => Promise.reject(new Error("the port is taken"));
  await watch.check();
  await watch.check(); // told once that it is deaf, each time that it is closed
  assert.deepEqual(heard, ["deaf", "deaf", "deaf"]);
  await deaf.close();
  await working.close();
});
