/** What a monitoring system hears of a whole server. */
import assert from "node:assert/strict";
import { message } from "../gate/messages.ts";
import { postern } from "../cli/command_line.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { reservePorts } from "../harness/ports.ts";
import { DOMAIN, Server } from "../harness/server.ts";
import { SmtpClient } from "../harness/smtp_client.ts";

const ANN = `ann@${DOMAIN}`;
const PASSWORD = "a password of Ann";
const LINE =
  /^(?:# (?:HELP|TYPE) \S+ .+|\w+(?:\{(?:\w+="[^"]*",?)*\})? [0-9.e+-]+(?:Inf)?)$/;

interface World {
  readonly server: Server;
  readonly port: number;
  ask(headers?: Record<string, string>): Promise<Response>;
}

async function withServer(
  keys: string,
  work: (world: World) => Promise<void>,
): Promise<void> {
  const [port] = reservePorts(1);
  assert.ok(port);
  const server = await Server.start({
    config: `[metrics]\nlisten = "127.0.0.1:${port}"\n${keys}`,
  });
  try {
    await work({
      server,
      port,
      ask: (headers = {}) =>
        fetch(`http://127.0.0.1:${port}/metrics`, { headers }),
    });
  } finally {
    await server.dispose();
  }
}

/** Ann writes to herself and to nobody, and hears of it in IDLE. */
async function mail(server: Server): Promise<void> {
  const certificate = await server.certificate();
  const reader = await ImapClient.connect(server.ports.imapTls, certificate);
  await reader.login(ANN, PASSWORD);
  await reader.expectOk("SELECT INBOX");
  await reader.idle();
  const writer = await SmtpClient.submit(
    server.ports.submissionTls,
    certificate,
    ANN,
    PASSWORD,
  );
  await writer.exchange(`MAIL FROM:<${ANN}>`, 250);
  await writer.exchange(`RCPT TO:<${ANN}>`, 250);
  await writer.exchange("DATA", 354);
  await writer.exchange(`${message({ from: ANN })}\r\n.`, 250);
  await writer.exchange("XYZZY", 500);
  await writer.exchange(`MAIL FROM:<${ANN}>`, 250);
  await writer.exchange(`RCPT TO:<nobody@${DOMAIN}>`, 250);
  await writer.exchange("DATA", 354);
  await writer.exchange(`${message({ from: ANN })}\r\n.`, 550);
  await reader.waitExists();
  writer.close();
  await reader.done();
  await reader.command("XYZZY");
  reader.close();
}

Deno.test("counts what happened, tells nobody's name, and is well formed", async () => {
  const keys = 'token = "s3cret"\ncompat_maddy = true\n';
  await withServer(keys, async ({ server, port, ask }) => {
    await mail(server);
    await (await fetch(`http://127.0.0.1:${server.ports.http}/robots.txt`))
      .text();
    const none = await ask();
    assert.equal(none.status, 401);
    await none.body?.cancel();
    const elsewhere = await fetch(`http://127.0.0.1:${port}/`);
    assert.equal(elsewhere.status, 404);
    await elsewhere.body?.cancel();
    const authorization = `Basic ${btoa("prometheus:s3cret")}`;
    let text: string;
    do { // how late the main thread is shows with its first look
      text = await (await ask({ authorization })).text();
    } while (!text.includes("chatmail_event_loop_lag_seconds_count"));
    for (const line of text.split("\n")) {
      if (line !== "") assert.match(line, LINE);
    }
    assert.doesNotMatch(text, /\bann\b/, "a name");
    assert.ok(text.split("\n").length < 1000, "too many series");
    const sample = (name: string): number => {
      const start = `${name} `;
      const line = text.split("\n").find((one) => one.startsWith(start));
      assert.ok(line, `${name} is missing in\n${text}`);
      return Number(line.slice(start.length));
    };
    const one = [
      'chatmail_auth_total{service="submission",result="ok"}',
      'chatmail_auth_total{service="imap",result="ok"}',
      'chatmail_registrations_total{result="by_login"}',
      "chatmail_accounts",
      'chatmail_messages_total{direction="submission",result="accepted"}',
      'chatmail_messages_total{direction="submission",result="refused"}',
      'chatmail_messages_total{direction="local",result="delivered"}',
      'chatmail_smtp_errors_total{module="submission",command="OTHER",code="500",enhanced="5.5.2"}',
      'chatmail_smtp_errors_total{module="submission",command="DATA",code="550",enhanced="5.1.1"}',
      'chatmail_refusals_total{reason="no_such_user"}',
      'chatmail_imap_commands_total{command="IDLE",result="ok"}',
      'chatmail_imap_commands_total{command="OTHER",result="bad"}',
      "chatmail_imap_push_latency_seconds_count",
      'chatmail_http_requests_total{route="/robots.txt",method="GET",code="200"}',
      'maddy_smtp_smtp_completed_transactions{module="submission"}',
      'chatmail_smtp_transactions_total{module="submission",result="aborted"}',
    ];
    for (const name of one) assert.equal(sample(name), 1, name);
    assert.equal(sample("chatmail_ss_connections"), 0);
    assert.equal(
      sample('chatmail_http_proxy_rejected_total{reason="stranger"}'),
      0,
    );
    assert.match(text, /^chatmail_build_info\{version=".+",commit=".+"\} 1$/m);
    assert.equal(sample('chatmail_degraded{subsystem="disk_low"}'), 0);
    for (
      const name of [
        'chatmail_connections_total{service="imap"}',
        "chatmail_storage_bytes",
        "chatmail_db_size_bytes",
        "chatmail_process_resident_memory_bytes",
        'chatmail_message_bytes_total{direction="submission"}',
        `chatmail_tls_cert_not_after_seconds{name="${DOMAIN}"}`,
        "chatmail_event_loop_lag_seconds_count",
        'chatmail_bandwidth_bytes_total{category="mail_imap",direction="out"}',
        'chatmail_bandwidth_bytes_total{category="submission",direction="in"}',
        'chatmail_bandwidth_bytes_total{category="http",direction="out"}',
      ]
    ) assert.ok(sample(name) > 0, name);
    const open = await (await ask({
      authorization: "Bearer s3cret",
      accept: "application/openmetrics-text; version=1.0.0",
    })).text();
    assert.ok(open.endsWith("# EOF\n"));
    assert.match(open, /^# TYPE chatmail_auth counter$/m);
  });
});

Deno.test("with privacy.counters off nothing about messages and accounts is counted anywhere", async () => {
  const keys = "[privacy]\ncounters = false\n";
  await withServer(keys, async ({ server, ask }) => {
    await mail(server);
    const text = await (await ask()).text();
    assert.doesNotMatch(
      text,
      /chatmail_(?:auth|messages|accounts|imap|refusals|smtp_t|registr|storage)/,
    );
    assert.match(text, /^chatmail_db_size_bytes [1-9]/m);
  });
});

Deno.test("a port that others can reach needs a token", async () => {
  const directory = await Deno.makeTempDir({ prefix: "postern-test-" });
  try {
    const check = async (keys: string) => {
      const path = `${directory}/postern.toml`;
      await Deno.writeTextFile(
        path,
        `[server]\ndomain = "${DOMAIN}"\nstate_dir = "${directory}"\n[metrics]\n${keys}`,
      );
      const { err, out } = await postern(["config", "check"], {
        POSTERN_CONFIG: path,
      });
      return out + err;
    };
    const open = /metrics\.listen/;
    assert.match(await check('listen = "9749"'), open);
    assert.match(await check('listen = "192.0.2.1:9749"'), open);
    assert.doesNotMatch(await check('listen = "[::1]:9749"'), open);
    assert.doesNotMatch(await check('listen = "9749"\ntoken = "x"'), open);
    assert.doesNotMatch(
      await check('listen = "9749"\nallow_public = true'),
      open,
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
