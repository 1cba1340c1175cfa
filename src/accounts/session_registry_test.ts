import assert from "node:assert/strict";
import { secretOfText } from "../base/secret.ts";
import type { Login } from "./login.ts";
import type { LiveSession, SessionKind } from "./session_registry.ts";
import type { Address } from "../mail/address.ts";
import {
  OTHER_STRONG,
  PEER,
  STRONG,
  testAccounts,
} from "../../tests/accounts/test_accounts.ts";
import { settle } from "../../tests/harness/test_time.ts";

const NAME = "ann.chats@relay.example";

async function logged(imapMaxConnectionsPerUser = 3) {
  const made = testAccounts({ imapMaxConnectionsPerUser });
  const login = await made.accounts.login(NAME, secretOfText(STRONG), PEER);
  const ended: string[] = [];
  const open = (
    name: string,
    kind: SessionKind = "imap",
    by: Login = login,
  ): LiveSession => {
    const session = made.accounts.openSession(by, kind);
    session.onInactive((reason) => ended.push(`${name} ${reason}`));
    return session;
  };
  return { ...made, login, ended, open };
}

Deno.test("openSession() ends the session that has idled longest beyond the limit", async () => {
  const { open, ended, time, accounts } = await logged();
  const [a, b, c] = ["a", "b", "c"].map((name) => open(name));
  b!.setIdle(true);
  await time.pass(1000);
  a!.setIdle(true);
  assert.deepEqual(ended, []);
  open("d");
  assert.deepEqual(ended, ["b too_many_sessions"]);
  a!.setIdle(false);
  c!.setIdle(true);
  a!.setIdle(true);
  await time.pass(1000);
  open("e");
  assert.equal(ended.length, 2);
  assert.equal(accounts.sessions.counts().imap, 3);
});

Deno.test("openSession() ends the oldest session when none idles", async () => {
  const { open, ended } = await logged();
  for (const name of ["a", "b", "c", "d"]) open(name);
  assert.deepEqual(ended, ["a too_many_sessions"]);
});

Deno.test("openSession() counts neither submission nor other accounts", async () => {
  const { open, ended, accounts } = await logged();
  for (let i = 0; i < 5; i++) open(`s${i}`, "submission");
  const other = await accounts.login(
    "bob.chats@relay.example",
    secretOfText(STRONG),
    PEER,
  );
  for (const name of ["a", "b", "c"]) {
    open(name);
    open(name + "2", "imap", other);
  }
  assert.deepEqual(ended, []);
  assert.deepEqual(accounts.sessions.counts(), {
    imap: 6,
    submission: 5,
    web: 0,
  });
});

Deno.test("release() frees a place, also when repeated", async () => {
  const { open, ended, accounts } = await logged();
  const a = open("a");
  open("b");
  open("c");
  a.release();
  a.release();
  open("d");
  assert.deepEqual(ended, []);
  assert.equal(accounts.sessions.counts().imap, 3);
  a.end("account_inactive");
  assert.equal(accounts.sessions.counts().imap, 3);
});

Deno.test("block(), by name or pattern, ends sessions of all kinds at once and drops push tokens", async () => {
  for (const pattern of [NAME, "ann*@relay.example"]) {
    const { open, ended, accounts, login, clearedPushTokens } = await logged();
    open("a");
    open("b", "submission");
    open("c", "web");
    const bob = await accounts.login(
      "bob.chats@relay.example",
      secretOfText(STRONG),
      PEER,
    );
    open("bob", "imap", bob);
    await accounts.block(pattern, "test");
    assert.deepEqual(ended, [
      "a account_inactive",
      "b account_inactive",
      "c account_inactive",
    ]);
    assert.deepEqual(clearedPushTokens, pattern === NAME ? [login.id] : []);
    assert.deepEqual(accounts.sessions.accounts().length, 1);
  }
});

Deno.test("remove() ends sessions before anything is removed, and blocks if told to", async () => {
  for (const reason of ["test", undefined]) {
    const { open, ended, accounts, store, login } = await logged();
    open("a");
    const finish = store.finishDeletion.bind(store);
    store.finishDeletion = (id) => {
      assert.deepEqual(ended, ["a account_inactive"]);
      return finish(id);
    };
    await accounts.remove((await store.byId(login.id))!, reason);
    assert.equal(store.rows.size, 0);
    assert.equal(store.blocks.get(NAME)?.reason, reason);
  }
});

Deno.test("removeAll() removes and blocks everyone and names what failed", async () => {
  const { accounts, store } = await logged();
  for (const name of ["bob", "eve"]) {
    await accounts.login(
      `${name}.chats@relay.example`,
      secretOfText(STRONG),
      PEER,
    );
  }
  const start = store.startDeletion.bind(store);
  store.startDeletion = (id, block) =>
    block?.pattern.startsWith("bob")
      ? Promise.reject(new Error("no"))
      : start(id, block);
  const report = await accounts.removeAll("test");
  assert.deepEqual(report, {
    deleted: 2,
    errors: ["bob.chats@relay.example: no"],
  });
  assert.equal(store.blocks.size, 2);
});

Deno.test("removeAll() passes over nobody when one that failed goes meanwhile", async () => {
  const { accounts, store } = testAccounts();
  for (let i = 0; i < 502; i++) {
    await store.create({
      address: `u${1000 + i}.chats@relay.example` as Address,
      passwordHash: "",
      origin: "admin",
      createdAt: 0,
    });
  }
  const start = store.startDeletion.bind(store);
  const [first] = store.rows.keys();
  store.startDeletion = (id, block) => {
    if (id !== first) return start(id, block);
    store.rows.delete(id); // another process is faster
    return Promise.reject(new Error("no"));
  };
  const { deleted, errors } = await accounts.removeAll("test");
  assert.deepEqual([deleted, errors.length, store.rows.size], [501, 1, 0]);
});

Deno.test("a block between login and openSession() still ends the session", async () => {
  const { accounts, store, time } = testAccounts();
  const login = await accounts.login(NAME, secretOfText(STRONG), PEER);
  await accounts.block(NAME, "test");
  let ended = "";
  accounts.openSession(login, "imap").onInactive((reason) => ended = reason);
  await time.pass(0);
  for (let i = 0; i < 20; i++) await Promise.resolve();
  assert.equal(ended, "account_inactive");
  assert.equal(store.rows.size, 1);
});

Deno.test("onInactive() set after the end is still called", async () => {
  const { accounts, login } = await logged();
  const session = accounts.openSession(login, "imap");
  await accounts.block(NAME, "test");
  const { promise, resolve } = Promise.withResolvers<string>();
  session.onInactive(resolve);
  assert.equal(await promise, "account_inactive");
});

Deno.test("onInactive() can be taken back, and has one listener", async () => {
  const { accounts, login } = await logged();
  const session = accounts.openSession(login, "imap");
  const stop = session.onInactive(() => assert.fail("called"));
  assert.throws(() => session.onInactive(() => {}), TypeError);
  stop();
  await accounts.block(NAME, "test");
});

Deno.test("sessions end of accounts that another process blocked or deleted", async () => {
  const { accounts, store, open, ended, written, time } = await logged();
  open("ann");
  const deleted = await accounts.login(
    "bob.chats@relay.example",
    secretOfText(STRONG),
    PEER,
  );
  open("bob", "imap", deleted);
  const kept = await accounts.login(
    "eve.chats@relay.example",
    secretOfText(STRONG),
    PEER,
  );
  open("eve", "imap", kept);
  await store.block({ pattern: NAME, reason: "", createdAt: 0 });
  await store.startDeletion(deleted.id);
  await accounts.settled();
  assert.deepEqual(ended, []);
  written();
  await time.passUntil(accounts.settled());
  assert.deepEqual(ended, ["ann account_inactive", "bob account_inactive"]);
});

Deno.test("noteDay() records sessions that last into a new day", async () => {
  const { accounts, store, open, time, login } = await logged();
  open("a");
  accounts.noteDay();
  await time.pass(86_400_000);
  accounts.noteDay();
  accounts.noteDay();
  assert.deepEqual(store.logins.map(({ account }) => account), [login.id]);
});

Deno.test("setPassword() ends all sessions that logged in with another, of that account", async () => {
  const { open, ended, accounts, store, login } = await logged();
  for (const kind of ["imap", "submission", "web"] as const) open(kind, kind);
  const bob = await accounts.login(
    "bob.chats@relay.example",
    secretOfText(STRONG),
    PEER,
  );
  open("bob", "imap", bob);
  await accounts.setPassword((await store.byId(login.id))!, OTHER_STRONG);
  assert.deepEqual(ended, [
    "imap password_changed",
    "submission password_changed",
    "web password_changed",
  ]);
  const again = await accounts.login(NAME, secretOfText(OTHER_STRONG), PEER);
  open("again", "imap", again);
  await accounts.settled();
  assert.equal(ended.length, 3);
});

Deno.test("setPassword() also ends a session that opens with a login from before", async () => {
  const { open, ended, accounts, store, login } = await logged();
  await accounts.setPassword((await store.byId(login.id))!, OTHER_STRONG);
  open("late");
  await settle();
  assert.deepEqual(ended, ["late password_changed"]);
});

Deno.test("sessions end whose password another process has changed, and no others", async () => {
  const { open, ended, accounts, store, login, written } = await logged();
  const bob = await accounts.login(
    "bob.chats@relay.example",
    secretOfText(STRONG),
    PEER,
  );
  open("ann");
  open("bob", "imap", bob);
  written();
  await accounts.settled();
  assert.deepEqual(ended, []);
  const hash = await accounts.hasher.make(
    secretOfText(OTHER_STRONG),
    "chosen",
  );
  await store.setPasswordHash(login.id, hash);
  written();
  await accounts.settled();
  assert.deepEqual(ended, ["ann password_changed"]);
});

Deno.test("a better stored form of the same password ends no session", async () => {
  const { accounts, store, open, ended, written } = await logged();
  const address = "eve.chats@relay.example";
  const id = await store.create({
    address: address as Address,
    passwordHash:
      "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
    origin: "import",
    createdAt: 0,
  });
  const logins = [];
  const record = store.recordLogin.bind(store);
  store.recordLogin = () => {}; // it comes late
  for (let i = 0; i < 3; i++) {
    logins.push(await accounts.login(address, secretOfText("U*U"), PEER));
  }
  store.recordLogin = record;
  open("one", "imap", logins[0]);
  open("two", "imap", logins[1]);
  const [, to] = logins[2]!.storedForms;
  await store.setPasswordHash(id, to!);
  open("three", "imap", logins[2]);
  written();
  await accounts.settled();
  assert.deepEqual(ended, []);
  accounts.close();
});
