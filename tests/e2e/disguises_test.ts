/**
 * A real Delta Chat core that does not insist on encryption shows nothing in clear
 * of what the relay lets pass, whatever it was disguised as.
 *
 * @module
 */
import assert from "node:assert/strict";
import { DISGUISES, MARKER } from "../gate/disguises.ts";
import { octets } from "../gate/messages.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { DOMAIN, Server } from "../harness/server.ts";
import { SmtpClient } from "../harness/smtp_client.ts";
import type { T } from "@deltachat/jsonrpc-client";
import { Core, type Member } from "./core.ts";

const SENDER = `sender@${DOMAIN}`;
const DEVICE_MESSAGES = 5; // what the core says to its user
const PASSWORD = "the sender's password";

/** Those that a client can send: octets that break lines otherwise are refused before. */
function disguises(name: string): string[] {
  return DISGUISES.map((mail, index) =>
    new TextDecoder("latin1").decode(mail)
      .replaceAll("ann@relay.example", SENDER)
      .replace("<1@relay.example>", `<${name}${index}@${DOMAIN}>`)
  ).filter((text) => !/\r(?!\n)|(?<!\r)\n|\0|^\./m.test(text));
}

/** How many of the disguises the relay took. */
async function sendAll(server: Server, to: string): Promise<number> {
  const client = await SmtpClient.submit(
    server.ports.submissionTls,
    await server.certificate(),
    SENDER,
    PASSWORD,
  );
  let taken = 0;
  for (const mail of disguises("sent")) {
    await client.start([to]);
    await client.wire.write(octets(`${mail}\r\n.\r\n`));
    const reply = await client.wire.readLine();
    assert.match(reply, /^(?:250|5\d\d) /);
    if (reply.startsWith("250")) taken++;
  }
  client.close();
  return taken;
}

/** Where no gate is. The last one is in clear, so that the core shows when it has seen all. */
async function append(
  server: Server,
  { address, password }: Member,
  mails: readonly string[],
  last: string,
) {
  const client = await ImapClient.connect(
    server.ports.imapTls,
    await server.certificate(),
  );
  await client.login(address, password);
  const end = `From: <${SENDER}>\r\nTo: <${address}>\r\nSubject: last\r\n` +
    `Message-ID: <${last}@${DOMAIN}>\r\nChat-Version: 1.0\r\n` +
    `Date: Thu, 1 Jan 2026 00:00:00 +0000\r\n\r\nThe ${last} message\r\n`;
  for (const mail of [...mails, end]) {
    await client.expectOk("APPEND INBOX", octets(mail));
  }
  client.close();
}

/** What the core shows of all that people have written, once it shows the last. */
async function shown(bob: Member, last: string): Promise<T.Message[]> {
  await bob.receive(last, ({ text }) => text.includes(`The ${last} message`));
  const messages = await bob.messages();
  return messages.filter(({ fromId }) => fromId !== DEVICE_MESSAGES);
}

Deno.test({
  name: "Delta Chat shows nothing in clear of what passes",
  sanitizeOps: false, // the core's pipes are read as long as it runs
  sanitizeResources: false,
  async fn() {
    const server = await Server.start({
      config: '\n[imap]\nappend_policy = "any"\n',
    });
    const core = await Core.start();
    try {
      const bob = await core.signUp(server, "bob");
      await core.rpc.setConfig(bob.id, "force_encryption", "0");
      const taken = await sendAll(server, bob.address);
      assert.ok(taken > 10, `${taken} messages passed`);
      await append(server, bob, [], "last");
      for (const message of await shown(bob, "last")) {
        const text = JSON.stringify(message);
        assert.ok(!text.includes(MARKER), text);
        assert.ok(!message.hasHtml && !message.file, text);
      }
      await append(server, bob, disguises("raw"), "very last");
      const raw = JSON.stringify(await shown(bob, "very last"));
      assert.ok(raw.includes(MARKER), "the core shows disguises as they came");
    } finally {
      await core.dispose();
      await server.dispose();
    }
  },
});
