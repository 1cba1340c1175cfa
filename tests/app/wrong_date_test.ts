/** The whole program on a machine whose date is wrong: what is lost, what is told, what goes on. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { FakeDate, HAS_FAKE_DATES } from "../harness/fake_date.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { Server } from "../harness/server.ts";
import { postern } from "../cli/command_line.ts";
import { makeSelfSigned } from "../../src/tls/self_signed.ts";
import { happens } from "../harness/until.ts";

const DAY_MS = 86_400_000;
const PASSWORD = "correct horse";

interface World {
  readonly server: Server;
  readonly date: FakeDate;
}

function wrongDateTest(
  name: string,
  start: string,
  work: (world: World) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: !HAS_FAKE_DATES,
    async fn() {
      const directory = await Deno.makeTempDir({ prefix: "postern-test-" });
      const date = new FakeDate(start);
      const server = await Server.start({
        environment: date.environment,
        config: '[imap]\nappend_policy = "any"',
        // one that is in order whatever the server's date, to log in with
        tls: await certificateFiles(directory),
      });
      try {
        await work({ server, date });
      } finally {
        await server.dispose();
        date.dispose();
        await Deno.remove(directory, { recursive: true });
      }
    },
  });
}

async function certificateFiles(directory: string): Promise<string> {
  const names = ["chat.example"];
  const nowMs = Date.now();
  const pair = await makeSelfSigned({ names, nowMs, days: 900 });
  await Deno.writeTextFile(`${directory}/chain.pem`, pair.chainPem);
  await Deno.writeTextFile(`${directory}/key.pem`, pair.keyPem);
  return `[tls]\nmode = "file"\ncert = "${directory}/chain.pem"\nkey = "${directory}/key.pem"\n`;
}

async function run(server: Server, ...args: string[]): Promise<string> {
  const environment = { POSTERN_CONFIG: server.configFile };
  const { exit, out, err } = await postern(args, environment);
  assert.equal(exit, 0, err);
  return out;
}

async function data(server: Server, ...args: string[]) {
  return JSON.parse(await run(server, ...args, "--json")).data;
}

/** Sets the date and waits until the server has it. */
async function setDate({ server, date }: World, text: string, aheadMs: number) {
  date.set(text);
  await happens(async () => {
    const { clock } = await data(server, "status");
    return Math.abs(clock.now * 1000 - Date.now() - aheadMs) < DAY_MS;
  });
}

/** An account with a message that nobody has read, and one that nobody has logged in to. */
async function people(server: Server): Promise<void> {
  for (const name of ["anna1234", "never567"]) {
    await run(server, "accounts", "create", name, "-p", PASSWORD);
  }
  const chain = /cert = "(.*)"/.exec(
    await Deno.readTextFile(server.configFile),
  )![1]!;
  const imap = await ImapClient.connect(
    server.ports.imapTls,
    await Deno.readTextFile(chain),
  );
  await imap.login("anna1234@chat.example", PASSWORD);
  const text = "Subject: hello\r\n\r\nworld\r\n";
  await imap.expectOk("APPEND INBOX", new TextEncoder().encode(text));
  await imap.expectOk("LOGOUT");
  imap.wire.close();
}

/** Runs all tasks; what is there then. */
async function afterTasks(server: Server): Promise<[number, number]> {
  const { outcomes } = await data(server, "tasks", "run-all", "--yes");
  for (const { task, detail } of outcomes) {
    assert.doesNotMatch(detail, /^(Failed|Stopped)/, `${task}: ${detail}`);
  }
  const { accounts, total } = await data(server, "accounts", "list");
  const messages = accounts.reduce(
    (sum: number, account: { messages: number }) => sum + account.messages,
    0,
  );
  return [total, messages];
}

async function degradedCodes(server: Server): Promise<string[]> {
  const { degraded } = await data(server, "status");
  return degraded.map(({ code }: { code: string }) => code);
}

wrongDateTest(
  "a date that is set 21 and 91 days ahead loses no mail and no account",
  "+0d",
  async (world) => {
    const { server } = world;
    await people(server);
    assert.deepEqual(await degradedCodes(server), []);
    for (const days of [21, 91]) {
      await setDate(world, `+${days}d`, days * DAY_MS);
      assert.deepEqual(await afterTasks(server), [2, 1]);
    }
    assert.ok((await degradedCodes(server)).includes("clock_jump"));
    assert.match(
      server.output,
      /clock message="the machine's clock was set ahead by 3w"/,
    );
    await setDate(world, "+0d", 0);
    assert.deepEqual(await afterTasks(server), [2, 1]);
    assert.match(server.output, /clock was set back by 13w/);
  },
);

wrongDateTest(
  "a start 91 days ahead, and one after it with the right date, lose nothing",
  "+0d",
  async ({ server, date }) => {
    await people(server);
    for (
      const [text, told] of [
        ["+91d", /more than count as age went by/],
        ["+0d", /less than when the server ended/],
      ] as const
    ) {
      await server.end("SIGTERM");
      date.set(text);
      await server.run();
      assert.deepEqual(await afterTasks(server), [2, 1]);
      assert.match(server.output, told);
      assert.ok((await degradedCodes(server)).includes("clock_jump"));
    }
  },
);

wrongDateTest(
  "a first start in 1970 loses nothing when the date is set",
  "@1970-01-02 00:00:00",
  async (world) => {
    await people(world.server);
    const made = await data(
      world.server,
      "registration-tokens",
      "create",
      "--expires",
      "1h",
    );
    await setDate(world, "+0d", 0);
    assert.deepEqual(await afterTasks(world.server), [2, 1]);
    const shown = await world.server.command(
      ...["registration-tokens", "status", made.token, "--json"],
    );
    const token = JSON.parse(shown).data;
    assert.equal(token.status, "active");
    const left = token.expires_at - Date.now() / 1000;
    assert.ok(left > 3000 && left < 3700, String(left));
  },
);

Deno.test({
  name: "certificates of a wrong date are made anew once it is right",
  ignore: !HAS_FAKE_DATES,
  async fn() {
    for (const text of ["@1970-01-02 00:00:00", "+1500d"]) {
      const date = new FakeDate(text);
      const server = await Server.start({ environment: date.environment });
      try {
        const wrong = new X509Certificate(await server.certificate());
        assert.ok(!isValidNow(wrong));
        date.set("+0d");
        await happens(() => isTrusted(server));
      } finally {
        await server.dispose();
        date.dispose();
      }
    }
  },
});

/** Whether a client that knows the certificate gets a greeting. */
async function isTrusted(server: Server): Promise<boolean> {
  try {
    const certificate = await server.certificate();
    const { wire } = await ImapClient.connect(
      server.ports.imapTls,
      certificate,
    );
    wire.close();
    return true;
  } catch {
    return false; // the old one, or the files are just being replaced
  }
}

function isValidNow({ validFrom, validTo }: X509Certificate): boolean {
  return Date.parse(validFrom) <= Date.now() &&
    Date.parse(validTo) > Date.now();
}
