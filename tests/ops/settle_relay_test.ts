/**
 * What ends an upgrade that was killed, with a real relay: its mail, its backup,
 * its question whether it can open a database. The new version ends at once.
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { backupOptions } from "../../src/app/backups.ts";
import { installedService } from "../../src/cli/life/service.ts";
import { VERSION } from "../../src/cli/version.ts";
import { locateConfig } from "../../src/config/locate.ts";
import { UpgradeFailed } from "../../src/ops/upgrade/failure.ts";
import { endBegun } from "../../src/ops/upgrade/switch.ts";
import { SwitchMark } from "../../src/ops/upgrade/switch_mark.ts";
import { sayThatItTakesMail } from "../../src/ops/upgrade/taken_mail.ts";
import { ImapClient } from "../harness/imap_client.ts";
import {
  encryptedPayload,
  messageId,
  messageOctets,
} from "../harness/message.ts";
import { DOMAIN, Server } from "../harness/server.ts";
import { program } from "../harness/server_process.ts";
import { SmtpClient } from "../harness/smtp_client.ts";
import { Installed, NO_GUARD } from "./release_world.ts";

const ANN = `ann@${DOMAIN}`;
const PASSWORD = "a password of somebody";
const NEW = "99.0.0";
const NEWER_SCHEMA = 4711;

async function send(server: Server, id: string): Promise<void> {
  const sender = await SmtpClient.submit(
    server.ports.submissionTls,
    await server.certificate(),
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

/** An upgrade to a version that ends at once was killed when that was to start. */
async function killedUpgrade(
  meanwhile: (server: Server) => Promise<void> | void,
  check: (ended: {
    readonly server: Server;
    readonly installed: Installed;
    readonly error: unknown;
  }) => Promise<void>,
): Promise<void> {
  const server = await Server.start();
  const installed = new Installed("");
  const { tree } = installed;
  try {
    for (const version of [VERSION, NEW]) {
      const installed_at = "2026-01-01T00:00:00Z";
      const meta = { version, installed_at, source: "", sha256: version };
      await tree.add(
        { ...meta, signature_ok: false },
        (path) => Deno.writeTextFile(path, version),
      );
    }
    tree.activate(VERSION);
    const config = locateConfig({
      configFlag: server.configFile,
      environment: {},
    });
    const service = installedService({
      config: config.values,
      place: backupOptions(config, config.values).place,
      configArgs: ["--config", server.configFile],
      name: "postern",
      async run(command, args) {
        if (command === "systemctl") {
          const isStart = args[0] === "restart";
          if (isStart && tree.current === VERSION) await server.run();
          const ok = args[0] !== "is-active" &&
            (!isStart || tree.current === VERSION);
          return { ok, output: ok ? "" : "it ends at once" };
        }
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
    await send(server, "one");
    const copy = await service.copyDatabase();
    await send(server, "two");
    service.watchForMail(NEW);
    const mark = new SwitchMark(tree.places.root);
    mark.write({
      version: NEW,
      says: NEW,
      previous: VERSION,
      previous_says: VERSION,
      before: null,
      copy,
      back: false,
    });
    tree.activate(NEW);
    await server.end("SIGTERM");
    await meanwhile(server);
    const parts = { tree, service, guard: NO_GUARD, tell() {} };
    const error = await endBegun(parts).then(() => undefined, (error) => error);
    assert.ok(error instanceof UpgradeFailed, String(error));
    assert.equal(mark.read(), undefined);
    assert.ok(!namesIn(server).includes("taking-over"));
    await check({ server, installed, error });
  } finally {
    installed.dispose();
    await server.dispose();
  }
}

function namesIn(server: Server): string[] {
  return Array.from(Deno.readDirSync(server.stateDir), ({ name }) => name);
}

/** What a newer version does with it. */
function changeSchema(server: Server): void {
  const database = new DatabaseSync(`${server.stateDir}/chat.db`);
  database.exec(`DROP TABLE messages; PRAGMA user_version = ${NEWER_SCHEMA}`);
  database.close();
}

const isReplaced = (name: string) => name.startsWith("replaced-");

Deno.test("a database that the version before can open stays, with all its mail", () =>
  killedUpgrade(() => {}, async ({ server, installed, error }) => {
    assert.match(String(error), new RegExp(`Version ${VERSION} serves again`));
    assert.equal(installed.tree.current, VERSION);
    assert.deepEqual(await received(server), ["one", "two"]);
    assert.deepEqual(namesIn(server).filter(isReplaced), []);
  }));

Deno.test("the copy takes the place of a database that the version before cannot open", () =>
  killedUpgrade(changeSchema, async ({ server, installed, error }) => {
    assert.match(String(error), new RegExp(`Version ${VERSION} serves again`));
    assert.equal(installed.tree.current, VERSION);
    assert.deepEqual(await received(server), ["one"]);
    assert.equal(namesIn(server).filter(isReplaced).length, 1);
  }));

Deno.test("mail that the new version has taken is not put aside for a copy", () =>
  killedUpgrade((server) => {
    changeSchema(server);
    sayThatItTakesMail(server.stateDir, NEW);
  }, ({ server, installed, error }) => {
    assert.match(
      String(error),
      /it ends at once.*It stays all the same: it has taken mail.*backup restore .* --force, then "versions use/,
    );
    assert.equal(installed.tree.current, NEW);
    assert.deepEqual(namesIn(server).filter(isReplaced), []);
    const database = new DatabaseSync(`${server.stateDir}/chat.db`, {
      readOnly: true,
    });
    const { user_version } = database.prepare("PRAGMA user_version").get()!;
    database.close();
    assert.equal(user_version, NEWER_SCHEMA);
    return Promise.resolve();
  }));
