/** Our client against a server that others wrote, and both servers on the same messages. */
import assert from "node:assert/strict";
import { dial } from "../../src/net/dial.ts";
import type {
  OutgoingMessage,
  SmtpOutcome,
} from "../../src/smtp/client/outcome.ts";
import { SmtpClient } from "../../src/smtp/client/session.ts";
import { clock, keyPair, listen, timers } from "./listening.ts";
import { MemoryBackend } from "./memory_backend.ts";
import { packageServer } from "./package_server.ts";
import { testServer } from "./transcript.ts";

/** Sends them over one connection, secured by STARTTLS. */
async function deliver(
  port: number,
  messages: readonly OutgoingMessage[],
): Promise<SmtpOutcome[]> {
  const wire = await dial({
    addresses: ["127.0.0.1"],
    port,
    deadlineMs: 600_000,
    tls: { host: "relay.example", certificate: "any" },
    clock,
    timers,
  });
  const client = new SmtpClient({ wire, name: "b.example", timers });
  await client.greet();
  await client.startTls();
  const outcomes: SmtpOutcome[] = [];
  for (const message of messages) outcomes.push(await client.send(message));
  await client.quit();
  await wire.gone;
  return outcomes;
}

/** What our own server gets, on port 25's terms. */
async function ownServer() {
  const backend = new MemoryBackend();
  backend.maxMessageOctets = 1_000_000;
  const server = testServer(backend, { clock, timers });
  const listener = await listen(server, "mx", false);
  return {
    port: listener.address.port,
    backend,
    async close() {
      await server.shutdown(1000);
      await listener.close();
    },
  };
}

function messageOf(
  text: string,
  recipients: readonly string[] = ["ann@relay.example"],
): OutgoingMessage {
  const octets = new TextEncoder().encode(text);
  return {
    reversePath: "eve@b.example",
    recipients,
    sizeOctets: octets.length,
    utf8: false,
    eightBit: false,
    async *content() {
      for (let at = 0; at < octets.length; at += 1000) {
        yield octets.slice(at, at + 1000);
      }
      await Promise.resolve();
    },
  };
}

/** Lines of dots and letters, of which the ends of chunks fall everywhere. */
function dottedText(seed: number): string {
  let state = seed;
  const next = (limit: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % limit;
  };
  const lines = Array.from(
    { length: 50 + next(200) },
    () => `${".".repeat(next(4))}${"x".repeat(next(30))}`,
  );
  return `Subject: ${seed}\r\n\r\n${lines.join("\r\n")}\r\n`;
}

Deno.test("our client delivers to smtp-server, also where some are refused", async () => {
  const server = await packageServer(keyPair);
  const [whole, part, none] = await deliver(server.port, [
    messageOf("A: b\r\n\r\n.\r\n..\r\n"),
    messageOf("C: d\r\n\r\n", ["refused@x.example", "bob@x.example"]),
    messageOf("E: f\r\n\r\n", ["refused@x.example"]),
  ]);
  await server.close();
  assert.equal(whole?.kind, "accepted");
  assert.equal(part?.kind, "accepted");
  assert.notEqual(none?.kind, "accepted");
  assert.deepEqual(
    server.messages.map(({ secure, reversePath, recipients, octets }) => [
      secure,
      reversePath,
      recipients,
      new TextDecoder().decode(octets),
    ]),
    [
      [
        true,
        "eve@b.example",
        ["ann@relay.example"],
        "A: b\r\n\r\n.\r\n..\r\n",
      ],
      [true, "eve@b.example", ["bob@x.example"], "C: d\r\n\r\n"],
    ],
  );
});

Deno.test("smtp-server and we make the same of lines that begin with dots", async () => {
  const texts = Array.from({ length: 8 }, (_, at) => dottedText(at + 1));
  const messages = texts.map((text) => messageOf(text));
  const theirs = await packageServer(keyPair);
  const ours = await ownServer();
  for (const { port } of [theirs, ours]) {
    for (const { kind } of await deliver(port, messages)) {
      assert.equal(kind, "accepted");
    }
  }
  await theirs.close();
  await ours.close();
  const taken = theirs.messages.map(({ octets }) =>
    new TextDecoder().decode(octets)
  );
  for (const [at, text] of texts.entries()) {
    assert.equal(taken[at] === text, true, `smtp-server, message ${at + 1}`);
    const own = ours.backend.messages[at]?.text;
    assert.equal(own === text, true, `ours, message ${at + 1}`);
  }
  assert.deepEqual(ours.backend.bugs, []);
});
