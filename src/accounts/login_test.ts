import assert from "node:assert/strict";
import type { AccountOptions } from "./options.ts";
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
} from "../../tests/accounts/test_accounts.ts";
import { FUZZ_SEED, fuzzSeeds } from "../../tests/harness/fuzz.ts";

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

Deno.test("login() of known ones alone creates nobody, and tells who is blocked", async () => {
  const { accounts, store } = testAccounts();
  const known = (password: string) =>
    codeOf(accounts.login(NAME, secretOfText(password), PEER, {
      knownOnly: true,
    }));
  assert.equal(await known(STRONG), "bad_credentials");
  assert.equal(store.rows.size, 0);
  await accounts.login(NAME, secretOfText(STRONG), PEER);
  assert.equal(await known(STRONG), "ok");
  await accounts.block(NAME, "spam");
  assert.equal(await known(STRONG), "account_inactive");
  assert.equal(await known(OTHER_STRONG), "bad_credentials");
  assert.equal(
    await codeOf(accounts.login(NAME, secretOfText(STRONG), PEER)),
    "bad_credentials",
  );
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
  store.blocking = () => assert.fail("asked the blocklist apart");
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
  accounts.hasher.verify = () => assert.fail("not taken from memory");
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
  const { accounts, time } = testAccounts();
  await accounts.login(NAME, secretOfText(WEAK), PEER);
  await time.pass(86_399_000);
  let proofs = 0;
  const verify = accounts.hasher.verify.bind(accounts.hasher);
  accounts.hasher.verify = (...proof) => (proofs++, verify(...proof));
  await accounts.login(NAME, secretOfText(WEAK), PEER);
  assert.equal(proofs, 0);
  await time.pass(1_000);
  await accounts.login(NAME, secretOfText(WEAK), PEER);
  assert.equal(proofs, 1);
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

Deno.test("login() notices a block by another process", async () => {
  const { accounts, store, written } = testAccounts();
  await accounts.login(NAME, secretOfText(STRONG), PEER);
  await store.block({ pattern: NAME, reason: "", createdAt: 0 });
  written();
  await accounts.settled();
  assert.equal(
    await codeOf(accounts.login(NAME, secretOfText(STRONG), PEER)),
    "bad_credentials",
  );
});

/** Accounts of each kind, and none may be made. */
async function allKinds(changes: Partial<AccountOptions> = {}) {
  const made = testAccounts(changes);
  const { accounts, options } = made;
  await accounts.login("fast.chats@relay.example", secretOfText(STRONG), PEER);
  await accounts.login("slow.chats@relay.example", secretOfText(WEAK), PEER);
  for (
    const [name, password] of [["bfast", STRONG], ["bslow", WEAK]] as const
  ) {
    const address = `${name}.chats@relay.example`;
    await accounts.login(address, secretOfText(password), PEER);
    await accounts.block(address, "test");
  }
  options.jitRegistration = false;
  return made;
}

const KINDS = ["fast", "slow", "bfast", "bslow", "none"];

Deno.test("login() does the same work for every kind of account and of wrong password", async () => {
  for (const password of [OTHER_STRONG, WEAK + "x"]) {
    const { accounts, options } = await allKinds();
    let slow = 0;
    // every slow hash of ours asks how many may run
    Object.defineProperty(options, "hashConcurrency", {
      get: () => (slow++, 2),
    });
    const counts = new Set<number>();
    for (const kind of KINDS) {
      slow = 0;
      const address = `${kind}.chats@relay.example`;
      const login = accounts.login(address, secretOfText(password), PEER);
      assert.equal(await codeOf(login), "bad_credentials");
      counts.add(slow);
    }
    assert.equal(counts.size, 1, `${password}: ${[...counts]}`);
    assert.ok(!counts.has(0));
  }
});

Deno.test("the same wrong password costs one slow hash an hour, and stays wrong no longer", async () => {
  const { accounts, options, time, store } = await allKinds();
  let slow = 0;
  Object.defineProperty(options, "hashConcurrency", { get: () => (slow++, 2) });
  let network = 0;
  const attempt = async (kind: string, password: string) => {
    slow = 0;
    const peer = { address: `10.2.0.${network++}` };
    const address = `${kind}.chats@relay.example`;
    return await codeOf(accounts.login(address, secretOfText(password), peer));
  };
  for (const kind of KINDS) {
    assert.equal(await attempt(kind, "some password"), "bad_credentials");
    assert.notEqual(slow, 0, kind);
    assert.equal(await attempt(kind, "some password"), "bad_credentials");
    assert.equal(slow, 0, kind);
    await time.pass(3_600_000);
    assert.equal(await attempt(kind, "some password"), "bad_credentials");
    assert.notEqual(slow, 0, kind);
  }
  for (const kind of ["bfast", "bslow"]) {
    const password = kind === "bfast" ? STRONG : WEAK;
    assert.equal(await attempt(kind, password), "bad_credentials");
    await accounts.unblock(`${kind}.chats@relay.example`);
    assert.equal(await attempt(kind, password), "ok");
  }
  const fast = (await store.find("fast.chats@relay.example" as Address))!;
  await accounts.setPassword(fast, "some password");
  assert.equal(await attempt("fast", "some password"), "ok");
  options.jitRegistration = true;
  assert.equal(await attempt("none", "some password"), "ok");
});

for (const same of ["the same", "different"]) {
  Deno.test(`${same} guesses at one time tell nothing about the account`, async () => {
    const seen = new Set<string>();
    const { accounts, time } = await allKinds();
    for (const kind of KINDS) {
      const peer = { address: "10.3.0.1" };
      const address = `${kind}.chats@relay.example`;
      const codes = await time.passUntil(
        Promise.all(Array.from({ length: 12 }, (_, i) => {
          const guess = same === "the same" ? "a guess" : `a guess ${i}`;
          return codeOf(accounts.login(address, secretOfText(guess), peer));
        })),
      );
      seen.add(codes.sort().join(" "));
      await time.pass(3_600_000);
    }
    assert.equal(seen.size, 1, [...seen].join("\n"));
  });
}

Deno.test("login() refuses at its start and the delay, whatever takes its time", async () => {
  for (const failDelayMs of [1000, 100]) {
    const { accounts, time } = await allKinds({ failDelayMs, scryptLn: 14 });
    const attempts: [string, string][] = [
      ...KINDS.map((kind): [string, string] => [
        `${kind}.chats@relay.example`,
        "wrong password",
      ]),
      ["slow.chats@relay.example", OTHER_STRONG],
      ["none.chats@relay.example", "x".repeat(300)],
      ["none.chats@relay.example", ""],
      ["50%@relay.example", "wrong password"],
      ["ann@elsewhere.example", "wrong password"],
    ];
    for (const [i, [name, password]] of attempts.entries()) {
      const peer = { address: `10.1.1.${i}` };
      const start = time.now();
      let end = start;
      const login = accounts.login(name, secretOfText(password), peer);
      const watched = codeOf(login).finally(() => end = time.now());
      assert.equal(await time.passUntil(watched), "bad_credentials");
      assert.ok(end > start, name);
      assert.equal((end - start) % failDelayMs, 0, name);
    }
  }
});

Deno.test("a login that succeeds waits for nothing", async () => {
  const { accounts, time, options } = await allKinds({ failDelayMs: 1000 });
  options.jitRegistration = true;
  for (const name of ["fast", "new"]) {
    await accounts.login(
      `${name}.chats@relay.example`,
      secretOfText(STRONG),
      PEER,
    );
  }
  assert.equal(time.pending, 0);
});

const URL = "https://relay.example/new";
const ADVICE: [string, Partial<AccountOptions>, string | undefined][] = [
  [
    "closed",
    { registrationOpen: false },
    `wrong password, or no such account; sign-up here is closed except by invitation: ${URL}`,
  ],
  [
    "by invitation",
    { registrationTokenRequired: true },
    `wrong password, or no such account; sign-up here is by invitation: ${URL}`,
  ],
  [
    "not by login",
    { jitRegistration: false },
    `wrong password, or no such account; sign up before the first login: ${URL}`,
  ],
  [
    "full",
    { maxAccounts: 4 },
    "wrong password, or no such account; this server takes no more accounts",
  ],
  [
    "for long names",
    { minUsernameLength: 20 },
    "wrong password, or no such account, which a first login would make but for this: Name must have 20 to 32 characters",
  ],
  [
    "for long passwords",
    { passwordMinLength: 30 },
    "wrong password, or no such account, which a first login would make but for this: Password must have at least 30 characters",
  ],
  ["open", {}, undefined],
];
for (const [name, change, advice] of ADVICE) {
  Deno.test(`a refused login says what to do, and no more: sign-up ${name}`, async () => {
    const { accounts, options } = await allKinds();
    Object.assign(options, { jitRegistration: true, ...change });
    for (const kind of KINDS) {
      if (kind === "none" && advice === undefined) continue; // it signs up
      const address = `${kind}.chats@relay.example`;
      const password = secretOfText("a wrong password");
      await assert.rejects(accounts.login(address, password, PEER), {
        code: "bad_credentials",
        detail: advice === undefined ? {} : { advice },
      }, kind);
    }
  });
}

Deno.test("a login with a name that can be none says why", async () => {
  const { accounts } = await allKinds();
  const foreign = "accounts of this server end in @relay.example";
  const flawed =
    "wrong password, or no such account, which a first login would make but for this: Name may have a-z, 0-9, dot, hyphen and underscore, begins and ends with a letter or digit";
  const names: [string, string][] = [
    ["ann", foreign],
    ["", foreign],
    ["ann@elsewhere.example", foreign],
    ["ann@", foreign],
    ["a b@relay.example", flawed],
    ["50%@Relay.example", flawed],
    ["@relay.example", flawed],
  ];
  for (const [name, advice] of names) {
    await assert.rejects(accounts.login(name, secretOfText(STRONG), PEER), {
      detail: { advice },
    }, name);
  }
});

Deno.test("login() shows nothing of our own errors and reports them", async () => {
  const { accounts, store, bugs } = testAccounts();
  const error = new Error("disk");
  store.findMany = () => Promise.reject(error);
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
  const seed = FUZZ_SEED;
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
  const { accounts, store, time, bugs } = testAccounts({
    failBurst: 1_000_000,
    scryptLn: 1,
  });
  for (const _ of fuzzSeeds(100)) {
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
