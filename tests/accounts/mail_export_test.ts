/** All mail of an account, as files. @module */
import assert from "node:assert/strict";
import { ANSWERED, SEEN } from "../../src/mail/mailbox.ts";
import { filesIn } from "../../src/ops/backup/paths.ts";
import { call, withRelay } from "../admin/relay.ts";
import {
  deliver,
  HEADER,
  inboxOf,
  mailOf,
  QUOTA,
  range,
  stage,
} from "../store/store_world.ts";
import type { AdminContext } from "../../src/admin/context.ts";
import type { AccountId } from "../../src/base/ids.ts";

const LARGE = "From 0123456789\r\n".repeat(10_000);
const HOSTILE = ["../../up", "a.b", "/abs", "ü/lower", "x".repeat(200)];

interface World {
  readonly relay: AdminContext;
  readonly account: AccountId;
  readonly scratch: string;
}

/** Ann has a read, a large and an old message, and mailboxes with odd names. */
function exportTest(name: string, test: (world: World) => Promise<void>) {
  Deno.test(name, () =>
    withRelay(async (relay) => {
      const scratch = await Deno.makeTempDir({ prefix: "postern-export-" });
      try {
        await call(relay, "accounts.create", {
          username: "ann.chats",
          password: "long enough password",
        });
        const { store } = relay;
        const address = relay.domains.parse(
          `ann.chats@${relay.domains.primary}`,
        );
        const account = (await store.accounts.find(address))!.id;
        await deliver(store, [account], "From small");
        await deliver(store, [account], LARGE);
        const inbox = await inboxOf(store, account);
        const mail = mailOf(store, account);
        await store.mail.append({
          account,
          mailbox: inbox.id,
          content: await stage(store, "old"),
          headerOctets: HEADER.length,
          flags: 0,
          keywords: [],
          internalDate: 1_000_000_000,
          quota: QUOTA,
        });
        await mail.storeFlags({
          mailbox: inbox.id,
          uids: [range(1)],
          mode: "add",
          flags: SEEN | ANSWERED,
          keywords: [],
        });
        for (const name of HOSTILE) {
          await mail.create(name).catch(() => {});
        }
        await test({ relay, account, scratch });
      } finally {
        await Deno.remove(scratch, { recursive: true });
      }
    }));
}

exportTest(
  "mail.export writes a Maildir with octets, flags and UIDs",
  async ({ relay, account, scratch }) => {
    const maildir = `${scratch}/ann`;
    const done = await call(relay, "mail.export", {
      username: "ann.chats",
      maildir,
    });
    assert.equal(done.messages, 3);
    assert.equal(done.lost, 0);
    const texts = new Map<string, string>();
    for await (const { name } of Deno.readDir(`${maildir}/cur`)) {
      texts.set(name, await Deno.readTextFile(`${maildir}/cur/${name}`));
    }
    const inbox = await inboxOf(relay.store, account);
    const list = (await Deno.readTextFile(`${maildir}/dovecot-uidlist`)).trim()
      .split("\n");
    assert.equal(list.shift(), `3 V${inbox.uidValidity} N${inbox.uidNext}`);
    assert.equal(list.length, 3);
    for (const [i, line] of list.entries()) {
      const [, uid, base] = /^(\d+) :(.+)$/.exec(line)!;
      assert.equal(Number(uid), i + 1);
      const [name, text] = [...texts].find(([one]) =>
        one.startsWith(`${base}:`)
      )!;
      assert.equal(text, HEADER + ["From small", LARGE, "old"][i]);
      assert.equal(name.slice(name.indexOf(":")), [":2,RS", ":2,", ":2,"][i]);
      assert.match(base!, new RegExp(`,S=${text.length}$`));
    }
    // whatever people call their mailboxes, all of it is below
    const made = (await mailOf(relay.store, account).list()).length;
    assert.equal(done.mailboxes, made);
    const lists = [...filesIn(maildir)].filter(({ path }) =>
      path.endsWith("dovecot-uidlist")
    );
    assert.equal(lists.length, made);
    assert.deepEqual(
      [...Deno.readDirSync(scratch)].map(({ name }) => name),
      ["ann"],
    );
    await assert.rejects(
      call(relay, "mail.export", { username: "ann.chats", maildir }),
      { code: "already_exists" },
    );
  },
);

exportTest(
  "mail.export writes an mbox, of what is young enough",
  async ({ relay, scratch }) => {
    const mbox = `${scratch}/ann.mbox`;
    const done = await call(relay, "mail.export", {
      username: "ann.chats",
      mbox,
      since: "1d",
    });
    const text = await Deno.readTextFile(mbox);
    assert.equal(text.match(/^From /gm)?.length, done.messages);
    assert.equal(done.messages, 2);
    assert.match(text, /^Status: RO\nX-Status: A\nX-UID: 1\n/m);
    assert.match(text, /\n\n>From small\n\nFrom MAILER-DAEMON /);
    assert.equal(text.match(/^>From 0123456789$/gm)?.length, 10_000);
    assert.equal((await Deno.stat(mbox)).mode! & 0o777, 0o600);
  },
);

exportTest(
  "an export that cannot be written leaves nothing, and says why",
  async ({ relay, scratch }) => {
    const username = "ann.chats";
    for (
      const [input, code] of [
        [{ maildir: `${scratch}/none/ann` }, "invalid_value"],
        [{ mbox: `${scratch}/none/ann` }, "invalid_value"],
        [{ maildir: "relative" }, "invalid_value"],
        [{}, "invalid_value"],
        [{ maildir: `${scratch}/a`, mbox: `${scratch}/b` }, "invalid_value"],
        [{ mbox: scratch }, "already_exists"],
      ] as const
    ) {
      await assert.rejects(
        call(relay, "mail.export", { username, ...input }),
        { code },
      );
    }
    assert.deepEqual([...Deno.readDirSync(scratch)], []);
  },
);

exportTest(
  "accounts.delete exports first, and deletes nothing when that fails",
  async ({ relay, account, scratch }) => {
    const username = "ann.chats";
    await assert.rejects(
      call(relay, "accounts.delete", {
        username,
        export: `${scratch}/none/ann`,
      }),
      { code: "invalid_value" },
    );
    assert.equal((await inboxOf(relay.store, account)).exists, 3);
    const removed = await call(relay, "accounts.delete", {
      username,
      export: `${scratch}/ann`,
    });
    assert.equal(removed.exported, 3);
    const names = [...Deno.readDirSync(`${scratch}/ann/cur`)];
    assert.equal(names.length, 3);
    const address = relay.domains.parse(
      `${username}@${relay.domains.primary}`,
    );
    assert.equal(await relay.store.accounts.find(address), undefined);
  },
);
