/** Real clients over loopback: TLS from the start, STARTTLS, large messages. */
import assert from "node:assert/strict";
import { createTransport } from "nodemailer";
import { listen } from "./listening.ts";
import { MemoryBackend } from "./memory_backend.ts";
import { testServer } from "./transcript.ts";

for (const secure of [true, false]) {
  const way = secure ? "TLS" : "STARTTLS";
  Deno.test(`nodemailer sends messages over ${way} on one connection`, async () => {
    const backend = new MemoryBackend();
    backend.maxMessageOctets = 3_000_000;
    const server = testServer(backend);
    const listener = await listen(server, "submission", secure);
    const transport = createTransport({
      host: "127.0.0.1",
      port: listener.address.port,
      secure,
      requireTLS: true,
      pool: true,
      maxConnections: 1,
      tls: { rejectUnauthorized: false },
      auth: { user: "ann@relay.example", pass: "secret" },
    });
    const texts = ["hello\n.\n..dots\n", "x".repeat(2_000_000), "last"];
    for (const text of texts) {
      const sent = await transport.sendMail({
        from: "ann@relay.example",
        to: ["bob@relay.example", "carol@relay.example"],
        text,
      });
      assert.equal(sent.response, "250 2.0.0 OK");
    }
    transport.close();
    await listener.close();
    await server.shutdown(1000);
    assert.equal(backend.messages.length, 3);
    assert.match(backend.messages[0]!.text, /\r\n\.\r\n\.\.dots\r\n/);
    assert.equal(backend.messages[0]!.sender.peer.secure, true);
    assert.ok(backend.messages[1]!.text.length > 2_000_000);
    assert.deepEqual(backend.bugs, []);
  });
}

Deno.test("nodemailer learns of a refused password", async () => {
  const server = testServer(new MemoryBackend());
  const listener = await listen(server, "submission", true);
  const transport = createTransport({
    host: "127.0.0.1",
    port: listener.address.port,
    secure: true,
    tls: { rejectUnauthorized: false },
    auth: { user: "ann@relay.example", pass: "wrong" },
  });
  await assert.rejects(transport.verify(), { responseCode: 535 });
  transport.close();
  await listener.close();
  await server.shutdown(1000);
});
