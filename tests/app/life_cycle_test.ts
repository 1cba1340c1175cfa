/**
 * A whole server while its surroundings change: certificate, configuration,
 * ports, signals, a second instance.
 */
import assert from "node:assert/strict";
import { makeSelfSigned } from "../../src/tls/self_signed.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { LineConnection } from "../harness/line_connection.ts";
import { encryptedPayload, messageOctets } from "../harness/message.ts";
import { reservePorts } from "../harness/ports.ts";
import { DOMAIN, Server } from "../harness/server.ts";
import { SmtpClient } from "../harness/smtp_client.ts";
import { happens } from "../harness/until.ts";

const ANN = `ann@${DOMAIN}`;
const BOB = `bob@${DOMAIN}`;
const PASSWORD = "a-password-of-some-length-1";

async function withServer(
  test: (server: Server) => Promise<void>,
  config?: string,
): Promise<void> {
  const server = await Server.start(config === undefined ? {} : { config });
  try {
    await test(server);
  } finally {
    await server.dispose();
  }
}

async function idling(
  port: number,
  certificate: string,
  address: string,
): Promise<ImapClient> {
  const client = await ImapClient.connect(port, certificate);
  await client.login(address, PASSWORD);
  await client.expectOk("SELECT INBOX");
  await client.idle();
  return client;
}

async function message(id: string): Promise<Uint8Array> {
  const payload = await encryptedPayload(100);
  return messageOctets({ from: ANN, id, payload });
}

async function accepts(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}

Deno.test("a new certificate is served to new connections, and no session ends", () =>
  withServer(async (server) => {
    const { ports, stateDir } = server;
    const old = await server.certificate();
    const bob = await idling(ports.imapTls, old, BOB);
    const made = await makeSelfSigned({
      names: [DOMAIN],
      nowMs: Date.now(),
      days: 100,
    });
    await Deno.writeTextFile(`${stateDir}/tls/privkey.pem`, made.keyPem);
    await Deno.writeTextFile(`${stateDir}/tls/fullchain.pem`, made.chainPem);
    Deno.kill(server.pid, "SIGHUP");
    for (const port of [ports.imapTls, ports.submissionTls, ports.https]) {
      await happens(async () => {
        try {
          const wire = await LineConnection.open(port, made.chainPem);
          if (port !== ports.https) await wire.readLine();
          else await (wire.connection as Deno.TlsConn).handshake();
          wire.close();
          return true;
        } catch {
          return false; // the old one is still served
        }
      });
    }
    const ann = await SmtpClient.submit(
      ports.submissionTls,
      made.chainPem,
      ANN,
      PASSWORD,
    );
    await ann.send([BOB], await message("after"));
    assert.equal(await bob.waitExists(), 1);
    ann.close();
    bob.close();
  }));

Deno.test("a broken configuration file changes nothing", () =>
  withServer(async (server) => {
    await Deno.writeTextFile(server.configFile, '[server]\ndomian = "x"\n');
    Deno.kill(server.pid, "SIGHUP");
    await happens(() => server.output.includes("did you mean server.domain"));
    const ann = await ImapClient.connect(
      server.ports.imapTls,
      await server.certificate(),
    );
    await ann.login(ANN, PASSWORD);
    ann.close();
  }));

Deno.test("a port changes live and open sessions stay", () =>
  withServer(async (server) => {
    const certificate = await server.certificate();
    const bob = await idling(server.ports.imapTls, certificate, BOB);
    const [port] = reservePorts(1) as [number];
    await server.command("settings", "set", "imap_tls_port", String(port));
    const moved = await ImapClient.connect(port, certificate);
    await moved.login(BOB, PASSWORD);
    moved.close();
    await happens(async () => !await accepts(server.ports.imapTls));
    await bob.done();
    await bob.expectOk("NOOP");
    bob.close();
    // Taken by us already: refused, and all stays as it was.
    await assert.rejects(
      server.command(
        "settings",
        "set",
        "imap_tls_port",
        String(server.ports.smtp),
      ),
      /smtp/,
    );
    (await ImapClient.connect(port, certificate)).close();
  }));

Deno.test("a second server on the same state does not start", () =>
  withServer(async (server) => {
    const started = server.command("run");
    await assert.rejects(started, new RegExp(`already running.*${server.pid}`));
  }));

Deno.test("SIGTERM ends sessions with words and lets a message finish", () =>
  withServer(async (server) => {
    const certificate = await server.certificate();
    const bob = await idling(server.ports.imapTls, certificate, BOB);
    const ann = await SmtpClient.submit(
      server.ports.submissionTls,
      certificate,
      ANN,
      PASSWORD,
    );
    await ann.start([BOB]);
    const octets = await message("last");
    await ann.wire.write(octets.subarray(0, 500));
    Deno.kill(server.pid, "SIGTERM");
    assert.match(await bob.wire.readLine(), /^\* BYE Server shutting down/);
    await happens(async () => !await accepts(server.ports.imapTls));
    await ann.wire.write(octets.subarray(500));
    await ann.expect(250);
    assert.match(await ann.wire.readLine(), /^421 4\.3\.2/);
    bob.close();
    ann.close();
    const { code } = await server.ended();
    assert.equal(code, 0);
    await server.run();
    const again = await ImapClient.connect(server.ports.imapTls, certificate);
    await again.login(BOB, PASSWORD);
    const { untagged } = await again.expectOk("STATUS INBOX (MESSAGES)");
    assert.match(JSON.stringify(untagged), /MESSAGES 1/);
    again.close();
  }));

Deno.test("SIGTERM waits for nobody who only waits", () =>
  withServer(async (server) => {
    const { ports } = server;
    const certificate = await server.certificate();
    const bob = await idling(ports.imapTls, certificate, BOB);
    const ann = await SmtpClient.submit(
      ports.submissionTls,
      certificate,
      ANN,
      PASSWORD,
    );
    const others = [
      await LineConnection.open(ports.smtp),
      await LineConnection.open(ports.submission),
      await LineConnection.open(ports.imap),
    ];
    for (const wire of others) await wire.readLine();
    const silent = await Promise.all(
      [
        ports.imapTls,
        ports.submissionTls,
        ports.http,
        ports.https,
        await inHandshake(ports.imap, ["a STARTTLS\r\n"]),
        await inHandshake(ports.submission, ["EHLO x\r\n", "STARTTLS\r\n"]),
      ].map((port) =>
        typeof port === "number" ? LineConnection.open(port) : port
      ),
    );
    // All of them are open at the server, since it accepted this one after them.
    (await ImapClient.connect(ports.imapTls, certificate)).close();
    const started = performance.now();
    Deno.kill(server.pid, "SIGTERM");
    assert.match(await bob.wire.readLine(), /^\* BYE Server shutting down/);
    assert.match(await ann.wire.readLine(), /^421 4\.3\.2 /);
    assert.match(await others[0]!.readLine(), /^421 4\.3\.2 /);
    assert.match(await others[1]!.readLine(), /^421 4\.3\.2 /);
    assert.match(await others[2]!.readLine(), /^\* BYE Server shutting down/);
    const { code } = await server.ended();
    const tookMs = performance.now() - started;
    assert.equal(code, 0);
    assert.ok(tookMs < 9000, `${tookMs} ms`);
    for (const client of [bob, ann, ...others, ...silent]) client.close();
  }));

/** A connection whose server waits for a ClientHello. */
async function inHandshake(
  port: number,
  commands: readonly string[],
): Promise<LineConnection> {
  const wire = await LineConnection.open(port);
  await wire.readLine();
  for (const command of commands) {
    await wire.write(command);
    while (!/^(a OK|\d{3} )/.test(await wire.readLine()));
  }
  return wire;
}

for (
  const [name, protocol, greeting] of [
    ["imap", "imap", /^\* OK /],
    ["smtp", "smtp", /^220 /],
  ] as const
) {
  Deno.test(`the HTTPS port speaks ${name} to those who ask by ALPN`, () =>
    withServer(async (server) => {
      const plain = await Deno.connect({
        hostname: "127.0.0.1",
        port: server.ports.https,
      });
      const secure = await Deno.startTls(plain, {
        hostname: DOMAIN,
        caCerts: [await server.certificate()],
        alpnProtocols: [protocol],
      });
      const wire = new LineConnection(secure);
      assert.match(await wire.readLine(), greeting);
      wire.close();
    }));
}
