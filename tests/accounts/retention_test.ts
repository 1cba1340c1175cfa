/** Tasks over the real store: what sessions see, and what is left of usage and tokens. @module */
import assert from "node:assert/strict";
import type { Address } from "../../src/mail/address.ts";
import type { AccountId } from "../../src/base/ids.ts";
import { type MailboxChange, SEEN } from "../../src/mail/mailbox.ts";
import type { Store } from "../../src/store/store.ts";
import type { QuotaPolicy } from "../../src/store/mail.ts";
import { openStore } from "../../src/store/sqlite/open.ts";
import { TestTime } from "../../src/accounts/test_time.ts";
import type { TaskSettings } from "../../src/tasks/task.ts";
import { TaskRunner } from "../../src/tasks/task_runner.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;
const QUOTA: QuotaPolicy = {
  defaultOctets: 1_000_000,
  whenFull: "expire_oldest",
  trimFrom: 75,
  trimTo: 70,
  protectSeconds: DAY,
};
const SETTINGS: Record<string, unknown> = {
  message_retention_enabled: true,
  message_retention: 20 * DAY,
  large_message_retention: 7 * DAY,
  large_message_size: 200_000,
  auto_purge_seen: true,
  auto_purge_seen_grace: 60,
  unused_account_retention: 30 * DAY,
  inactive_account_retention: 90 * DAY,
  quota_when_full: "expire_oldest",
};

interface Relay {
  readonly store: Store;
  readonly time: TestTime;
  readonly tasks: TaskRunner;
  /** Mail of so many octets that arrived so many days ago. */
  deliver(to: AccountId, octets: number, ageDays: number): Promise<void>;
}

function relayTest(name: string, test: (relay: Relay) => Promise<void>): void {
  Deno.test(name, async () => {
    const stateDir = await Deno.makeTempDir({ prefix: "postern-tasks-" });
    const time = new TestTime(NOW * 1000);
    const store = await openStore({ stateDir, clock: time, minFreeOctets: 0 });
    const tasks = new TaskRunner({
      store,
      accounts: {
        async remove({ id }) {
          await store.accounts.startDeletion(id);
          await store.accounts.finishDeletion(id);
        },
      },
      settings: { get: (key: string) => SETTINGS[key] } as TaskSettings,
      quota: () => QUOTA,
      clock: time,
      timers: time,
      periodic: false,
    });
    async function deliver(to: AccountId, octets: number, ageDays: number) {
      const staging = store.staging.stage();
      await staging.write(new Uint8Array(octets).fill(0x78));
      await store.mail.deliver({
        content: await staging.finish(),
        headerOctets: 0,
        recipients: [to],
        arrivedAt: NOW - ageDays * DAY,
        quota: { ...QUOTA, trimFrom: 100, defaultOctets: 2 ** 40 },
      });
    }
    try {
      await test({ store, time, tasks, deliver });
    } finally {
      await store.close();
      await Deno.remove(stateDir, { recursive: true });
    }
  });
}

function addAccount(store: Store, name: string, token?: string) {
  return store.accounts.create({
    address: `${name}@relay.example` as Address,
    passwordHash: "x",
    origin: "new",
    createdAt: NOW,
    ...(token === undefined ? {} : { token }),
  });
}

relayTest(
  "prune-old-messages is seen by sessions and by the quota",
  async (relay) => {
    const { store, time, tasks, deliver } = relay;
    const ann = await addAccount(store, "ann.chats");
    for (const age of [30, 21, 20, 1]) await deliver(ann, 100, age);
    const inbox = await store.mail.inbox(ann);
    const seen: MailboxChange[] = [];
    store.mail.onChange(inbox.id, (change) => seen.push(change));
    const dry = await time.passUntil(tasks.run("retention", { dryRun: true }));
    assert.equal(dry.deleted_messages, 2);
    assert.deepEqual(seen, []);
    const done = await time.passUntil(tasks.run("retention", {}));
    assert.equal(done.deleted_messages, 2);
    assert.deepEqual(seen.flatMap(({ expunged }) => expunged), [1, 2]);
    const { octets, messages } = await store.mail.usage(ann);
    assert.deepEqual([octets, messages], [200, 2]);
  },
);

relayTest(
  "prune-large-messages takes large mail that was read",
  async (relay) => {
    const { store, time, tasks, deliver } = relay;
    const ann = await addAccount(store, "ann.chats");
    await deliver(ann, 200_001, 8); // large, read, old
    await deliver(ann, 200_000, 8); // not large
    await deliver(ann, 200_001, 7); // not old
    await deliver(ann, 200_001, 8); // not read
    const { id } = await store.mail.inbox(ann);
    const snapshot = await store.mail.snapshot(id);
    const [first, , third] = [...snapshot.uids] as never[];
    await store.mail.storeFlags({
      mailbox: id,
      uids: [{ first: first!, last: third! }],
      mode: "add",
      flags: SEEN,
      keywords: [],
    });
    const done = await time.passUntil(tasks.run("prune-large", {}));
    assert.equal(done.deleted_messages, 1);
    assert.deepEqual([...(await store.mail.snapshot(id)).uids], [2, 3, 4]);
  },
);

relayTest(
  "purge-seen by hand finds what was read before it was switched on",
  async (relay) => {
    const { store, time, tasks, deliver } = relay;
    const ann = await addAccount(store, "ann.chats");
    for (let i = 0; i < 3; i++) await deliver(ann, 100, 2);
    const { id } = await store.mail.inbox(ann);
    const [first] = [...(await store.mail.snapshot(id)).uids] as never[];
    await store.mail.storeFlags({
      mailbox: id,
      uids: [{ first: first!, last: first! }],
      mode: "add",
      flags: SEEN,
      keywords: [],
    });
    const early = await time.passUntil(tasks.run("purge-seen", {}));
    assert.equal(early.deleted_messages, 0);
    await time.pass(60_000);
    const done = await time.passUntil(tasks.run("purge-seen", {}));
    assert.equal(done.deleted_messages, 1);
    assert.deepEqual([...(await store.mail.snapshot(id)).uids], [2, 3]);
  },
);

relayTest(
  "quota-trim brings nearly full accounts down to 70 %, nothing of today",
  async (relay) => {
    const { store, time, tasks, deliver } = relay;
    const full = await addAccount(store, "full.chats");
    for (let i = 0; i < 8; i++) await deliver(full, 100_000, 10 - i);
    const fresh = await addAccount(store, "fresh.chats");
    for (let i = 0; i < 8; i++) await deliver(fresh, 100_000, 0);
    const done = await time.passUntil(tasks.run("quota-trim", {}));
    assert.equal(done.deleted_messages, 1);
    assert.equal((await store.mail.usage(full)).octets, 700_000);
    assert.equal((await store.mail.usage(fresh)).octets, 800_000);
  },
);

relayTest(
  "prune-unused-accounts gives the use of a token back",
  async (relay) => {
    const { store, time, tasks } = relay;
    await store.accounts.putToken({ token: "invite", maxUses: 2 });
    await addAccount(store, "never.came", "invite");
    const came = await addAccount(store, "did.come", "invite");
    store.accounts.recordLogin({ account: came, atSeconds: NOW });
    await time.pass(30 * DAY * 1000 + 1000);
    const done = await time.passUntil(tasks.run("prune-unused", {}));
    assert.equal(done.deleted_accounts, 1);
    const token = await store.accounts.findToken("invite");
    assert.deepEqual([token?.used, token?.pending], [1, 0]);
    assert.equal(await store.accounts.count(), 1);
  },
);

relayTest(
  "recount-usage, check-db, gc-blobs and vacuum find a sound store",
  async (relay) => {
    const { store, time, tasks, deliver } = relay;
    const ann = await addAccount(store, "ann.chats");
    await deliver(ann, 300_000, 30);
    await time.passUntil(tasks.run("retention", {}));
    for (
      const name of [
        "gc-blobs",
        "recount-usage",
        "check-db",
        "vacuum",
        "vacuum-full",
      ]
    ) {
      const done = await time.passUntil(tasks.run(name, {}));
      assert.equal(done.skipped, false, name);
      if (name === "recount-usage") assert.match(done.detail, /, 0 repaired$/);
    }
  },
);
