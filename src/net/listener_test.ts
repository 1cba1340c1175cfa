import assert from "node:assert/strict";
import { isIP } from "node:net";
import { connect, createSecureContext, type SecureContext } from "node:tls";
import { makeSelfSigned } from "../tls/self_signed.ts";
import type { KeyPair, Listener } from "./listener.ts";
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

/** One that echoes, and how often it was asked for a certificate. */
function nativeListener(choose: (serverName: string) => KeyPair) {
  const asked: string[] = [];
  const listener = new NativeListener({
    address,
    keyPairFor(serverName) {
      asked.push(serverName);
      return choose(serverName);
    },
    onConnection: (connection) =>
      void echo(new NativeWire(new NativeConnection(connection))),
    onFault: (error) => assert.fail(String(error)),
  });
  return { listener, asked };
}

/** The name in the certificate that is served to who asks for one, "" for none. */
async function served(port: number, servername: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect({
    port,
    host: "127.0.0.1",
    servername,
    rejectUnauthorized: false,
  }, () => resolve(String(socket.getPeerCertificate().subject?.CN)));
  socket.on("error", reject);
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}

Deno.test("NativeListener serves a new certificate and keeps old connections", async () => {
  const [first, second] = [await pair("a.example"), await pair("b.example")];
  let current = first;
  const { listener } = nativeListener(() => current);
  const { port } = listener.address;
  const old = await tls(port, first.chainPem, "a.example");
  assert.equal(await exchange(old, "one"), "one");
  current = second;
  await listener.renew();
  const fresh = await tls(port, second.chainPem, "b.example");
  assert.equal(await exchange(fresh, "two"), "two");
  assert.equal(await exchange(old, "still"), "still");
  old.close();
  fresh.close();
  await listener.close();
  await listener.renew(); // not bound again
  await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port }));
});

Deno.test("NativeListener serves what is for the name that a client asks for", async () => {
  const pairs = new Map<string, KeyPair>();
  for (const name of ["a.example", "b.example", "other.example"]) {
    pairs.set(name, await pair(name));
  }
  const { listener, asked } = nativeListener((name) =>
    pairs.get(name) ?? pairs.get("other.example")!
  );
  const { port } = listener.address;
  for (
    const [name, expected] of [
      ["a.example", "a.example"],
      ["B.example", "b.example"],
      ["", "other.example"],
      ["127.0.0.1", "other.example"],
      ["unknown.example", "other.example"],
      ["a.example", "a.example"],
    ] as const
  ) {
    assert.equal(await served(port, isIP(name) ? "" : name), expected);
  }
  assert.deepEqual(asked, ["a.example", "b.example", "", "unknown.example"]);
  pairs.set("a.example", await pair("renewed.example"));
  await Promise.all([listener.renew(), listener.renew()]);
  assert.equal(await served(port, "a.example"), "renewed.example");
  await listener.close();
});

Deno.test("names that strangers make up are forgotten", async () => {
  const made = await pair("a.example");
  const { listener, asked } = nativeListener(() => made);
  const { port } = listener.address;
  const crowd = 20;
  for (let at = 0; at < 2000; at += crowd) {
    await Promise.all(Array.from(
      { length: crowd },
      (_, i) => served(port, `${at + i}.example`),
    ));
  }
  assert.equal(asked.length, 2000);
  while (asked.filter((name) => name === "0.example").length < 2) {
    await served(port, "0.example"); // until it is asked for anew
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await listener.close();
});

Deno.test("STARTTLS serves what is for the name that a client asks for", async () => {
  const contexts = new Map<string, SecureContext>();
  for (const name of ["a.example", "other.example"]) {
    const { chainPem: cert, keyPem: key } = await pair(name);
    contexts.set(name, createSecureContext({ cert, key }));
  }
  const choose = (name: string) =>
    contexts.get(name) ?? contexts.get("other.example")!;
  const listener = await SocketListener.open({
    address,
    onFault: (error) => assert.fail(String(error)),
    async onSocket(socket) {
      const wire = new SocketWire(socket, serverUpgrade(choose));
      await wire.startTls();
      await echo(wire);
    },
  });
  const { port } = listener.address;
  assert.equal(await served(port, "a.example"), "a.example");
  assert.equal(await served(port, "unknown.example"), "other.example");
  assert.equal(await served(port, ""), "other.example");
  await listener.close();
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
  const watching = (name: string, listener: Listener, patienceMs: number) =>
    new ListenerWatch(() => new Map([[name, listener]]), {
      everyMs: 1e6,
      patienceMs,
      onDeaf: (name) => heard.push(name),
      onLooked: (failed) => heard.push([...failed.keys()].join() || "none"),
    });
  await watching("working", working, 600_000).check();
  assert.deepEqual(heard.splice(0), ["none"]);
  const watch = watching("deaf", deaf, 200);
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
