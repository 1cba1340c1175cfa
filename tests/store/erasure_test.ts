/**
 * What was deleted is in no file any more once the log was emptied: looked for
 * in the raw octets of everything in the state directory.
 *
 * @module
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { AccountId } from "../../src/base/ids.ts";
import { SEEN } from "../../src/mail/mailbox.ts";
import { ERASE_EVERY_MS } from "../../src/store/sqlite/writer/erasure.ts";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import type { Store } from "../../src/store/store.ts";
import { filesBelow } from "../harness/server.ts";
import {
  addAccount,
  address,
  deliver,
  inboxOf,
  mailOf,
  range,
  sqliteTest,
  START_SECONDS,
  type TestStore,
} from "./store_world.ts";
import { happens } from "../harness/until.ts";

const MARK = "hidden-mark-";

/** Time that passes when the test says so. */
class TestTimers {
  readonly #ticks = new Set<() => void>();

  every(periodMs: number, tick: () => void): () => void {
    assert.equal(periodMs, ERASE_EVERY_MS);
    this.#ticks.add(tick);
    return () => this.#ticks.delete(tick);
  }

  async pass(store: Store): Promise<void> {
    for (const tick of this.#ticks) tick();
    await store.catchUp(); // answered after what the tick has asked
    await new Promise((resolve) => setTimeout(resolve, 0)); // and taken in
  }
}

/** Files that hold a mark, by name. */
async function filesWith(stateDir: string, mark: string): Promise<string[]> {
  const found: string[] = [];
  for await (const path of filesBelow(stateDir)) {
    const octets = await Deno.readFile(path);
    const text = new TextDecoder("latin1").decode(octets);
    if (text.includes(mark)) found.push(path.slice(stateDir.length + 1));
  }
  return found;
}

type Deletion = (
  world: TestStore,
  mark: string,
) => Promise<() => Promise<unknown>>;

async function withMessage(store: Store, mark: string, size: number) {
  const ann = await addAccount(store, "ann");
  await deliver(store, [ann], `${mark}${"x".repeat(size)}`);
  const inbox = await inboxOf(store, ann);
  return { ann, inbox };
}

/** Each puts a mark somewhere, and gives how it is deleted. */
const DELETIONS: Record<string, Deletion> = {
  async "an expunged message"({ store }, mark) {
    const { ann, inbox } = await withMessage(store, mark, 3000);
    return async () => {
      const uids = [range(1)];
      const flags = { flags: 8, keywords: [], mode: "add" } as const;
      await mailOf(store, ann).storeFlags({
        mailbox: inbox.id,
        uids,
        ...flags,
      });
      await mailOf(store, inbox.account).expunge(inbox.id);
    };
  },
  async "an expunged message of several pages"({ store }, mark) {
    const { ann } = await withMessage(store, mark, 50_000);
    return () => store.accounts.purge(ann);
  },
  async "an expunged message in a file"({ store }, mark) {
    const { ann } = await withMessage(store, mark, 150_000);
    return () => store.accounts.purge(ann);
  },
  async "a pruned message"({ store, clock }, mark) {
    await withMessage(store, mark, 500);
    return async () => {
      clock.seconds += 10;
      const { deleted } = await store.mail.prune({ olderThanSeconds: 5 });
      assert.equal(deleted, 1);
    };
  },
  async "a message purged once it was read"({ store, clock }, mark) {
    const { ann, inbox } = await withMessage(store, mark, 500);
    return async () => {
      const flags = { flags: SEEN, keywords: [], mode: "add" } as const;
      const uids = [range(1)];
      await mailOf(store, ann, { seenGraceSeconds: () => 0 }).storeFlags({
        mailbox: inbox.id,
        uids,
        ...flags,
      });
      clock.seconds++;
      assert.equal((await store.mail.purgeDue()).deleted, 1);
    };
  },
  async "a deleted mailbox with its name"({ store }, mark) {
    const ann = await addAccount(store, "ann");
    await mailOf(store, ann).create(mark);
    return () => mailOf(store, ann).delete(mark);
  },
  async "the old name of a mailbox"({ store }, mark) {
    const ann = await addAccount(store, "ann");
    await mailOf(store, ann).create(mark);
    return () => mailOf(store, ann).rename(mark, "other");
  },
  async "a deleted account"({ store }, mark) {
    const id = await addAccount(store, mark);
    return async () => {
      await store.accounts.startDeletion(id);
      await store.accounts.finishDeletion(id);
    };
  },
  async "an earlier password"({ store }, mark) {
    const ann = await addAccount(store, "ann");
    await store.accounts.setPasswordHash(ann, `sha256:${mark}`);
    return () => store.accounts.setPasswordHash(ann, "sha256:other");
  },
  async "a name that is blocked no more"({ store }, mark) {
    const pattern = address(mark);
    const createdAt = START_SECONDS;
    await store.accounts.block({ pattern, reason: mark, createdAt });
    return () => store.accounts.unblock(pattern);
  },
  async "a deleted token"({ store }, mark) {
    await store.accounts.putToken({ token: mark });
    return () => store.accounts.deleteToken(mark);
  },
  async "a setting that was reset"({ store }, mark) {
    await store.settings.set("server_comment", mark);
    return () => store.settings.reset("server_comment");
  },
  async "a push token"({ store }, mark) {
    const ann = await addAccount(store, "ann");
    await store.metadata.putPushToken(ann, mark);
    return () => store.metadata.clearPushTokens(ann);
  },
};

for (const [what, prepare] of Object.entries(DELETIONS)) {
  const timers = new TestTimers();
  sqliteTest(`${what} is in no file after a minute`, async (world) => {
    const { store, stateDir } = world;
    const remove = await prepare(world, MARK);
    await timers.pass(store);
    assert.notDeepEqual(await filesWith(stateDir, MARK), []);
    await remove();
    await timers.pass(store);
    assert.deepEqual(await filesWith(stateDir, MARK), []);
  }, { timers });
}

{
  const timers = new TestTimers();
  sqliteTest(
    "names and mail of many accounts leave the pages that they share",
    async ({ store, stateDir }) => {
      const all: { id: AccountId; name: string }[] = [];
      const gone: string[] = [];
      let next = 1;
      for (let round = 0; round < 40; round++) {
        for (let i = 0; i < 30; i++) {
          next = (next * 48271) % 0x7fffffff;
          const name = `name-${next}-`;
          all.push({ id: await addAccount(store, name), name });
        }
        for (let i = 0; i < 60; i++) {
          next = (next * 48271) % 0x7fffffff;
          const to = all[next % all.length]!;
          await deliver(
            store,
            [to.id],
            `mail-of-${to.name}${"x".repeat(next % 3000)}`,
          );
        }
        for (let i = 0; i < 12; i++) {
          next = (next * 48271) % 0x7fffffff;
          const [one] = all.splice(next % all.length, 1);
          await store.accounts.startDeletion(one!.id);
          await store.accounts.finishDeletion(one!.id);
          gone.push(one!.name);
        }
      }
      await timers.pass(store);
      const raw = new TextDecoder("latin1").decode(
        await Deno.readFile(`${stateDir}/chat.db`),
      );
      assert.deepEqual(gone.filter((name) => raw.includes(name)), []);
      assert.equal(all.filter(({ name }) => !raw.includes(name)).length, 0);
      assert.equal((await Deno.stat(`${stateDir}/chat.db-wal`)).size, 0);
    },
    { timers },
  );
}

{
  const timers = new TestTimers();
  const late: (string | undefined)[] = [];
  sqliteTest(
    "a reader of another process delays it, which is told and made up for",
    async ({ store, stateDir, clock }) => {
      const ann = await addAccount(store, "ann");
      await deliver(store, [ann], MARK);
      await timers.pass(store);
      const reader = new DatabaseSync(store.place, { readOnly: true });
      reader.exec("BEGIN");
      reader.prepare("SELECT count(*) FROM messages").get();
      await store.accounts.purge(ann);
      for (let minute = 1; minute <= 5; minute++) {
        assert.deepEqual(late, []);
        clock.seconds += 60;
        await timers.pass(store);
      }
      assert.deepEqual(late, ["mail.db-wal cannot be emptied"]);
      assert.notDeepEqual(await filesWith(stateDir, MARK), []);
      // meanwhile mail is taken
      assert.equal((await deliver(store, [ann]))[0]!.outcome, "delivered");
      reader.close();
      await timers.pass(store);
      assert.deepEqual(late.slice(1), [undefined]);
      assert.deepEqual(await filesWith(stateDir, MARK), []);
    },
    {
      database: "mail.db",
      timers,
      onErasureLate: (reason) => void late.push(reason),
    },
  );
}

{
  const timers = new TestTimers();
  sqliteTest(
    "what a crash left in the log goes too",
    async ({ store, stateDir }) => {
      const ann = await addAccount(store, "ann");
      await deliver(store, [ann], MARK);
      await store.accounts.purge(ann);
      // as kill -9 leaves it
      const copy = await Deno.makeTempDir({ prefix: "erasure_crash" });
      for (const name of ["chat.db", "chat.db-wal"]) {
        await Deno.copyFile(`${stateDir}/${name}`, `${copy}/${name}`);
      }
      assert.deepEqual(await filesWith(copy, MARK), ["chat.db-wal"]);
      const again = await openSqlite({
        stateDir: copy,
        minFreeOctets: 0,
        timers,
      });
      await timers.pass(again);
      assert.deepEqual(await filesWith(copy, MARK), []);
      await again.close();
      await Deno.remove(copy, { recursive: true });
    },
    { timers },
  );
}

{
  const timers = new TestTimers();
  sqliteTest(
    "a store that nobody writes to is left alone",
    async ({ store, stateDir }) => {
      await timers.pass(store);
      const before = await Deno.stat(`${stateDir}/chat.db-wal`);
      await timers.pass(store);
      const after = await Deno.stat(`${stateDir}/chat.db-wal`);
      assert.deepEqual(after.mtime, before.mtime);
    },
    { timers },
  );
}

{
  const timers = new TestTimers();
  sqliteTest(
    "content files whose removal a crash has prevented go at the next start",
    async ({ store, stateDir }) => {
      const ann = await addAccount(store, "ann");
      await deliver(store, [ann], `${MARK}${"x".repeat(150_000)}`);
      const bert = await addAccount(store, "bert");
      await deliver(store, [bert], "y".repeat(150_000));
      const [marked] = await filesWith(stateDir, MARK);
      assert.ok(marked);
      const octets = await Deno.readFile(`${stateDir}/${marked}`);
      await store.accounts.purge(ann);
      // as kill -9 between commit and removal leaves it
      const copy = await Deno.makeTempDir({ prefix: "erasure_crash" });
      for await (const path of filesBelow(stateDir)) {
        const to = `${copy}${path.slice(stateDir.length)}`;
        await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
        await Deno.copyFile(path, to);
      }
      const orphan = `${copy}/${marked}`;
      await Deno.mkdir(orphan.slice(0, orphan.lastIndexOf("/")), {
        recursive: true,
      });
      await Deno.writeFile(orphan, octets);
      assert.deepEqual(await filesWith(copy, MARK), [marked]);
      const again = await openSqlite({
        stateDir: copy,
        minFreeOctets: 0,
        timers,
      });
      // while it looks, mail comes in
      await deliver(again, [bert], "z".repeat(150_000));
      await happens(async () => (await filesWith(copy, MARK)).length === 0);
      const inbox = await inboxOf(again, bert);
      for (
        const row of await mailOf(again, inbox.account).messages(
          inbox.id,
          range(1, 9),
          9,
        )
      ) {
        assert.ok(await mailOf(again, bert).header(inbox.id, row.uid));
      }
      assert.equal((await inboxOf(again, bert)).exists, 2);
      await again.close();
      await Deno.remove(copy, { recursive: true });
    },
    { timers },
  );
}
