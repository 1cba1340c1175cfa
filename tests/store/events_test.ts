/** What a store tells of, and when. */
import assert from "node:assert/strict";
import type { StoreEvent } from "../../src/store/events.ts";
import type { Store } from "../../src/store/store.ts";
import { queueTo } from "./queue_world.ts";
import {
  accountsTest,
  addAccount,
  address,
  deliver,
  inboxOf,
  storeTest,
} from "./store_world.ts";

/** What is told while the work is done, mailboxes and queue only where asked for. */
async function heardDuring(
  store: Store,
  work: () => Promise<unknown>,
): Promise<StoreEvent[]> {
  const heard: StoreEvent[] = [];
  const stop = store.onEvent((event) => heard.push(event));
  await work();
  const before = heard.length;
  await store.catchUp();
  assert.equal(
    heard.length,
    before,
    "all was told before the promise resolved",
  );
  stop();
  return heard;
}

storeTest("settings and the blocklist are told of", async ({ store }) => {
  const { settings, accounts } = store;
  const entry = { pattern: "*@b.example", reason: "", createdAt: 0 };
  for (
    const [work, kind] of [
      [() => settings.set("language", "en"), "settings"],
      [() => settings.reset("language"), "settings"],
      [() => accounts.block(entry), "blocklist"],
      [() => accounts.unblock(entry.pattern), "blocklist"],
    ] as const
  ) {
    assert.deepEqual(await heardDuring(store, work), [{ kind }]);
  }
});

storeTest(
  "accounts are told of when sessions may have to end",
  async ({ store }) => {
    const ann = await addAccount(store, "ann");
    const password = await heardDuring(
      store,
      () => store.accounts.setPasswordHash(ann, "x"),
    );
    assert.deepEqual(password, [{
      kind: "account",
      account: ann,
      what: "password",
    }]);
    const entry = { pattern: address("ann"), reason: "", createdAt: 0 };
    const ended = await heardDuring(
      store,
      () => store.accounts.startDeletion(ann, entry),
    );
    assert.deepEqual(ended, [
      { kind: "account", account: ann, what: "ended" },
      { kind: "blocklist" },
    ]);
  },
);

storeTest("mailboxes and the queue are told of", async ({ store }) => {
  const ann = await addAccount(store, "ann");
  const { id, highestModSeq } = await inboxOf(store, ann);
  const delivered = await heardDuring(store, () => deliver(store, [ann]));
  assert.deepEqual(delivered, [{
    kind: "mailbox",
    mailbox: id,
    modSeq: highestModSeq + 1,
  }]);
  const queued = await heardDuring(
    store,
    () => queueTo(store, ["bob@far.example"]),
  );
  assert.ok(queued.some(({ kind }) => kind === "queue"));
});

storeTest(
  "nothing is told of what was refused, nor after the listener stopped",
  async ({ store }) => {
    const heard: StoreEvent[] = [];
    const stop = store.onEvent((event) => heard.push(event));
    await assert.rejects(store.accounts.setPasswordHash(77 as never, "x"));
    assert.deepEqual(heard, []);
    stop();
    await store.settings.set("language", "en");
    assert.deepEqual(heard, []);
  },
);

accountsTest(
  "welcome() names those who may have sessions, with their password",
  async ({ store }) => {
    const { accounts } = store;
    const ids = [];
    for (const name of ["ann", "bob", "eve", "prefix-one", "last"]) {
      ids.push(await addAccount(store, name));
    }
    const [ann, bob, eve, prefix, last] = ids as [
      never,
      never,
      never,
      never,
      never,
    ];
    const entry = { reason: "", createdAt: 0 };
    await accounts.block({ ...entry, pattern: address("bob") });
    await accounts.block({
      ...entry,
      pattern: address("bob").replace("bob", "prefix*"),
    });
    await accounts.startDeletion(eve);
    const welcome = await accounts.welcome([
      ann,
      bob,
      eve,
      prefix,
      last,
      99 as never,
    ]);
    assert.deepEqual([...welcome.keys()].sort(), [ann, last].sort());
    const { passwordHash } = (await accounts.byId(ann))!;
    assert.equal(welcome.get(ann), passwordHash);
  },
);
