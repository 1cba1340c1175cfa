/** A server that is short of something: chats go on, what is new has to wait. */
import assert from "node:assert/strict";
import { message } from "../gate/messages.ts";
import { postern } from "../cli/command_line.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { DOMAIN, Server } from "../harness/server.ts";
import { encryptedPayload, messageOctets } from "../harness/message.ts";
import { SmtpClient } from "../harness/smtp_client.ts";
import { happens } from "../harness/until.ts";

const ANN = `ann@${DOMAIN}`;
const PASSWORD = "a password of Ann";

Deno.test("without memory, sign-ups, strangers and large messages are refused, and Ann's chats go on", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "postern-test-" });
  try {
    const before = await Server.start({ stateDir });
    const { ports } = before;
    const login = async (server: Server, name: string) => {
      const certificate = await server.certificate();
      const client = await ImapClient.connect(ports.imapTls, certificate);
      await client.login(name, PASSWORD);
      return client;
    };
    (await login(before, ANN)).close();
    await before.dispose();
    const server = await Server.start({
      stateDir,
      ports,
      config: '[protection]\nmax_memory = "1"\nlarge_message = "64K"',
    });
    try {
      await happens(
        () => server.output.includes("degraded part=overload"),
        () => server.output,
      );
      assert.match(
        server.output,
        /degraded part=overload .*short of memory; refused: sign-ups, mail of other servers, large messages/,
      );
      await assert.rejects(login(server, `new@${DOMAIN}`));
      await assert.rejects(SmtpClient.connect(ports.smtp), /421/);
      const ann = await login(server, ANN);
      await ann.expectOk("SELECT INBOX");
      await ann.idle();
      const writer = await SmtpClient.submit(
        ports.submissionTls,
        await server.certificate(),
        ANN,
        PASSWORD,
      );
      await writer.exchange(`MAIL FROM:<${ANN}> SIZE=70000`, 451);
      await writer.exchange(`MAIL FROM:<${ANN}>`, 250);
      await writer.exchange(`RCPT TO:<${ANN}>`, 250);
      await writer.exchange("DATA", 354);
      await writer.exchange(`${message({ from: ANN })}\r\n.`, 250);
      assert.equal(await ann.waitExists(), 1);
      const { out } = await postern(["status", "--json"], {
        POSTERN_CONFIG: server.configFile,
      });
      const codes = JSON.parse(out).data.degraded
        .map(({ code }: { code: string }) => code);
      assert.ok(
        codes.includes("overload") && codes.includes("sign_ups_paused"),
      );
      writer.close();
      ann.close();
    } finally {
      await server.dispose();
    }
  } finally {
    await Deno.remove(stateDir, { recursive: true }).catch(() => {});
  }
});

Deno.test("connections of others leave the files that open sessions need", async () => {
  const server = await Server.start({
    under: ["prlimit", "--nofile=400:400"],
    config: "[imap]\nmax_connections = 5000\nmax_connections_per_ip = 5000",
  });
  const held: Deno.Conn[] = [];
  try {
    const certificate = await server.certificate();
    const { ports } = server;
    const ann = await ImapClient.connect(ports.imapTls, certificate);
    await ann.login(ANN, PASSWORD);
    await ann.expectOk("SELECT INBOX");
    await ann.idle();
    const writer = await SmtpClient.submit(
      ports.submissionTls,
      certificate,
      ANN,
      PASSWORD,
    );
    const payload = await encryptedPayload(100_000); // which has a file
    const chat = async (id: string) => {
      await writer.start([ANN]);
      await writer.wire.write(messageOctets({ from: ANN, id, payload }));
      await writer.expect(250);
      return await ann.waitExists();
    };
    assert.equal(await chat("before"), 1);
    while (held.length < 450) {
      held.push(
        await Deno.connect({ hostname: "127.0.0.1", port: ports.imap }),
      );
    }
    const greeted = await Promise.all(held.map((one) => readsSomething(one)));
    const served = greeted.filter((one) => one).length;
    assert.ok(served > 300 && served < 340, `${served} were served`);
    assert.equal(await chat("meanwhile"), 2);
    const { degraded } = JSON.parse(
      await server.command("status", "--json"),
    ).data;
    assert.ok(
      degraded.some(({ code }: { code: string }) => code === "overload"),
    );
    for (const one of held.splice(0)) one.close();
    const later = await ImapClient.connect(ports.imapTls, certificate);
    await later.login(ANN, PASSWORD);
    later.close();
    writer.close();
    ann.close();
  } finally {
    for (const one of held) one.close();
    await server.dispose();
  }
});

/** Whether anything comes before the end. */
async function readsSomething(connection: Deno.Conn): Promise<boolean> {
  try {
    return await connection.read(new Uint8Array(1)) !== null;
  } catch {
    return false; // a reset
  }
}
