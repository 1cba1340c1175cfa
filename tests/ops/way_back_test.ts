/** The way back of an upgrade that has changed the database, with a real relay and its backup. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { backupOptions } from "../../src/app/backups.ts";
import { installedService } from "../../src/cli/life/service.ts";
import { locateConfig } from "../../src/config/locate.ts";
import { ImapClient } from "../harness/imap_client.ts";
import {
  encryptedPayload,
  messageId,
  messageOctets,
} from "../harness/message.ts";
import { DOMAIN, Server } from "../harness/server.ts";
import { program, runCommand } from "../harness/server_process.ts";
import { SmtpClient } from "../harness/smtp_client.ts";

const ANN = `ann@${DOMAIN}`;
const PASSWORD = "a password of somebody";
const NEWER_SCHEMA = 4711;

function serviceOf(server: Server) {
  const config = locateConfig({
    configFlag: server.configFile,
    environment: {},
  });
  return installedService({
    config: config.values,
    place: backupOptions(config, config.values).place,
    configArgs: ["--config", server.configFile],
    name: "postern",
    async run(command, args) {
      if (command === "systemctl") return { ok: true, output: "" };
      const [executable, ...first] = program();
      const { success, stdout, stderr } = await new Deno.Command(executable, {
        args: [...first, ...args],
        env: { NO_COLOR: "1" },
      }).output();
      const decoder = new TextDecoder();
      const output = decoder.decode(stdout) + decoder.decode(stderr);
      return { ok: success, output };
    },
  });
}

/** What a newer version does with it. */
function changeSchema(server: Server): void {
  const database = new DatabaseSync(`${server.stateDir}/chat.db`);
  database.exec(`DROP TABLE messages; PRAGMA user_version = ${NEWER_SCHEMA}`);
  database.close();
}

function namesIn(server: Server): string[] {
  return Array.from(Deno.readDirSync(server.stateDir), ({ name }) => name);
}

async function send(server: Server, id: string): Promise<void> {
  const certificate = await server.certificate();
  const { submissionTls } = server.ports;
  const sender = await SmtpClient.submit(
    submissionTls,
    certificate,
    ANN,
    PASSWORD,
  );
  const payload = await encryptedPayload(1000);
  await sender.send([ANN], messageOctets({ from: ANN, id, payload }));
  sender.close();
}

async function received(server: Server): Promise<unknown[]> {
  const certificate = await server.certificate();
  const reader = await ImapClient.connect(server.ports.imapTls, certificate);
  await reader.login(ANN, PASSWORD);
  await reader.expectOk("SELECT INBOX");
  const found = await reader.fetch("1:*");
  reader.close();
  return found.map(({ octets }) => octets && messageId(octets));
}

Deno.test("the copy of before comes back, and what the newer version made stays aside", async () => {
  const server = await Server.start();
  try {
    const certificate = await server.certificate();
    await send(server, "one");
    const service = serviceOf(server);
    await service.examine("");
    const { data } = JSON.parse(
      await server.command("db", "check", "--dry-run", "--json"),
    );
    assert.equal(data.ok, true);
    assert.equal(data.schema, data.program_schema);
    assert.equal(data.migrates, false);
    assert.notEqual(await service.served(), undefined);
    const copy = await service.copyDatabase();
    await server.end("SIGTERM");
    changeSchema(server);
    await assert.rejects(service.examine(""), /newer program has written/);
    // a copy that is not there changes nothing
    await assert.rejects(
      service.restoreDatabase(`${copy}-not`, ""),
      /that of the newer version is in its place/,
    );
    assert.ok(namesIn(server).includes("chat.db"));
    assert.ok(!namesIn(server).some((name) => /^replaced-|^going/.test(name)));
    await service.restoreDatabase(copy, "");
    await server.run();
    assert.deepEqual(await received(server), ["one"]);
    assert.equal(await server.certificate(), certificate);
    const [aside = ""] = namesIn(server)
      .filter((name) => name.startsWith("replaced-"));
    const kept = new DatabaseSync(`${server.stateDir}/${aside}/chat.db`, {
      readOnly: true,
    });
    assert.deepEqual(
      { ...kept.prepare("PRAGMA user_version").get() },
      { user_version: NEWER_SCHEMA },
    );
    kept.close();
  } finally {
    await server.dispose();
  }
});

Deno.test("a relay whose state is on its way back does not begin with an empty one", async () => {
  const server = await Server.start();
  try {
    await server.end("SIGTERM");
    const { stateDir } = server;
    await Deno.mkdir(`${stateDir}/replaced-1`);
    await Deno.rename(`${stateDir}/chat.db`, `${stateDir}/replaced-1/chat.db`);
    await Deno.writeTextFile(
      `${stateDir}/going-back`,
      `${stateDir}/replaced-1`,
    );
    await assert.rejects(
      runCommand(["run"], server.configFile),
      /was killed on its way back .*replaced-1/,
    );
    assert.ok(!namesIn(server).includes("chat.db"));
  } finally {
    await server.dispose();
  }
});
