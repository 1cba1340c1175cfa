import assert from "node:assert/strict";
import type { MailboxChange } from "../../src/mail/mailbox.ts";
import { Refusal } from "../../src/base/refusal.ts";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import {
  addAccount,
  deliver,
  HEADER,
  inboxOf,
  mailOf,
  QUOTA,
  sqliteTest,
  stage,
  storeTest,
  walk,
  watch,
} from "./store_world.ts";

function refusal(code: string) {
  return (error: unknown) => error instanceof Refusal && error.code === code;
}

sqliteTest(
  "what the store makes is for its owner only",
  async ({ store, stateDir }) => {
    await store.staging.checkSpace();
    for (const name of ["chat.db", "chat.db-wal", "chat.db-shm"]) {
      const { mode } = await Deno.stat(`${stateDir}/${name}`);
      assert.equal(mode! & 0o777, 0o600, name);
    }
    for (const name of ["tmp", "blobs"]) {
      const { mode } = await Deno.stat(`${stateDir}/${name}`);
      assert.equal(mode! & 0o777, 0o700, name);
    }
  },
);

sqliteTest(
  "close() leaves the database file alone, whole",
  async ({ store, stateDir }) => {
    const ann = await addAccount(store, "ann");
    await deliver(store, [ann]);
    const last = deliver(store, [ann]);
    await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
    await store.close();
    await last.catch(() => {});
    const names = [...Deno.readDirSync(stateDir)].map(({ name }) => name);
    assert.ok(!names.includes("chat.db-wal"), names.join(" "));
    await assert.rejects(
      store.accounts.setQuota(ann, 1),
      refusal("unavailable"),
    );
  },
);

storeTest(
  "another process's writes are seen",
  async ({ store, openAgain }) => {
    const ann = await addAccount(store, "ann");
    const inbox = await inboxOf(store, ann);
    await store.catchUp();
    const other = await openAgain();
    const heard: MailboxChange[] = [];
    await watch(store, inbox, (change) => heard.push(change));
    await deliver(other, [ann]);
    await store.catchUp();
    assert.equal(heard.length, 1);
    assert.deepEqual([heard[0]!.previous, heard[0]!.modSeq], [2, 2]);
    heard.length = 0;
    assert.equal((await inboxOf(store, ann)).exists, 1);
    await deliver(store, [ann]);
    assert.equal(
      heard[0]!.previous,
      (await inboxOf(other, ann)).highestModSeq - 1,
    );
    assert.ok(heard[0]!.previous > inbox.highestModSeq); // the gap tells of a lost change
    await other.close();
  },
);

sqliteTest(
  "openSqlite() empties what was half received",
  async ({ store, stateDir, reopen }) => {
    const staging = store.staging.stage();
    await staging.write(new Uint8Array(100_000));
    assert.equal([...Deno.readDirSync(`${stateDir}/tmp`)].length, 1);
    await reopen();
    assert.equal([...Deno.readDirSync(`${stateDir}/tmp`)].length, 0);
    await staging.discard();
  },
);

sqliteTest(
  "collectBlobs() removes files without a message, not young ones",
  async ({ store, stateDir, clock }) => {
    const ann = await addAccount(store, "ann");
    await deliver(store, [ann], "z".repeat(100_000));
    const orphan = `${stateDir}/blobs/ab/cd`;
    await Deno.mkdir(orphan, { recursive: true });
    await Deno.writeTextFile(`${orphan}/abcd00`, "x");
    const collect = async () => {
      const steps = await walk((at) => store.maintenance.collectBlobs(at));
      return steps.reduce((sum, deleted) => sum + deleted);
    };
    clock.seconds = Math.floor(Date.now() / 1000);
    assert.equal(await collect(), 0);
    clock.seconds += 2 * 3600;
    assert.equal(await collect(), 1);
    const inbox = await inboxOf(store, ann);
    const [row] = await mailOf(store, inbox.account).messages(
      inbox.id,
      { first: 1, last: 9 } as never,
      9,
    );
    assert.ok(
      await mailOf(store, ann).body(inbox.id, row!.uid, { start: 0, end: 0 }),
    );
  },
);

sqliteTest("checkSpace() asks for room, twice the size", async ({ store }) => {
  await store.staging.checkSpace(1000);
  await assert.rejects(
    store.staging.checkSpace(2 ** 60),
    refusal("storage_full"),
  );
});

sqliteTest("checkSpace() keeps the reserve free", async ({ store }) => {
  await assert.rejects(store.staging.checkSpace(), refusal("storage_full"));
}, { minFreeOctets: 2 ** 60 });

sqliteTest(
  "checkSpace() lays ballast once there is room",
  async ({ store, stateDir }) => {
    await store.staging.checkSpace();
    await store.close();
    const { size } = await Deno.stat(`${stateDir}/ballast`);
    assert.equal(size, 16 * 1024 * 1024);
  },
);

storeTest("upkeep leaves all as it was", async ({ store, clock }) => {
  const ann = await addAccount(store, "ann");
  for (let i = 0; i < 20; i++) await deliver(store, [ann], "x".repeat(50_000));
  await store.accounts.purge(ann);
  await deliver(store, [ann]);
  const before = store.health().databaseOctets + store.health().logOctets;
  const { maintenance } = store;
  if (maintenance.offers("check")) {
    assert.equal(await maintenance.check(), undefined);
    const ending = new AbortController();
    const checking = maintenance.check(ending.signal);
    ending.abort(new Error("too long"));
    await assert.rejects(checking, /too long/);
    await assert.rejects(maintenance.check(ending.signal), /too long/);
  }
  if (maintenance.offers("tidy")) await maintenance.tidy();
  if (maintenance.offers("rewrite")) await maintenance.rewrite();
  clock.seconds += 60;
  assert.deepEqual(await store.maintenance.recountUsage(), {
    checked: 1,
    repaired: 0,
  });
  assert.equal((await inboxOf(store, ann)).exists, 1);
  assert.ok(before > 0);
  assert.equal(store.health().state, "ok");
});

sqliteTest("a store that fills up says so, and recovers", async ({ store }) => {
  const ann = await addAccount(store, "ann");
  const body = "x".repeat(60_000);
  await assert.rejects(async () => {
    for (;;) await deliver(store, [ann], body);
  }, refusal("storage_full"));
  assert.equal(store.health().state, "full");
  const { exists } = await inboxOf(store, ann);
  assert.equal((await store.mail.usage(ann)).messages, exists);
  assert.equal(await store.accounts.purge(ann), exists);
  await deliver(store, [ann], body);
  assert.equal(store.health().state, "ok");
}, { maxDatabaseOctets: 2_000_000 });

sqliteTest("check() says what is wrong", async ({ store, stateDir }) => {
  const ann = await addAccount(store, "ann");
  for (let i = 0; i < 50; i++) await deliver(store, [ann], "x".repeat(5000));
  await store.close();
  const path = `${stateDir}/chat.db`;
  const { size } = await Deno.stat(path);
  using file = await Deno.open(path, { write: true });
  for (let page = 80; page < size / 4096; page += 5) {
    await file.seek(page * 4096, Deno.SeekMode.Start);
    await file.write(new Uint8Array(64).fill(0x5a));
  }
  const states: string[] = [];
  const damaged = await openSqlite({
    stateDir,
    minFreeOctets: 0,
    onHealth: (state) => states.push(state),
  });
  assert.match(await damaged.maintenance.check() ?? "", /\w/);
  await damaged.close();
});

storeTest(
  "accept() is refused while the writer is far behind",
  async ({ store, clock }) => {
    const ann = await addAccount(store, "ann");
    const content = await stage(store, "hello");
    const send = () =>
      store.mail.accept({
        content,
        headerOctets: HEADER.length,
        recipients: [ann],
        arrivedAt: clock.seconds,
        quota: QUOTA,
      });
    const begun = Array.from({ length: 400 }, send);
    await Promise.resolve(); // what fits is on its way
    clock.seconds += 3;
    await assert.rejects(send(), refusal("busy"));
    await Promise.all(begun);
    await send();
    assert.equal((await inboxOf(store, ann)).exists, 401);
  },
);

storeTest(
  "writes that nobody waits for are not lost on close()",
  async ({ store, clock, reopen }) => {
    const ann = await addAccount(store, "ann");
    store.accounts.recordLogin({ account: ann, atSeconds: clock.seconds });
    const again = await reopen();
    assert.equal(
      (await again.accounts.byId(ann))?.firstLoginAt,
      clock.seconds,
    );
  },
);

storeTest(
  "a hold is its holder's until it is given back",
  async ({ store }) => {
    const { maintenance } = store;
    for (let rounds = 0; rounds < 2; rounds++) {
      assert.equal(await maintenance.hold("task:one", 60), true);
      assert.equal(await maintenance.hold("task:two", 60), true);
      assert.equal(await maintenance.hold("task:one", 60), true);
      await maintenance.release("task:one");
      await maintenance.release("task:two");
    }
    await maintenance.release("task:none");
  },
);

storeTest("a store says where it is and how it is", async ({ store }) => {
  const { state, databaseOctets, logOctets, queuedOctets } = store.health();
  assert.equal(state, "ok");
  assert.ok(databaseOctets + logOctets > 0);
  assert.equal(queuedOctets, 0);
  assert.match(store.place, /^\S+$/);
  await store.close();
});

sqliteTest(
  "the place of a store is the path of its database",
  async ({ store, stateDir }) => {
    await store.close();
    assert.equal(store.place, `${stateDir}/other.db`);
  },
  { database: "other.db" },
);
