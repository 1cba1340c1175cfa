/** The writer's thread dies: what was under way, what waits, what comes next. @module */
import assert from "node:assert/strict";
import { Refusal } from "../../src/base/refusal.ts";
import type { MailboxChange } from "../../src/mail/mailbox.ts";
import { ThreadDied } from "../../src/observe/threads.ts";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import type { Store } from "../../src/store/store.ts";
import { filesBelow } from "../harness/server.ts";
import {
  addAccount,
  deliver,
  inboxOf,
  mailOf,
  QUOTA,
  range,
  stage,
  START_SECONDS,
  TestClock,
  textOf,
  watch,
} from "./store_world.ts";

interface Dying {
  readonly store: Store;
  readonly clock: TestClock;
  readonly stateDir: string;
  readonly bugs: unknown[];
  readonly fatal: Error[];
}

/** A store whose writer dies when a setting of a certain name is written. */
function dyingTest(name: string, work: (dying: Dying) => Promise<void>): void {
  Deno.test(name, async () => {
    const RealWorker = globalThis.Worker;
    const dying = new URL("./dying_writer_worker.ts", import.meta.url).href;
    globalThis.Worker = class extends RealWorker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(String(url).endsWith("/writer_worker.ts") ? dying : url, options);
      }
    };
    const stateDir = await Deno.makeTempDir({ prefix: "writer_death" });
    const clock = new TestClock();
    const bugs: unknown[] = [];
    const fatal: Error[] = [];
    const store = await openSqlite({
      stateDir,
      clock,
      minFreeOctets: 0,
      sync: "off",
      onBug: (error) => bugs.push(error),
      onFatal: (error) => fatal.push(error),
    });
    try {
      await work({ store, clock, stateDir, bugs, fatal });
    } finally {
      await store.close();
      globalThis.Worker = RealWorker;
      await Deno.remove(stateDir, { recursive: true });
    }
  });
}

function temporary(error: unknown): boolean {
  return error instanceof Refusal && error.code === "unavailable";
}

async function kill(store: Store, how: string): Promise<void> {
  await assert.rejects(store.settings.set(how, "x"), temporary);
}

for (const how of ["die_before", "die_after", "die_rejecting"]) {
  dyingTest(
    `a writer that dies (${how}) is started anew`,
    async ({ store, bugs, fatal }) => {
      const ann = await addAccount(store, "ann");
      const inbox = await inboxOf(store, ann);
      const heard: MailboxChange[] = [];
      await watch(store, inbox, (change) => heard.push(change));
      const killed = kill(store, how);
      await Promise.resolve();
      const next = store.settings.set("next", "x").catch((error) => error);
      await Promise.resolve();
      const waiting = deliver(store, [ann]);
      await killed;
      const outcome = await next; // it was on its way, or was not
      assert.ok(outcome === undefined || temporary(outcome));
      assert.equal((await waiting)[0]!.outcome, "delivered");
      assert.equal((await inboxOf(store, ann)).exists, 1);
      assert.deepEqual(fatal, []);
      const [death, ...others] = bugs;
      assert.ok(death instanceof ThreadDied);
      assert.equal(others.length, 0);
      assert.equal(death.thread, "writer");
      if (how === "die_rejecting" && death.message === "Out of step") return;
      assert.match(death.message, /^Error: Cannot read <text> of <address>/);
      // once for what was missed, if anything, and once for the message
      assert.equal(heard.at(-1)!.appended.length, 1);
      assert.equal(
        (await store.settings.all()).values.has(how),
        how === "die_after", // committed, though nobody was told
      );
      assert.equal(store.health().state, "ok");
    },
  );
}

dyingTest(
  "jobs of the same batch are answered as temporary, and may be repeated",
  async ({ store }) => {
    const ann = await addAccount(store, "ann");
    const content = await stage(store, "x".repeat(100_000));
    const once = () =>
      store.mail.accept({
        content,
        headerOctets: 10,
        recipients: [ann],
        arrivedAt: START_SECONDS,
        quota: QUOTA,
      });
    const [settings, first] = await Promise.allSettled([
      store.settings.set("die_after", "x"),
      once(),
    ]);
    assert.ok(settings.status === "rejected" && temporary(settings.reason));
    assert.ok(first.status === "rejected" && temporary(first.reason));
    // it is there all the same, and its file with it
    const inbox = await inboxOf(store, ann);
    const rows = await mailOf(store, inbox.account).messages(
      inbox.id,
      range(1, 9),
      9,
    );
    assert.equal(rows.length, 1);
    const text = await textOf(
      await mailOf(store, ann).body(inbox.id, rows[0]!.uid),
    );
    assert.equal(text?.length, rows[0]!.sizeOctets);
  },
);

dyingTest(
  "a large message that may or may not be stored keeps its file",
  async ({ store, stateDir }) => {
    const ann = await addAccount(store, "ann");
    for (const how of ["die_before", "die_after"]) {
      const staging = store.staging.stage();
      await staging.write(
        new TextEncoder().encode(
          `Subject: ${how}\r\n\r\n${"y".repeat(90_000)}`,
        ),
      );
      const content = await staging.finish();
      const killed = kill(store, how);
      await assert.rejects(
        store.mail.accept({
          content,
          headerOctets: 10,
          recipients: [ann],
          arrivedAt: START_SECONDS,
          quota: QUOTA,
        }),
        temporary,
      );
      await killed;
      await staging.discard();
    }
    const inbox = await inboxOf(store, ann);
    const rows = await mailOf(store, inbox.account).messages(
      inbox.id,
      range(1, 9),
      9,
    );
    assert.equal(rows.length, 1);
    assert.ok(
      await textOf(await mailOf(store, ann).body(inbox.id, rows[0]!.uid)),
    );
    // that of the other one goes like any that no message has
    const files = await Array.fromAsync(filesBelow(`${stateDir}/blobs`));
    assert.equal(files.length, 2);
  },
);

dyingTest(
  "the new writer lists read mail, and knows who has logged in",
  async ({ store, clock }) => {
    const ann = await addAccount(store, "ann");
    store.accounts.recordLogin({ account: ann, atSeconds: START_SECONDS });
    await kill(store, "die_before");
    await deliver(store, [ann]);
    const inbox = await inboxOf(store, ann);
    await mailOf(store, ann, { seenGraceSeconds: () => 0 }).storeFlags({
      mailbox: inbox.id,
      uids: [range(1)],
      mode: "add",
      flags: 1,
      keywords: [],
    });
    clock.seconds += 1;
    assert.equal((await store.mail.purgeDue()).deleted, 1);
    assert.ok((await store.accounts.byId(ann))!.firstLoginAt);
  },
);

dyingTest(
  "an account that is being deleted when the writer dies is deleted",
  async ({ store }) => {
    const ann = await addAccount(store, "ann");
    await deliver(store, [ann]);
    await store.accounts.startDeletion(ann);
    const killed = kill(store, "die_before");
    await store.accounts.finishDeletion(ann);
    await killed;
    assert.equal(await store.accounts.byId(ann), undefined);
  },
);

dyingTest(
  "a writer that dies again and again is given up",
  async ({ store, bugs, fatal }) => {
    for (let deaths = 1; deaths <= 5; deaths++) {
      assert.deepEqual(fatal, []);
      await kill(store, "die_before");
    }
    while (fatal.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert.equal(bugs.length, 5);
    assert.equal(store.health().state, "read_only");
    await kill(store, "anything");
  },
);

dyingTest(
  "deaths that are far apart are no reason to give up",
  async ({ store, clock, fatal }) => {
    for (let deaths = 0; deaths < 8; deaths++) {
      clock.seconds += 30;
      await kill(store, "die_before");
    }
    await store.settings.set("ok", "x");
    assert.deepEqual(fatal, []);
  },
);

dyingTest("a dead writer does not hold up the end", async ({ store }) => {
  const killed = kill(store, "die_before");
  await store.close();
  await killed;
});
