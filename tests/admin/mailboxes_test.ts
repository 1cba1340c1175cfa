/** An account's mailboxes as an admin sees them, and mail that is deleted there. */
import assert from "node:assert/strict";
import type { AdminInput } from "../../src/admin/operation_table.ts";
import type { AccountId } from "../../src/base/ids.ts";
import { SEEN } from "../../src/mail/mailbox.ts";
import {
  deliver,
  inboxOf,
  mailOf,
  range,
  uidsOf,
} from "../store/store_world.ts";
import { call, type Relay, withRelay } from "./relay.ts";

const NAME = "ann.chats@relay.example";
const SMALL = "small";
const LARGE = "0123456789abcde\r\n".repeat(100);
const DAY_MS = 86_400_000;

interface World {
  readonly relay: Relay;
  readonly account: AccountId;
}

/** UID 1 is old and read, 2 old and large, 3 new, 4 new, large and read. */
function mailTest(name: string, test: (world: World) => Promise<void>): void {
  Deno.test(name, () =>
    withRelay(async (relay) => {
      const { store } = relay;
      await call(relay, "accounts.create", {
        username: NAME,
        password: "long enough password",
      });
      const account = (await store.accounts.find(relay.domains.parse(NAME)))!
        .id;
      await deliver(store, [account], SMALL);
      await deliver(store, [account], LARGE);
      for (let day = 0; day < 10; day++) {
        await relay.clock.pass(DAY_MS / 24 / 6);
        store.clock.look();
      }
      await deliver(store, [account], SMALL);
      await deliver(store, [account], LARGE);
      const inbox = await inboxOf(store, account);
      await mailOf(store, account).storeFlags({
        mailbox: inbox.id,
        uids: [range(1), range(4)],
        mode: "add",
        flags: SEEN,
        keywords: [],
      });
      await test({ relay, account });
    }));
}

type Choice = Omit<AdminInput<"accounts.purge">, "username">;

const CASES: readonly (readonly [Choice, readonly number[]])[] = [
  [{ older_than: "1h" }, [3, 4]],
  [{ older_than: "3d" }, [1, 2, 3, 4]],
  [{ only_read: true }, [2, 3]],
  [{ larger_than: 1000 }, [1, 3]],
  [{ older_than: "1h", only_read: true }, [2, 3, 4]],
  [{ older_than: "1h", larger_than: 1000, only_read: true }, [1, 2, 3, 4]],
  [{}, []],
];

for (const [choice, left] of CASES) {
  mailTest(
    `accounts.purge deletes what was named: ${JSON.stringify(choice)}`,
    async ({ relay, account }) => {
      const { store } = relay;
      const before = (await store.mail.usage(account)).octets;
      const counted = await call(relay, "accounts.purge", {
        ...choice,
        username: NAME,
        dry_run: true,
      });
      assert.equal(counted.deleted, 4 - left.length);
      const inbox = await inboxOf(store, account);
      const uids = () => uidsOf(store, inbox);
      assert.deepEqual(await uids(), [1, 2, 3, 4]);
      const done = await call(relay, "accounts.purge", {
        ...choice,
        username: NAME,
      });
      assert.deepEqual(done, { ...counted, dry_run: false });
      assert.deepEqual(await uids(), left);
      const after = (await store.mail.usage(account)).octets;
      assert.equal(before - after, done.bytes);
    },
  );
}

mailTest(
  "accounts.purge goes through many pages",
  async ({ relay, account }) => {
    const { store } = relay;
    for (let i = 0; i < 250; i++) await deliver(store, [account], SMALL);
    const done = await call(relay, "accounts.purge", {
      username: NAME,
      only_read: true,
    });
    assert.equal(done.deleted, 2);
    const all = await call(relay, "accounts.purge", {
      username: NAME,
      older_than: "1h",
    });
    assert.equal(all.deleted, 1);
    const inbox = await inboxOf(store, account);
    assert.equal(inbox.exists, 251);
  },
);

mailTest(
  "mailboxes and messages are listed by numbers alone",
  async ({ relay }) => {
    const { mailboxes } = await call(relay, "mailboxes.list", {
      username: NAME,
    });
    const [inbox] = mailboxes;
    assert.deepEqual(
      [inbox?.name, inbox?.messages, inbox?.unseen],
      ["INBOX", 4, 2],
    );
    const of = (input: { after?: number; limit?: number }) =>
      call(relay, "mailboxes.messages", {
        username: NAME,
        mailbox: "INBOX",
        ...input,
      });
    const { messages } = await of({});
    assert.deepEqual(messages.map(({ uid, seen }) => [uid, seen]), [
      [1, true],
      [2, false],
      [3, false],
      [4, true],
    ]);
    assert.deepEqual(Object.keys(messages[0]!), [
      "uid",
      "bytes",
      "internal_date",
      "seen",
    ]);
    const some = await of({ after: 1, limit: 2 });
    assert.deepEqual(some.messages.map(({ uid }) => uid), [2, 3]);
    const none = await of({ after: 4 });
    assert.deepEqual(none.messages, []);
    await assert.rejects(
      call(relay, "mailboxes.messages", { username: NAME, mailbox: "Nowhere" }),
      { name: "Refusal", code: "no_such_mailbox" },
    );
  },
);

mailTest(
  "quota.status adds up what accounts hold",
  async ({ relay, account }) => {
    const { octets } = await relay.store.mail.usage(account);
    assert.deepEqual(await call(relay, "quota.status", {}), {
      total_storage_bytes: octets,
      accounts_count: 1,
      default_quota_bytes: 2 ** 30,
    });
  },
);
