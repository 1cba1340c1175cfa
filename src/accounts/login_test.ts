import assert from "node:assert/strict";
import { secretOf, secretOfText } from "../base/secret.ts";
import { Refusal } from "../base/refusal.ts";
import type { Address } from "../mail/address.ts";
import {
  LOOPBACK,
  OTHER_STRONG,
  PEER,
  STRONG,
  type TestAccounts,
  testAccounts,
  WEAK,
} from "./test_accounts.ts";

const NAME = "ann.chats@relay.example";

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "ok";
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return error.code;
  }
}

Deno.test("login() creates an unknown account and lets the same password in again", async () => {
  const { accounts, store } = testAccounts();
  const first = await accounts.login(NAME, secretOfText(STRONG), PEER);
  assert.equal(first.created, true);
  assert.equal(first.address, NAME);
  const again = await accounts.login(NAME, secretOfText(STRONG), PEER);
  assert.deepEqual(again, { ...first, created: false });
  assert.equal(
    await codeOf(accounts.login(NAME, secretOfText(OTHER_STRONG), PEER)),
    "bad_credentials",
  );
  const row = await store.find(NAME as Address);
  assert.equal(row?.origin, "jit");
  assert.equal(row?.firstLoginAt, 1_800_000_000);
  assert.equal(row?.lastLoginDay, 20_833);
});

Deno.test("login() folds case, aliases and brackets into one account", async () => {
  const { accounts } = testAccounts();
  const { id } = await accounts.login(NAME, secretOfText(STRONG), PEER);
  for (
    const name of [
      "Ann.Chats@Relay.Example",
      " <ann.chats@relay.example> ",
      "ann.chats@[192.0.2.1]",
      "ann.chats@192.0.2.1",
    ]
  ) {
    assert.equal(
      (await accounts.login(name, secretOfText(STRONG), PEER)).id,
      id,
      name,
    );
  }
  const other = await accounts.login(
    "ann.chats@two.example",
    secretOfText(STRONG),
    PEER,
  );
  assert.notEqual(other.id, id);
});

const REFUSED_NAMES = [
  "ann.chats@elsewhere.example",
  "ann.chats",
  "@relay.example",
  "",
  "short77@relay.example",
  `${"x".repeat(33)}@relay.example`,
  "postmaster@relay.example",
  "hostmaster@relay.example",
  "mailer-daemon@relay.example",
  "ann+chats@relay.example",
  ".annchats@relay.example",
  "ann..chats@relay.example",
  "annchäts@relay.example",
  "ann%chats@relay.example",
];
for (const name of REFUSED_NAMES) {
  Deno.test(`login() creates no account "${name.slice(0, 40)}"`, async () => {
    const { accounts, store } = testAccounts();
    assert.equal(
      await codeOf(accounts.login(name, secretOfText(STRONG), PEER)),
      "bad_credentials",
    );
    assert.equal(store.rows.size, 0);
  });
}

Deno.test("login() creates names of 8 and of 32 characters", async () => {
  const { accounts, store } = testAccounts();
  for (const local of ["shortest", "x".repeat(32)]) {
    await accounts.login(`${local}@relay.example`, secretOfText(STRONG), PEER);
  }
  assert.equal(store.rows.size, 2);
});

for (const password of ["", "12345678", "x".repeat(257), "pass\0word1"]) {
  Deno.test(`login() creates no account with a password of ${password.length}`, async () => {
    const { accounts, store } = testAccounts();
    assert.equal(
      await codeOf(accounts.login(NAME, secretOfText(password), PEER)),
      "bad_credentials",
    );
    assert.equal(store.rows.size, 0);
  });
}

const CLOSED: [string, Partial<TestAccounts["options"]>][] = [
  ["registration is closed", { registrationOpen: false }],
  ["JIT is off", { jitRegistration: false }],
  ["a token is required", { registrationTokenRequired: true }],
];
for (const [name, change] of CLOSED) {
  Deno.test(`login() creates nothing while ${name}, read at each login`, async () => {
    const { accounts, options, store } = testAccounts();
    const before = { ...options };
    const { id } = await accounts.login(NAME, secretOfText(STRONG), PEER);
    Object.assign(options, change);
    const other = "bob.chats@relay.example";
    assert.equal(
      await codeOf(accounts.login(other, secretOfText(STRONG), PEER)),
      "bad_credentials",
    );
    assert.equal(
      (await accounts.login(NAME, secretOfText(STRONG), PEER)).id,
      id,
    );
    Object.assign(options, before);
    await accounts.login(other, secretOfText(STRONG), PEER);
    assert.equal(store.rows.size, 2);
  });
}

for (
  const [class_, password] of [["strong", STRONG], ["weak", WEAK]] as const
) {
  Deno.test(`20 first logins at once with one ${class_} password all succeed, one creates`, async () => {
    const { accounts, store } = testAccounts();
    const logins = await Promise.all(
      Array.from(
        { length: 20 },
        () => accounts.login(NAME, secretOfText(password), PEER),
      ),
    );
    assert.equal(logins.filter(({ created }) => created).length, 1);
    assert.equal(new Set(logins.map(({ id }) => id)).size, 1);
    assert.equal(store.rows.size, 1);
  });

  Deno.test(`20 first logins at once with different ${class_} passwords: one wins`, async () => {
    const { accounts, store, time } = testAccounts();
    const passwords = Array.from({ length: 20 }, (_, i) => password + i);
    const all = Promise.all(
      passwords.map((one) =>
        codeOf(accounts.login(NAME, secretOfText(one), PEER))
      ),
    );
    // those beyond the failure limit wait for two seconds
    const codes = await time.passUntil(all);
    const winner = passwords[codes.indexOf("ok")] ?? "";
    assert.equal(codes.filter((code) => code === "ok").length, 1);
    assert.equal(store.rows.size, 1);
    assert.equal(
      (await accounts.login(NAME, secretOfText(winner), LOOPBACK)).created,
      false,
    );
  });
}

Deno.test("login() proves against the hash of another process that was faster", async () => {
  for (
    const [theirs, code] of [[STRONG, "ok"], [OTHER_STRONG, "bad_credentials"]]
  ) {
    const { accounts, store } = testAccounts();
    const passwordHash = await accounts.hasher.make(
      secretOfText(theirs!),
      "chosen",
    );
    const create = store.create.bind(store);
    store.create = async (account) => {
      await create({ ...account, passwordHash });
      return await create(account);
    };
    assert.equal(
      await codeOf(accounts.login(NAME, secretOfText(STRONG), PEER)),
      code,
    );
    assert.equal(
      (await store.find(NAME as Address))?.passwordHash,
      passwordHash,
    );
  }
});

Deno.test("login() refuses for now while the name is still being deleted", async () => {
  const { accounts, store } = testAccounts();
  const { id } = await accounts.login(NAME, secretOfText(STRONG), PEER);
  await store.startDeletion(id);
  assert.equal(
    await codeOf(accounts.login(NAME, secretOfText(STRONG), PEER)),
    "busy",
  );
  await store.finishDeletion(id);
  const again = await accounts.login(NAME, secretOfText(STRONG), PEER);
  assert.equal(again.created, true);
  assert.notEqual(again.id, id);
});

Deno.test("login() of a known account costs one look-up and no write", async () => {
  const { accounts, store, time } = testAccounts();
  await accounts.login(NAME, secretOfText(STRONG), PEER);
  store.blocking = () => assert.fail("asked the blocklist again");
  const before = store.finds;
  for (let i = 0; i < 10; i++) {
    await accounts.login(NAME, secretOfText(STRONG), PEER);
  }
  assert.equal(store.finds, before + 10);
  assert.equal(store.logins.length, 0);
  assert.equal(time.pending, 0);
});

Deno.test("login() is recorded once a day", async () => {
  const { accounts, store, time } = testAccounts();
  await accounts.login(NAME, secretOfText(STRONG), PEER);
  await time.pass(86_400_000);
  for (let i = 0; i < 5; i++) {
    await accounts.login(NAME, secretOfText(STRONG), PEER);
  }
  assert.deepEqual(store.logins.map(({ atSeconds }) => atSeconds), [
    1_800_086_400,
  ]);
});

Deno.test("login() gives a foreign form one of ours, once", async () => {
  const { accounts, store } = testAccounts();
  const [id] = await store.createMany([{
    address: NAME as Address,
    passwordHash:
      "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
    origin: "import",
    createdAt: 1,
  }]);
  assert.equal(
    await codeOf(accounts.login(NAME, secretOfText("U*V"), PEER)),
    "bad_credentials",
  );
  await accounts.login(NAME, secretOfText("U*U"), PEER);
  assert.match(store.rows.get(id!)?.passwordHash ?? "", /^scrypt:8:8:1:/);
  accounts.close();
  store.blocking = () => assert.fail("not taken from memory");
  await accounts.login(NAME, secretOfText("U*U"), PEER);
  assert.equal(store.logins.length, 1);
  accounts.close();
});

Deno.test("login() forgets a proven password when it is changed, here or elsewhere", async () => {
  const { accounts, store } = testAccounts();
  const { id } = await accounts.login(NAME, secretOfText(STRONG), PEER);
  await accounts.setPassword((await store.byId(id))!, OTHER_STRONG);
  assert.equal(
    await codeOf(accounts.login(NAME, secretOfText(STRONG), PEER)),
    "bad_credentials",
  );
  await accounts.login(NAME, secretOfText(OTHER_STRONG), PEER);
  await store.setPasswordHash(
    id,
    await accounts.hasher.make(secretOfText(STRONG), "chosen"),
  );
  assert.equal(
    await codeOf(accounts.login(NAME, secretOfText(OTHER_STRONG), PEER)),
    "bad_credentials",
  );
  await accounts.login(NAME, secretOfText(STRONG), PEER);
});

Deno.test("login() looks at a password again after the cache's time", async () => {
  const { accounts, time, store } = testAccounts();
  await accounts.login(NAME, secretOfText(WEAK), PEER);
  await time.pass(86_399_000);
  let blockChecks = 0;
  const blocking = store.blocking.bind(store);
  store.blocking = (address) => (blockChecks++, blocking(address));
  await accounts.login(NAME, secretOfText(WEAK), PEER);
  assert.equal(blockChecks, 0);
  await time.pass(1_000);
  await accounts.login(NAME, secretOfText(WEAK), PEER);
  assert.equal(blockChecks, 1);
});

for (const pattern of [NAME, "*@relay.example", "ann*@relay.example"]) {
  Deno.test(`login() of a name blocked by ${pattern} fails like a wrong password`, async () => {
    const { accounts } = testAccounts();
    await accounts.login(NAME, secretOfText(STRONG), PEER);
    await accounts.block(pattern, "test");
    assert.equal(
      await codeOf(accounts.login(NAME, secretOfText(STRONG), PEER)),
      "bad_credentials",
    );
    const unknown = "ann.other@relay.example";
    assert.equal(
      await codeOf(accounts.login(unknown, secretOfText(STRONG), PEER)),
      pattern === NAME ? "ok" : "bad_credentials",
    );
    await accounts.unblock(pattern);
    await accounts.login(NAME, secretOfText(STRONG), PEER);
  });
}

Deno.test("login() notices a block by another process after refresh()", async () => {
  const { accounts, store, written } = testAccounts();
  await accounts.login(NAME, secretOfText(STRONG), PEER);
  await store.block({ pattern: NAME, reason: "", createdAt: 0 });
  written();
  await accounts.refresh();
  assert.equal(
    await codeOf(accounts.login(NAME, secretOfText(STRONG), PEER)),
    "bad_credentials",
  );
});

Deno.test("login() does the same work for unknown, blocked and wrong", async () => {
  for (const [password, class_] of [[OTHER_STRONG, "fast"], [WEAK, "slow"]]) {
    const { accounts, options } = testAccounts();
    await accounts.login(NAME, secretOfText(STRONG), PEER);
    await accounts.login("bob.chats@relay.example", secretOfText(STRONG), PEER);
    await accounts.block("bob.chats@relay.example", "test");
    options.jitRegistration = false;
    let slow = 0;
    // every slow hash asks what it should cost
    Object.defineProperty(options, "scryptLn", { get: () => (slow++, 8) });
    for (const name of ["ann", "bob", "eve"]) {
      slow = 0;
      const login = accounts.login(
        `${name}.chats@relay.example`,
        secretOfText(password!),
        PEER,
      );
      assert.equal(await codeOf(login), "bad_credentials");
      assert.equal(slow, class_ === "slow" ? 1 : 0, `${name}, ${class_}`);
    }
  }
});

Deno.test("login() shows nothing of our own errors and reports them", async () => {
  const { accounts, store, bugs } = testAccounts();
  const error = new Error("disk");
  store.find = () => Promise.reject(error);
  assert.equal(
    await codeOf(accounts.login(NAME, secretOfText(STRONG), PEER)),
    "unavailable",
  );
  assert.deepEqual(bugs, [error]);
});

Deno.test("login() answers a full disk as temporary", async () => {
  const { accounts, store, bugs } = testAccounts();
  store.create = () => Promise.reject(new Refusal("storage_full"));
  assert.equal(
    await codeOf(accounts.login(NAME, secretOfText(STRONG), PEER)),
    "unavailable",
  );
  assert.deepEqual(bugs, []);
});

const SHORT_OF: [string, TestAccounts["resources"], string][] = [
  ["load at the limit", { loadPerCore: 5 }, "ok"],
  ["load above it", { loadPerCore: 5.01 }, "busy"],
  ["memory at the limit", { availableMemoryOctets: 200 }, "ok"],
  ["memory below it", { availableMemoryOctets: 199 }, "busy"],
  ["disk at the limit", { freeDiskOctets: 1000 }, "ok"],
  ["disk below it", { freeDiskOctets: 999 }, "busy"],
  ["nothing readable", { loadPerCore: undefined }, "ok"],
];
for (const [name, state, code] of SHORT_OF) {
  Deno.test(`login() of a new account with ${name}: ${code}`, async () => {
    const { accounts, resources, time } = testAccounts();
    const { id } = await accounts.login(NAME, secretOfText(STRONG), PEER);
    Object.assign(resources, state);
    await time.pass(5_000);
    const other = accounts.login(
      "bob.chats@relay.example",
      secretOfText(STRONG),
      PEER,
    );
    assert.equal(await codeOf(other), code);
    assert.equal(
      (await accounts.login(NAME, secretOfText(STRONG), PEER)).id,
      id,
    );
  });
}

Deno.test("login() refuses random names and passwords as it says, and keeps nothing of them", async () => {
  const seed = Number(Deno.env.get("FUZZ_SEED") ?? 1);
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
  const pieces = [
    ...'@.+-_%<>[]\\"\0\r\n :;*aA0é',
    "\ud800",
    "\u{1f600}",
    "relay.example",
    "[IPv6:::1]",
    "x".repeat(70),
  ];
  const text = () =>
    Array.from({ length: next(8) }, () => pieces[next(pieces.length)]).join("");
  const until = Date.now() +
    1000 * Number(Deno.env.get("FUZZ_SECONDS") ?? 0.3);
  const { accounts, store, time, bugs } = testAccounts({
    failBurst: 1_000_000,
    scryptLn: 1,
  });
  while (Date.now() < until) {
    const name = next(2) === 0 ? text() : `${text()}@relay.example`;
    const peer = { address: `10.0.${next(256)}.${next(256)}` };
    const password = secretOf(new TextEncoder().encode(text()));
    const login = accounts.login(name, password, peer);
    const code = await time.passUntil(codeOf(login));
    assert.ok(
      ["ok", "bad_credentials", "busy", "too_many_attempts"].includes(code),
      `seed ${seed}: ${JSON.stringify(name)}: ${code}`,
    );
  }
  assert.deepEqual(bugs, []);
  for (const { address } of store.rows.values()) {
    assert.match(address, /^[a-z0-9][a-z0-9._-]*[a-z0-9]@relay\.example$/);
  }
});
