/** `kill -9` while mail of an exchanger is taken: nothing is lost, and nothing comes twice. @module */
import assert from "node:assert/strict";
import { encryptedPayload, messageText } from "../harness/message.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { DOMAIN, Server } from "../harness/server.ts";
import {
  type AskedOf,
  FakeExchanger,
  type GivenMessage,
  KeepingExchanger,
} from "./fake_exchanger.ts";

const ANN = `ann.exchange@${DOMAIN}`;
const PASSWORD = "a password nobody guesses";
const COUNT = 25; // more than are acknowledged at once

async function messages(): Promise<GivenMessage[]> {
  const payload = await encryptedPayload(500);
  return Array.from({ length: COUNT }, (_, at) => ({
    id: `m${at}`,
    from: "bob@far.example",
    to: [ANN],
    text: messageText({ from: "bob@far.example", id: `m${at}`, payload }),
  }));
}

async function inbox(server: Server): Promise<string[]> {
  const imap = await ImapClient.connect(
    server.ports.imapTls,
    await server.certificate(),
  );
  try {
    await imap.login(ANN, PASSWORD);
    await imap.expectOk("SELECT INBOX");
    return (await imap.fetch("1:*")).flatMap(({ octets }) =>
      /<(m\d+)@localhost>/.exec(new TextDecoder().decode(octets))?.[1] ?? []
    );
  } finally {
    imap.close();
  }
}

function withServer(
  protocol: "v1" | "me",
  work: (server: Server, fake: FakeExchanger) => Promise<void>,
): () => Promise<void> {
  return async () => {
    await using fake = new FakeExchanger();
    const server = await Server.start();
    try {
      await server.command("accounts", "create", ANN, "-p", PASSWORD);
      const options = ["--allow-insecure", "on", "--trust-auth", "on"];
      options.push("--long-poll", "0", "--interval", "1");
      options.push("--protocol", protocol);
      fake.answer = () => new Response("", { status: 503 });
      await server.command("exchanger", "add", "hub", fake.url, ...options);
      await work(server, fake);
    } finally {
      await server.dispose();
    }
  };
}

Deno.test(
  "mail that was taken and not acknowledged is given again, and known",
  withServer("v1", async (server, fake) => {
    const keeping = new KeepingExchanger(await messages());
    for (let kills = 0; kills < 2; kills++) {
      const killed = Promise.withResolvers<void>();
      fake.answer = async (asked: AskedOf) => {
        if (!asked.target.endsWith("/ack")) return keeping.answer(asked);
        // all of these are taken, and it never learns that this is known
        const dead = server.end("SIGKILL");
        killed.resolve(dead.then(() => {}));
        await dead;
        return new Response();
      };
      const polled = server.command("exchanger", "poll", "hub")
        .catch(() => {}); // it has lost its server
      await killed.promise;
      await polled;
      await server.run();
    }
    fake.answer = (asked) => keeping.answer(asked);
    const { data } = JSON.parse(
      await server.command("exchanger", "poll", "hub", "--json"),
    );
    assert.equal(data.error, null);
    assert.deepEqual(keeping.waiting, []);
    assert.deepEqual(keeping.rejected, []);
    const ids = await inbox(server);
    assert.equal(ids.length, COUNT);
    assert.equal(new Set(ids).size, COUNT);
  }),
);

Deno.test(
  "mail that is given once is there after a crash",
  withServer("me", async (server, fake) => {
    const given = (await messages()).map(({ id, from, to, text }) => ({
      id,
      from,
      to,
      size: text.length,
      date: "now",
      body: btoa(text),
    }));
    const asked = Promise.withResolvers<void>();
    let isGiven = false;
    fake.answer = () => {
      if (isGiven) return new Response("", { status: 404 });
      isGiven = true;
      asked.resolve();
      return Response.json({ hash: "h", count: COUNT, messages: given });
    };
    const polled = server.command("exchanger", "poll", "hub").catch(() => {});
    await asked.promise;
    // in the middle of it, once it is kept
    for (;;) {
      const names = await Array.fromAsync(
        Deno.readDir(`${server.stateDir}/exchange`),
      );
      if (names.some(({ name }) => name.endsWith(".kept"))) break;
      if (names.length === 0 && (await inbox(server)).length > 0) break;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await server.end("SIGKILL");
    await polled;
    await server.run();
    await server.command("exchanger", "poll", "hub");
    const ids = await inbox(server);
    assert.equal(ids.length, COUNT);
    assert.equal(new Set(ids).size, COUNT);
  }),
);
