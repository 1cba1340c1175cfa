import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { ListenerShape } from "../../src/admin/live_server.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { LineConnection } from "../harness/line_connection.ts";
import {
  LISTENER_NAMES,
  type ListenerName,
  listenerRow,
  transportsOf,
} from "../../src/config/listener_table.ts";
import { keyNamed } from "../../src/config/schema.ts";
import { reservePorts } from "../harness/ports.ts";
import { Server } from "../harness/server.ts";
import { type Outcome, postern } from "./command_line.ts";
import { happens } from "../harness/until.ts";

function isOnByDefault(name: ListenerName): boolean {
  const { switchedBy } = listenerRow(name);
  return switchedBy === undefined || keyNamed(switchedBy).initial === true;
}

Deno.test("the command line works on the running server", async (t) => {
  const server = await Server.start({ turn: true });
  const environment = { POSTERN_CONFIG: server.configFile };
  async function run(...args: string[]): Promise<Outcome> {
    return await postern([...args, "--json"], environment);
  }
  async function data(...args: string[]) {
    const { exit, out, err } = await run(...args);
    assert.equal(exit, 0, err);
    return JSON.parse(out).data;
  }
  try {
    await t.step("status tells version, process and listeners", async () => {
      const status = await data("status");
      assert.equal(status.running, true);
      assert.equal(status.pid, server.pid);
      assert.deepEqual(
        status.listeners.map(({ name, transport, tls }: ListenerShape) =>
          `${name} ${transport} ${tls}`
        ),
        LISTENER_NAMES.filter(isOnByDefault).flatMap((name) =>
          transportsOf(name).map((transport) =>
            `${name} ${transport} ${listenerRow(name).tls}`
          )
        ),
      );
    });

    await t.step("what is changed is in force at once", async () => {
      const made = await data(
        "accounts",
        "create",
        "anna1234",
        "-p",
        "a horse x",
      );
      assert.deepEqual(made, {
        username: "anna1234@chat.example",
        applied: "live",
      });
      const set = await data("settings", "set", "max_message_size", "30M");
      assert.equal(set.applied, "live");
      const greeting = await ehlo(server.ports.submission);
      assert.match(greeting, /SIZE 31457280/);
    });

    await t.step(
      "what somebody writes into the database is in force by itself",
      async () => {
        const database = new DatabaseSync(`${server.stateDir}/chat.db`);
        database.exec(
          "UPDATE settings SET value = '31M' WHERE name = 'max_message_size'",
        );
        database.close();
        await happens(async () =>
          /SIZE 32505856/.test(await ehlo(server.ports.submission))
        );
      },
    );

    await t.step("a listener moves to another port", async () => {
      const [port] = reservePorts(1) as [number];
      await data("settings", "set", "submission_port", String(port));
      assert.match(await ehlo(port), /SIZE/);
      await assert.rejects(ehlo(server.ports.submission));
      await data("settings", "reset", "submission_port");
      assert.match(await ehlo(server.ports.submission), /SIZE/);
    });

    await t.step(
      "a port that is taken is refused, and nothing changes",
      async () => {
        const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
        const { port } = taken.addr;
        const refused = await run("settings", "set", "imap_port", String(port));
        taken.close();
        assert.equal(refused.exit, 4);
        assert.match(refused.err, /"code":"invalid_value"/);
        const setting = await data("settings", "get", "imap_port");
        assert.equal(setting.source, "default");
        (await Deno.connect({ port: server.ports.imap })).close();
      },
    );

    await t.step(
      "reload reads the file again, and keeps a good one",
      async () => {
        const text = await Deno.readTextFile(server.configFile);
        await Deno.writeTextFile(
          server.configFile,
          `${text}\n[server_typo]\nx = 1\n`,
        );
        const wrong = await run("reload");
        assert.equal(wrong.exit, 7);
        await Deno.writeTextFile(
          server.configFile,
          `${text}\n[limits]\nmax_message_size = "1M"\n`,
        );
        await data("settings", "reset", "max_message_size");
        const { changed } = await data("reload");
        assert.deepEqual(changed, ["limits.max_message_size"]);
        assert.match(await ehlo(server.ports.submission), /SIZE 1048576/);
      },
    );

    await t.step("a second server is refused", async () => {
      const { exit, err } = await run("run");
      assert.equal(exit, 5);
      assert.match(err, /already running, pid \d+/);
    });

    await t.step(
      "signals reload, tell the status and log everything",
      async () => {
        Deno.kill(server.pid, "SIGUSR2");
        Deno.kill(server.pid, "SIGUSR1");
        Deno.kill(server.pid, "SIGHUP");
        await written(server, / reloaded /, / status message=/);
        assert.equal((await data("status")).pid, server.pid);
      },
    );

    await t.step("failed logins are counted", async () => {
      const before = await data("sessions", "locked");
      const certificate = await server.certificate();
      const imap = await ImapClient.connect(server.ports.imapTls, certificate);
      await assert.rejects(
        imap.login("anna1234@chat.example", "another horse x"),
      );
      imap.close();
      const after = await data("sessions", "locked");
      assert.equal(after.bad_credentials, before.bad_credentials + 1);
      assert.deepEqual([after.locked, after.locked_total], [[], 0]);
    });

    await t.step("sessions end by a name without domain", async () => {
      const certificate = await server.certificate();
      const imap = await ImapClient.connect(server.ports.imapTls, certificate);
      await imap.login("anna1234@chat.example", "a horse x");
      assert.deepEqual((await data("sessions", "list")).sessions, [
        { account: "anna1234@chat.example", kind: "imap", sessions: 1 },
      ]);
      assert.deepEqual(await data("sessions", "end", "anna1234"), { ended: 1 });
      imap.close();
    });

    await t.step(
      "the socket takes operations, and names wrong fields",
      () =>
        withControl(server, async (ask) => {
          assert.deepEqual((await ask("ping", {})).data, { pong: true });
          const username = "anna1234";
          const wrong = await ask("accounts.set_pinned", {
            username,
            pinned: "no",
          });
          assert.deepEqual(wrong, {
            id: 1,
            ok: false,
            code: "invalid_value",
            error: "pinned: must be true or false",
            field: "pinned",
          });
          const info = await ask("accounts.info", { username });
          assert.equal(info.data?.pinned, false);
          assert.equal(info.data?.origin, "cli");
          const other = await ask("accounts.info", { username: 1 });
          assert.equal(other.field, "username");
          assert.equal(
            (await ask("admin", { call: "serverStatus" })).code,
            "not_found",
          );
          const ended = await ask("sessions.kill", { username });
          assert.deepEqual(ended.data, { ended: 0 });
          const level = await ask("log.level", { level: "info" });
          assert.deepEqual(level.data, { level: "info" });
          assert.equal((await data("status")).log.level, "info");
          await ask("log.level", { level: "off" });
        }),
    );

    await t.step("stop ends it", async () => {
      assert.deepEqual(await data("stop"), { stopping: true });
      assert.equal((await server.ended()).code, 0);
      assert.equal((await run("status")).exit, 5);
    });
  } finally {
    await server.dispose();
  }
});

/** Waits until the server has written all of these. */
async function written(server: Server, ...patterns: RegExp[]): Promise<void> {
  await happens(
    () => patterns.every((pattern) => pattern.test(server.output)),
    () => server.output,
  );
}

interface Answer {
  readonly ok: boolean;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly code?: string;
  readonly field?: string;
}

/** Asks at the socket itself. */
async function withControl(
  server: Server,
  test: (ask: (op: string, args: object) => Promise<Answer>) => Promise<void>,
): Promise<void> {
  const path = `${server.stateDir}/control.sock`;
  const wire = new LineConnection(
    await Deno.connect({ transport: "unix", path }),
  );
  try {
    await test(async (op, args) => {
      await wire.write(`${JSON.stringify({ id: 1, op, args })}\n`);
      return JSON.parse(await wire.readLine());
    });
  } finally {
    wire.close();
  }
}

/** What the server offers after EHLO. */
async function ehlo(port: number): Promise<string> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    await readSome(connection);
    await connection.write(new TextEncoder().encode("EHLO test.example\r\n"));
    let text = "";
    while (!/^250 /m.test(text)) text += await readSome(connection);
    return text;
  } finally {
    connection.close();
  }
}

async function readSome(connection: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(4096);
  const count = await connection.read(buffer);
  if (count === null) throw new Error("The server hung up");
  return new TextDecoder().decode(buffer.subarray(0, count));
}
