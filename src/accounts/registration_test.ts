import assert from "node:assert/strict";
import { secretOfText } from "../base/secret.ts";
import { Refusal } from "../base/refusal.ts";
import type { Address } from "../mail/address.ts";
import type { SignUp } from "./registration.ts";
import {
  LOOPBACK,
  PEER,
  STRONG,
  type TestAccounts,
  testAccounts,
  WEAK,
} from "../../tests/accounts/test_accounts.ts";

async function codeOf(
  { accounts }: TestAccounts,
  request: Partial<SignUp> = {},
): Promise<string> {
  try {
    await accounts.signUp({ peer: PEER, ...request });
    return "ok";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

Deno.test("signUp() draws name and password, and the account can log in", async () => {
  const { accounts, store } = testAccounts();
  const { address, password } = await accounts.signUp({ peer: PEER });
  assert.match(address, /^[a-z][a-z0-9]{8}@relay\.example$/);
  assert.match(password, /^[A-Za-z0-9]{22}$/);
  const row = await store.find(address);
  assert.equal(row?.origin, "new");
  assert.equal(row?.firstLoginAt, undefined);
  assert.match(row?.passwordHash ?? "", /^sha256:/);
  const login = await accounts.login(address, secretOfText(password), PEER);
  assert.equal(login.created, false);
  assert.equal(store.logins.length, 1);
});

const MODES: [
  string,
  { open: boolean; required: boolean },
  { without: string; withToken: string },
][] = [
  ["open", { open: true, required: false }, { without: "ok", withToken: "ok" }],
  ["open with tokens", { open: true, required: true }, {
    without: "token_required",
    withToken: "ok",
  }],
  ["closed", { open: false, required: false }, {
    without: "registration_closed",
    withToken: "ok",
  }],
  ["closed with tokens", { open: false, required: true }, {
    without: "registration_closed",
    withToken: "ok",
  }],
];
for (const [name, { open, required }, { without, withToken }] of MODES) {
  Deno.test(`signUp() while registration is ${name}`, async () => {
    const made = testAccounts({
      registrationOpen: open,
      registrationTokenRequired: required,
    });
    await made.store.putToken({ token: "invite", maxUses: 5 });
    assert.equal(await codeOf(made), without);
    assert.equal(await codeOf(made, { token: " " }), without);
    assert.equal(await codeOf(made, { token: " invite " }), withToken);
    assert.equal(await codeOf(made, { token: "other" }), "token_invalid");
    assert.equal(made.store.tokens.get("invite")?.used, 1);
  });
}

Deno.test("signUp() says one thing of tokens unknown, malformed, expired and used up", async () => {
  const made = testAccounts();
  const now = made.time.now() / 1000;
  await made.store.putToken({ token: "expired", expiresAt: now });
  await made.store.putToken({ token: "still", expiresAt: now + 1 });
  await made.store.putToken({ token: "once" });
  assert.equal(await codeOf(made, { token: "still" }), "ok");
  assert.equal(await codeOf(made, { token: "once" }), "ok");
  for (const token of ["once", "expired", "unknown", "a b", "x".repeat(129)]) {
    assert.equal(await codeOf(made, { token }), "token_invalid", token);
  }
});

Deno.test("signUp() uses a token of one use once, however many try at once", async () => {
  const made = testAccounts();
  await made.store.putToken({ token: "once" });
  const codes = await Promise.all(
    Array.from({ length: 8 }, () => codeOf(made, { token: "once" })),
  );
  assert.equal(codes.filter((code) => code === "ok").length, 1);
  assert.equal(codes.filter((code) => code === "token_invalid").length, 7);
  assert.equal(made.store.rows.size, 1);
});

Deno.test("signUp() stops looking at tokens after 10 that were none", async () => {
  const made = testAccounts();
  await made.store.putToken({ token: "good", maxUses: 5 });
  for (let i = 0; i < 10; i++) {
    assert.equal(await codeOf(made, { token: `bad${i}` }), "token_invalid");
  }
  assert.equal(await codeOf(made, { token: "good" }), "registration_limited");
  const other = { address: "192.0.2.9" };
  assert.equal(await codeOf(made, { token: "good", peer: other }), "ok");
  await made.time.pass(60_000);
  assert.equal(await codeOf(made, { token: "good" }), "ok");
});

const NAMES: [string, string][] = [
  ["ann.chats", "ok"],
  ["Ann.Chats@RELAY.example", "ok"],
  ["ann.chats@two.example", "ok"],
  ["shortest", "ok"],
  ["shorter", "username_invalid"],
  ["x".repeat(32), "ok"],
  ["x".repeat(33), "username_invalid"],
  ["postmaster", "username_invalid"],
  ["ann chats", "username_invalid"],
  ["ann+chats", "username_invalid"],
  ["ann..chats", "username_invalid"],
  ["_ann.chats", "username_invalid"],
  ["ann.chats@elsewhere.example", "username_invalid"],
  ["", "username_invalid"],
  ["@", "username_invalid"],
  ["ann\r\nchats", "username_invalid"],
  ["existing", "username_taken"],
  ["blocked.name", "username_taken"],
];
for (const [username, code] of NAMES) {
  Deno.test(`signUp() with the name ${JSON.stringify(username.slice(0, 35))}: ${code}`, async () => {
    const made = testAccounts();
    await made.accounts.signUp({ username: "existing", peer: PEER });
    await made.accounts.block("blocked.name@relay.example", "test");
    const hash = (await made.store.find("existing@relay.example" as Address))
      ?.passwordHash;
    assert.equal(await codeOf(made, { username }), code);
    assert.equal(made.store.rows.size, code === "ok" ? 2 : 1);
    const after = await made.store.find("existing@relay.example" as Address);
    assert.equal(after?.passwordHash, hash);
  });
}

Deno.test("signUp() takes no chosen names where they are switched off", async () => {
  const made = testAccounts({ allowChosenNames: false });
  assert.equal(
    await codeOf(made, { username: "ann.chats" }),
    "username_invalid",
  );
  assert.equal(await codeOf(made), "ok");
});

const PASSWORDS: [string, string][] = [
  ["123456789", "ok"],
  ["12345678", "password_too_short"],
  ["", "password_too_short"],
  ["x".repeat(256), "ok"],
  ["x".repeat(257), "password_invalid"],
  ["pass\0word1", "password_invalid"],
];
for (const [password, code] of PASSWORDS) {
  Deno.test(`signUp() with a password of ${password.length}: ${code}`, async () => {
    const made = testAccounts();
    assert.equal(await codeOf(made, { password }), code);
    if (code !== "ok") return;
    const [row] = made.store.rows.values();
    await made.accounts.login(row!.address, secretOfText(password), PEER);
  });
}

Deno.test("signUp() and first logins share one limit", async () => {
  const made = testAccounts();
  for (let i = 0; i < 15; i++) {
    await made.accounts.login(
      `person${i}xx@relay.example`,
      secretOfText(STRONG),
      PEER,
    );
    assert.equal(await codeOf(made), "ok");
  }
  assert.equal(await codeOf(made), "registration_limited");
  assert.equal(await codeOf(made, { peer: LOOPBACK }), "ok");
});

Deno.test("signUp() draws another name when one is taken or blocked, eight times", async () => {
  const made = testAccounts();
  const create = made.store.create.bind(made.store);
  let taken = 7;
  made.store.create = (account) =>
    taken-- > 0
      ? Promise.reject(new Refusal("username_taken"))
      : create(account);
  assert.equal(await codeOf(made), "ok");
  taken = 8;
  assert.match(await codeOf(made), /No free account name/);
  assert.equal(made.store.rows.size, 1);
});

Deno.test("signUp() refuses while the machine is short of something", async () => {
  const made = testAccounts();
  made.resources.freeDiskOctets = 1;
  assert.equal(await codeOf(made), "busy");
});

Deno.test("nobody signs up or logs in first beyond the number of accounts, admins create", async () => {
  const made = testAccounts({ maxAccounts: 2 });
  const known = await made.accounts.login(
    "ann.chats@relay.example",
    secretOfText(STRONG),
    PEER,
  );
  assert.equal(await codeOf(made), "ok");
  assert.equal(await codeOf(made), "server_full");
  await assert.rejects(
    made.accounts.login("bob.chats@relay.example", secretOfText(STRONG), PEER),
    { code: "bad_credentials" },
  );
  const again = await made.accounts.login(
    "ann.chats@relay.example",
    secretOfText(STRONG),
    PEER,
  );
  assert.equal(again.id, known.id);
  await made.accounts.create({ origin: "cli" });
  made.options.maxAccounts = 4;
  assert.equal(await codeOf(made), "ok");
});

Deno.test("create() by an admin needs no open registration and has no limits", async () => {
  const made = testAccounts({
    registrationOpen: false,
    regPerIpBurst: 1,
  });
  const { accounts, store } = made;
  for (let i = 0; i < 3; i++) await accounts.create({ origin: "admin" });
  const address = "bob.chats@relay.example" as Address;
  await accounts.create({
    address,
    password: WEAK,
    origin: "cli",
    quotaOctets: 0,
    pinned: true,
  });
  const row = await store.find(address);
  assert.deepEqual([row?.origin, row?.quotaOctets, row?.pinned], [
    "cli",
    0,
    true,
  ]);
  await assert.rejects(accounts.create({ address, origin: "cli" }), {
    code: "username_taken",
  });
  await accounts.block("eve.chats@relay.example", "test");
  await assert.rejects(
    accounts.create({
      address: "eve.chats@relay.example" as Address,
      origin: "cli",
    }),
    { code: "already_exists" },
  );
});

Deno.test("create() forced passes over lengths and reserved names, not over characters", async () => {
  const { accounts } = testAccounts();
  const create = (name: string, force: boolean) =>
    accounts.create({
      address: `${name}@relay.example` as Address,
      origin: "cli",
      force,
    });
  for (const name of ["ann", "postmaster", "x".repeat(40)]) {
    await assert.rejects(create(name, false), { code: "username_invalid" });
    await create(name, true);
  }
  for (const name of ["a+b", "-a", "a..b"]) {
    await assert.rejects(create(name, true), { code: "username_invalid" });
  }
});
