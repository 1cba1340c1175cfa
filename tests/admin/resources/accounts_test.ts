/** Accounts, blocklist and quota, by the names and shapes that panels of other relays know. @module */
import assert from "node:assert/strict";
import { PEER, STRONG } from "../../accounts/test_accounts.ts";
import { secretOfText } from "../../../src/base/secret.ts";
import { NOW, type Relay, withRelay } from "../relay.ts";
import { ask } from "./ask.ts";
import { refused, wrongField } from "./refusals.ts";

async function people(relay: Relay, ...names: string[]): Promise<void> {
  for (const name of names) {
    await ask(relay, "POST", "/admin/accounts", {
      username: name,
      password: STRONG,
    });
  }
}

Deno.test("accounts are made at random, or as they are told", async () => {
  await withRelay(async (relay) => {
    const random = await ask(relay, "POST", "/admin/accounts");
    assert.equal(random.status, 201);
    const { email, password, dclogin_url, qr_svg } = random.body;
    assert.match(email, /^[a-z0-9]+@relay\.example$/);
    assert.ok(dclogin_url.startsWith(`dclogin:${email}/?p=`));
    assert.ok(qr_svg.startsWith("<svg"));
    await relay.accounts.login(email, secretOfText(password), PEER);

    const chosen = await ask(relay, "POST", "/admin/accounts", {
      username: "ann.chats",
      password: STRONG,
      quota_bytes: 1000,
    });
    assert.equal(chosen.body.email, "ann.chats@relay.example");
    assert.equal(chosen.body.password, STRONG);
    const again = { username: "ann.chats", password: STRONG };
    await refused(
      ask(relay, "POST", "/admin/accounts", again),
      "username_taken",
    );
    for (
      const [field, body] of [
        ["quota_bytes", { quota_bytes: 0 }],
        ["quota_bytes", { quota_bytes: -1 }],
        ["quota_bytes", { quota_bytes: "1G" }],
        ["username", { username: 5 }],
        ["username", { username: "two words" }],
      ] as const
    ) await wrongField(ask(relay, "POST", "/admin/accounts", body), field);
  });
});

Deno.test("accounts are listed all at once, or as they are asked for", async () => {
  await withRelay(async (relay) => {
    await people(relay, "ann.chats", "eve.chats");
    await relay.accounts.login(
      "bob.chats@relay.example",
      secretOfText(STRONG),
      PEER,
    );
    const all = await ask(relay, "GET", "/admin/accounts");
    assert.equal(all.body.total, 3);
    assert.deepEqual(all.body.accounts[0], {
      username: "ann.chats@relay.example",
      used_bytes: 0,
      max_bytes: 2 ** 30,
      is_default_quota: true,
      created_at: NOW,
      first_login_at: 0,
      last_login_at: 0,
      messages: 0,
      pinned: false,
      blocked: false,
    });
    const names = async (body: Record<string, unknown>) => {
      const { accounts, total } =
        (await ask(relay, "GET", "/admin/accounts", body)).body;
      return [
        total,
        ...accounts.map(({ username }: { username: string }) =>
          username.slice(0, 3)
        ),
      ];
    };
    assert.deepEqual(await names({ limit: 2 }), [3, "ann", "bob"]);
    assert.deepEqual(await names({ limit: 2, offset: 2 }), [3, "eve"]);
    assert.deepEqual(await names({ dir: "desc" }), [3, "eve", "bob", "ann"]);
    assert.deepEqual(await names({ q: "bob" }), [1, "bob"]);
    assert.deepEqual(await names({ filter: "never" }), [2, "ann", "eve"]);
    const login = { sort: "last_login" };
    assert.deepEqual(await names(login), [3, "bob", "ann", "eve"]);
    assert.deepEqual(await names({ ...login, dir: "asc" }), [
      3,
      "eve",
      "ann",
      "bob",
    ]);
    await ask(relay, "POST", "/admin/blocklist", { username: "eve.chats" });
    assert.deepEqual(await names({ filter: "blocked" }), [1, "eve"]);
    for (
      const [field, body] of [
        ["limit", { limit: 501 }],
        ["limit", { limit: 0 }],
        ["offset", { offset: -1 }],
        ["sort", { sort: "password_hash" }],
        ["filter", { filter: "rich" }],
        ["q", { q: "x".repeat(501) }],
      ] as const
    ) await wrongField(ask(relay, "GET", "/admin/accounts", body), field);
  });
});

Deno.test("a deleted account is gone, and its name blocked unless told otherwise", async () => {
  await withRelay(async (relay) => {
    await people(relay, "ann.chats", "bob.chats");
    const gone = await ask(relay, "DELETE", "/admin/accounts", {
      username: "ann.chats@relay.example",
    });
    assert.deepEqual(gone.body, {
      deleted: "ann.chats@relay.example",
      blocked: "ann.chats@relay.example",
      reason: "deleted by an admin",
    });
    const free = await ask(relay, "DELETE", "/admin/accounts", {
      username: "bob.chats",
      block: false,
    });
    assert.equal(free.body.blocked, null);
    assert.equal((await ask(relay, "GET", "/admin/accounts")).body.total, 0);
    assert.equal((await ask(relay, "GET", "/admin/blocklist")).body.total, 1);
    await people(relay, "eve.chats");
    const kept = await ask(relay, "DELETE", "/admin/accounts", {
      username: "eve.chats",
      export: true,
    });
    assert.equal(kept.body.exported, 0);
    assert.ok((await Deno.stat(kept.body.export_path)).isDirectory);
    const nobody = { username: "nobody.here" };
    await refused(ask(relay, "DELETE", "/admin/accounts", nobody), "not_found");
    await wrongField(ask(relay, "DELETE", "/admin/accounts"), "username");
  });
});

Deno.test("accounts go out with hashes and come in again; all go only by the domain's name", async () => {
  await withRelay(async (relay) => {
    await people(relay, "ann.chats");
    const path = "/admin/accounts";
    const out = await ask(relay, "PATCH", path, { action: "export" });
    assert.equal(out.body.total, 1);
    const [{ username, hash }] = out.body.users;
    assert.equal(username, "ann.chats@relay.example");
    await refused(
      ask(
        { ...relay, caller: { kind: "session", name: "root" } },
        "PATCH",
        path,
        { action: "export" },
      ),
      "policy_rejection",
    );
    const users = [{ username: "joe.chats@relay.example", hash }, {
      username,
      hash,
    }];
    const taken = await ask(relay, "PATCH", path, { action: "import", users });
    assert.equal(taken.body.imported, 1);
    assert.equal(taken.body.skipped, 1);
    await relay.accounts.login(
      "joe.chats@relay.example",
      secretOfText(STRONG),
      PEER,
    );
    await wrongField(
      ask(relay, "PATCH", path, { action: "import", users: [] }),
      "users",
    );
    const bare = await ask(relay, "PATCH", path, {
      action: "import",
      users: [
        { username: "zoe.chats@relay.example", password: "", hash: "" },
        { username: "ann.chats" },
        { username: "x y" },
        "nobody",
      ],
    });
    assert.deepEqual([bare.body.imported, bare.body.skipped], [1, 3]);
    assert.equal(bare.body.errors.length, 2);
    const [{ username: zoe, password }, ...more] = bare.body.created;
    assert.deepEqual([zoe, more], ["zoe.chats@relay.example", []]);
    await relay.accounts.login(zoe, secretOfText(password), PEER);
    await relay.accounts.login(
      "ann.chats@relay.example",
      secretOfText(STRONG),
      PEER,
    );
    await wrongField(
      ask(relay, "PATCH", path, { action: "shuffle" }),
      "action",
    );
    await wrongField(
      ask(relay, "PATCH", path, { action: "delete_all" }),
      "confirm",
    );
    assert.equal((await ask(relay, "GET", path)).body.total, 3);
    const all = await ask(relay, "PATCH", path, {
      action: "delete_all",
      confirm: "relay.example",
    });
    assert.deepEqual([all.body.deleted, all.body.state], [3, "done"]);
    assert.equal((await ask(relay, "GET", path)).body.total, 0);
  });
});

Deno.test("the blocklist shows when and why, and is emptied at once", async () => {
  await withRelay(async (relay) => {
    const path = "/admin/blocklist";
    const added = await ask(relay, "POST", path, {
      username: "eve.chats",
      reason: "spam",
    });
    assert.equal(added.body.blocked, "eve.chats@relay.example");
    assert.deepEqual((await ask(relay, "GET", path)).body, {
      blocked: [{
        username: "eve.chats@relay.example",
        reason: "spam",
        blocked_at: NOW,
        blocked_at_iso: new Date(NOW * 1000).toISOString(),
      }],
      total: 1,
    });
    const wide = { username: "*@bad.example" };
    await refused(ask(relay, "POST", path, wide), "confirmation_required");
    await ask(relay, "POST", path, { ...wide, confirmed: true });
    const removed = await ask(relay, "DELETE", path, { username: "eve.chats" });
    assert.equal(removed.body.unblocked, "eve.chats@relay.example");
    await refused(
      ask(relay, "DELETE", path, { username: "eve.chats" }),
      "not_found",
    );
    await wrongField(ask(relay, "PATCH", path, { action: "all" }), "action");
    const none = await ask(relay, "PATCH", path, { action: "delete_all" });
    assert.deepEqual(none.body, { unblocked: 1 });
    await wrongField(ask(relay, "POST", path, { reason: "spam" }), "username");
  });
});

Deno.test("quotas are of one account or of all, and never nothing by accident", async () => {
  await withRelay(async (relay) => {
    await people(relay, "ann.chats");
    const path = "/admin/quota";
    const username = "ann.chats@relay.example";
    assert.deepEqual((await ask(relay, "GET", path)).body, {
      total_storage_bytes: 0,
      accounts_count: 1,
      default_quota_bytes: 2 ** 30,
    });
    const own = await ask(relay, "PUT", path, { username, max_bytes: 5000 });
    assert.deepEqual(own.body, { username, max_bytes: 5000 });
    const seen = await ask(relay, "GET", path, { username });
    assert.deepEqual(seen.body, {
      username,
      used_bytes: 0,
      max_bytes: 5000,
      is_default: false,
    });
    assert.deepEqual(
      (await ask(relay, "DELETE", path, { username })).body,
      { reset: username },
    );
    await ask(relay, "PUT", path, { username, max_bytes: 5000 });
    await ask(relay, "PUT", path, { username, max_bytes: 0 });
    const back = await ask(relay, "GET", path, { username });
    assert.equal(back.body.is_default, true);
    const much = await ask(relay, "PUT", path, { username, unlimited: true });
    assert.equal(much.body.max_bytes, 2 ** 50);

    await ask(relay, "PUT", path, { max_bytes: 2 ** 20 });
    assert.equal(relay.settings.get("default_quota"), 2 ** 20);
    await ask(relay, "PUT", path, {
      username: "__GLOBAL_DEFAULT__",
      max_bytes: 2 ** 21,
    });
    assert.equal(relay.settings.get("default_quota"), 2 ** 21);
    for (
      const body of [
        { max_bytes: 0 },
        { max_bytes: -1 },
        { max_bytes: 1.5 },
        { max_bytes: "1G" },
        { username },
        { username, max_bytes: -1 },
        { username, max_bytes: 1, unlimited: true },
      ]
    ) await wrongField(ask(relay, "PUT", path, body), "max_bytes");
    await refused(
      ask(relay, "PUT", path, { max_bytes: 1 }, "accounts"),
      "policy_rejection",
    );
    const nobody = { username: "nobody.here", max_bytes: 1 };
    await refused(ask(relay, "PUT", path, nobody), "not_found");
    assert.equal(relay.settings.get("default_quota"), 2 ** 21);
  });
});
