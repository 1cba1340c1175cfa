/** A client in wide use talks to the server over a socket. */
import assert from "node:assert/strict";
import { ImapFlow } from "imapflow";
import { ImapServer } from "../../src/imap/server/server.ts";
import type { Wire } from "../../src/imap/server/connection/wire.ts";
import { storeWorld } from "./store_world.ts";
import { MESSAGE } from "./world.ts";

/** A socket that counts as secure: TLS is tested where it is. */
function socketWire(socket: Deno.TcpConn): Wire {
  const buffer = new Uint8Array(65_536);
  return {
    peerAddress: "127.0.0.1",
    secure: true,
    async read() {
      const size = await socket.read(buffer);
      return size === null ? undefined : buffer.slice(0, size);
    },
    async write(octets) {
      for (let at = 0; at < octets.length;) {
        at += await socket.write(octets.subarray(at));
      }
    },
    startTls: () => Promise.reject(new Error("No TLS here")),
    close,
    abort: close,
  };

  function close(): void {
    try {
      socket.close();
    } catch {
      // The peer was faster.
    }
  }
}

Deno.test("ImapFlow lists, appends, reads, flags, moves, idles, deletes", async () => {
  const world = await storeWorld();
  const server = new ImapServer({
    backend: world.backend,
    clock: { now: Date.now, monotonic: () => performance.now() },
    timers: {
      sleep: () => Promise.resolve(),
      every: (period, tick) => {
        const id = setInterval(tick, period);
        return () => clearInterval(id);
      },
    },
    random: Math.random,
  });
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = (async () => {
    for await (const socket of listener) {
      socket.setNoDelay(true);
      void server.serve(socketWire(socket));
    }
  })();
  const client = new ImapFlow({
    host: "127.0.0.1",
    port: (listener.addr as Deno.NetAddr).port,
    secure: false,
    auth: { user: "ann@relay.example", pass: "secret" },
    logger: false,
  });
  try {
    await client.connect();
    assert.ok(client.capabilities.has("XCHATMAIL"));
    await client.mailboxCreate("Dr\u00fcben/unten");
    const names = (await client.list()).map((mailbox) => mailbox.path);
    assert.deepEqual(names, ["INBOX", "Dr\u00fcben", "Dr\u00fcben/unten"]);
    const mailbox = await client.mailboxOpen("INBOX");
    assert.equal(mailbox.exists, 0);
    assert.equal(mailbox.uidNext, 1);
    const appended = await client.append("INBOX", MESSAGE, ["\\Seen"]);
    assert.ok(appended && appended.uid === 1);
    const message = await client.fetchOne("1", {
      uid: true,
      flags: true,
      envelope: true,
      bodyStructure: true,
      source: true,
    });
    assert.ok(message);
    assert.equal(message.source?.toString(), MESSAGE);
    assert.equal(message.envelope?.subject, "hi");
    assert.equal(message.bodyStructure?.type, "text/plain");
    assert.deepEqual([...message.flags ?? []], ["\\Seen"]);
    await client.messageFlagsAdd("1", ["$Label"]);
    assert.deepEqual(await client.search({ keyword: "$Label" }), [1]);
    const moved = await client.messageMove("1", "Dr\u00fcben/unten");
    assert.ok(moved && moved.uidMap?.get(1) === 1);
    const status = await client.status("Dr\u00fcben/unten", { messages: true });
    assert.ok(status && status.messages === 1);

    const exists = new Promise<number>((resolve) =>
      client.on("exists", (event: { count: number }) => resolve(event.count))
    );
    const idling = client.idle();
    await world.deliver("INBOX", 0);
    assert.equal(await exists, 1);
    await client.messageDelete("1");
    await idling;
    assert.deepEqual(await client.search({ all: true }), []);
    await client.mailboxDelete("Dr\u00fcben/unten");
    const quota = await client.getQuota("INBOX");
    assert.ok(quota && quota.storage?.limit === 1 << 30);
    await client.logout();
  } finally {
    client.close();
    listener.close();
    await accepting;
    await server.shutdown();
    await world.close?.();
  }
  assert.deepEqual(world.bugs, []);
});
