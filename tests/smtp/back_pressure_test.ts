/** A peer that sends faster than its message is stored waits, over either way to TLS. */
import assert from "node:assert/strict";
import { dial, dialTls } from "../../src/net/dial.ts";
import { SmtpClient } from "../../src/smtp/client/session.ts";
import { clock, keyPair, listen, timers } from "./listening.ts";
import { MemoryBackend } from "./memory_backend.ts";
import { testServer } from "./transcript.ts";

const SIZE_OCTETS = 40_000_000;
/** More than kernels hold for a connection, and much less than the message. */
const MOST_ON_THE_WAY_OCTETS = 25_000_000;
const QUIET_MS = 500;
const LINE = new TextEncoder().encode(`${"x".repeat(998)}\r\n`.repeat(50));

for (const secure of [true, false]) {
  const way = secure ? "TLS" : "STARTTLS";
  Deno.test(`a message over ${way} comes no faster than it is taken`, async () => {
    const backend = new MemoryBackend();
    backend.maxMessageOctets = 2 * SIZE_OCTETS;
    const stored = Promise.withResolvers<void>();
    backend.stall = stored.promise;
    const server = testServer(backend, { clock, timers });
    const listener = await listen(server, "mx", secure);
    const wire = await (secure ? dialTls : dial)({
      addresses: ["127.0.0.1"],
      port: listener.address.port,
      deadlineMs: 600_000,
      tls: {
        host: "relay.example",
        certificate: "any",
        roots: [keyPair.chainPem],
      },
      clock,
      timers,
    });
    const client = new SmtpClient({ wire, name: "b.example", timers });
    await client.greet();
    if (!secure) await client.startTls();
    let sentOctets = 0;
    const sending = client.send({
      reversePath: "eve@b.example",
      recipients: ["ann@relay.example"],
      sizeOctets: SIZE_OCTETS,
      utf8: false,
      eightBit: false,
      async *content() {
        for (; sentOctets < SIZE_OCTETS; sentOctets += LINE.length) {
          yield await Promise.resolve(LINE);
        }
      },
    });
    let before = -1;
    while (sentOctets === 0 || sentOctets !== before) {
      before = sentOctets;
      await timers.sleep(QUIET_MS);
    }
    assert.ok(sentOctets < MOST_ON_THE_WAY_OCTETS, `${sentOctets} were taken`);
    stored.resolve();
    assert.equal((await sending).kind, "accepted");
    await client.quit();
    await wire.gone;
    await server.shutdown(1000);
    await listener.close();
    assert.equal(backend.messages[0]?.text.length, SIZE_OCTETS);
    assert.deepEqual(backend.bugs, []);
  });
}
