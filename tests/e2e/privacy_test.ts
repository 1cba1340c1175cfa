/**
 * What the server keeps of traffic: nothing that says who wrote to whom, from
 * where, or about what, beyond the messages themselves while they are stored.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ImapClient } from "../harness/imap_client.ts";
import { encryptedPayload, messageOctets } from "../harness/message.ts";
import { DOMAIN, filesBelow, Server } from "../harness/server.ts";
import { SmtpClient } from "../harness/smtp_client.ts";
import { until } from "../harness/until.ts";

const SENDER = `sender-zq81@${DOMAIN}`;
const RECIPIENTS = [`reader-xw62@${DOMAIN}`, `reader-kv93@${DOMAIN}`];
const PASSWORD = "a password nobody guesses";
const SUBJECT = "Meeting at the old mill";
/** A loopback address that nothing but the traffic below uses. */
const PEER_ADDRESS = /\b127\.\d+\.\d+\.\d+\b/g;

/** Everything below the state directory and the log, as Latin-1 by name. */
async function everythingKept(server: Server): Promise<Map<string, string>> {
  const kept = new Map([["output", server.output]]);
  for await (const path of filesBelow(server.stateDir)) {
    if (path === server.configFile) continue;
    const name = path.slice(server.stateDir.length + 1);
    try {
      const octets = await Deno.readFile(path);
      kept.set(name, new TextDecoder("latin1").decode(octets));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // gone meanwhile
    }
  }
  return kept;
}

async function submitTo(
  server: Server,
  recipients: readonly string[],
  payload: string,
  id: string,
): Promise<void> {
  const client = await SmtpClient.submit(
    server.ports.submissionTls,
    await server.certificate(),
    SENDER,
    PASSWORD,
  );
  const octets = messageOctets({ from: SENDER, id, payload });
  const withSubject = new TextDecoder("latin1").decode(octets).replace(
    "Subject: [...]\r\n",
    `Subject: ${SUBJECT}\r\nReceived: from phone ([203.0.113.77]) by here\r\nX-Originating-IP: 203.0.113.77\r\n`,
  );
  await client.send(recipients, new TextEncoder().encode(withSubject));
  client.close();
}

/** Sign-ups, messages, failed logins, reading and deleting. */
async function driveTraffic(server: Server): Promise<void> {
  const certificate = await server.certificate();
  for (const address of [SENDER, ...RECIPIENTS]) {
    const client = await ImapClient.connect(server.ports.imapTls, certificate);
    await client.login(address, PASSWORD);
    client.close();
  }
  await submitTo(server, RECIPIENTS, await encryptedPayload(2_000), "small");
  await submitTo(server, RECIPIENTS, await encryptedPayload(90_000), "large");
  const wrong = await ImapClient.connect(server.ports.imapTls, certificate);
  await wrong.command(`LOGIN "${SENDER}" "not the password"`);
  wrong.close();
}

function countOf(text: string, part: string): number {
  return text.split(part).length - 1;
}

/** Places where two of the addresses stand within one record of each other. */
function pairsIn(text: string): string[] {
  const found: string[] = [];
  for (const recipient of RECIPIENTS) {
    for (
      let at = text.indexOf(recipient);
      at >= 0;
      at = text.indexOf(recipient, at + 1)
    ) {
      const message = text.slice(Math.max(0, at - 1_000), at + 1_000);
      if (/Message-ID: </i.test(message) && message.includes(SENDER)) {
        found.push(`${recipient} beside ${SENDER}`);
      }
    }
  }
  return found;
}

Deno.test("traffic leaves no address pair, IP address or subject behind", async () => {
  const server = await Server.start();
  try {
    await driveTraffic(server);
    const kept = await everythingKept(server);
    for (const [name, text] of kept) {
      assert.equal(countOf(text, SUBJECT), 0, `subject in ${name}`);
      assert.equal(countOf(text, "203.0.113.77"), 0, `device IP in ${name}`);
      assert.deepEqual(pairsIn(text), [], `pair in ${name}`);
      for (const address of [SENDER, ...RECIPIENTS, DOMAIN]) {
        assert.ok(!name.includes(address), `address in the name ${name}`);
      }
    }
    const output = kept.get("output") ?? "";
    for (const address of [SENDER, ...RECIPIENTS]) {
      assert.equal(countOf(output, address), 0, "address in the log");
    }
    for (const [name, text] of kept) {
      const listening = name === "output"; // it may say where it listens, not who came
      const addresses = new Set(text.match(PEER_ADDRESS));
      if (listening) addresses.delete("127.0.0.1");
      if (/(\.pem|\.crt|\.key)$/.test(name)) continue;
      assert.deepEqual([...addresses], [], `IP address in ${name}`);
    }
  } finally {
    await server.dispose();
  }
});

const FIVE_MINUTES_MS = 5 * 60_000;

/** Names of what still holds one of the texts. */
async function holding(
  server: Server,
  texts: readonly string[],
): Promise<string[]> {
  const kept = await everythingKept(server);
  kept.delete("output");
  return [...kept].flatMap(([name, text]) =>
    texts.some((one) => text.includes(one)) ? [name] : []
  );
}

/** What the server moves from file to file is in none for who reads one after the other. */
async function untilHeld(server: Server, texts: readonly string[]) {
  await until(
    "such text in any file",
    async () => (await holding(server, texts)).length > 0,
  );
}

Deno.test("deleted mail, its header and a deleted account's name are in no file within five minutes", async () => {
  const server = await Server.start();
  try {
    await driveTraffic(server);
    const certificate = await server.certificate();
    // payloads of their own, to be found in the raw octets
    const small = await encryptedPayload(2_000);
    const large = await encryptedPayload(90_000);
    await submitTo(server, RECIPIENTS, small, "gone-small-7c1f");
    await submitTo(server, RECIPIENTS, large, "gone-large-7c1f");
    const texts = [
      "gone-small-7c1f@",
      "gone-large-7c1f@",
      small.slice(200, 260),
      large.slice(-400, -340),
    ];
    await untilHeld(server, texts);
    for (const address of RECIPIENTS) {
      const client = await ImapClient.connect(
        server.ports.imapTls,
        certificate,
      );
      await client.login(address, PASSWORD);
      await client.expectOk("SELECT INBOX");
      await client.expectOk("UID STORE 1:* +FLAGS (\\Deleted)");
      await client.expectOk("EXPUNGE");
      client.close();
    }
    const [name = ""] = RECIPIENTS;
    await server.command("accounts", "delete", name, "--no-block", "--yes");
    texts.push(name);
    const deletedAt = performance.now();
    while ((await holding(server, texts)).length > 0) {
      assert.ok(
        performance.now() - deletedAt < FIVE_MINUTES_MS,
        String(await holding(server, texts)),
      );
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    // what was not deleted is there
    await untilHeld(server, [SENDER]);
  } finally {
    await server.dispose();
  }
});
