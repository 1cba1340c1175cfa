/** Tasks over the real store: what sessions see, and what is left of usage and tokens. @module */
import assert from "node:assert/strict";
import type { Address } from "../../src/mail/address.ts";
import type { AccountId } from "../../src/base/ids.ts";
import { type MailboxChange, SEEN } from "../../src/mail/mailbox.ts";
import type { Store } from "../../src/store/store.ts";
import type { QuotaPolicy } from "../../src/store/mail.ts";
import { IN_CLEAR } from "../admin/in_clear.ts";
import { NO_BACKUPS } from "../admin/no_backups.ts";
import { TestTime } from "../harness/test_time.ts";
import { openTestStore } from "../store/engines.ts";
import type { TaskSettings } from "../../src/tasks/task.ts";
import { TASKS } from "../../src/tasks/task_table.ts";
import { TaskRunner } from "../../src/tasks/task_runner.ts";
import { inboxOf, mailOf, watch } from "../store/store_world.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;
const QUOTA: QuotaPolicy = {
  defaultOctets: 1_000_000,
  whenFull: "expire_oldest",
  trimFrom: 75,
  trimTo: 70,
  protectSeconds: DAY,
};
/** Of the machine, whose date can be set. */
class Machine extends TestTime {
  aheadMs = 0;
  override now(): number {
    return super.now() + this.aheadMs;
  }
}

const SETTINGS: Record<string, unknown> = {
  message_retention_enabled: true,
  message_retention: 20 * DAY,
  large_message_retention: 7 * DAY,
  large_message_size: 200_000,
  auto_purge_seen: true,
  auto_purge_seen_grace: 60,
  unused_account_retention: 30 * DAY,
  inactive_account_retention: 90 * DAY,
  inactive_warning: 7 * DAY,
  retention_max_share: 100,
  quota_when_full: "expire_oldest",
};

interface Relay {
  readonly store: Store;
  readonly time: Machine;
  readonly settings: Record<string, unknown>;
  readonly tasks: TaskRunner;
  deliver(to: AccountId, octets: number): Promise<void>;
  /** Days that the relay lives through. */
  pass(days: number): Promise<void>;
}

function relayTest(name: string, test: (relay: Relay) => Promise<void>): void {
  Deno.test(name, async () => {
    const stateDir = await Deno.makeTempDir({ prefix: "postern-tasks-" });
    const time = new Machine(NOW * 1000);
    const store = await openTestStore({ stateDir, clock: time });
    const settings = { ...SETTINGS };
    const tasks = new TaskRunner({
      store,
      accounts: {
        async remove({ id }) {
          await store.accounts.startDeletion(id);
          await store.accounts.finishDeletion(id);
        },
      },
      settings: { get: (key: string) => settings[key] } as TaskSettings,
      backups: NO_BACKUPS,
      sealer: IN_CLEAR,
      dkim: { look: () => Promise.resolve([]) },
      renewCertificate: () => Promise.resolve("Nothing done"),
      quota: () => QUOTA,
      clock: time,
      timers: time,
      periodic: false,
    });
    async function pass(days: number) {
      for (let hours = 24 * days; hours > 0; hours--) {
        await time.pass(3600 * 1000);
        store.clock.look();
      }
    }
    async function deliver(to: AccountId, octets: number) {
      const staging = store.staging.stage();
      await staging.write(new Uint8Array(octets).fill(0x78));
      await store.mail.accept({
        content: await staging.finish(),
        headerOctets: 0,
        recipients: [to],
        arrivedAt: NOW,
        quota: { ...QUOTA, trimFrom: 100, defaultOctets: 2 ** 40 },
      });
    }
    try {
      await test({ store, time, settings, tasks, deliver, pass });
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
    const { store, time, tasks, deliver, pass } = relay;
    const ann = await addAccount(store, "ann.chats");
    for (const days of [9, 1, 19, 1]) { // until the next one
      await deliver(ann, 100);
      await pass(days);
    }
    const inbox = await inboxOf(store, ann);
    const seen: MailboxChange[] = [];
    await watch(store, inbox, (change) => seen.push(change));
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
    const { store, time, tasks, deliver, pass } = relay;
    const ann = await addAccount(store, "ann.chats");
    await deliver(ann, 200_001); // large, read, old
    await deliver(ann, 200_000); // not large
    await pass(1);
    await deliver(ann, 200_001); // not old
    await deliver(ann, 200_001); // neither old nor read
    await pass(7);
    const { id } = await inboxOf(store, ann);
    const snapshot = await mailOf(store, ann).snapshot(id);
    const [first, , third] = [...snapshot.uids] as never[];
    await mailOf(store, ann).storeFlags({
      mailbox: id,
      uids: [{ first: first!, last: third! }],
      mode: "add",
      flags: SEEN,
      keywords: [],
    });
    const done = await time.passUntil(tasks.run("prune-large", {}));
    assert.equal(done.deleted_messages, 1);
    assert.deepEqual([...(await mailOf(store, ann).snapshot(id)).uids], [
      2,
      3,
      4,
    ]);
  },
);

relayTest(
  "purge-seen by hand finds what was read before it was switched on",
  async (relay) => {
    const { store, time, tasks, deliver } = relay;
    const ann = await addAccount(store, "ann.chats");
    for (let i = 0; i < 3; i++) await deliver(ann, 100);
    const { id } = await inboxOf(store, ann);
    const [first] = [
      ...(await mailOf(store, ann).snapshot(id)).uids,
    ] as never[];
    await mailOf(store, ann).storeFlags({
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
    assert.deepEqual([...(await mailOf(store, ann).snapshot(id)).uids], [2, 3]);
  },
);

relayTest(
  "quota-trim brings nearly full accounts down to 70 %, nothing of today",
  async (relay) => {
    const { store, time, tasks, deliver, pass } = relay;
    const full = await addAccount(store, "full.chats");
    for (let i = 0; i < 8; i++) {
      await deliver(full, 100_000);
      await pass(1);
    }
    const fresh = await addAccount(store, "fresh.chats");
    for (let i = 0; i < 8; i++) await deliver(fresh, 100_000);
    const dry = await time.passUntil(
      tasks.run("quota-trim", { dryRun: true }),
    );
    assert.equal(dry.deleted_messages, 1);
    const done = await time.passUntil(tasks.run("quota-trim", {}));
    assert.equal(done.deleted_messages, 1);
    assert.equal((await store.mail.usage(full)).octets, 700_000);
    assert.equal((await store.mail.usage(fresh)).octets, 800_000);
  },
);

relayTest(
  "prune-unused-accounts gives the use of a token back",
  async (relay) => {
    const { store, time, tasks, pass } = relay;
    await store.accounts.putToken({ token: "invite", maxUses: 2 });
    await addAccount(store, "never.came", "invite");
    const came = await addAccount(store, "did.come", "invite");
    store.accounts.recordLogin({ account: came, atSeconds: NOW });
    await pass(30);
    await time.pass(1000);
    const done = await time.passUntil(tasks.run("prune-unused", {}));
    assert.equal(done.deleted_accounts, 1);
    const token = await store.accounts.findToken("invite");
    assert.deepEqual([token?.used, token?.pending], [1, 0]);
    assert.equal(await store.accounts.countAbout(), 1);
  },
);

relayTest(
  "recount-usage, check-db, gc-blobs and vacuum find a sound store",
  async (relay) => {
    const { store, time, tasks, deliver, pass } = relay;
    const ann = await addAccount(store, "ann.chats");
    await deliver(ann, 300_000);
    await pass(30);
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

function taskOf(name: string) {
  return TASKS.find((task) => task.name === name)!;
}

/** As the scheduler runs it. */
async function scheduledRun({ time, tasks }: Relay, name: string) {
  return await time.passUntil(tasks.start(taskOf(name), { scheduled: true }));
}

for (const days of [21, 91, 3650]) {
  relayTest(
    `a date ${days} days ahead deletes no mail and no account`,
    async (relay) => {
      const { store, time, tasks, deliver } = relay;
      const ann = await addAccount(store, "ann.chats");
      await addAccount(store, "never.came");
      store.accounts.recordLogin({ account: ann, atSeconds: NOW });
      await deliver(ann, 300_000);
      time.aheadMs = days * DAY * 1000;
      for (const task of TASKS) {
        if (task.schedule.kind === "manual") continue;
        await scheduledRun(relay, task.name);
      }
      assert.equal(await store.accounts.countAbout(), 2);
      assert.equal((await store.mail.usage(ann)).messages, 1);
      assert.deepEqual(tasks.stopped(), []);
    },
  );
}

relayTest(
  "a lowered retention stops the next run until it is confirmed",
  async (relay) => {
    const { store, time, settings, tasks, deliver, pass } = relay;
    settings.retention_max_share = 25;
    const ann = await addAccount(store, "ann.chats");
    for (let i = 0; i < 4; i++) await deliver(ann, 100);
    await scheduledRun(relay, "prune-old-messages");
    await pass(2);
    await deliver(ann, 100);
    settings.message_retention = DAY;
    const message =
      /^prune-old-messages would delete 4 of 5 messages \(80 %\), more than retention_max_share \(25 %\) allows unasked$/;
    for (let i = 0; i < 2; i++) {
      await assert.rejects(
        scheduledRun(relay, "prune-old-messages"),
        { code: "confirmation_required", message },
      );
    }
    assert.match(tasks.stopped()[0]?.reason ?? "", message);
    const shown = (await tasks.list())
      .find(({ name }) => name === "prune-old-messages");
    assert.match(shown?.last_error ?? "", message);
    await assert.rejects(time.passUntil(tasks.run("retention", {})), {
      code: "confirmation_required",
    });
    assert.equal((await store.mail.usage(ann)).messages, 5);
    const done = await time.passUntil(
      tasks.run("retention", { confirmed: true }),
    );
    assert.equal(done.deleted_messages, 4);
    assert.deepEqual(tasks.stopped(), []);
    await pass(1);
    await scheduledRun(relay, "prune-old-messages");
    await pass(1); // all that is left has become due since the last run
    const rest = await scheduledRun(relay, "prune-old-messages");
    assert.equal(rest.deleted_messages, 1);
  },
);

relayTest(
  "a share of the limit is deleted, one message more is not",
  async (relay) => {
    const { store, settings, deliver, pass } = relay;
    settings.retention_max_share = 50;
    const ann = await addAccount(store, "ann.chats");
    for (let i = 0; i < 2; i++) await deliver(ann, 100);
    await pass(21);
    for (let i = 0; i < 2; i++) await deliver(ann, 100);
    const half = await scheduledRun(relay, "prune-old-messages");
    assert.equal(half.deleted_messages, 2);
    settings.message_retention = 5 * DAY;
    await pass(10);
    await deliver(ann, 100);
    await assert.rejects(scheduledRun(relay, "prune-old-messages"), {
      code: "confirmation_required",
    });
    assert.equal((await store.mail.usage(ann)).messages, 3);
  },
);

relayTest(
  "what is overdue stops a run although the last one was whole",
  async (relay) => {
    const { store, settings, tasks, pass } = relay;
    settings.retention_max_share = 25;
    await addAccount(store, "ann.chats");
    await pass(29);
    await scheduledRun(relay, "prune-unused-accounts");
    await store.accounts.createMany(["old.one", "old.two"].map((name) => ({
      address: `${name}@relay.example` as Address,
      passwordHash: "x",
      origin: "import",
      createdAt: NOW - 400 * DAY,
    })));
    await assert.rejects(scheduledRun(relay, "prune-unused-accounts"), {
      code: "confirmation_required",
      message: /would delete 2 of 3 accounts \(67 %\)/,
    });
    assert.equal(tasks.stopped().length, 1);
    assert.equal(await store.accounts.countAbout(), 3);
  },
);

relayTest(
  "accounts and mail that become due hour by hour go unasked, however few there are",
  async (relay) => {
    const { store, settings, deliver, pass, tasks } = relay;
    settings.retention_max_share = 1;
    const ann = await addAccount(store, "ann.chats");
    await deliver(ann, 100);
    for (let day = 0; day < 32; day++) {
      await scheduledRun(relay, "prune-old-messages");
      await scheduledRun(relay, "prune-unused-accounts");
      await pass(1);
    }
    assert.equal(await store.accounts.countAbout(), 0);
    assert.deepEqual(tasks.stopped(), []);
  },
);

relayTest(
  "read mail of before goes on the list only when that is confirmed",
  async (relay) => {
    const { store, time, settings, tasks, deliver } = relay;
    settings.retention_max_share = 25;
    const ann = await addAccount(store, "ann.chats");
    for (let i = 0; i < 2; i++) await deliver(ann, 100);
    const { id } = await inboxOf(store, ann);
    const uids = [{ first: 1, last: 2 }] as never;
    const read = { mailbox: id, uids, keywords: [], flags: SEEN };
    await mailOf(store, ann).storeFlags({ ...read, mode: "add" });
    await assert.rejects(scheduledRun(relay, "purge-seen-backlog"), {
      code: "confirmation_required",
    });
    await time.pass(3_600_000);
    const swept = await scheduledRun(relay, "purge-seen");
    assert.equal(swept.deleted_messages, 0);
    await time.passUntil(tasks.run("purge-seen-backlog", { confirmed: true }));
    await time.pass(60_000);
    const done = await scheduledRun(relay, "purge-seen");
    assert.equal(done.deleted_messages, 2);
  },
);

relayTest(
  "a lower quota stops quota-trim until it is confirmed",
  async (relay) => {
    const { store, time, settings, tasks, deliver, pass } = relay;
    settings.retention_max_share = 25;
    const ann = await addAccount(store, "ann.chats");
    for (let i = 0; i < 20; i++) await deliver(ann, 100_000);
    await pass(2);
    await assert.rejects(scheduledRun(relay, "quota-trim"), {
      code: "confirmation_required",
      message: /would delete 13 of 20 messages \(65 %\)/,
    });
    const done = await time.passUntil(
      tasks.run("quota-trim", { confirmed: true }),
    );
    assert.equal(done.deleted_messages, 13);
  },
);

const BY_HAND = [
  "retention",
  "prune-large",
  "purge-seen",
  "purge-unread-older",
];
for (const name of BY_HAND) {
  relayTest(
    `${name} with an age of its own has to be confirmed`,
    async (relay) => {
      const { store, time, tasks, deliver, pass } = relay;
      const ann = await addAccount(store, "ann.chats");
      for (let i = 0; i < 2; i++) await deliver(ann, 300_000);
      const { id } = await inboxOf(store, ann);
      const uids = [{ first: 1, last: 1 }] as never;
      const read = { mailbox: id, uids, keywords: [], flags: SEEN };
      await mailOf(store, ann).storeFlags({ ...read, mode: "add" });
      await pass(1);
      const age = { retentionSeconds: 1 };
      await assert.rejects(time.passUntil(tasks.run(name, age)), {
        code: "confirmation_required",
        message: /would delete [12] of 2 messages/,
      });
      assert.equal((await store.mail.usage(ann)).messages, 2);
      assert.deepEqual(tasks.stopped(), []);
      const done = await time.passUntil(
        tasks.run(name, { ...age, confirmed: true }),
      );
      assert.equal(done.deleted_messages, name === "retention" ? 2 : 1);
      const none = await time.passUntil(
        tasks.run(name, { retentionSeconds: 30 * DAY }),
      );
      assert.equal(none.deleted_messages, 0);
    },
  );
}

relayTest(
  "who is about to lose an account is told once, and again after another rest",
  async ({ store, time, tasks, pass }) => {
    const add = async (name: string, pinned = false) => {
      const id = await store.accounts.create({
        address: `${name}@relay.example` as Address,
        passwordHash: "x",
        origin: "new",
        createdAt: Math.floor(time.now() / 1000),
        firstLoginAt: Math.floor(time.now() / 1000),
        lastLoginDay: Math.floor(time.now() / 1000 / DAY),
        pinned,
      });
      return id;
    };
    const ann = await add("ann");
    const pinned = await add("kept", true);
    const told = async (id: AccountId) => (await inboxOf(store, id)).exists;
    const run = async () =>
      await tasks.run("warn-inactive-accounts", { confirmed: true });
    await pass(80);
    await run();
    assert.equal(await told(ann), 0);
    await pass(5);
    const fresh = await add("fresh");
    const dry = await tasks.run("warn-inactive-accounts", { dryRun: true });
    assert.equal(dry.dry_run, true);
    assert.equal(await told(ann), 0);
    for (let days = 0; days < 3; days++) {
      await run();
      await pass(1);
      assert.deepEqual(
        [await told(ann), await told(pinned), await told(fresh)],
        [1, 0, 0],
      );
    }
    store.accounts.recordLogin({
      account: ann,
      atSeconds: Math.floor(time.now() / 1000),
    });
    await add("later"); // what waits is written with it
    await run();
    assert.equal(await told(ann), 1);
    await pass(85);
    await run();
    assert.equal(await told(ann), 2);
  },
);
