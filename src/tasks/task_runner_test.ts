import assert from "node:assert/strict";
import { TestTime } from "../../tests/harness/test_time.ts";
import { settle } from "../../tests/harness/test_time.ts";
import { IN_CLEAR } from "../../tests/admin/in_clear.ts";
import { NO_BACKUPS } from "../../tests/admin/no_backups.ts";
import { MemoryAccounts } from "../../tests/accounts/memory_accounts.ts";
import { Refusal } from "../base/refusal.ts";
import type { Address } from "../mail/address.ts";
import type { PruneRule } from "../store/mail.ts";
import type { Store, TaskRun, Upkeep } from "../store/store.ts";
import type { Settings } from "../settings/settings.ts";
import { followPurgeSettings, purgeSeen } from "./purge_seen.ts";
import { type TaskSettings, TaskStopped } from "./task.ts";
import { TaskRunner } from "./task_runner.ts";
import { TASKS } from "./task_table.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;

function parts(changes: Record<string, unknown> = {}) {
  const values: Record<string, unknown> = {
    message_retention_enabled: true,
    message_retention: 20 * DAY,
    large_message_retention: 7 * DAY,
    large_message_size: 200_000,
    auto_purge_seen: false,
    auto_purge_seen_grace: 0,
    unused_account_retention: 30 * DAY,
    inactive_account_retention: 90 * DAY,
    quota_when_full: "expire_oldest",
    retention_max_share: 100,
    ...changes,
  };
  const time = new TestTime(NOW * 1000);
  const accounts = new MemoryAccounts(() => NOW);
  const rules: PruneRule[] = [];
  const graces: unknown[] = [];
  const runs = new Map<string, TaskRun>();
  const saved: TaskRun[] = [];
  const holds: string[] = [];
  const batches = {
    left: 1,
    fault: undefined as string | undefined,
    lacks: [] as readonly Upkeep[],
    /** No other server has any task. */
    isFree: true,
  };
  const batch = () => {
    const more = --batches.left > 0;
    return Promise.resolve({ deleted: 2, more, next: more ? "on" : undefined });
  };
  const store = {
    accounts,
    mail: {
      prune: (rule: PruneRule) => (rules.push(rule), batch()),
      purgeDue: batch,
      limitPurges: (grace?: number) => {
        graces.push(grace);
        return Promise.resolve();
      },
      trimToQuota: batch,
      count: () => Promise.resolve(100),
    },
    clock: { seconds: () => NOW },
    maintenance: {
      collectBlobs: batch,
      recountUsage: () => Promise.resolve({ checked: 5, repaired: 1 }),
      check: () => Promise.resolve(batches.fault),
      tidy: () => Promise.resolve(),
      offers: (upkeep: Upkeep) => !batches.lacks.includes(upkeep),
      rewrite: () => Promise.resolve(),
      hold: (name: string) => {
        holds.push(name);
        return Promise.resolve(batches.isFree);
      },
      release: (name: string) => {
        holds.push(`-${name}`);
        return Promise.resolve();
      },
      prunePushTokens: () => Promise.resolve(4),
      taskRuns: () => Promise.resolve([...runs.values()]),
      saveTaskRun: (run: TaskRun) => {
        saved.push(run);
        runs.set(run.task, run);
        return Promise.resolve();
      },
    },
  };
  const runner = new TaskRunner({
    store: store as unknown as Store,
    accounts: {
      async remove(account) {
        await accounts.startDeletion(account.id);
        await accounts.finishDeletion(account.id);
      },
    },
    settings: { get: (name: string) => values[name] } as TaskSettings,
    backups: NO_BACKUPS,
    sealer: IN_CLEAR,
    dkim: { look: () => Promise.resolve([]) },
    renewCertificate: () => Promise.resolve("Nothing done"),
    quota: () => ({
      defaultOctets: 1,
      whenFull: "expire_oldest",
      trimFrom: 75,
      trimTo: 70,
      protectSeconds: 1,
    }),
    clock: time,
    timers: time,
    periodic: true,
  });
  return {
    runner,
    time,
    values,
    accounts,
    store,
    rules,
    graces,
    saved,
    holds,
    batches,
  };
}

const RULES: [string, PruneRule][] = [
  ["prune-old-messages", { olderThanSeconds: 20 * DAY, dryRun: false }],
  ["retention", { olderThanSeconds: 20 * DAY, dryRun: false }],
  ["prune-large", {
    olderThanSeconds: 7 * DAY,
    largerThanOctets: 200_000,
    onlySeen: true,
    dryRun: false,
  }],
  ["purge-seen-backlog", {
    olderThanSeconds: -1,
    onlySeen: true,
    listForSeconds: 7,
    dryRun: false,
  }],
];
for (const [name, rule] of RULES) {
  Deno.test(`run("${name}") prunes by its rule`, async () => {
    const { runner, rules } = parts({
      auto_purge_seen: true,
      auto_purge_seen_grace: 7,
    });
    const outcome = await runner.run(name, {});
    assert.deepEqual(rules, [rule]);
    assert.equal(outcome.skipped, false);
  });
}

Deno.test("purge-seen removes what is due; asked for, it looks for more first", async () => {
  const { runner, rules, graces } = parts({
    auto_purge_seen: true,
    auto_purge_seen_grace: 7,
  });
  const scheduled = await runner.start(purgeSeen, { scheduled: true });
  assert.equal(scheduled.deleted_messages, 2);
  assert.deepEqual([rules, graces], [[], []]);
  await runner.run("auto-purge-seen", {});
  assert.deepEqual(graces, [7]);
  assert.deepEqual(rules.map(({ listForSeconds }) => listForSeconds), [7]);
  await runner.run("auto-purge-seen", {
    retentionSeconds: 60,
    confirmed: true,
  });
  assert.deepEqual(rules.at(-1), {
    olderThanSeconds: 59,
    onlySeen: true,
    dryRun: false,
  });
});

Deno.test("followPurgeSettings() tells the store at once and after each change", async () => {
  const values: Record<string, unknown> = {
    auto_purge_seen: false,
    auto_purge_seen_grace: 5,
  };
  const listeners: (() => Promise<void>)[] = [];
  const graces: unknown[] = [];
  await followPurgeSettings({
    get: (name: string) => values[name],
    onChange: (_: string, listener: () => Promise<void>) =>
      listeners.push(listener),
  } as unknown as Settings, {
    limitPurges(grace) {
      graces.push(grace);
      return Promise.resolve();
    },
  });
  values.auto_purge_seen = true;
  for (const listener of listeners) await listener();
  assert.deepEqual(graces, [undefined, 5, 5]);
});

Deno.test("settings are read at each run, an age given wins", async () => {
  const { runner, rules, values } = parts();
  values.message_retention = DAY;
  await runner.run("retention", {});
  await runner.run("retention", { retentionSeconds: 5, confirmed: true });
  assert.deepEqual(rules.map(({ olderThanSeconds }) => olderThanSeconds), [
    DAY,
    5,
  ]);
});

const SWITCHED_OFF: [string, Record<string, unknown>][] = [
  ["prune-old-messages", { message_retention_enabled: false }],
  ["prune-old-messages", { message_retention: 0 }],
  ["prune-large-messages", { large_message_retention: 0 }],
  ["purge-seen", {}],
  ["prune-unused-accounts", { unused_account_retention: 0 }],
  ["prune-inactive-accounts", { inactive_account_retention: 0 }],
  ["quota-trim", { quota_when_full: "reject" }],
];
for (const [name, changes] of SWITCHED_OFF) {
  Deno.test(`run("${name}") skips with ${JSON.stringify(changes)}`, async () => {
    const { runner, saved, rules } = parts(changes);
    const outcome = await runner.run(name, {});
    assert.equal(outcome.skipped, true);
    assert.deepEqual([saved, rules], [[], []]);
  });
}

Deno.test("run() of an unknown task names `tasks list`", async () => {
  const { runner } = parts();
  await assert.rejects(runner.run("prune-everything", {}), (error) => {
    assert.ok(error instanceof Refusal && error.code === "not_found");
    return /tasks list/.test(error.message);
  });
});

Deno.test("prune-unread-older needs an age", async () => {
  const { runner, rules } = parts();
  await assert.rejects(runner.run("purge-unread-older", {}), {
    code: "invalid_value",
  });
  await runner.run("purge-unread-older", {
    retentionSeconds: 60,
    confirmed: true,
  });
  assert.deepEqual(rules, [
    { olderThanSeconds: 60, onlyUnseen: true, dryRun: false },
  ]);
});

Deno.test("run() refuses a task that is running, and pauses between batches", async () => {
  const { runner, batches, time, rules } = parts();
  batches.left = 3;
  const first = runner.run("retention", {});
  await settle();
  assert.equal(rules.length, 1);
  await assert.rejects(runner.run("prune-messages", {}), {
    code: "task_running",
  });
  await runner.run("recount-usage", {});
  assert.equal((await time.passUntil(first)).deleted_messages, 6);
  batches.left = 1;
  await runner.run("retention", {});
});

Deno.test("a task is held against other servers while it runs, and given back", async () => {
  const { runner, holds, batches } = parts();
  await runner.run("retention", {});
  batches.fault = "row 7 missing";
  await assert.rejects(runner.run("check-db", {}));
  assert.deepEqual(holds, [
    "task:prune-old-messages",
    "-task:prune-old-messages",
    "task:check-db",
    "-task:check-db",
  ]);
});

Deno.test("run() refuses a task that another server runs, and leaves it to it", async () => {
  const { runner, holds, batches, rules, saved } = parts();
  batches.isFree = false;
  await assert.rejects(runner.run("retention", {}), { code: "task_running" });
  assert.deepEqual([rules, saved], [[], []]);
  assert.deepEqual(holds, ["task:prune-old-messages"]);
  batches.isFree = true;
  assert.equal((await runner.run("retention", {})).deleted_messages, 2);
});

Deno.test("a task whose hold is lost stops at its next pause", async () => {
  const { runner, batches, time, saved, rules } = parts();
  batches.left = 1e9;
  const run = runner.run("retention", {});
  const stopped = assert.rejects(run, TaskStopped);
  await settle();
  await time.pass(25_000); // it has been renewed
  const before = rules.length;
  assert.ok(before > 1000);
  batches.isFree = false;
  await time.pass(10_000);
  await stopped;
  assert.ok(rules.length > before);
  assert.equal(saved.at(-1)?.error, "Another server goes on with it");
});

for (
  const [task, upkeep] of [
    ["check-db", "check"],
    ["vacuum", "tidy"],
    ["vacuum-full", "rewrite"],
  ] as const
) {
  Deno.test(`${task} does nothing where the store has no use for it`, async () => {
    const { runner, batches, holds } = parts();
    batches.lacks = [upkeep];
    const outcome = await runner.run(task, {});
    assert.equal(outcome.skipped, true);
    assert.match(outcome.detail, /no use/);
    assert.deepEqual(holds, []);
    const shown = (await runner.list()).find(({ name }) => name === task);
    assert.equal(shown?.enabled, false);
    batches.lacks = [];
    assert.equal((await runner.run(task, {})).skipped, false);
  });
}

Deno.test("finish-deletions ends what was begun, and counts in a dry run", async () => {
  const { runner, accounts, time } = parts();
  const ids = await Promise.all(["a", "b", "c"].map((name) =>
    accounts.create({
      address: `${name}@relay.example` as Address,
      passwordHash: "",
      origin: "jit",
      createdAt: NOW,
    })
  ));
  await accounts.startDeletion(ids[0]!);
  await accounts.startDeletion(ids[2]!);
  const dry = await runner.run("finish-deletions", { dryRun: true });
  assert.equal(dry.deleted_accounts, 2);
  assert.equal(accounts.rows.size, 3);
  const done = await time.passUntil(runner.run("finish-deletions", {}));
  assert.equal(done.deleted_accounts, 2);
  assert.deepEqual([...accounts.rows.keys()], [ids[1]]);
});

Deno.test("stop() ends a task at its next pause and keeps that on record", async () => {
  const { runner, batches, saved } = parts();
  batches.left = Infinity;
  const run = runner.run("retention", {});
  const stopped = assert.rejects(run, TaskStopped);
  await runner.stop();
  await stopped;
  assert.equal(saved.at(-1)?.error, "Server is stopping");
});

Deno.test("a run is kept on record with start, end, number and error", async () => {
  const { runner, saved, batches } = parts();
  await runner.run("retention", {});
  assert.deepEqual(saved, [
    { task: "prune-old-messages", startedAt: NOW, deleted: 0 },
    {
      task: "prune-old-messages",
      startedAt: NOW,
      finishedAt: NOW,
      deleted: 2,
      whole: { livedAt: NOW, limit: 20 * DAY },
    },
  ]);
  batches.fault = "row 7 missing";
  await assert.rejects(runner.run("check-db", {}), /damaged: row 7 missing/);
  const shown = (await runner.list()).find(({ name }) => name === "check-db");
  assert.equal(shown?.last_error, "Database is damaged: row 7 missing");
  assert.equal(shown?.last_finished_at, NOW);
});

Deno.test("tasks run although nothing can be recorded on a full disk", async () => {
  const { runner, store } = parts();
  store.maintenance.saveTaskRun = () =>
    Promise.reject(new Refusal("storage_full"));
  assert.equal((await runner.run("retention", {})).deleted_messages, 2);
});

Deno.test("a dry run counts and leaves no record", async () => {
  const { runner, rules, saved } = parts();
  const outcome = await runner.run("retention", { dryRun: true });
  assert.equal(rules[0]?.dryRun, true);
  assert.deepEqual([outcome.dry_run, outcome.deleted_messages], [true, 2]);
  assert.equal((await runner.run("vacuum", { dryRun: true })).skipped, true);
  assert.deepEqual(saved, []);
});

Deno.test("runAll() goes on after a failure", async () => {
  const { runner, batches, time } = parts();
  batches.fault = "bad page";
  const outcomes = await time.passUntil(runner.runAll({}));
  assert.deepEqual(
    outcomes.map(({ task }) => task),
    TASKS.filter(({ schedule }) => schedule.kind !== "manual")
      .map(({ name }) => name),
  );
  const check = outcomes.find(({ task }) => task === "check-db");
  assert.match(check?.detail ?? "", /^Failed: Database is damaged/);
  assert.match(outcomes.at(-1)?.detail ?? "", /4 tokens/);
});

async function people() {
  const made = parts();
  const ages: [string, number, number | undefined, boolean][] = [
    ["never30", 30, undefined, false],
    ["never31", 31, undefined, false],
    ["pinned31", 31, undefined, true],
    ["idle90", 200, 90, false],
    ["idle91", 200, 91, false],
    ["pinned91", 200, 91, true],
  ];
  await made.accounts.putToken({ token: "invite", maxUses: 9 });
  for (const [name, createdDays, loginDays, pinned] of ages) {
    await made.accounts.create({
      address: `${name}@relay.example` as Address,
      passwordHash: "x",
      origin: "cli",
      createdAt: NOW - createdDays * DAY,
      pinned,
      ...(name === "never31" ? { token: "invite" } : {}),
      ...(loginDays === undefined ? {} : {
        firstLoginAt: 1,
        lastLoginDay: Math.floor(NOW / DAY) - loginDays,
      }),
    });
  }
  const names = () =>
    [...made.accounts.rows.values()].map(({ address }) =>
      address.split("@")[0]
    );
  return { ...made, names };
}

Deno.test("prune-unused-accounts takes those above the age, gives the token back, blocks nothing", async () => {
  const { runner, accounts, names, time } = await people();
  const dry = await runner.run("prune-unused", { dryRun: true });
  assert.equal(dry.deleted_accounts, 1);
  assert.equal(accounts.rows.size, 6);
  const done = await time.passUntil(runner.run("prune-unused", {}));
  assert.equal(done.deleted_accounts, 1);
  assert.deepEqual(names(), [
    "never30",
    "pinned31",
    "idle90",
    "idle91",
    "pinned91",
  ]);
  assert.equal(accounts.tokens.get("invite")?.used, 0);
  assert.equal(accounts.blocks.size, 0);
});

Deno.test("prune-inactive-accounts takes those above the age, not the pinned", async () => {
  const { runner, names, time } = await people();
  await time.passUntil(runner.run("inactive", {}));
  assert.deepEqual(names(), [
    "never30",
    "never31",
    "pinned31",
    "idle90",
    "pinned91",
  ]);
});
