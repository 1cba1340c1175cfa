/**
 * What every AccountMail promises, whoever implements it: the store, and the
 * one in memory that IMAP sessions are tested with.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { MailboxId, Uid } from "../../src/base/ids.ts";
import { Refusal } from "../../src/base/refusal.ts";
import type { AccountMail } from "../../src/mail/account_mail.ts";
import {
  DELETED,
  FLAGGED,
  type Mailbox,
  type MailboxChange,
  SEEN,
} from "../../src/mail/mailbox.ts";
import { openTestStore } from "./engines.ts";
import { MemoryMail } from "../imap/memory_mail.ts";
import {
  addAccount,
  mailOf,
  QUOTA,
  range,
  START_SECONDS,
  textOf,
  uid,
} from "./store_world.ts";

interface World {
  readonly mail: AccountMail;
  /** The mail of somebody else in the same store. */
  readonly foreign: AccountMail;
  /** Puts a message into the INBOX of the first, or of the second. */
  deliver(text: string, whose?: "mail" | "foreign"): Promise<void>;
  close(): Promise<void>;
}

const WORLDS: Record<string, () => Promise<World>> = {
  async "the store"() {
    const stateDir = await Deno.makeTempDir();
    const bugs: unknown[] = [];
    const store = await openTestStore({
      stateDir,
      onBug: (error) => bugs.push(error),
    });
    const accounts = {
      mail: await addAccount(store, "ann"),
      foreign: await addAccount(store, "bob"),
    };
    return {
      mail: mailOf(store, accounts.mail),
      foreign: mailOf(store, accounts.foreign),
      async deliver(text, whose = "mail") {
        const staging = store.staging.stage();
        await staging.write(new TextEncoder().encode(text));
        await store.mail.accept({
          content: await staging.finish(),
          headerOctets: text.indexOf("\r\n\r\n") + 4,
          recipients: [accounts[whose]],
          arrivedAt: START_SECONDS,
          quota: QUOTA,
        });
      },
      async close() {
        await store.close();
        await Deno.remove(stateDir, { recursive: true });
        if (bugs.length > 0) throw bugs[0];
      },
    };
  },
  "the one in memory"() {
    const ids = { next: 1 };
    const mails = {
      mail: new MemoryMail(1, ids),
      foreign: new MemoryMail(2, ids),
    };
    return Promise.resolve({
      ...mails,
      deliver(text, whose = "mail") {
        mails[whose].deliver("INBOX", text);
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    });
  },
};

function contract(name: string, work: (world: World) => Promise<void>): void {
  for (const [implementation, open] of Object.entries(WORLDS)) {
    Deno.test(`AccountMail of ${implementation}: ${name}`, async () => {
      const world = await open();
      try {
        await work(world);
      } finally {
        await world.close();
      }
    });
  }
}

const HEADER = "Subject: hi\r\n\r\n";
const MESSAGE = `${HEADER}hello\r\n`;
const ALL = [range(1, 0xffff_ffff)];

function refusal(code: string) {
  return (error: unknown) => error instanceof Refusal && error.code === code;
}

async function inbox(mail: AccountMail): Promise<Mailbox> {
  return (await mail.find("INBOX"))!;
}

function add(mail: AccountMail, mailbox: MailboxId, flags: number, uids = ALL) {
  const change = { mailbox, uids, flags, keywords: [] };
  return mail.storeFlags({ ...change, mode: "add" });
}

async function uids(mail: AccountMail, mailbox: MailboxId): Promise<number[]> {
  return [...(await mail.snapshot(mailbox)).uids];
}

/** Every operation on a mailbox, and what it gives somebody whose it is not. */
const OPERATIONS: Record<
  string,
  {
    run(mail: AccountMail, id: MailboxId, own: MailboxId): Promise<unknown>;
    gives: unknown;
  }
> = {
  mailbox: { run: (mail, id) => mail.mailbox(id), gives: undefined },
  snapshot: {
    run: (mail, id) => mail.snapshot(id),
    gives: "no_such_mailbox",
  },
  changesSince: {
    run: (mail, id) => mail.changesSince(id, 0 as never),
    gives: "no_such_mailbox",
  },
  totals: { run: (mail, id) => mail.totals(id), gives: "no_such_mailbox" },
  messages: {
    run: (mail, id) => mail.messages(id, ALL[0]!, 9, "body"),
    gives: [],
  },
  header: { run: (mail, id) => mail.header(id, uid(1)), gives: undefined },
  body: { run: (mail, id) => mail.body(id, uid(1)), gives: undefined },
  "body, a part": {
    run: (mail, id) => mail.body(id, uid(1), { start: 0, end: 5 }),
    gives: undefined,
  },
  storeFlags: {
    run: (mail, id) => add(mail, id, DELETED),
    gives: "no_such_mailbox",
  },
  "copy from": {
    run: (mail, id, own) => mail.copy(id, ALL, own),
    gives: "no_such_mailbox",
  },
  "copy to": {
    run: (mail, id, own) => mail.copy(own, ALL, id),
    gives: "no_target_mailbox",
  },
  "move from": {
    run: (mail, id, own) => mail.move(id, ALL, own),
    gives: "no_such_mailbox",
  },
  "move to": {
    run: (mail, id, own) => mail.move(own, ALL, id),
    gives: "no_target_mailbox",
  },
  expunge: { run: (mail, id) => mail.expunge(id), gives: "no_such_mailbox" },
  "expunge, some": {
    run: (mail, id) => mail.expunge(id, ALL),
    gives: "no_such_mailbox",
  },
  markFetched: {
    run: (mail, id) => Promise.resolve(mail.markFetched(id, [uid(1)])),
    gives: undefined,
  },
};

for (const [name, { run, gives }] of Object.entries(OPERATIONS)) {
  contract(
    `${name} does not reach a mailbox of somebody else`,
    async (world) => {
      const { mail, foreign } = world;
      await world.deliver(MESSAGE);
      await world.deliver(MESSAGE, "foreign");
      const theirs = await inbox(foreign);
      await add(foreign, theirs.id, DELETED);
      const before = await foreign.snapshot(theirs.id);
      const own = await inbox(mail);
      for (const id of [theirs.id, 4_000_000 as MailboxId]) {
        const done = run(mail, id, own.id);
        if (typeof gives === "string") {
          await assert.rejects(done, refusal(gives));
        } else assert.deepEqual(await done, gives);
        await mail.snapshot(own.id); // what is remembered of this one is of no use there
      }
      assert.deepEqual(await foreign.snapshot(theirs.id), before);
      assert.deepEqual(await uids(mail, own.id), [1]);
    },
  );
}

contract("names are those of the account", async ({ mail, foreign }) => {
  await foreign.create("Theirs");
  assert.equal(await mail.find("Theirs"), undefined);
  assert.equal(await mail.select("Theirs", () => {}), undefined);
  assert.deepEqual((await mail.list()).map(({ name }) => name), ["INBOX"]);
  await assert.rejects(mail.delete("Theirs"), refusal("no_such_mailbox"));
  await assert.rejects(
    mail.rename("Theirs", "Mine"),
    refusal("no_such_mailbox"),
  );
  await assert.rejects(
    mail.setSubscribed("Theirs", true),
    refusal("no_such_mailbox"),
  );
  await mail.create("Theirs");
  await assert.rejects(mail.create("Theirs"), refusal("mailbox_exists"));
  assert.equal((await foreign.list()).length, 2);
});

contract(
  "select() tells of the mailbox, and of every change after it",
  async (world) => {
    const { mail, foreign } = world;
    for (let i = 0; i < 3; i++) await world.deliver(MESSAGE);
    const { id } = await inbox(mail);
    await add(mail, id, SEEN, [range(1)]);
    const heard: MailboxChange[] = [];
    const watched = (await mail.select("INBOX", (one) => heard.push(one)))!;
    assert.equal(watched.firstUnseen, 2);
    assert.deepEqual(watched.mailbox, await inbox(mail));
    await world.deliver(MESSAGE, "foreign");
    await foreign.create("Other");
    assert.equal(heard.length, 0);
    await world.deliver(MESSAGE);
    await add(mail, id, DELETED, [range(2)]);
    await mail.expunge(id);
    let known = watched.mailbox.highestModSeq;
    for (const change of heard) {
      assert.equal(change.mailbox, id);
      assert.equal(change.previous, known);
      known = change.modSeq;
    }
    assert.deepEqual(
      heard.map(({ appended, flags, expunged }) => [
        appended.map((one) => one.uid),
        flags.map((one) => one.uid),
        expunged,
      ]),
      [[[4], [], []], [[], [2], []], [[], [], [2]]],
    );
    assert.equal((await inbox(mail)).highestModSeq, known);
    watched.stop();
    watched.stop();
    await world.deliver(MESSAGE);
    assert.equal(heard.length, 3);
  },
);

contract(
  "select() takes what can be selected only; all read is told",
  async (world) => {
    const { mail } = world;
    await mail.create("a/b");
    await mail.delete("a");
    assert.equal((await mail.find("a"))?.selectable, false);
    assert.equal(await mail.select("a", () => {}), undefined);
    assert.equal(await mail.select("none", () => {}), undefined);
    await world.deliver(MESSAGE);
    await add(mail, (await inbox(mail)).id, SEEN);
    const watched = (await mail.select("INBOX", () => {}))!;
    watched.stop();
    assert.equal(watched.firstUnseen, undefined);
  },
);

contract("who watches a mailbox hears that it is deleted", async ({ mail }) => {
  await mail.create("a");
  let isDeleted = false;
  const watched = await mail.select("a", (one) => isDeleted ||= one.deleted!);
  await mail.delete("a");
  assert.equal(isDeleted, true);
  assert.equal(await mail.mailbox(watched!.mailbox.id), undefined);
  await assert.rejects(
    mail.snapshot(watched!.mailbox.id),
    refusal("no_such_mailbox"),
  );
  watched!.stop();
});

contract(
  "watchAll() hears of all that changes a list of mailboxes with their counts",
  async (world) => {
    const { mail, foreign } = world;
    let heard = 0;
    const stop = mail.watchAll(() => heard++);
    const hears = async (work: () => Promise<unknown>) => {
      const before = heard;
      await work();
      return heard > before;
    };
    const { id } = await inbox(mail);
    const steps: [string, () => Promise<unknown>][] = [
      ["a message", () => world.deliver(MESSAGE)],
      ["flags", () => add(mail, id, SEEN)],
      ["a mailbox", () => mail.create("a/b")],
      ["a copy into it", async () => {
        const to = (await mail.find("a/b"))!.id;
        await mail.copy(id, [range(1)], to);
      }],
      ["another name", () => mail.rename("a", "c")],
      ["flags under that name", async () => {
        await add(mail, (await mail.find("c/b"))!.id, DELETED);
      }],
      ["expunging", async () => mail.expunge((await mail.find("c/b"))!.id)],
      ["deletion", () => mail.delete("c/b")],
    ];
    for (const [what, work] of steps) {
      assert.equal(await hears(work), true, what);
    }
    assert.equal(await hears(() => foreign.create("Theirs")), false);
    assert.equal(
      await hears(() => world.deliver(MESSAGE, "foreign")),
      false,
    );
    stop();
    stop();
    assert.equal(await hears(() => mail.create("late")), false);
    assert.equal(await hears(() => world.deliver(MESSAGE)), false);
  },
);

contract("what is heard of can be read by then", async (world) => {
  const { mail } = world;
  const { id } = await inbox(mail);
  const reads: Promise<boolean>[] = [];
  const watched = await mail.select("INBOX", ({ modSeq, appended }) => {
    const first = appended[0]?.uid ?? uid(1);
    reads.push(
      mail.mailbox(id).then((now) => now!.highestModSeq >= modSeq),
      mail.header(id, first).then((header) => header !== undefined),
    );
  });
  await world.deliver(MESSAGE);
  await add(mail, id, SEEN);
  await world.deliver(MESSAGE);
  watched!.stop();
  assert.deepEqual(await Promise.all(reads), Array(6).fill(true));
});

contract("changesSince() leads from any moment to now", async (world) => {
  const { mail } = world;
  await world.deliver(MESSAGE);
  await world.deliver(MESSAGE);
  const { id, highestModSeq: then } = await inbox(mail);
  await add(mail, id, FLAGGED, [range(2)]);
  await add(mail, id, DELETED, [range(1)]);
  await mail.expunge(id);
  await world.deliver(MESSAGE);
  const since = await mail.changesSince(id, then);
  assert.equal(since.modSeq, (await inbox(mail)).highestModSeq);
  assert.deepEqual(since.changed.map((one) => [one.uid, one.flags]), [
    [2, FLAGGED],
    [3, 0],
  ]);
  assert.deepEqual(since.expunged, [1]);
  const none = await mail.changesSince(id, since.modSeq);
  assert.deepEqual(none, { modSeq: since.modSeq, changed: [], expunged: [] });
});

contract(
  "messages() come in order, up to a limit, from a UID on",
  async (world) => {
    const { mail } = world;
    for (let i = 0; i < 5; i++) await world.deliver(MESSAGE);
    const { id } = await inbox(mail);
    const some = await mail.messages(id, range(2, 9), 3);
    assert.deepEqual(some.map((row) => row.uid), [2, 3, 4]);
    assert.ok(some.every((row) => row.sizeOctets === MESSAGE.length));
    assert.ok(some.every((row) => row.content === undefined));
    assert.deepEqual(await mail.messages(id, range(6, 9), 3), []);
  },
);

for (const want of ["header", "body"] as const) {
  contract(
    `messages() with ${want} brings small contents along, few at once`,
    async (world) => {
      const { mail } = world;
      const large = `${HEADER}${"x".repeat(70_000)}`;
      const middling = `${HEADER}${"x".repeat(40_000)}`;
      const texts = [MESSAGE, large, middling, middling, middling];
      for (const text of texts) await world.deliver(text);
      const { id } = await inbox(mail);
      const rows = await mail.messages(id, ALL[0]!, 9, want);
      const contents = rows.map(({ content }) => content);
      for (const [i, content] of contents.entries()) {
        if (!content) continue;
        const text = want === "header" ? HEADER : texts[i];
        assert.equal(new TextDecoder().decode(content.octets), text);
        assert.equal(content.headerOctets, HEADER.length);
      }
      const there = contents.map((content) => content !== undefined);
      assert.deepEqual(there, [true, false, true, true, want === "header"]);
    },
  );
}

contract(
  "header() and body() give what was stored, whole or a part",
  async (world) => {
    const { mail } = world;
    const large = `${HEADER}${"0123456789".repeat(20_000)}`;
    await world.deliver(MESSAGE);
    await world.deliver(large);
    const { id } = await inbox(mail);
    for (const [i, text] of [MESSAGE, large].entries()) {
      const header = await mail.header(id, uid(i + 1));
      assert.equal(new TextDecoder().decode(header), HEADER);
      const whole = (await mail.body(id, uid(i + 1)))!;
      assert.equal(whole.sizeOctets, text.length);
      assert.equal(await textOf(whole), text);
      for (const [start, end] of [[3, 9], [0, 0], [10, 1e9], [1e8, 1e9]]) {
        const part = await mail.body(id, uid(i + 1), {
          start: start!,
          end: end!,
        });
        assert.equal(await textOf(part), text.slice(start, end));
      }
    }
    assert.equal(await mail.header(id, uid(3)), undefined);
    assert.equal(await mail.body(id, uid(3)), undefined);
  },
);

contract(
  "what is expunged has no content, but its copy does",
  async (world) => {
    const { mail } = world;
    await world.deliver(MESSAGE);
    const { id } = await inbox(mail);
    const archive = await mail.create("Archive");
    const copied = await mail.copy(id, ALL, archive.id);
    assert.deepEqual([copied.sourceUids, copied.targetUids], [[1], [1]]);
    await add(mail, id, DELETED);
    const { uids: gone } = await mail.expunge(id);
    assert.deepEqual(gone, [1]);
    assert.equal(await mail.body(id, uid(1)), undefined);
    assert.equal(await mail.header(id, uid(1)), undefined);
    assert.equal(await textOf(await mail.body(archive.id, uid(1))), MESSAGE);
  },
);

contract(
  "move() takes messages along, and their UIDs are never given again",
  async (world) => {
    const { mail } = world;
    for (let i = 0; i < 3; i++) await world.deliver(MESSAGE);
    const { id } = await inbox(mail);
    const archive = await mail.create("Archive");
    const moved = await mail.move(id, [range(2, 9)], archive.id);
    assert.equal(moved.uidValidity, archive.uidValidity);
    assert.deepEqual([moved.sourceUids, moved.targetUids], [[2, 3], [1, 2]]);
    await world.deliver(MESSAGE);
    assert.deepEqual(await uids(mail, id), [1, 4]);
    assert.equal(await textOf(await mail.body(archive.id, uid(2))), MESSAGE);
  },
);

contract(
  "storeFlags() leaves alone what has changed since, and says so",
  async (world) => {
    const { mail } = world;
    for (let i = 0; i < 3; i++) await world.deliver(MESSAGE);
    const { id, highestModSeq } = await inbox(mail);
    await add(mail, id, FLAGGED, [range(2)]);
    const { changed, unmodified } = await mail.storeFlags({
      mailbox: id,
      uids: ALL,
      mode: "add",
      flags: SEEN,
      keywords: [],
      unchangedSince: highestModSeq,
    });
    assert.deepEqual(unmodified, [2 as Uid]);
    assert.deepEqual(changed.map((one) => [one.uid, one.flags]), [
      [1, SEEN],
      [3, SEEN],
    ]);
    assert.equal((await inbox(mail)).unseen, 1);
  },
);

contract("totals() and usage() count what is there", async (world) => {
  const { mail } = world;
  for (let i = 0; i < 3; i++) await world.deliver(MESSAGE);
  const { id } = await inbox(mail);
  await add(mail, id, DELETED, [range(2, 3)]);
  const octets = 3 * MESSAGE.length;
  assert.deepEqual(await mail.totals(id), { octets, deleted: 2 });
  const usage = await mail.usage();
  assert.deepEqual([usage.octets, usage.messages], [octets, 3]);
  assert.equal(usage.limitOctets, QUOTA.defaultOctets);
  await mail.expunge(id, [range(1, 2)]);
  assert.deepEqual(await mail.totals(id), {
    octets: 2 * MESSAGE.length,
    deleted: 1,
  });
});
