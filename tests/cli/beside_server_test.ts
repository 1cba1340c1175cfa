/**
 * Commands beside a running server: whatever they can or cannot reach, the
 * store stays the server's, and what it is receiving arrives.
 *
 * @module
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { ImapClient } from "../harness/imap_client.ts";
import { encryptedPayload, messageOctets } from "../harness/message.ts";
import { DOMAIN, Server } from "../harness/server.ts";
import { SmtpClient } from "../harness/smtp_client.ts";
import { postern } from "./command_line.ts";
import { happens } from "../harness/until.ts";

const ANN = `ann.beside@${DOMAIN}`;
const PASSWORD = "a password nobody guesses";

/** One of each kind: reads, changes, tasks, whole tables, and what needs a server. */
const COMMANDS = [
  ["accounts", "export"],
  ["accounts", "export", "-o", "{dir}/new.json"],
  ["accounts", "import", "{dir}/accounts.json"],
  ["accounts", "list"],
  ["accounts", "create", "bert.beside", "-p", "a horse xx"],
  ["accounts", "delete", "ann.beside", "--yes"],
  ["blocklist", "add", "cleo.beside"],
  ["registration", "status"],
  ["settings", "set", "max_message_size", "30M"],
  ["tasks", "run", "gc-blobs"],
  ["status"],
  ["sessions", "list"],
  ["reload"],
];

/** What to put between a command and the server. */
const OBSTACLES: Record<
  string,
  (server: Server) => {
    readonly environment: Readonly<Record<string, string>>;
    readonly exit: number;
    readonly err: RegExp;
    undo(): void;
  }
> = {
  "looks elsewhere for the socket": ({ stateDir }) => ({
    environment: {
      POSTERN_SET__server__runtime_dir: `${stateDir}/no-socket`,
    },
    exit: 1,
    err:
      /"error":"The server runs \(pid \d+\), but nobody answers at its control socket .*no-socket\/control\.sock.*"code":"unreachable"/,
    undo() {},
  }),
  "looks where no socket can be": ({ stateDir }) => ({
    environment: {
      POSTERN_SET__server__runtime_dir: `${stateDir}/${"x".repeat(107)}`,
    },
    exit: 1,
    err: /at most 107 octets; nothing was done\. Set server\.runtime_dir/,
    undo() {},
  }),
  "finds the socket removed": ({ stateDir }) => {
    const path = `${stateDir}/control.sock`;
    Deno.renameSync(path, `${path}.away`);
    return {
      environment: {},
      exit: 1,
      err: /"code":"unreachable"/,
      undo: () => Deno.renameSync(`${path}.away`, path),
    };
  },
  "finds a dead socket": ({ stateDir }) => {
    const path = `${stateDir}/control.sock`;
    Deno.renameSync(path, `${path}.away`);
    Deno.listen({ transport: "unix", path }).close();
    return {
      environment: {},
      exit: 1,
      err: /"code":"unreachable"/,
      undo: () => Deno.renameSync(`${path}.away`, path),
    };
  },
};

Deno.test("commands beside a server leave its store alone", async (t) => {
  const server = await Server.start();
  const directory = await Deno.makeTempDir({ prefix: "postern-beside-" });
  const plain = { POSTERN_CONFIG: server.configFile };
  function run(
    command: readonly string[],
    environment: Readonly<Record<string, string>>,
  ) {
    const args = command.map((word) => word.replace("{dir}", directory));
    // as long as a socket that does not come is waited for
    return postern([...args, "--json", "--timeout", "1s"], {
      ...plain,
      ...environment,
    });
  }
  try {
    const certificate = await server.certificate();
    const imap = await ImapClient.connect(server.ports.imapTls, certificate);
    await imap.login(ANN, PASSWORD);
    const smtp = await SmtpClient.submit(
      server.ports.submissionTls,
      certificate,
      ANN,
      PASSWORD,
    );
    const message = messageOctets({
      from: ANN,
      id: "beside",
      payload: await encryptedPayload(200_000),
    });
    await smtp.start([ANN]);
    await smtp.wire.write(message.subarray(0, 150_000));
    const half = async () =>
      (await Array.fromAsync(Deno.readDir(`${server.stateDir}/tmp`))).length;
    while (await half() === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }

    await t.step("export goes through the server", async () => {
      const file = `${directory}/exported.json`;
      const { exit, err } = await run(["accounts", "export", "-o", file], {});
      assert.equal(exit, 0, err);
      const [only, ...others] = JSON.parse(await Deno.readTextFile(file));
      assert.equal(only.username, ANN);
      assert.equal(others.length, 0);
      assert.equal((await Deno.stat(file)).mode! & 0o777, 0o600);
      assert.equal(await half(), 1);
    });

    await Deno.writeTextFile(`${directory}/accounts.json`, "[]");
    for (const [what, obstacle] of Object.entries(OBSTACLES)) {
      const { environment, exit, err, undo } = obstacle(server);
      await t.step(`a command that ${what} does nothing`, async () => {
        // at the same time, since each waits for the socket a while
        await Promise.all(COMMANDS.map(async (command) => {
          const outcome = await run(command, environment);
          const context = `${command.join(" ")}: ${outcome.out}${outcome.err}`;
          assert.equal(outcome.exit, exit, context);
          assert.match(outcome.err, err, context);
        }));
        assert.equal(await half(), 1);
      });
      undo();
    }
    await assert.rejects(Deno.stat(`${directory}/new.json`));

    await smtp.wire.write(message.subarray(150_000));
    await smtp.expect(250);
    smtp.close();
    const { untagged } = await imap.expectOk("SELECT INBOX");
    assert.ok(untagged.some(({ text }) => text === "* 1 EXISTS"));
    imap.close();
  } finally {
    await server.dispose();
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a server that does not answer has left how it was, and its files go with it", async () => {
  const runtimeDir = await Deno.makeTempDir({ prefix: "postern-run-" });
  const environment = { POSTERN_SET__server__runtime_dir: runtimeDir };
  const server = await Server.start({ environment });
  try {
    const pid = await Deno.readTextFile(`${runtimeDir}/pid`);
    assert.equal(pid, `${server.pid}\n`);
    const path = `${runtimeDir}/status.json`;
    await happens(() => existsSync(path));
    assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o644);
    await Deno.remove(`${runtimeDir}/control.sock`);
    const args = ["status", "--config", server.configFile];
    const { exit, out } = await postern(args, environment);
    assert.equal(exit, 1);
    assert.match(
      out,
      /nobody answers at its control socket[^]*How it was at [^]*^accounts +0$/m,
    );
    const json = await postern([...args, "--json"], environment);
    const { data } = JSON.parse(json.out);
    assert.equal(data.running, true);
    assert.equal(data.pid, server.pid);
    assert.match(data.problem, /nobody answers/);
    await server.end("SIGTERM");
    assert.deepEqual([...Deno.readDirSync(runtimeDir)], []);
  } finally {
    await server.dispose();
    await Deno.remove(runtimeDir, { recursive: true });
  }
});
