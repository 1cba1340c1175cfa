/** A whole server that writes to others: what users and operators hear of it. */
import assert from "node:assert/strict";
import { message } from "../gate/messages.ts";
import { DnsTestServer } from "../harness/dns_server.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { DOMAIN, Server } from "../harness/server.ts";
import { SmtpClient } from "../harness/smtp_client.ts";
import { postern } from "../cli/command_line.ts";

const ANN = `ann@${DOMAIN}`;
const PASSWORD = "a password of Ann";

interface World {
  readonly server: Server;
  readonly submission: SmtpClient;
  cli(line: string): Promise<string>;
  /** The reply to a message of Ann's. */
  send(to: string, code: number): Promise<string>;
}

let count = 0;

async function withServer(
  dns: DnsTestServer,
  work: (world: World) => Promise<void>,
): Promise<void> {
  const { address, port } = dns.server;
  const server = await Server.start({
    config: `[dns]\nservers = ["${address}:${port}"]\n`,
  });
  try {
    const certificate = await server.certificate();
    const ann = await ImapClient.connect(server.ports.imapTls, certificate);
    await ann.login(ANN, PASSWORD);
    ann.close();
    const submission = await SmtpClient.submit(
      server.ports.submissionTls,
      certificate,
      ANN,
      PASSWORD,
    );
    await work({
      server,
      submission,
      async cli(line) {
        const environment = { POSTERN_CONFIG: server.configFile };
        const { exit, out, err } = await postern(line.split(" "), environment);
        assert.equal(exit, 0, err);
        return out;
      },
      async send(to, code) {
        await submission.exchange(`MAIL FROM:<${ANN}>`, 250);
        await submission.exchange(`RCPT TO:<${to}>`, 250);
        await submission.exchange("DATA", 354);
        const text = message({ from: ANN })
          .replace("<1@relay.example>", `<${++count}@localhost>`);
        return await submission.exchange(`${text}\r\n.`, code);
      },
    });
    submission.close();
  } finally {
    await server.dispose();
  }
}

Deno.test("the reply says what is known, the rest waits and is shown", async () => {
  await using dns = DnsTestServer.start({
    // where nobody answers
    "down.example": { MX: ["10 mx.down.example"] },
    "mx.down.example": { A: ["127.0.0.1"] },
  });
  await withServer(dns, async ({ cli, send }) => {
    assert.equal(
      await send("x@nowhere.example", 550),
      "550 5.1.2 <x@nowhere.example>: No such domain: there is no domain nowhere.example",
    );
    await cli("federation block *.foe.example");
    assert.match(
      await send("x@a.foe.example", 550),
      /this server sends no mail/,
    );
    // an address that only this machine can see
    assert.match(
      await send("x@down.example", 550),
      /^550 5\.4\.4 <x@down\.example>: Not delivered: mx\.down\.example has no address in the public network$/,
    );
    assert.match(await cli("queue"), /^messages +0$/m);
    assert.match(await cli("federation status"), /^being sent +0 attempts/m);
    await cli("federation disable");
    assert.match(await send("x@down.example", 550), /Federation is off/);
    await cli("federation enable");
    await cli("federation dismiss void.example");
    await send("x@void.example", 250);
    dns.zone.set("down.example", { trouble: "SERVFAIL" });
    await cli("queue hold --dest late.example");
    dns.zone.set("late.example", { A: ["127.0.0.1"] });
    await send("x@late.example", 250);
    assert.match(
      await cli("queue list"),
      /^\d+\/0 +held +ann@chat\.example +x@late\.example/m,
    );
    assert.match(await cli("federation status"), /^late\.example .* held$/m);
    await cli("queue purge -y");
    assert.match(await cli("queue list"), /^0 entries$/m);
  });
});
