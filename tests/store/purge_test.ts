import assert from "node:assert/strict";
import { type Mailbox, SEEN } from "../../src/mail/mailbox.ts";
import type { MailPolicy } from "../../src/store/mail.ts";
import type { Store } from "../../src/store/store.ts";
import {
  addAccount,
  deliver,
  inboxOf,
  mailOf,
  range,
  storeTest,
  uid,
  uidsOf,
} from "./store_world.ts";

const SEEN_RULE = { olderThanSeconds: -1, onlySeen: true };

async function inboxOfFour(store: Store): Promise<Mailbox> {
  const ann = await addAccount(store, "ann");
  for (let i = 0; i < 4; i++) await deliver(store, [ann]);
  return await inboxOf(store, ann);
}

const GRACE = { seenGraceSeconds: () => 100 };

async function setSeen(
  store: Store,
  { account, id: mailbox }: Mailbox,
  mode: "add" | "remove",
  n: number,
  policy: Partial<MailPolicy> = GRACE,
): Promise<void> {
  const uids = [range(n, n)];
  await mailOf(store, account, policy).storeFlags({
    mailbox,
    uids,
    mode,
    flags: SEEN,
    keywords: [],
  });
}

storeTest(
  "purgeDue() removes what was read, a grace after it was read",
  async ({ store, clock }) => {
    const inbox = await inboxOfFour(store);
    clock.seconds += 1000;
    await setSeen(store, inbox, "add", 1);
    mailOf(store, inbox.account, GRACE).markFetched(inbox.id, [uid(2)]);
    await store.mail.prune({ olderThanSeconds: 1e9 }); // what is queued is written
    clock.seconds += 99;
    assert.deepEqual(await store.mail.purgeDue(), { deleted: 0, more: false });
    clock.seconds += 1;
    assert.deepEqual(await store.mail.purgeDue(), { deleted: 2, more: false });
    assert.deepEqual(await uidsOf(store, inbox), [3, 4]);
    assert.deepEqual(await store.mail.purgeDue(), { deleted: 0, more: false });
  },
);

storeTest(
  "purgeDue() spares what is unread again; reading it twice changes no time",
  async ({ store, clock }) => {
    const inbox = await inboxOfFour(store);
    await setSeen(store, inbox, "add", 1);
    await setSeen(store, inbox, "remove", 1);
    await setSeen(store, inbox, "add", 2);
    clock.seconds += 60;
    await setSeen(store, inbox, "remove", 2);
    await setSeen(store, inbox, "add", 2);
    clock.seconds += 40;
    assert.equal((await store.mail.purgeDue()).deleted, 1);
    assert.deepEqual(await uidsOf(store, inbox), [1, 3, 4]);
  },
);

storeTest(
  "purgeDue() goes on after a restart, and forgets when switched off",
  async ({ store, clock, reopen }) => {
    const inbox = await inboxOfFour(store);
    await setSeen(store, inbox, "add", 1);
    await store.mail.limitPurges(0);
    const again = await reopen();
    assert.equal((await again.mail.purgeDue()).deleted, 1);
    await setSeen(again, inbox, "add", 2);
    await again.mail.limitPurges(undefined);
    await setSeen(again, inbox, "add", 3, {});
    clock.seconds += 1000;
    assert.equal((await again.mail.purgeDue()).deleted, 0);
  },
);

storeTest(
  "prune() with listForSeconds puts what was read before on the list",
  async ({ store, clock }) => {
    const inbox = await inboxOfFour(store);
    await setSeen(store, inbox, "add", 1, {});
    await setSeen(store, inbox, "add", 2);
    clock.seconds += 50;
    await store.mail.prune({ ...SEEN_RULE, listForSeconds: 100 });
    assert.deepEqual(await uidsOf(store, inbox), [1, 2, 3, 4]);
    clock.seconds += 50;
    assert.equal((await store.mail.purgeDue()).deleted, 1);
    clock.seconds += 50;
    assert.equal((await store.mail.purgeDue()).deleted, 1);
    assert.deepEqual(await uidsOf(store, inbox), [3, 4]);
  },
);
