import assert from "node:assert/strict";
import type { AccountId } from "../../base/ids.ts";
import { secretOfText } from "../../base/secret.ts";
import type { AccountStore } from "../../store/accounts.ts";
import { type ExportPage, exportPage, exportToFile } from "./account_export.ts";
import type { ExportedAccount } from "./import_entry.ts";
import {
  AccountImport,
  type AccountImportParts,
  importFile,
} from "./account_import.ts";
import { relayAccounts } from "./relay_tree.ts";
import type { Address } from "../../mail/address.ts";
import { LocalDomains } from "../../mail/local_domains.ts";
import {
  PEER,
  STRONG,
  testAccounts,
  WEAK,
} from "../../../tests/accounts/test_accounts.ts";
import { withDirectory } from "../../../tests/harness/directory.ts";

const SHA512 = "{SHA512-CRYPT}$6$rounds=10000$saltstringsaltst$" +
  "OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.";

function importing(force = false) {
  const made = testAccounts();
  const parts: AccountImportParts = {
    store: made.store,
    accounts: made.accounts,
    domains: new LocalDomains({ domains: ["relay.example", "two.example"] }),
    options: made.options,
    hasher: made.accounts.hasher,
    clock: made.time,
    force,
  };
  const run = (items: Iterable<unknown> | AsyncIterable<unknown>) =>
    new AccountImport(parts).run(items);
  return { ...made, parts, run };
}

const ENTRIES: [string, unknown, string | undefined][] = [
  ["a password", { username: "ann.chats", password: STRONG }, undefined],
  ["a hash", { username: "ann.chats@two.example", hash: SHA512 }, undefined],
  ["unknown fields", { username: "ann.chats", hash: SHA512, x: {} }, undefined],
  [
    "null fields",
    { username: "ann.chats", hash: SHA512, password: null },
    undefined,
  ],
  ["no name", { password: STRONG }, "empty username"],
  ["a blank name", { username: " ", password: STRONG }, "empty username"],
  ["neither", { username: "ann.chats" }, "ann.chats: no password or hash"],
  [
    "a blocked name",
    { username: "evil.chats", hash: SHA512 },
    "evil.chats: username is blocklisted",
  ],
  [
    "an unknown hash",
    { username: "ann.chats", hash: "{MD5}x" },
    "ann.chats: unsupported password hash format",
  ],
  ["a costly hash", {
    username: "ann.chats",
    hash: SHA512.replace("10000", "9999999"),
  }, "ann.chats: unsupported password hash format"],
  [
    "a foreign domain",
    { username: "a@b.example", hash: SHA512 },
    "a@b.example: domain is not one of this server",
  ],
  [
    "a password that is half a character",
    { username: "ann.chats", password: `${"\ud800"}12345678` },
    "ann.chats: Password must be Unicode text",
  ],
  [
    "a short password",
    { username: "ann.chats", password: "12345678" },
    "ann.chats: Password must have at least 9 characters",
  ],
  [
    "a short name",
    { username: "ann", hash: SHA512 },
    "ann: Name must have 8 to 32 characters",
  ],
  [
    "a reserved name",
    { username: "postmaster", hash: SHA512 },
    "postmaster: Name is reserved",
  ],
  ["a number", 7, "entry is not an object"],
  ["null", null, "entry is not an object"],
  ["an array", [], "entry is not an object"],
  ["a name that is none", { username: 7 }, "username is not text"],
  ["a quota that is none", {
    username: "ann.chats",
    hash: SHA512,
    quota_bytes: -1,
  }, "quota_bytes is not a whole number"],
];
for (const [name, entry, error] of ENTRIES) {
  Deno.test(`import of an entry with ${name}`, async () => {
    const { run, accounts, store } = importing();
    await accounts.block("evil.chats@relay.example", "test");
    const report = await run([entry]);
    assert.deepEqual(
      report.errors,
      error === undefined ? [] : [{ index: 0, error }],
    );
    assert.equal(report.imported, error === undefined ? 1 : 0);
    assert.equal(report.skipped, error === undefined ? 0 : 1);
    assert.equal(store.rows.size, report.imported);
  });
}

Deno.test("import forced takes short and reserved names, never other characters", async () => {
  const { run, store } = importing(true);
  const names = ["ann", "postmaster", "x".repeat(64), "ann+x", "a..b", "-a"];
  const { imported } = await run(
    names.map((username) => ({ username, hash: SHA512 })),
  );
  assert.equal(imported, 3);
  assert.equal(store.rows.size, 3);
});

Deno.test("import never changes what exists and can be repeated", async () => {
  const { run, accounts, store } = importing();
  const { id } = await accounts.login(
    "ann.chats@relay.example",
    secretOfText(STRONG),
    PEER,
  );
  const entries = [
    { username: "ann.chats", hash: SHA512 },
    { username: "bob.chats", hash: SHA512 },
    { username: "BOB.chats@relay.example", hash: SHA512 },
  ];
  const first = await run(entries);
  assert.deepEqual(first, { imported: 1, skipped: 2, errors: [] });
  const again = await importing().parts;
  const second = await new AccountImport({ ...again, store }).run(entries);
  assert.deepEqual(second, { imported: 0, skipped: 3, errors: [] });
  assert.match(store.rows.get(id)?.passwordHash ?? "", /^sha256:/);
});

Deno.test("imported accounts log in and keep what they had", async () => {
  const { run, accounts, store } = importing();
  await run([{
    username: "ann.chats",
    hash: SHA512,
    quota_bytes: 5,
    created_at: 1000,
    first_login_at: 1,
    last_login_at: 86_400 * 9 + 5,
    pinned: true,
  }, { username: "bob.chats", password: WEAK, blocked: true }]);
  const ann = await store.find("ann.chats@relay.example" as Address);
  assert.deepEqual(
    [
      ann?.quotaOctets,
      ann?.createdAt,
      ann?.firstLoginAt,
      ann?.lastLoginDay,
      ann?.pinned,
    ],
    [5, 1000, undefined, 9, true],
  );
  await accounts.login(
    "ann.chats@relay.example",
    secretOfText("Hello world!"),
    PEER,
  );
  accounts.close();
  await assert.rejects(
    accounts.login("bob.chats@relay.example", secretOfText(WEAK), PEER),
    {
      code: "bad_credentials",
    },
  );
});

Deno.test("import takes more than one batch", async () => {
  const { run, store } = importing();
  const { imported } = await run(Array.from({ length: 1201 }, (_, i) => ({
    username: `person${i}xx`,
    hash: SHA512,
  })));
  assert.equal(imported, 1201);
  assert.equal(store.rows.size, 1201);
});

Deno.test("import keeps 1000 errors and counts the rest", async () => {
  const { run } = importing();
  const report = await run(Array.from({ length: 1001 }, () => ({})));
  assert.equal(report.errors.length, 1000);
  assert.equal(report.skipped, 1001);
});

async function* all(store: AccountStore): AsyncGenerator<ExportedAccount> {
  for (let after = 0 as AccountId | undefined; after !== undefined;) {
    const page: ExportPage = await exportPage(store, after);
    yield* page.users;
    after = page.next;
  }
}

Deno.test("exportPage() gives each account once while others come and go", async () => {
  const { store } = importing();
  const make = (name: string) =>
    store.create({
      address: `${name}@relay.example` as Address,
      passwordHash: "none",
      origin: "import",
      createdAt: 1,
    });
  const ids: AccountId[] = [];
  for (let i = 0; i < 1200; i++) ids.push(await make(`person${i}`));
  const names: string[] = [];
  let removed = 0;
  for await (const { username } of all(store)) {
    names.push(username);
    // as many go before the place where the export is as a page has
    if (names.length === 500) {
      for (const id of ids.slice(0, 300)) {
        store.rows.delete(id);
        removed++;
      }
    }
  }
  assert.equal(removed, 300);
  assert.equal(names.length, 1200);
  assert.equal(new Set(names).size, 1200);
});

Deno.test("exportToFile() and importFile() carry accounts over", async () => {
  await withDirectory(async (directory) => {
    const from = importing();
    const path = `${directory}/accounts.json`;
    for (let i = 0; i < 3; i++) {
      await from.accounts.login(
        `person${i}xx@relay.example`,
        secretOfText(STRONG),
        PEER,
      );
    }
    await from.accounts.block("person1xx@relay.example", "test");
    assert.equal(
      await exportToFile(all(from.store), path, { overwrite: false }),
      3,
    );
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
    const to = importing();
    const report = await importFile(path, to.parts);
    assert.deepEqual(report, { imported: 3, skipped: 0, errors: [] });
    await to.accounts.login(
      "person2xx@relay.example",
      secretOfText(STRONG),
      PEER,
    );
    assert.deepEqual(
      await Array.fromAsync(all(to.store)),
      await Array.fromAsync(all(from.store)),
    );
  });
});

Deno.test("exportToFile() overwrites only when told to, and leaves nothing on failure", async () => {
  await withDirectory(async (directory) => {
    const { store } = importing();
    const path = `${directory}/accounts.json`;
    await Deno.writeTextFile(path, "mine");
    await assert.rejects(exportToFile(all(store), path, { overwrite: false }), {
      code: "already_exists",
    });
    assert.equal(await Deno.readTextFile(path), "mine");
    store.page = () => Promise.reject(new Error("disk"));
    await assert.rejects(
      exportToFile(all(store), path, { overwrite: true }),
      /disk/,
    );
    await assert.rejects(
      exportToFile(all(store), `${directory}/other`, { overwrite: false }),
      /disk/,
    );
    assert.deepEqual(
      (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name),
      ["accounts.json"],
    );
    const { store: empty } = importing();
    await exportToFile(all(empty), path, { overwrite: true });
    assert.equal(await Deno.readTextFile(path), "[]\n");
  });
});

Deno.test("importFile() takes nothing of a file that is broken at its end", async () => {
  await withDirectory(async (directory) => {
    const { parts, store } = importing();
    const path = `${directory}/accounts.json`;
    await Deno.writeTextFile(
      path,
      `[{"username":"ann.chats","hash":"${SHA512}"},{]`,
    );
    await assert.rejects(importFile(path, parts), SyntaxError);
    assert.equal(store.rows.size, 0);
  });
});

Deno.test("relayAccounts() reads the tree of a chatmail/relay", async () => {
  await withDirectory(async (directory) => {
    const lastLogin = new Date("2026-05-04T00:00:00Z");
    for (
      const name of ["ann.chats@relay.example", "empty@relay.example", "other"]
    ) {
      await Deno.mkdir(`${directory}/${name}/cur`, { recursive: true });
    }
    const path = `${directory}/ann.chats@relay.example/password`;
    await Deno.writeTextFile(path, SHA512 + "\n");
    await Deno.utime(path, lastLogin, lastLogin);
    await Deno.writeTextFile(`${directory}/other/password`, SHA512);
    await Deno.writeTextFile(`${directory}/file@relay.example`, SHA512);
    const { run, store, accounts } = importing();
    const report = await run(relayAccounts(directory));
    assert.deepEqual(report, { imported: 1, skipped: 0, errors: [] });
    const ann = await store.find("ann.chats@relay.example" as Address);
    assert.equal(ann?.lastLoginDay, lastLogin.getTime() / 86_400_000);
    await accounts.login(
      "ann.chats@relay.example",
      secretOfText("Hello world!"),
      PEER,
    );
    accounts.close();
  });
});
