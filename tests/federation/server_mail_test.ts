/** Mail of other servers at a whole server: over HTTP, HTTPS and port 25, before and after a restart. */
import assert from "node:assert/strict";
import { encryptedPayload, messageText } from "../harness/message.ts";
import { DnsTestServer } from "../harness/dns_server.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { DOMAIN, Server } from "../harness/server.ts";
import { SmtpClient } from "../harness/smtp_client.ts";
import { keyRecord, signed } from "./server_mail_world.ts";

const ANN = `ann@${DOMAIN}`;
const PASSWORD = "a long password";
const ZOE = "zoe@peer.example";
const payload = await encryptedPayload(500);

function mail(id: string, from = ZOE): string {
  return messageText({ from, id, payload });
}

function sealed(id: string): string {
  return signed(mail(id), "peer.example", Date.now());
}

async function post(server: Server, text: string, to = ANN): Promise<string> {
  const response = await fetch(
    `http://127.0.0.1:${server.ports.http}/mxdeliv`,
    {
      method: "POST",
      headers: { "x-mail-from": ZOE, "x-mail-to": to },
      body: text,
    },
  );
  return `${response.status} ${(await response.text()).trim()}`;
}

async function smtp(server: Server, text: string): Promise<string> {
  const client = await SmtpClient.connect(server.ports.smtp, ZOE);
  try {
    await client.exchange("EHLO mx.peer.example", 250);
    await client.start([ANN]);
    await client.wire.write(`${text.replace(/^\./gm, "..")}.\r\n`);
    return await client.expect(250);
  } finally {
    client.close();
  }
}

async function loggedIn(server: Server): Promise<ImapClient> {
  const client = await ImapClient.connect(
    server.ports.imapTls,
    await server.certificate(),
  );
  await client.login(ANN, PASSWORD);
  return client;
}

async function count(server: Server): Promise<number> {
  const client = await loggedIn(server);
  const { untagged } = await client.expectOk("STATUS INBOX (MESSAGES)");
  client.close();
  return Number(/MESSAGES (\d+)/.exec(untagged[0]!.text)?.[1]);
}

Deno.test("a server believes the domain that has signed, by whatever way, and does not forget it", async () => {
  await using dns = DnsTestServer.start({
    "one._domainkey.peer.example": { TXT: [keyRecord("peer.example")] },
    "peer.example": { A: ["127.0.0.1"] },
  });
  const server = await Server.start({
    config: `[dns]\nservers = ["127.0.0.1:${dns.server.port}"]\n`,
  });
  try {
    (await loggedIn(server)).close(); // signs up

    assert.equal(await post(server, mail("1")), "200 250 2.0.0 OK"); // from its address
    assert.equal(await post(server, sealed("2")), "200 250 2.0.0 OK");
    assert.match(await smtp(server, sealed("2")), /^250 2\.0\.0/);
    assert.match(await smtp(server, sealed("3")), /^250 2\.0\.0/);
    assert.equal(await count(server), 3);

    await server.end("SIGKILL");
    await server.run();
    assert.equal(await post(server, sealed("3")), "200 250 2.0.0 OK");
    assert.equal(await count(server), 3);
    const missing = "554 5.7.1 No DKIM signature found";
    assert.equal(await post(server, mail("4")), `403 ${missing}`);
    await assert.rejects(smtp(server, mail("4")), new RegExp(missing));
    const ghost = `ghost@${DOMAIN}`;
    const nobody = "404 550 5.1.1 No such user here";
    assert.equal(await post(server, sealed("5"), ghost), nobody);

    const set = ["settings", "set", "federation_inbound_auth"];
    await server.command(...set, "open");
    assert.equal(await post(server, mail("4")), "200 250 2.0.0 OK");
    await server.command("settings", "set", "max_federation_size", "64K");
    assert.match(
      await post(server, mail("6") + "x".repeat(70_000)),
      /^413 552 5\.3\.4/,
    );

    await server.command("federation", "disable");
    const refused = "403 554 5.7.1 Policy rejection";
    assert.equal(await post(server, sealed("7")), refused);
    await assert.rejects(
      smtp(server, sealed("7")),
      /554 5\.7\.1 Federation is off/,
    );
    assert.match(await server.command("status"), /federation is off/);
    assert.equal(await count(server), 4);
  } finally {
    await server.dispose();
  }
});
