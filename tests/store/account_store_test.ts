import assert from "node:assert/strict";
import type { AccountId } from "../../src/base/ids.ts";
import { days } from "../../src/base/durations.ts";
import { Refusal } from "../../src/base/refusal.ts";
import type { AccountFilter, AccountQuery } from "../../src/store/accounts.ts";
import {
  accountsTest,
  addAccount,
  address,
  deliver,
  inboxOf,
  mailOf,
  START_SECONDS,
  storeTest,
  watch,
} from "./store_world.ts";

const TODAY = Math.floor(START_SECONDS / 86_400);

function refusal(code: string) {
  return (error: unknown) => error instanceof Refusal && error.code === code;
}

storeTest("create() makes an account with an INBOX", async ({ store }) => {
  const id = await addAccount(store, "ann");
  const account = await store.accounts.find(address("ann"));
  assert.equal(account?.id, id);
  assert.equal(account.state, "active");
  assert.equal(account.pinned, false);
  assert.equal(account.firstLoginAt, undefined);
  const inbox = await inboxOf(store, id);
  assert.equal(inbox.name, "INBOX");
  assert.equal(inbox.uidNext, 1);
  assert.equal(inbox.highestModSeq, 1);
  assert.deepEqual(await store.mail.usage(id), { octets: 0, messages: 0 });
});

accountsTest("create() never replaces an account", async ({ store }) => {
  const id = await addAccount(store, "ann");
  await assert.rejects(addAccount(store, "ann"), refusal("username_taken"));
  assert.equal((await store.accounts.find(address("ann")))?.id, id);
  assert.equal(await store.accounts.countAbout(), 1);
  assert.equal(store.accounts.knownNow(0).count, 1);
  assert.equal(store.accounts.knownNow(0).figures?.total, 1);
});

accountsTest("create() in parallel gives a name to one", async ({ store }) => {
  const tries = await Promise.allSettled(
    Array.from({ length: 20 }, () => addAccount(store, "ann")),
  );
  assert.equal(tries.filter(({ status }) => status === "fulfilled").length, 1);
});

accountsTest("createMany() leaves taken names out", async ({ store }) => {
  await addAccount(store, "ann");
  const ids = await store.accounts.createMany(
    ["ann", "bob", "bob", "cat"].map((name) => ({
      address: address(name),
      passwordHash: "x",
      origin: "import",
      createdAt: 5,
      quotaOctets: 7,
      pinned: true,
    })),
  );
  assert.deepEqual(ids.map((id) => id !== undefined), [
    false,
    true,
    false,
    true,
  ]);
  const bob = await store.accounts.byId(ids[1]!);
  assert.deepEqual(
    [bob?.quotaOctets, bob?.pinned, bob?.createdAt],
    [7, true, 5],
  );
});

accountsTest(
  "a token is used up with the accounts it makes",
  async ({ store }) => {
    await store.accounts.putToken({ token: "tok", maxUses: 2 });
    const make = (name: string) =>
      store.accounts.create({
        address: address(name),
        passwordHash: "x",
        origin: "new",
        createdAt: START_SECONDS,
        token: "tok",
      });
    const made = await Promise.allSettled(["a1", "b1", "c1", "d1"].map(make));
    assert.equal(made.filter(({ status }) => status === "fulfilled").length, 2);
    assert.ok(
      made.every((m) =>
        m.status === "fulfilled" || refusal("token_invalid")(m.reason)
      ),
    );
    await assert.rejects(make("a1"), refusal("username_taken"));
    const token = await store.accounts.findToken("tok");
    assert.deepEqual([token?.used, token?.pending], [2, 2]);
    const made2 = await store.accounts.tokenAccounts("tok");
    assert.deepEqual(made2.map(({ loggedIn }) => loggedIn), [false, false]);
  },
);

accountsTest("an expired token makes no account", async ({ store, clock }) => {
  await store.accounts.putToken({ token: "tok", expiresAt: clock.seconds + 9 });
  clock.seconds += 9;
  await assert.rejects(
    store.accounts.create({
      address: address("ann"),
      passwordHash: "x",
      origin: "new",
      createdAt: clock.seconds,
      token: "tok",
    }),
    refusal("token_invalid"),
  );
  assert.equal(await store.accounts.find(address("ann")), undefined);
});

accountsTest("putToken() changes only the fields given", async ({ store }) => {
  const first = await store.accounts.putToken({
    token: "tok",
    maxUses: 5,
    comment: "for friends",
    expiresAt: START_SECONDS + 60,
  });
  assert.equal(first.created, true);
  const second = await store.accounts.putToken({ token: "tok", maxUses: 6 });
  assert.equal(second.created, false);
  assert.equal(second.token.comment, "for friends");
  assert.equal(second.token.expiresAt, START_SECONDS + 60);
  const third = await store.accounts.putToken({
    token: "tok",
    expiresAt: null,
  });
  assert.equal(third.token.expiresAt, undefined);
  assert.equal(third.token.maxUses, 6);
  assert.equal((await store.accounts.listTokens()).length, 1);
  assert.equal(await store.accounts.deleteToken("tok"), true);
  assert.equal(await store.accounts.deleteToken("tok"), false);
});

accountsTest(
  "deletion of an account never used gives its token use back",
  async ({ store }) => {
    await store.accounts.putToken({ token: "tok", maxUses: 1 });
    const id = await store.accounts.create({
      address: address("ann"),
      passwordHash: "x",
      origin: "new",
      createdAt: START_SECONDS,
      token: "tok",
    });
    await store.accounts.startDeletion(id);
    await store.accounts.finishDeletion(id);
    assert.equal((await store.accounts.findToken("tok"))?.used, 0);
  },
);

storeTest(
  "recordLogin() keeps the first time and the last day",
  async ({ store, reopen }) => {
    const id = await addAccount(store, "ann");
    store.accounts.recordLogin({ account: id, atSeconds: START_SECONDS });
    store.accounts.recordLogin({ account: id, atSeconds: START_SECONDS + 5 });
    store.accounts.recordLogin({
      account: id,
      atSeconds: START_SECONDS + 86_400,
      upgrade: { from: "sha256:salt:digest", to: "better" },
    });
    store.accounts.recordLogin({
      account: id,
      atSeconds: START_SECONDS + 86_400,
      upgrade: { from: "sha256:salt:digest", to: "too late" },
    });
    const account = await (await reopen()).accounts.byId(id);
    assert.equal(account?.firstLoginAt, START_SECONDS);
    assert.equal(account.lastLoginDay, TODAY + 1);
    assert.equal(account.passwordHash, "better");
  },
);

accountsTest("recordLogin() joins the next batch", async ({ store }) => {
  const id = await addAccount(store, "ann");
  store.accounts.recordLogin({ account: id, atSeconds: START_SECONDS });
  await addAccount(store, "bob");
  assert.equal((await store.accounts.byId(id))?.lastLoginDay, TODAY);
});

storeTest("a deleted account is gone with all it held", async ({ store }) => {
  const ann = await addAccount(store, "ann");
  const bob = await addAccount(store, "bob");
  await mailOf(store, ann).create("a/b");
  await store.metadata.putPushToken(ann, "device");
  for (let i = 0; i < 5; i++) await deliver(store, [ann, bob], `message ${i}`);
  const inbox = await inboxOf(store, ann);
  const { uidValidity } = inbox;
  let isDeleted = false;
  await watch(store, inbox, ({ deleted }) => isDeleted ||= deleted === true);

  await store.accounts.startDeletion(ann, {
    pattern: address("ann"),
    reason: "deleted via admin panel",
    createdAt: START_SECONDS,
  });
  assert.deepEqual(await deliver(store, [ann]), [
    { account: ann, outcome: "no_such_user" },
  ]);
  await assert.rejects(addAccount(store, "ann"), refusal("busy"));
  assert.deepEqual(await store.accounts.deleting(), [ann]);
  assert.ok(await store.accounts.blocking(address("ann")));
  assert.deepEqual(await store.metadata.pushTokens(ann), []);

  await store.accounts.finishDeletion(ann);
  assert.equal(isDeleted, true);
  assert.deepEqual(await store.accounts.deleting(), []);
  assert.equal(await store.accounts.byId(ann), undefined);
  assert.deepEqual(await mailOf(store, ann).list(), []);
  assert.equal((await store.mail.usage(bob)).messages, 5);
  const again = await addAccount(store, "ann");
  assert.notEqual(again, ann);
  assert.ok((await inboxOf(store, again)).uidValidity > uidValidity);
});

storeTest(
  "finishDeletion() goes on after a restart",
  async ({ store, reopen }) => {
    const ann = await addAccount(store, "ann");
    await deliver(store, [ann]);
    await store.accounts.startDeletion(ann);
    const again = await reopen();
    for (const id of await again.accounts.deleting()) {
      await again.accounts.finishDeletion(id);
    }
    assert.equal(await again.accounts.countAbout(), 0);
  },
);

storeTest(
  "purge() removes mail of all mailboxes and keeps the account",
  async ({ store }) => {
    const ann = await addAccount(store, "ann");
    const archive = await mailOf(store, ann).create("Archive");
    for (let i = 0; i < 7; i++) await deliver(store, [ann]);
    const inbox = await inboxOf(store, ann);
    const all = [{ first: 1, last: 3 } as never];
    await mailOf(store, inbox.account).move(inbox.id, all, archive.id);
    assert.equal(await store.accounts.purge(ann), 7);
    assert.deepEqual(await store.mail.usage(ann), { octets: 0, messages: 0 });
    assert.equal((await inboxOf(store, ann)).exists, 0);
  },
);

const COVERED: [pattern: string, name: string, covered: boolean][] = [
  ["ann@relay.example", "ann", true],
  ["ann@relay.example", "anna", false],
  ["*@relay.example", "ann", true],
  ["*@other.example", "ann", false],
  ["an*@relay.example", "ann", true],
  ["an*@relay.example", "an", true],
  ["an*@relay.example", "bob", false],
  ["ann*@relay.example", "an", false],
];
for (const [pattern, name, covered] of COVERED) {
  storeTest(`blocking() of ${name} by ${pattern}`, async ({ store }) => {
    const id = await addAccount(store, name);
    const entry = { pattern, reason: "spam", createdAt: START_SECONDS };
    await store.accounts.block(entry);
    const found = await store.accounts.blocking(address(name));
    assert.deepEqual(found && { ...found }, covered ? entry : undefined);
    const outcome = (await deliver(store, [id]))[0]?.outcome;
    assert.equal(outcome, covered ? "no_such_user" : "delivered");
    assert.equal(await store.accounts.unblock(pattern), true);
    assert.equal(await store.accounts.unblock(pattern), false);
  });
}

storeTest("list() pages, searches and shows usage", async ({ store }) => {
  for (const name of ["ann", "bob", "bobby"]) await addAccount(store, name);
  const bob = await store.accounts.find(address("bob"));
  await deliver(store, [bob!.id]);
  const found = await store.accounts.list({
    search: "bob",
    offset: 0,
    limit: 1,
  });
  assert.equal(found.total, 2);
  assert.deepEqual(
    found.accounts.map((a) => [a.address, a.messages]),
    [[address("bob"), 1]],
  );
});

accountsTest(
  "list() gives those alone that a filter lets pass",
  async ({ store, pass }) => {
    const { accounts } = store;
    const ids: AccountId[] = [];
    for (const name of ["ann", "bob", "cat"]) {
      ids.push(await addAccount(store, name));
    }
    const [ann, , cat] = ids as [AccountId, AccountId, AccountId];
    await accounts.setQuota(cat, 0);
    accounts.recordLogin({ account: ann, atSeconds: START_SECONDS });
    await accounts.setPinned(ann, true); // the next batch has written the login
    pass(3 * 86_400);
    const filtered = async (filter: AccountFilter, search?: string) => {
      const found = await accounts.list({
        filter,
        offset: 0,
        limit: 9,
        ...(search === undefined ? {} : { search }),
      });
      assert.equal(found.total, found.accounts.length);
      return found.accounts.map((one) => one.address);
    };
    const never = { kind: "never" } as const;
    assert.deepEqual(await filtered(never), ["bob", "cat"].map(address));
    assert.deepEqual(await filtered(never, "bo"), [address("bob")]);
    assert.deepEqual(
      await filtered({ kind: "inactive", days: 2 }),
      [address("ann")],
    );
    assert.deepEqual(await filtered({ kind: "inactive", days: 3 }), []);
    assert.deepEqual(
      await filtered({ kind: "over_quota", defaultOctets: 1 }),
      [address("cat")],
    );
  },
);

accountsTest(
  "list() finds those that the blocklist covers, and goes either way",
  async ({ store }) => {
    for (const name of ["ann", "bob", "bobby", "cat"]) {
      await addAccount(store, name);
    }
    const block = (pattern: string) =>
      store.accounts.block({ pattern, reason: "", createdAt: START_SECONDS });
    await block(address("ann"));
    await block(`bob*@${address("x").split("@")[1]}`);
    const look = async (query: Partial<AccountQuery>) => {
      const asked = { offset: 0, limit: 10, ...query };
      return (await store.accounts.list(asked)).accounts;
    };
    const names = async (query: Partial<AccountQuery>) =>
      (await look(query)).map((one) => one.address);
    const isBlocked = async (query: Partial<AccountQuery>) =>
      (await look(query)).map(({ blocked }) => blocked);
    assert.deepEqual(await isBlocked({}), [true, true, true, false]);
    assert.deepEqual(
      await isBlocked({ order: "used", reversed: true }),
      [false, true, true, true],
    );
    const page = await store.accounts.page(0 as AccountId, 10);
    assert.deepEqual(
      page.map(({ blocked }) => blocked),
      [true, true, true, false],
    );
    const filter = { kind: "blocked" } as const;
    assert.deepEqual(
      await names({ filter }),
      ["ann", "bob", "bobby"].map(address),
    );
    assert.deepEqual(
      await names({ filter, reversed: true, limit: 2 }),
      ["bobby", "bob"].map(address),
    );
    assert.deepEqual(
      await names({ reversed: true, offset: 1, limit: 2 }),
      ["bobby", "bob"].map(address),
    );
  },
);

storeTest(
  "list() gives of a long list what it gives of a short one",
  async ({ store }) => {
    const COUNT = 6_000;
    await store.accounts.createMany(
      Array.from({ length: COUNT }, (_, n) => ({
        address: address(`known${String(n).padStart(4, "0")}`),
        passwordHash: "x",
        origin: "import",
        createdAt: START_SECONDS - n,
        ...(n % 2 === 0
          ? { firstLoginAt: START_SECONDS, lastLoginDay: n }
          : {}),
      })),
    );
    const look = async (query: Partial<AccountQuery>) => {
      const { accounts, total } = await store.accounts.list({
        offset: 0,
        limit: 2,
        ...query,
      });
      return [total, ...accounts.map((one) => one.address.slice(5, 9))];
    };
    assert.deepEqual(await look({}), [COUNT, "0000", "0001"]);
    assert.deepEqual(
      await look({ offset: COUNT - 1 }),
      [COUNT, "5999"],
    );
    assert.deepEqual(await look({ order: "created" }), [COUNT, "0000", "0001"]);
    assert.deepEqual(
      await look({ order: "created", reversed: true }),
      [COUNT, "5999", "5998"],
    );
    assert.deepEqual(
      await look({ order: "last_login" }),
      [COUNT, "5998", "5996"],
    );
    assert.deepEqual(await look({ search: "n0042" }), [1, "0042"]);
    assert.deepEqual(
      await look({ filter: { kind: "never" }, order: "used" }),
      [COUNT / 2, "0001", "0003"],
    );
    assert.deepEqual(
      await look({ filter: { kind: "over_quota", defaultOctets: 0 } }),
      [COUNT, "0000", "0001"],
    );
    const [ann] = await store.accounts.createMany([{
      address: address("ann"),
      passwordHash: "x",
      origin: "import",
      createdAt: START_SECONDS,
    }]);
    assert.ok(ann);
    const found = await store.accounts.list({
      search: "ann",
      offset: 0,
      limit: 2,
    });
    assert.equal(found.total, 1);
  },
);

accountsTest(
  "unusedFor() and inactiveFor() leave pinned accounts out",
  async ({ store }) => {
    const ann = await addAccount(store, "ann");
    const bob = await addAccount(store, "bob");
    await store.accounts.setPinned(bob, true);
    const unused = await store.accounts.unusedFor(-1, 10);
    assert.deepEqual(unused.map(({ id }) => id), [ann]);
    assert.deepEqual(await store.accounts.unusedFor(0, 10), []);
    for (const account of [ann, bob]) {
      store.accounts.recordLogin({ account, atSeconds: START_SECONDS });
    }
    await addAccount(store, "cat");
    const inactive = await store.accounts.inactiveFor(-1, 10);
    assert.deepEqual(inactive.map(({ id }) => id), [ann]);
    assert.deepEqual(await store.accounts.inactiveFor(0, 10), []);
  },
);

storeTest("setQuota() limits mail", async ({ store }) => {
  const ann = await addAccount(store, "ann");
  await store.accounts.setQuota(ann, 0);
  assert.equal((await store.mail.usage(ann)).limitOctets, 0);
  await store.accounts.setQuota(ann, undefined);
  assert.equal((await store.mail.usage(ann)).limitOctets, undefined);
});

accountsTest(
  "a change needs an account and changes nothing else",
  async ({ store }) => {
    const { accounts } = store;
    const ann = await addAccount(store, "ann");
    const nobody = 99 as AccountId;
    for (
      const change of [
        (id: AccountId) => accounts.setQuota(id, 7),
        (id: AccountId) => accounts.setPasswordHash(id, "x"),
        (id: AccountId) => accounts.setPinned(id, true),
      ]
    ) {
      await assert.rejects(change(nobody), refusal("no_such_user"));
      await change(ann);
    }
    const { quotaOctets, passwordHash, pinned, state } =
      (await accounts.byId(ann))!;
    assert.deepEqual([quotaOctets, passwordHash, pinned, state], [
      7,
      "x",
      true,
      "active",
    ]);
    await accounts.setQuota(ann, undefined);
    assert.equal((await accounts.byId(ann))?.quotaOctets, undefined);
    assert.equal(await accounts.byId(nobody), undefined);
  },
);

accountsTest(
  "list() and page() give each account once, in their order",
  async ({ store }) => {
    const { accounts } = store;
    const ids: AccountId[] = [];
    for (const name of ["cat", "ann", "bob", "bobby"]) {
      ids.push(await addAccount(store, name));
    }
    const names: string[] = [];
    for (let offset = 0; offset < 4; offset += 2) {
      const found = await accounts.list({ offset, limit: 2 });
      assert.equal(found.total, 4);
      names.push(...found.accounts.map((one) => one.address));
    }
    assert.deepEqual(names, ["ann", "bob", "bobby", "cat"].map(address));
    const searched = await accounts.list({
      search: "bob",
      offset: 1,
      limit: 5,
    });
    assert.equal(searched.total, 2);
    assert.deepEqual(searched.accounts.map((one) => one.address), [
      address("bobby"),
    ]);
    const first = await accounts.page(0 as AccountId, 3);
    const rest = await accounts.page(first.at(-1)!.id, 3);
    assert.deepEqual([...first, ...rest].map(({ id }) => id), ids);
  },
);

accountsTest("the blocklist covers, counts and forgets", async ({ store }) => {
  const { accounts } = store;
  for (const name of ["ann", "anna", "bob"]) await addAccount(store, name);
  const entry = { reason: "spam", createdAt: START_SECONDS };
  const pattern = "ann*@relay.example";
  assert.equal(await accounts.countCovered(pattern), 2);
  assert.equal(await accounts.blocking(address("ann")), undefined);
  await accounts.block({ pattern, ...entry });
  await accounts.block({ pattern: address("bob"), ...entry });
  assert.equal((await accounts.blocking(address("anna")))?.pattern, pattern);
  assert.equal((await accounts.blocking(address("bob")))?.reason, "spam");
  assert.deepEqual(
    (await accounts.listBlocked()).map((one) => one.pattern).sort(),
    [pattern, address("bob")],
  );
  assert.equal(await accounts.unblock(pattern), true);
  assert.equal(await accounts.unblock(pattern), false);
  assert.equal(await accounts.blocking(address("ann")), undefined);
});

accountsTest("deleteToken() leaves the accounts it made", async ({ store }) => {
  const { accounts } = store;
  await accounts.putToken({ token: "tok", maxUses: 2 });
  const ann = await accounts.create({
    address: address("ann"),
    passwordHash: "x",
    origin: "new",
    createdAt: START_SECONDS,
    token: "tok",
  });
  assert.deepEqual((await accounts.listTokens()).map((one) => one.used), [1]);
  assert.equal(await accounts.deleteToken("tok"), true);
  assert.equal(await accounts.deleteToken("tok"), false);
  assert.equal(await accounts.findToken("tok"), undefined);
  assert.equal((await accounts.byId(ann))?.address, address("ann"));
});

accountsTest(
  "an account that is being deleted keeps its name until it is gone",
  async ({ store }) => {
    const { accounts } = store;
    const ann = await addAccount(store, "ann");
    await addAccount(store, "bob");
    const block = {
      pattern: address("ann"),
      reason: "left",
      createdAt: START_SECONDS,
    };
    await accounts.startDeletion(ann, block);
    assert.deepEqual(await accounts.deleting(), [ann]);
    assert.equal((await accounts.byId(ann))?.state, "deleting");
    assert.equal((await accounts.blocking(address("ann")))?.reason, "left");
    await assert.rejects(addAccount(store, "ann"), refusal("busy"));
    await Promise.all([
      accounts.finishDeletion(ann),
      accounts.finishDeletion(ann),
    ]);
    assert.deepEqual(await accounts.deleting(), []);
    assert.equal(await accounts.byId(ann), undefined);
    assert.ok(await addAccount(store, "ann") > ann);
  },
);

storeTest(
  "push tokens: a refreshed one stays, beyond 20 the oldest goes",
  async ({ store, clock, pass }) => {
    const ann = await addAccount(store, "ann");
    for (let i = 0; i < 20; i++) {
      clock.seconds++;
      await store.metadata.putPushToken(ann, `device ${i}`);
    }
    await store.metadata.putPushToken(ann, "device 1"); // renewed today: no change
    pass(days(1));
    await store.metadata.putPushToken(ann, "device 0");
    clock.seconds++;
    await store.metadata.putPushToken(ann, "new");
    const tokens = await store.metadata.pushTokens(ann);
    assert.equal(tokens.length, 20);
    assert.ok(tokens.includes("device 0") && tokens.includes("new"));
    assert.ok(!tokens.includes("device 1"));
    await store.metadata.removePushToken(ann, "device 0");
    assert.equal(
      (await store.metadata.pushTokens(ann)).includes("device 0"),
      false,
    );
    pass(days(88));
    assert.equal((await store.metadata.pushTokens(ann)).length, 19);
    pass(days(2) + 1);
    assert.deepEqual(await store.metadata.pushTokens(ann), []);
    assert.equal(await store.maintenance.prunePushTokens(days(90)), 19);
    await store.metadata.putPushToken(ann, "again");
    await store.metadata.clearPushTokens(ann);
    assert.deepEqual(await store.metadata.pushTokens(ann), []);
  },
);

storeTest(
  "settings and secrets outlive the process",
  async ({ store, reopen }) => {
    await store.settings.set("registration_open", "off");
    await store.settings.set("message_retention", "10d");
    await store.settings.reset("message_retention");
    const secrets = await Promise.all(
      [1, 2, 3].map(() => store.settings.secret("turn")),
    );
    assert.equal(secrets[0]!.length, 32);
    assert.deepEqual(secrets[1], secrets[0]);
    const again = await reopen();
    assert.deepEqual([...(await again.settings.all()).values], [
      ["registration_open", "off"],
    ]);
    assert.deepEqual(await again.settings.secret("turn"), secrets[2]);
  },
);

storeTest(
  "saveTaskRun() keeps the last run of each task",
  async ({ store }) => {
    await store.maintenance.saveTaskRun({
      task: "vacuum",
      startedAt: 1,
      deleted: 0,
      error: "disk",
    });
    const last = { task: "vacuum", startedAt: 2, finishedAt: 3, deleted: 4 };
    await store.maintenance.saveTaskRun(last);
    const runs = await store.maintenance.taskRuns();
    assert.deepEqual(runs.map((run) => ({ ...run })), [last]);
  },
);

accountsTest(
  "findMany() gives accounts and blocks, in the order asked",
  async ({ store }) => {
    const ann = await addAccount(store, "ann");
    const bob = await addAccount(store, "bob");
    for (const pattern of ["bob@relay.example", "e*@relay.example"]) {
      await store.accounts.block({ pattern, reason: "", createdAt: 0 });
    }
    const names = ["eve", "bob", "ann", "nobody", "ann"];
    const found = await store.accounts.findMany(names.map(address));
    assert.deepEqual(
      found.map(({ account, blocked }) => [account?.id, blocked]),
      [
        [undefined, true],
        [bob, true],
        [ann, false],
        [undefined, false],
        [ann, false],
      ],
    );
    assert.deepEqual(await store.accounts.findMany([]), []);
  },
);
