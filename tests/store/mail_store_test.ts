import assert from "node:assert/strict";
import { Refusal } from "../../src/base/refusal.ts";
import {
  DELETED,
  FLAGGED,
  type Mailbox,
  type MailboxChange,
  SEEN,
} from "../../src/mail/mailbox.ts";
import type { AccountId, ModSeq } from "../../src/base/ids.ts";
import type { Store } from "../../src/store/store.ts";
import {
  addAccount,
  contentCount,
  deliver,
  firstUnseen,
  HEADER,
  inboxOf,
  mailOf,
  QUOTA,
  range,
  sqliteTest,
  stage,
  START_SECONDS,
  storeTest,
  textOf,
  uid,
  uidsOf,
  walk,
  watch,
} from "./store_world.ts";

const ALL = [range(1, 0xffff_ffff)];

function refusal(code: string) {
  return (error: unknown) => error instanceof Refusal && error.code === code;
}

async function annWith(store: Store, messages: number) {
  const ann = await addAccount(store, "ann");
  for (let i = 0; i < messages; i++) {
    await deliver(store, [ann], `message ${i + 1}`);
  }
  return { ann, inbox: await inboxOf(store, ann) };
}

function setFlags(
  store: Store,
  mailbox: Pick<Mailbox, "id" | "account">,
  flags: number,
  uids = ALL,
) {
  return mailOf(store, mailbox.account).storeFlags({
    mailbox: mailbox.id,
    uids,
    mode: "add",
    flags,
    keywords: [],
  });
}

sqliteTest(
  "accept() gives one content to all who exist",
  async ({ store, stateDir }) => {
    const ann = await addAccount(store, "ann");
    const bob = await addAccount(store, "bob");
    const nobody = 99 as typeof ann;
    assert.deepEqual(await deliver(store, [ann, nobody, bob, ann]), [
      { account: ann, outcome: "delivered" },
      { account: nobody, outcome: "no_such_user" },
      { account: bob, outcome: "delivered" },
    ]);
    const rows = await Promise.all([ann, bob].map(async (account) => {
      const inbox = await inboxOf(store, account);
      assert.deepEqual([inbox.exists, inbox.unseen, inbox.uidNext], [1, 1, 2]);
      const mail = mailOf(store, account);
      const body = await mail.body(inbox.id, uid(1));
      assert.equal(await textOf(body), `${HEADER}hello`);
      return (await mail.messages(inbox.id, range(1), 10))[0]!;
    }));
    assert.equal(contentCount(stateDir), 1);
    assert.equal(rows[0]!.sizeOctets, HEADER.length + 5);
    const usage = await store.mail.usage(ann);
    assert.deepEqual(usage, { octets: HEADER.length + 5, messages: 1 });
  },
);

storeTest(
  "deliver() withholds a dependent copy that nobody else got one beside",
  async ({ store }) => {
    const ann = await addAccount(store, "ann");
    const bob = await addAccount(store, "bob");
    const nobody = 99 as typeof ann;
    await store.accounts.setQuota(bob, 0);
    const options = { dependentCopy: ann };
    for (const recipients of [[ann, nobody, bob], [bob, ann]]) {
      const results = await deliver(store, recipients, "hello", options);
      const own = results.find(({ account }) => account === ann);
      assert.equal(own?.outcome, "withheld");
    }
    assert.equal((await inboxOf(store, ann)).uidNext, 1);
    assert.equal((await store.mail.usage(ann)).messages, 0);
    await store.accounts.setQuota(bob, 1_000_000);
    assert.deepEqual(await deliver(store, [ann, bob], "hello", options), [
      { account: ann, outcome: "delivered" },
      { account: bob, outcome: "delivered" },
    ]);
  },
);

storeTest(
  "listeners hear of a message before its sender",
  async ({ store }) => {
    const { ann, inbox } = await annWith(store, 0);
    const order: unknown[] = [];
    const stop = await watch(store, inbox, (change) => order.push(change));
    await deliver(store, [ann]).then(() => order.push("resolved"));
    stop();
    await deliver(store, [ann]);
    const state = { uid: 1, flags: 0, keywords: 0, modSeq: 2 };
    assert.deepEqual(order, [
      {
        mailbox: inbox.id,
        previous: 1,
        modSeq: 2,
        appended: [state],
        flags: [],
        expunged: [],
      },
      "resolved",
    ]);
  },
);

storeTest(
  "a listener that throws does not spoil a delivery",
  async ({ store }) => {
    const { ann, inbox } = await annWith(store, 0);
    let heard = 0;
    await watch(store, inbox, () => {
      heard++;
    });
    await deliver(store, [ann]);
    assert.equal(heard, 1);
  },
);

sqliteTest(
  "content over the inline limit is a file, and comes in pieces",
  async ({ store, stateDir }) => {
    const { ann, inbox } = await annWith(store, 0);
    const body = "0123456789".repeat(20_000);
    await deliver(store, [ann], body);
    const [row] = await mailOf(store, inbox.account).messages(
      inbox.id,
      range(1),
      1,
    );
    const sizes: number[] = [];
    for await (
      const piece of (await mailOf(store, ann).body(inbox.id, row!.uid))!
    ) {
      sizes.push(piece.length);
    }
    assert.equal(sizes.reduce((a, b) => a + b), HEADER.length + body.length);
    assert.ok(Math.max(...sizes) <= 65_536);
    const header = await mailOf(store, ann).header(inbox.id, row!.uid);
    assert.equal(new TextDecoder().decode(header), HEADER);
    const start = HEADER.length + 70_003;
    const part = { start, end: start + 4 };
    const text = await textOf(
      await mailOf(store, ann).body(inbox.id, row!.uid, part),
    );
    assert.equal(text, "3456");
    assert.equal((await fileNames(stateDir)).length, 1);

    await setFlags(store, inbox, DELETED);
    const open = await mailOf(store, ann).body(inbox.id, row!.uid);
    await mailOf(store, inbox.account).expunge(inbox.id);
    assert.equal(await textOf(open), HEADER + body); // begun, so it is finished
    assert.equal(await mailOf(store, ann).body(inbox.id, row!.uid), undefined);
    await store.close();
    assert.deepEqual(await fileNames(stateDir), []);
  },
);

async function fileNames(stateDir: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(`${stateDir}/blobs`)) {
    for await (const below of Deno.readDir(`${stateDir}/blobs/${name}`)) {
      const path = `${stateDir}/blobs/${name}/${below.name}`;
      for await (const file of Deno.readDir(path)) {
        names.push(file.name);
        const { mode } = await Deno.stat(`${path}/${file.name}`);
        assert.equal(mode! & 0o777, 0o600);
      }
    }
  }
  return names;
}

sqliteTest(
  "equal large content is stored once",
  async ({ store, stateDir }) => {
    const { ann, inbox } = await annWith(store, 0);
    const body = "x".repeat(100_000);
    await deliver(store, [ann], body);
    await deliver(store, [ann], body);
    assert.equal(contentCount(stateDir), 1);
    await setFlags(store, inbox, DELETED, [range(1)]);
    await mailOf(store, inbox.account).expunge(inbox.id);
    const left = await mailOf(store, ann).body(inbox.id, uid(2));
    assert.equal((await textOf(left))?.length, HEADER.length + body.length);
    await store.close();
    assert.equal((await fileNames(stateDir)).length, 1);
  },
);

sqliteTest(
  "without dedup each large content has its file",
  async ({ store, stateDir }) => {
    const ann = await addAccount(store, "ann");
    const body = "x".repeat(100_000);
    await deliver(store, [ann], body);
    await deliver(store, [ann], body);
    assert.equal((await fileNames(stateDir)).length, 2);
  },
  { dedup: false },
);

sqliteTest(
  "discard() after a delivery keeps its content",
  async ({ store, stateDir }) => {
    const ann = await addAccount(store, "ann");
    for (const account of [ann, 99 as typeof ann]) {
      const staging = store.staging.stage();
      await staging.write(new TextEncoder().encode("y".repeat(80_000)));
      const content = await staging.finish();
      const delivery = {
        content,
        headerOctets: 0,
        recipients: [account],
        arrivedAt: START_SECONDS,
        quota: QUOTA,
      };
      await store.mail.accept(delivery);
      await staging.discard();
    }
    assert.equal((await fileNames(stateDir)).length, 1);
    const { id } = await inboxOf(store, ann);
    assert.equal(
      (await textOf(await mailOf(store, ann).body(id, uid(1))))?.length,
      80_000,
    );
  },
);

sqliteTest(
  "discard() forgets what was written",
  async ({ store, stateDir }) => {
    for (const isFinished of [false, true]) {
      const staging = store.staging.stage();
      await staging.write(new Uint8Array(300_000));
      if (isFinished) await staging.finish();
      await staging.discard();
      await staging.discard();
    }
    assert.deepEqual(await fileNames(stateDir), []);
    assert.deepEqual([...Deno.readDirSync(`${stateDir}/tmp`)], []);
  },
);

storeTest(
  "a full mailbox loses its oldest messages, not its new ones",
  async ({ store, clock, pass }) => {
    const { ann, inbox } = await annWith(store, 0);
    const quota = { ...QUOTA, defaultOctets: 10_000 };
    const body = "x".repeat(1000 - HEADER.length);
    const send = (arrivedAt: number) =>
      deliver(store, [ann], body, { quota, arrivedAt });
    for (let i = 0; i < 7; i++) await send(START_SECONDS + i);
    pass(2 * 86_400);
    assert.equal((await send(clock.seconds))[0]?.outcome, "delivered");
    assert.deepEqual(await uidsOf(store, inbox), [2, 3, 4, 5, 6, 7, 8]);
    for (let i = 0; i < 9; i++) await send(clock.seconds);
    assert.equal((await send(clock.seconds))[0]?.outcome, "quota_exceeded");
    assert.equal((await store.mail.usage(ann)).octets, 10_000);
    const forced = { quota, arrivedAt: clock.seconds, ignoreQuota: true };
    const [report] = await deliver(store, [ann], body, forced);
    assert.equal(report?.outcome, "delivered");
  },
);

storeTest("reject refuses at the limit and not below it", async ({ store }) => {
  const { ann } = await annWith(store, 0);
  const size = HEADER.length + 100;
  const quota = {
    ...QUOTA,
    whenFull: "reject" as const,
    defaultOctets: 2 * size,
  };
  const send = () => deliver(store, [ann], "x".repeat(100), { quota });
  const outcomes = [];
  for (let i = 0; i < 3; i++) outcomes.push((await send())[0]!.outcome);
  assert.deepEqual(outcomes, ["delivered", "delivered", "quota_exceeded"]);
  await store.accounts.setQuota(ann, 3 * size);
  assert.equal((await send())[0]!.outcome, "delivered");
  await store.accounts.setQuota(ann, 0);
  assert.equal((await send())[0]!.outcome, "quota_exceeded");
});

storeTest("append() keeps flags, keywords and date", async ({ store }) => {
  const { ann, inbox } = await annWith(store, 1);
  const message = {
    account: ann,
    mailbox: inbox.id,
    content: await stage(store, "draft"),
    headerOctets: HEADER.length,
    flags: SEEN | FLAGGED,
    keywords: ["$Forwarded", "$MDNSent"],
    internalDate: 77,
    quota: QUOTA,
  };
  const appended = await store.mail.append(message);
  assert.deepEqual(appended, { uidValidity: inbox.uidValidity, uid: 2 });
  const [row] = await mailOf(store, inbox.account).messages(
    inbox.id,
    range(2),
    1,
  );
  assert.deepEqual(
    [row!.flags, row!.keywords, row!.internalDate, row!.arrivedAt],
    [SEEN | FLAGGED, 3, 77, START_SECONDS],
  );
  const after = await inboxOf(store, ann);
  assert.deepEqual(after.keywords, ["$Forwarded", "$MDNSent"]);
  assert.deepEqual([after.exists, after.unseen], [2, 1]);
  const gone = { ...message, mailbox: 99 as typeof inbox.id };
  await assert.rejects(store.mail.append(gone), refusal("no_target_mailbox"));
  const quota = { ...QUOTA, defaultOctets: 10 };
  await assert.rejects(
    store.mail.append({ ...message, quota }),
    refusal("quota_exceeded"),
  );
});

storeTest("storeFlags() replaces, adds and removes", async ({ store }) => {
  const { inbox, ann } = await annWith(store, 3);
  const change = { mailbox: inbox.id, uids: [range(1, 2)] };
  const add = { ...change, mode: "add" as const, flags: SEEN };
  const added = await mailOf(store, ann).storeFlags({
    ...add,
    keywords: ["$A", "$b"],
  });
  assert.deepEqual(
    added.changed.map((s) => [s.uid, s.flags, s.keywords]),
    [[1, SEEN, 3], [2, SEEN, 3]],
  );
  assert.equal((await inboxOf(store, ann)).unseen, 1);
  assert.equal(await firstUnseen(store, inbox), 3);
  const removed = await mailOf(store, ann).storeFlags({
    ...change,
    mode: "remove",
    flags: SEEN,
    keywords: ["$B", "$unknown"],
  });
  assert.deepEqual(
    removed.changed.map((s) => [s.flags, s.keywords]),
    [[0, 1], [0, 1]],
  );
  assert.equal(await firstUnseen(store, inbox), 1);
  const replaced = await mailOf(store, ann).storeFlags({
    ...change,
    mode: "replace",
    flags: FLAGGED,
    keywords: [],
  });
  assert.deepEqual(
    replaced.changed.map((s) => [s.flags, s.keywords]),
    [[FLAGGED, 0], [FLAGGED, 0]],
  );
  assert.equal((await inboxOf(store, ann)).unseen, 3);
});

storeTest(
  "storeFlags() that changes nothing tells nobody",
  async ({ store }) => {
    const { inbox } = await annWith(store, 2);
    await setFlags(store, inbox, SEEN);
    const changes: MailboxChange[] = [];
    await watch(store, inbox, (change) => changes.push(change));
    const { changed } = await setFlags(store, inbox, SEEN);
    assert.deepEqual(changed.map((s) => s.flags), [SEEN, SEEN]);
    assert.deepEqual(changes, []);
  },
);

storeTest(
  "storeFlags() leaves messages alone that changed later",
  async ({ store }) => {
    const { ann, inbox } = await annWith(store, 3);
    const before =
      (await mailOf(store, inbox.account).mailbox(inbox.id))!.highestModSeq;
    await setFlags(store, inbox, FLAGGED, [range(2)]);
    const result = await mailOf(store, ann).storeFlags({
      mailbox: inbox.id,
      uids: ALL,
      mode: "add",
      flags: SEEN,
      keywords: [],
      unchangedSince: before,
    });
    assert.deepEqual(result.unmodified, [2]);
    assert.deepEqual(result.changed.map((s) => s.uid), [1, 3]);
  },
);

storeTest("a mailbox has at most 32 keywords", async ({ store }) => {
  const { ann, inbox } = await annWith(store, 1);
  const keywords = Array.from({ length: 33 }, (_, i) => `k${i}`);
  const change = {
    mailbox: inbox.id,
    uids: ALL,
    mode: "add" as const,
    flags: 0,
  };
  await assert.rejects(
    mailOf(store, ann).storeFlags({ ...change, keywords }),
    refusal("too_many_keywords"),
  );
  const most = keywords.slice(0, 32);
  const { changed } = await mailOf(store, ann).storeFlags({
    ...change,
    keywords: most,
  });
  assert.equal(changed[0]!.keywords, 0xffff_ffff);
  const snapshot = await mailOf(store, inbox.account).snapshot(inbox.id);
  assert.equal(snapshot.keywords[0], 0xffff_ffff);
});

storeTest(
  "expunge() removes \\Deleted messages of the UIDs given",
  async ({ store }) => {
    const { ann, inbox } = await annWith(store, 5);
    await setFlags(store, inbox, DELETED, [range(2, 4)]);
    assert.deepEqual(await mailOf(store, inbox.account).totals(inbox.id), {
      octets: 5 * (HEADER.length + 9),
      deleted: 3,
    });
    const some = await mailOf(store, inbox.account).expunge(inbox.id, [
      range(1, 2),
      range(4),
    ]);
    assert.deepEqual(some.uids, [2, 4]);
    const rest = await mailOf(store, inbox.account).expunge(inbox.id);
    assert.deepEqual(rest.uids, [3]);
    assert.deepEqual(await uidsOf(store, inbox), [1, 5]);
    assert.equal((await store.mail.usage(ann)).messages, 2);
    assert.equal((await inboxOf(store, ann)).uidNext, 6);
    const none = await mailOf(store, inbox.account).expunge(inbox.id);
    assert.deepEqual(none, { uids: [], modSeq: rest.modSeq });
  },
);

storeTest(
  "changes of thousands of messages take several steps",
  async ({ store }) => {
    const { ann, inbox } = await annWith(store, 1);
    const { id } = inbox;
    for (let n = 1; n < 2048; n *= 2) {
      await mailOf(store, ann).copy(id, ALL, id);
    }
    const { changed } = await setFlags(store, inbox, DELETED | SEEN);
    assert.equal(changed.length, 2048);
    const target = await mailOf(store, ann).create("Archive");
    const half = [range(1, 100), range(200, 1123)];
    const moved = await mailOf(store, ann).move(id, half, target.id);
    assert.equal(moved.sourceUids.length, 1024);
    assert.equal(moved.targetUids.at(-1), 1024);
    assert.equal((await mailOf(store, ann).expunge(id)).uids.length, 1024);
    assert.equal((await store.mail.usage(ann)).messages, 1024);
    assert.deepEqual(await store.maintenance.recountUsage(), {
      checked: 1,
      repaired: 0,
    });
  },
);

storeTest(
  "copy() shares the content and carries keywords over",
  async ({ store }) => {
    const { ann, inbox } = await annWith(store, 3);
    const target = await mailOf(store, ann).create("Archive");
    const change = { mailbox: inbox.id, uids: [range(1)], flags: 0 };
    const add = { ...change, mode: "add" as const };
    await mailOf(store, ann).storeFlags({ ...add, keywords: ["one", "two"] });
    await mailOf(store, ann).storeFlags({
      ...add,
      mailbox: target.id,
      keywords: ["two"],
    });
    const copied = await mailOf(store, inbox.account).copy(
      inbox.id,
      [range(1), range(3, 9)],
      target.id,
    );
    assert.deepEqual(copied, {
      uidValidity: target.uidValidity,
      sourceUids: [1, 3],
      targetUids: [1, 2],
    });
    const [row] = await mailOf(store, target.account).messages(
      target.id,
      range(1),
      1,
    );
    const known =
      (await mailOf(store, target.account).mailbox(target.id))!.keywords;
    assert.deepEqual(
      known.filter((_, bit) => row!.keywords & (1 << bit)).sort(),
      ["one", "two"],
    );
    assert.equal((await store.mail.usage(ann)).messages, 5);
    await setFlags(store, inbox, DELETED);
    await mailOf(store, inbox.account).expunge(inbox.id);
    const text = await textOf(
      await mailOf(store, ann).body(target.id, row!.uid),
    );
    assert.equal(text, `${HEADER}message 1`);
  },
);

storeTest(
  "copy() is refused whole when there is no room",
  async ({ store }) => {
    const { ann, inbox } = await annWith(store, 3);
    const target = await mailOf(store, ann).create("Archive");
    const quota = () => ({ ...QUOTA, defaultOctets: 120 });
    await assert.rejects(
      mailOf(store, ann, { quota }).copy(inbox.id, ALL, target.id),
      refusal("quota_exceeded"),
    );
    assert.equal(
      (await mailOf(store, target.account).mailbox(target.id))!.exists,
      0,
    );
    await assert.rejects(
      mailOf(store, inbox.account).copy(
        inbox.id,
        ALL,
        99 as typeof inbox.id,
      ),
      refusal("no_target_mailbox"),
    );
  },
);

storeTest(
  "move() takes messages out of one mailbox into another",
  async ({ store }) => {
    const { ann, inbox } = await annWith(store, 3);
    const target = await mailOf(store, ann).create("Archive");
    const seen: MailboxChange[] = [];
    await watch(store, inbox, (change) => seen.push(change));
    await watch(store, target, (change) => seen.push(change));
    const moved = await mailOf(store, inbox.account).move(inbox.id, [
      range(2, 3),
    ], target.id);
    assert.deepEqual([moved.sourceUids, moved.targetUids], [[2, 3], [1, 2]]);
    assert.deepEqual(await uidsOf(store, inbox), [1]);
    assert.equal((await store.mail.usage(ann)).messages, 3);
    const from = seen.find(({ mailbox }) => mailbox === inbox.id);
    const to = seen.find(({ mailbox }) => mailbox === target.id);
    assert.deepEqual(from?.expunged, [2, 3]);
    assert.deepEqual(to?.appended.map((s) => s.uid), [1, 2]);
  },
);

storeTest("move() within a mailbox gives new UIDs", async ({ store }) => {
  const { inbox } = await annWith(store, 2);
  await mailOf(store, inbox.account).move(inbox.id, [range(1)], inbox.id);
  assert.deepEqual(await uidsOf(store, inbox), [2, 3]);
  const { unseen, exists } =
    (await mailOf(store, inbox.account).mailbox(inbox.id))!;
  assert.deepEqual([unseen, exists], [2, 2]);
});

storeTest(
  "changesSince() tells what came, changed and went",
  async ({ store }) => {
    const { inbox } = await annWith(store, 4);
    const since =
      (await mailOf(store, inbox.account).mailbox(inbox.id))!.highestModSeq;
    await setFlags(store, inbox, DELETED, [range(1, 2)]);
    await mailOf(store, inbox.account).expunge(inbox.id);
    await setFlags(store, inbox, SEEN, [range(4)]);
    const changes = await mailOf(store, inbox.account).changesSince(
      inbox.id,
      since,
    );
    assert.deepEqual(changes.expunged, [1, 2]);
    assert.deepEqual(changes.changed.map((s) => s.uid), [4]);
    assert.equal(changes.modSeq, since + 3);
  },
);

storeTest(
  "changesSince() knows all that is gone when the record was trimmed",
  async ({ store, clock }) => {
    const { inbox } = await annWith(store, 4);
    await setFlags(store, inbox, DELETED, [range(1, 2)]);
    await mailOf(store, inbox.account).expunge(inbox.id);
    clock.seconds += 31 * 86_400;
    await store.maintenance.tidy();
    const changes = await mailOf(store, inbox.account).changesSince(
      inbox.id,
      1 as ModSeq,
    );
    assert.deepEqual(changes.expunged, [1, 2]);
    const none = await mailOf(store, inbox.account).changesSince(
      inbox.id,
      changes.modSeq,
    );
    assert.deepEqual(none.expunged, []);
  },
);

storeTest(
  "create() makes parents, delete() keeps children",
  async ({ store }) => {
    const { ann } = await annWith(store, 0);
    const names = async () =>
      (await mailOf(store, ann).list()).map((m) => m.name);
    const created = await mailOf(store, ann).create("a/b/c", "\\Archive");
    assert.equal(created.specialUse, "\\Archive");
    assert.deepEqual(await names(), ["INBOX", "a", "a/b", "a/b/c"]);
    await assert.rejects(
      mailOf(store, ann).create("a/b"),
      refusal("mailbox_exists"),
    );
    await assert.rejects(
      mailOf(store, ann).create("inbox"),
      refusal("mailbox_exists"),
    );
    await mailOf(store, ann).delete("a/b");
    assert.equal((await mailOf(store, ann).find("a/b"))?.selectable, false);
    await assert.rejects(
      mailOf(store, ann).delete("a/b"),
      refusal("mailbox_undeletable"),
    );
    await assert.rejects(
      mailOf(store, ann).delete("INBOX"),
      refusal("mailbox_undeletable"),
    );
    await assert.rejects(
      mailOf(store, ann).delete("nope"),
      refusal("no_such_mailbox"),
    );
    const before = (await mailOf(store, ann).find("a/b"))!.uidValidity;
    assert.equal((await mailOf(store, ann).create("a/b")).selectable, true);
    assert.equal((await mailOf(store, ann).find("a/b"))!.uidValidity, before);
  },
);

for (
  const name of ["", "/", "a//b", "a/", "a*", "a%", "a\x00b", "é".repeat(128)]
) {
  storeTest(
    `create() refuses ${JSON.stringify(name.slice(0, 8))}`,
    async ({ store }) => {
      const ann = await addAccount(store, "ann");
      await assert.rejects(
        mailOf(store, ann).create(name),
        refusal("mailbox_name_invalid"),
      );
    },
  );
}

storeTest("an account has at most 100 mailboxes", async ({ store }) => {
  const ann = await addAccount(store, "ann");
  for (let i = 1; i < 100; i++) await mailOf(store, ann).create(`m${i}`);
  await assert.rejects(
    mailOf(store, ann).create("m100"),
    refusal("too_many_mailboxes"),
  );
});

storeTest("a mailbox made again has a new UIDVALIDITY", async ({ store }) => {
  const { ann, inbox } = await annWith(store, 2);
  const first = await mailOf(store, ann).create("a");
  await mailOf(store, inbox.account).copy(inbox.id, ALL, first.id);
  let isDeleted = false;
  await watch(store, first, (c) => isDeleted ||= c.deleted === true);
  await mailOf(store, ann).delete("a");
  assert.equal(isDeleted, true);
  assert.equal((await store.mail.usage(ann)).messages, 2);
  const second = await mailOf(store, ann).create("a");
  assert.ok(second.uidValidity > first.uidValidity);
  assert.notEqual(second.id, first.id);
});

storeTest("rename() moves children along", async ({ store }) => {
  const { ann } = await annWith(store, 0);
  const { id } = await mailOf(store, ann).create("a/b");
  await mailOf(store, ann).create("other");
  await mailOf(store, ann).rename("a", "x/y");
  assert.deepEqual(
    (await mailOf(store, ann).list()).map((m) => m.name),
    ["INBOX", "other", "x", "x/y", "x/y/b"],
  );
  assert.equal((await mailOf(store, ann).find("x/y/b"))?.id, id);
  await assert.rejects(
    mailOf(store, ann).rename("other", "x"),
    refusal("mailbox_exists"),
  );
  await assert.rejects(
    mailOf(store, ann).rename("a", "b"),
    refusal("no_such_mailbox"),
  );
  await assert.rejects(
    mailOf(store, ann).rename("x", "x/z"),
    refusal("mailbox_name_invalid"),
  );
});

storeTest("rename() of INBOX moves its messages only", async ({ store }) => {
  const { ann, inbox } = await annWith(store, 3);
  await mailOf(store, ann).create("INBOX/child");
  await mailOf(store, ann).rename("inbox", "Old");
  const old = (await mailOf(store, ann).find("Old"))!;
  assert.deepEqual([old.exists, old.unseen], [3, 3]);
  const after = await inboxOf(store, ann);
  assert.equal(after.id, inbox.id);
  assert.deepEqual([after.exists, after.uidNext], [0, 4]);
  assert.ok(await mailOf(store, ann).find("INBOX/child"));
});

/** Names, those that are no mailbox in brackets, subscribed ones with a star. */
async function shape(store: Store, account: AccountId): Promise<string> {
  const mailboxes = await mailOf(store, account).list();
  return mailboxes.map(({ name, selectable, subscribed }) =>
    (selectable ? name : `(${name})`) + (subscribed ? "*" : "")
  ).join(" ");
}

const LEFT: Readonly<
  Record<string, readonly [left: string, ...steps: string[]]>
> = {
  "a parent goes with the last below it": [
    "INBOX*",
    "create a/b/c",
    "delete a",
    "delete a/b",
    "delete a/b/c",
  ],
  "a parent goes with the last below it that gets another name": [
    "INBOX* c",
    "create a/b",
    "delete a",
    "rename a/b c",
  ],
  "a parent stays for the others": [
    "(a) INBOX* a/c",
    "create a/b",
    "create a/c",
    "delete a",
    "delete a/b",
  ],
  "a parent that is subscribed stays a name": [
    "(a)* INBOX*",
    "create a/b",
    "subscribe a",
    "delete a",
    "delete a/b",
  ],
  "a subscription needs no parent": [
    "(a/b)* INBOX*",
    "create a/b",
    "subscribe a/b",
    "delete a/b",
    "delete a",
  ],
  "a name without a subscription goes": [
    "INBOX*",
    "create a/b",
    "subscribe a",
    "delete a",
    "delete a/b",
    "unsubscribe a",
  ],
  "a name of one below does not keep a name": [
    "INBOX* a (a/b)*",
    "create a/b",
    "subscribe a/b",
    "delete a/b",
    "delete a",
    "create c",
    "rename c a",
  ],
  "a subscription is to what has the name now": [
    "INBOX* a* a/b*",
    "create a/b",
    "subscribe a",
    "subscribe a/b",
    "delete a/b",
    "delete a",
    "create c/b",
    "rename c a",
  ],
  "a subscription stays where its mailbox was": [
    "(a/b)* INBOX* c",
    "create a/b",
    "subscribe a/b",
    "delete a/b",
    "rename a c",
  ],
  "INBOX may get a name that was one": [
    "INBOX* a*",
    "create a",
    "subscribe a",
    "delete a",
    "rename INBOX a",
  ],
};
for (const [what, [left, ...steps]] of Object.entries(LEFT)) {
  storeTest(what, async ({ store }) => {
    const { ann } = await annWith(store, 0);
    const mail = mailOf(store, ann);
    for (const step of steps) {
      const [verb, name = "", to = ""] = step.split(" ");
      if (verb === "create") await mail.create(name);
      else if (verb === "delete") await mail.delete(name);
      else if (verb === "rename") await mail.rename(name, to);
      else await mail.setSubscribed(name, verb === "subscribe");
    }
    const names = (text: string) => text.split(" ").sort();
    assert.deepEqual(names(await shape(store, ann)), names(left));
  });
}

storeTest("what is gone does not count as a mailbox", async ({ store }) => {
  const { ann } = await annWith(store, 0);
  const mail = mailOf(store, ann);
  for (let i = 0; i < 120; i++) {
    await mail.create(`a${i}/b`);
    await mail.delete(`a${i}`);
    await mail.delete(`a${i}/b`);
  }
  await assert.rejects(mail.delete("a1"), refusal("no_such_mailbox"));
  assert.equal(await shape(store, ann), "INBOX*");
});

storeTest("setSubscribed() is remembered", async ({ store }) => {
  const { ann } = await annWith(store, 0);
  assert.equal((await mailOf(store, ann).create("a")).subscribed, false);
  await mailOf(store, ann).setSubscribed("a", true);
  assert.equal((await mailOf(store, ann).find("a"))?.subscribed, true);
  await assert.rejects(
    mailOf(store, ann).setSubscribed("nope", true),
    refusal("no_such_mailbox"),
  );
});

storeTest(
  "prune() removes what is older, and larger, and seen",
  async ({ store, pass }) => {
    const { ann, inbox } = await annWith(store, 0);
    const bodies = ["small", "x".repeat(250_000), "y".repeat(250_000), "new"];
    for (const body of bodies) {
      pass(body === "new" ? 100 : 1);
      await deliver(store, [ann], body);
    }
    await setFlags(store, inbox, SEEN, [range(1, 2)]);
    const rule = { olderThanSeconds: 50 };
    const large = { ...rule, largerThanOctets: 200_000, onlySeen: true };
    const run = (r: typeof large | typeof rule) => store.mail.prune(r);
    const dry = { ...large, dryRun: true };
    assert.deepEqual(await run(dry), { deleted: 1, next: undefined });
    assert.deepEqual(await run(large), { deleted: 1, next: undefined });
    assert.deepEqual(await uidsOf(store, inbox), [1, 3, 4]);
    mailOf(store, inbox.account).markFetched(inbox.id, [uid(3)]);
    assert.deepEqual(await run(large), { deleted: 1, next: undefined });
    const unseen = { ...rule, onlyUnseen: true };
    assert.deepEqual(await run(unseen), { deleted: 0, next: undefined });
    assert.deepEqual(await run(rule), { deleted: 1, next: undefined });
    assert.deepEqual(await uidsOf(store, inbox), [4]);
    assert.equal((await store.mail.usage(ann)).messages, 1);
  },
);

storeTest(
  "prune() works in bounded steps until all is done",
  async ({ store }) => {
    const { inbox } = await annWith(store, 1);
    for (let n = 1; n < 4096; n *= 2) {
      await mailOf(store, inbox.account).copy(inbox.id, ALL, inbox.id);
    }
    const rule = { olderThanSeconds: -1 };
    const keep = { ...rule, onlySeen: true };
    const kept = await walk((after) => store.mail.prune(keep, after));
    assert.ok(kept.length >= 3);
    const steps = await walk((after) => store.mail.prune(rule, after));
    assert.ok(Math.max(...steps) <= 500);
    assert.equal(steps.reduce((sum, deleted) => sum + deleted), 4096);
    assert.equal(
      (await mailOf(store, inbox.account).mailbox(inbox.id))!.exists,
      0,
    );
  },
);

storeTest(
  "a walk that is given up leaves nothing behind, and two go side by side",
  async ({ store }) => {
    const { inbox } = await annWith(store, 1);
    for (let n = 1; n < 4096; n *= 2) {
      await mailOf(store, inbox.account).copy(inbox.id, ALL, inbox.id);
    }
    const rule = { olderThanSeconds: -1, onlySeen: true };
    const begun = await store.mail.prune(rule);
    assert.equal(begun.deleted, 0);
    await setFlags(store, inbox, SEEN, [range(1), range(4096)]);
    const dry = { ...rule, dryRun: true };
    const counted = await walk((after) => store.mail.prune(dry, after));
    assert.equal(counted.reduce((sum, deleted) => sum + deleted), 2);
    const rest = await walk((after) =>
      store.mail.prune(rule, after ?? begun.next)
    );
    assert.equal(rest.reduce((sum, deleted) => sum + deleted), 1);
    assert.deepEqual((await uidsOf(store, inbox)).slice(0, 2), [1, 2]);
    const again = await walk((after) => store.mail.prune(rule, after));
    assert.equal(again.reduce((sum, deleted) => sum + deleted), 1);
  },
);

storeTest(
  "trimToQuota() brings full accounts down",
  async ({ store, pass }) => {
    const { ann, inbox } = await annWith(store, 10);
    const bob = await addAccount(store, "bob");
    await deliver(store, [bob]);
    pass(2 * 86_400);
    const size = (await store.mail.usage(ann)).octets;
    const quota = { ...QUOTA, defaultOctets: size };
    const steps = await walk((after) =>
      store.mail.trimToQuota(quota, { dryRun: false, ...(after && { after }) })
    );
    assert.equal(steps.reduce((sum, deleted) => sum + deleted), 4); // 3 would leave a fraction too much
    assert.deepEqual(
      await uidsOf(store, inbox),
      [5, 6, 7, 8, 9, 10],
    );
    assert.equal((await store.mail.usage(bob)).messages, 1);
  },
);

storeTest(
  "ids that sessions hold are never reused",
  async ({ store, reopen }) => {
    const { ann, inbox } = await annWith(store, 1);
    const { id } = await mailOf(store, ann).create("a");
    await mailOf(store, ann).delete("a");
    await setFlags(store, inbox, DELETED);
    await mailOf(store, inbox.account).expunge(inbox.id);
    const again = await reopen();
    assert.ok((await mailOf(again, ann).create("a")).id > id);
    await deliver(again, [ann]);
    assert.deepEqual(await uidsOf(again, inbox), [2]);
    assert.equal(
      await mailOf(again, ann).body(inbox.id, uid(1)),
      undefined,
    );
  },
);

for (const dedup of [true, false]) {
  sqliteTest(
    `content that goes to several jobs stays while one has taken it, dedup ${dedup}`,
    async ({ store, stateDir }) => {
      const { ann, inbox } = await annWith(store, 0);
      const staging = store.staging.stage();
      await staging.write(new TextEncoder().encode("z".repeat(90_000)));
      const content = await staging.finish();
      const delivery = {
        content,
        headerOctets: 0,
        arrivedAt: START_SECONDS,
        quota: QUOTA,
      };
      const nobody = 99 as typeof ann;
      for (const recipients of [[ann], [ann], [nobody]]) {
        await store.mail.accept({ ...delivery, recipients });
      }
      await staging.discard();
      const rows = await mailOf(store, inbox.account).messages(
        inbox.id,
        ALL[0]!,
        10,
      );
      assert.equal(rows.length, 2);
      assert.equal(contentCount(stateDir), 1);
      for (const at of [1, 2]) {
        const text = await textOf(
          await mailOf(store, ann).body(inbox.id, uid(at)),
        );
        assert.equal(text?.length, 90_000);
        await setFlags(store, inbox, DELETED, [range(at)]);
        await mailOf(store, inbox.account).expunge(inbox.id);
      }
      await store.close();
      assert.deepEqual(await fileNames(stateDir), []);
    },
    { dedup },
  );
}
