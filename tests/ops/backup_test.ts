/** What a backup has, while the store goes on, and which ones stay. @module */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { MAIL_TABLES } from "../../src/store/sqlite/snapshot/copies.ts";
import { filesBelow } from "../harness/server.ts";
import { verifyBackup } from "../../src/ops/backup/verify.ts";
import { filesIn } from "../../src/ops/backup/paths.ts";
import { DELETED } from "../../src/mail/mailbox.ts";
import { Refusal } from "../../src/base/refusal.ts";
import { deliver, inboxOf, mailOf, range } from "../store/store_world.ts";
import { openTestStore } from "../store/engines.ts";
import { backupTest, LARGE } from "./backup_world.ts";

async function assertSound(path: string): Promise<void> {
  assert.deepEqual((await verifyBackup(path)).problems, []);
}

backupTest("a backup has the store, and the keys beside it", async (world) => {
  const { backups, store, account } = world;
  const made = await backups.create({});
  await assertSound(made.path);
  assert.equal(made.accounts, 1);
  assert.equal(made.messages, 2);
  assert.equal(made.lost, 0);
  assert.equal(
    await Deno.readTextFile(`${made.path}/state/dkim/key.pem`),
    "a key",
  );
  for await (const path of filesBelow(made.path)) {
    assert.equal((await Deno.stat(path)).mode! & 0o077, 0, path);
  }
  const copy = await openTestStore({ stateDir: `${made.path}/state` });
  const inbox = await inboxOf(copy, account);
  assert.equal(inbox.exists, 2);
  assert.equal(inbox.uidValidity, (await inboxOf(store, account)).uidValidity);
  await copy.close();
});

backupTest(
  "a backup shows one moment, whatever comes and goes meanwhile",
  async (world) => {
    const { backups, store, account } = world;
    const inbox = await inboxOf(store, account);
    let isDone = false;
    const making = backups.create({}).finally(() => isDone = true);
    async function changeMail(): Promise<void> {
      for (let count = 0; !isDone; count++) {
        await deliver(store, [account], LARGE.slice(count));
        const mail = mailOf(store, account);
        await mail.storeFlags({
          mailbox: inbox.id,
          uids: [range(1, 1_000_000)],
          mode: "add",
          flags: DELETED,
          keywords: [],
        });
        await mail.expunge(inbox.id);
      }
    }
    const [made] = await Promise.all([making, changeMail()]);
    assert.equal(made.lost, 0);
    await assertSound(made.path);
    // nothing that was removed meanwhile has stayed for it
    const { next } = await store.maintenance.collectBlobs();
    assert.ok(next);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const left = [...filesIn(`${world.stateDir}/blobs`)];
    assert.equal(left.length, (await inboxOf(store, account)).exists);
  },
);

backupTest(
  "contents are there once, however many backups have them",
  async (world) => {
    const { backups, stateDir } = world;
    const first = await backups.create({});
    const second = await backups.create({});
    assert.notEqual(first.name, second.name);
    await assertSound(second.path);
    const [content] = [...filesIn(`${stateDir}/blobs`)];
    assert.ok(content);
    assert.equal(
      (await Deno.stat(`${stateDir}/blobs/${content.path}`)).nlink,
      3,
    );
  },
);

backupTest(
  "a backup is made when one is due, and the oldest go",
  async (world) => {
    const { backups, clock } = world;
    const first = await backups.createIfDue();
    assert.ok(first);
    assert.equal(await backups.createIfDue(), undefined);
    clock.seconds += 86_399;
    assert.equal(await backups.createIfDue(), undefined);
    const names: string[] = [];
    for (let day = 0; day < 3; day++) {
      clock.seconds += 86_400;
      names.push((await backups.createIfDue())!.name);
    }
    const { backups: left, broken } = await backups.list();
    assert.deepEqual(left.map(({ name }) => name), names.slice(1));
    assert.deepEqual(broken, []);
    clock.seconds -= 1_000_000; // the clock was wrong
    assert.ok(await backups.createIfDue());
  },
);

backupTest(
  "what is left of a backup that was cut off is no backup, and goes with the next",
  async (world) => {
    const { backups, scratch, stateDir } = world;
    for (const directory of [`${scratch}/backups`, stateDir]) {
      await Deno.mkdir(`${directory}/.making-x/state`, { recursive: true });
      await Deno.writeTextFile(`${directory}/.making-x/state/chat.db`, "half");
    }
    assert.deepEqual((await backups.list()).backups, []);
    const made = await backups.create({});
    await assertSound(made.path);
    for (const directory of [`${scratch}/backups`, stateDir]) {
      const names = [...Deno.readDirSync(directory)].map(({ name }) => name);
      assert.ok(!names.includes(".making-x"), names.join());
    }
  },
);

backupTest(
  "a backup without its manifest is shown as broken, and kept",
  async (world) => {
    const { backups } = world;
    const made = await backups.create({});
    await Deno.remove(`${made.path}/manifest.jsonl`);
    const { backups: whole, broken } = await backups.list();
    assert.deepEqual(whole, []);
    assert.equal(broken[0]?.name, made.name);
    assert.deepEqual(await backups.prune(1), []);
  },
);

backupTest(
  "one backup at a time, and only where there can be one",
  async (world) => {
    const { backups, scratch } = world;
    const making = backups.create({});
    await assert.rejects(backups.create({}), { code: "task_running" });
    await making;
    await Deno.writeTextFile(`${scratch}/file`, "");
    await assert.rejects(
      backups.create({ directory: `${scratch}/file` }),
      (error) => error instanceof Refusal && error.code === "invalid_value",
    );
    await assert.rejects(backups.remove("../state"), { code: "not_found" });
  },
);

backupTest(
  "a backup is given up when the server stops",
  async ({ backups, scratch }) => {
    const making = backups.create({});
    await new Promise((resolve) => setTimeout(resolve, 20));
    backups.stop();
    await assert.rejects(making, { code: "unavailable" });
    await assert.rejects(backups.create({}), { code: "unavailable" });
    assert.deepEqual([...Deno.readDirSync(`${scratch}/backups`)], []);
  },
);

backupTest(
  "contents that were lost before are told of, and are no fault of the backup",
  async (world) => {
    const { backups, stateDir } = world;
    const [content] = [...filesIn(`${stateDir}/blobs`)];
    await Deno.remove(`${stateDir}/blobs/${content!.path}`);
    const made = await backups.create({});
    assert.equal(made.lost, 1);
    const { problems, end } = await verifyBackup(made.path);
    assert.deepEqual(problems, []);
    assert.deepEqual(end?.lost, [`blobs/${content!.path}`]);
  },
);

backupTest(
  "one without mail has all but mail, and UIDs go on where they were",
  async ({ backups, store, account, scratch }) => {
    const made = await backups.create({ withoutMail: true });
    await assertSound(made.path);
    assert.deepEqual([made.accounts, made.messages, made.mail], [1, 0, false]);
    assert.deepEqual([...filesIn(`${made.path}/state/blobs`)], []);
    assert.equal(
      await Deno.readTextFile(`${made.path}/state/dkim/key.pem`),
      "a key",
    );
    const before = rowsOf(`${scratch}/state/chat.db`);
    const after = rowsOf(`${made.path}/state/chat.db`);
    assert.deepEqual(Object.keys(after), Object.keys(before));
    for (const [table, count] of Object.entries(before)) {
      assert.equal(after[table], MAIL_TABLES.has(table) ? 0 : count, table);
    }
    for (const table of MAIL_TABLES) assert.ok(table in before, table);
    const copy = await openTestStore({ stateDir: `${made.path}/state` });
    const [old, inbox] = [
      await inboxOf(store, account),
      await inboxOf(copy, account),
    ];
    assert.equal(inbox.exists, 0);
    assert.equal(inbox.uidValidity, old.uidValidity);
    assert.equal(inbox.uidNext, old.uidNext);
    assert.ok(inbox.highestModSeq > old.highestModSeq);
    await deliver(copy, [account], "after");
    assert.equal((await inboxOf(copy, account)).exists, 1);
    await copy.close();
  },
);

backupTest(
  "one without mail is no replacement for one with it",
  async ({ backups }) => {
    assert.ok(await backups.create({ withoutMail: true }));
    assert.ok(await backups.createIfDue(), "there is none with mail");
    assert.equal(await backups.createIfDue(), undefined);
    await backups.create({ withoutMail: true });
    await backups.create({});
    await backups.prune(1);
    const { backups: left } = await backups.list();
    assert.deepEqual(left.map(({ mail }) => mail), [false, true]);
  },
);

/** By table. */
function rowsOf(path: string): Record<string, number> {
  const db = new DatabaseSync(path, { readOnly: true });
  const names = db.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
  ).all();
  const counts = names.map(({ name }) => [
    String(name),
    Number(db.prepare(`SELECT COUNT(*) AS n FROM ${name}`).get()?.n),
  ]);
  db.close();
  return Object.fromEntries(counts);
}

/** Whether there may be a disk of a size that is chosen. */
const CAN_MOUNT = await new Deno.Command("unshare", {
  args: ["--mount", "true"],
  stderr: "null",
}).output().then(({ success }) => success, () => false);

if (CAN_MOUNT) {
  backupTest(
    "a full disk is told as such, wherever it is noticed",
    async ({ backups, stateDir, scratch }) => {
      const small = `${scratch}/backups`;
      await Deno.mkdir(small);
      await run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small);
      try {
        await Deno.writeFile(`${stateDir}/dkim/large.pem`, new Uint8Array(1e6));
        for (const withoutMail of [false, true]) {
          await assert.rejects(backups.create({ withoutMail }), {
            code: "storage_full",
          });
        }
        assert.deepEqual((await backups.list()).backups, []);
      } finally {
        await run("umount", small);
      }
    },
  );
}

async function run(command: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(command, { args }).output();
  assert.ok(success, `${command} ${args.join(" ")}`);
}
