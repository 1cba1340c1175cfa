/** Every admin operation over the real store and settings: results and refusals. @module */
import assert from "node:assert/strict";
import { OTHER_STRONG, PEER, STRONG } from "../accounts/test_accounts.ts";
import { secretOfText } from "../../src/base/secret.ts";
import { call, NOW, withRelay } from "./relay.ts";

const NAME = "ann.chats@relay.example";

const refused = (work: Promise<unknown>, code: string) =>
  assert.rejects(work, { name: "Refusal", code });

Deno.test("accounts create, info, list, quota, passwd, pin", async () => {
  await withRelay(async (relay) => {
    const made = { password: STRONG };
    assert.deepEqual(
      await call(relay, "accounts.create", {
        ...made,
        username: " Ann.Chats ",
      }),
      {
        username: NAME,
      },
    );
    await refused(
      call(relay, "accounts.create", { ...made, username: NAME }),
      "username_taken",
    );
    await refused(
      call(relay, "accounts.create", { ...made, username: "a b" }),
      "invalid_value",
    );
    await refused(
      call(relay, "accounts.create", { ...made, username: "ann" }),
      "username_invalid",
    );
    await refused(
      call(relay, "accounts.create", {
        ...made,
        username: "x.chats@other.example",
      }),
      "username_invalid",
    );
    await refused(
      call(relay, "accounts.create", {
        ...made,
        username: "bob.chats",
        password: "short",
      }),
      "password_too_short",
    );
    const info = {
      username: NAME,
      credentials: true,
      blocklisted: false,
      block_reason: null,
      created_at: NOW,
      first_login_at: null,
      last_login_at: null,
      maildir_present: true,
      maildir_path: null,
      used_bytes: 0,
      max_bytes: 2 ** 30,
      quota_bytes: 2 ** 30,
      is_default_quota: true,
      messages: 0,
      origin: "cli",
      pinned: false,
    };
    assert.deepEqual(
      await call(relay, "accounts.info", { username: "ann.chats" }),
      info,
    );
    await refused(
      call(relay, "accounts.info", { username: "nobody.here" }),
      "not_found",
    );
    assert.deepEqual(
      await call(relay, "quota.set", { username: NAME, max_bytes: 0 }),
      {
        username: NAME,
        used_bytes: 0,
        max_bytes: 0,
        is_default: false,
      },
    );
    await refused(
      call(relay, "quota.set", { username: NAME, max_bytes: -1 }),
      "invalid_value",
    );
    await refused(
      call(relay, "quota.set", { username: NAME, max_bytes: 0.5 }),
      "invalid_value",
    );
    await call(relay, "quota.reset", { username: NAME });
    assert.equal(
      (await call(relay, "quota.get", { username: NAME })).is_default,
      true,
    );
    await call(relay, "accounts.set_pinned", { username: NAME, pinned: true });
    const { accounts: listed, total } = await call(relay, "accounts.list", {});
    assert.equal(total, 1);
    assert.equal(listed[0]?.pinned, true);
    assert.deepEqual(
      await call(relay, "accounts.list", { search: "nobody" }),
      { accounts: [], total: 0 },
    );
    await relay.clock.pass(1_000);
    await relay.accounts.login(
      "bob.chats@relay.example",
      secretOfText(STRONG),
      PEER,
    );
    const firsts = [["username", "ann"], ["created", "bob"]] as const;
    for (const [sort, first] of firsts) {
      const sorted = await call(relay, "accounts.list", { sort });
      assert.ok(sorted.accounts[0]?.username.startsWith(first), `by ${sort}`);
    }
    for (const sort of ["last_login", "used", "messages"] as const) {
      const sorted = await call(relay, "accounts.list", { sort });
      assert.equal(sorted.accounts.length, 2);
    }
    await call(relay, "accounts.set_password", {
      username: NAME,
      password: OTHER_STRONG,
    });
    await refused(
      relay.accounts.login(NAME, secretOfText(STRONG), PEER),
      "bad_credentials",
    );
    await relay.accounts.login(NAME, secretOfText(OTHER_STRONG), PEER);
    await refused(
      call(relay, "accounts.set_password", {
        username: "nobody.here",
        password: STRONG,
      }),
      "not_found",
    );
  });
});

Deno.test("accounts create-random gives a link that logs in", async () => {
  await withRelay(async (relay) => {
    const made = await call(
      { ...relay, origin: "admin" },
      "accounts.create_random",
      {},
    );
    assert.equal(made.email, `${made.username}@relay.example`);
    assert.equal(
      made.dclogin,
      `dclogin:${made.email}/?p=${made.password}&v=1&ic=1`,
    );
    await relay.accounts.login(made.email, secretOfText(made.password), PEER);
  });
});

Deno.test("accounts status counts", async () => {
  await withRelay(async (relay) => {
    await relay.accounts.login(NAME, secretOfText(STRONG), PEER);
    const input = { reason: "spam", confirmed: true };
    await call(relay, "blocklist.add", { username: "*@bad.example", ...input });
    await call(relay, "registration.token_required", { enabled: true });
    assert.deepEqual(await call(relay, "accounts.status", {}), {
      login_count: 1,
      registration_open: true,
      token_required: true,
      jit_enabled: true,
      blocklisted: 1,
      mail_directories: 1,
      state_dir: relay.stateDir,
      database: relay.store.place,
    });
    const status = await call(relay, "status", {});
    assert.equal(status.running, false);
    assert.equal(status.registered_users, 1);
    assert.equal(status.storage.state, "ok");
  });
});

Deno.test("accounts delete, ban, unban, purge, delete-all; blocklist", async () => {
  await withRelay(async (relay) => {
    for (const name of ["ann", "bob", "eve", "joe"]) {
      await relay.accounts.login(
        `${name}.chats@relay.example`,
        secretOfText(STRONG),
        PEER,
      );
    }
    assert.deepEqual(
      await call(relay, "accounts.purge", { username: "joe.chats" }),
      {
        username: "joe.chats@relay.example",
        deleted: 0,
        bytes: 0,
        dry_run: false,
      },
    );
    assert.deepEqual(
      await call(relay, "accounts.delete", { username: NAME, reason: "gone" }),
      {
        username: NAME,
        blocked: true,
        reason: "gone",
        exported: null,
      },
    );
    await refused(
      call(relay, "accounts.delete", { username: NAME, reason: "gone" }),
      "not_found",
    );
    await refused(
      relay.accounts.login(NAME, secretOfText(STRONG), PEER),
      "bad_credentials",
    );
    const info = await call(relay, "accounts.info", { username: NAME });
    assert.deepEqual(
      [info.credentials, info.blocklisted, info.block_reason],
      [false, true, "gone"],
    );
    await call(relay, "accounts.delete", {
      username: "bob.chats",
      block: false,
    });
    await call(relay, "accounts.ban", {
      username: "eve.chats",
      reason: "spam",
    });
    await call(relay, "accounts.ban", {
      username: "never.there",
      reason: "spam",
    });
    const { entries } = await call(relay, "blocklist.list", {});
    assert.deepEqual(entries, [
      { username: NAME, reason: "gone", blocked_at: NOW },
      { username: "eve.chats@relay.example", reason: "spam", blocked_at: NOW },
      {
        username: "never.there@relay.example",
        reason: "spam",
        blocked_at: NOW,
      },
    ]);
    const found = await call(relay, "blocklist.list", {
      search: "SPAM",
      offset: 1,
      limit: 1,
    });
    assert.equal(found.total, 2);
    assert.deepEqual(found.entries, entries.slice(2));
    await call(relay, "blocklist.remove", { username: "eve.chats" });
    await refused(
      call(relay, "blocklist.remove", { username: "eve.chats" }),
      "not_found",
    );
    await refused(
      call(relay, "blocklist.remove", { username: "no pattern" }),
      "invalid_value",
    );
    await refused(
      call(relay, "accounts.delete_all", {
        confirm: "other.example",
        reason: "x",
      }),
      "invalid_value",
    );
    const { deleted, errors, job } = await call(relay, "accounts.delete_all", {
      confirm: "relay.example",
      reason: "bulk",
    });
    assert.deepEqual([deleted, errors, job.state], [1, [], "done"]);
    assert.equal(await relay.store.accounts.countAbout(), 0);
  });
});

Deno.test("registration switches take effect at once", async () => {
  await withRelay(async (relay) => {
    const login = () => relay.accounts.login(NAME, secretOfText(STRONG), PEER);
    await call(relay, "registration.close", {});
    assert.equal((await call(relay, "registration.status", {})).open, false);
    await refused(login(), "bad_credentials");
    await call(relay, "registration.open", {});
    await call(relay, "registration.jit", { enabled: false });
    await refused(login(), "bad_credentials");
    await call(relay, "registration.jit", { enabled: true });
    await call(relay, "registration.token_required", { enabled: true });
    await refused(login(), "bad_credentials");
    assert.deepEqual(
      await call(relay, "registration.token_required", { enabled: false }),
      {
        open: true,
        jit_enabled: true,
        token_required: false,
      },
    );
    await login();
  });
});

Deno.test("registration-tokens create, change, list, status, delete", async () => {
  await withRelay(async (relay) => {
    const made = await call(relay, "registration_tokens.create", {
      max_uses: 2,
      comment: "party",
      expires_in: "1d",
    });
    assert.match(made.token, /^[a-z0-9]{24}$/);
    assert.deepEqual(
      [made.created, made.max_uses, made.status, made.expires_at],
      [true, 2, "active", NOW + 86_400],
    );
    const { token } = made;
    assert.equal(made.public_note, "");
    const noted = await call(relay, "registration_tokens.create", {
      token,
      public_note: " See you on Friday ",
    });
    assert.equal(noted.public_note, "See you on Friday");
    await refused(
      call(relay, "registration_tokens.create", {
        token,
        public_note: "x".repeat(501),
      }),
      "invalid_value",
    );
    const changed = await call(relay, "registration_tokens.create", {
      token,
      expires_at: null,
    });
    assert.equal(changed.public_note, "See you on Friday");
    assert.deepEqual(
      [changed.created, changed.comment, changed.max_uses, changed.expires_at],
      [false, "party", 2, null],
    );
    const first = await relay.accounts.signUp({ token, peer: PEER });
    const second = await relay.accounts.signUp({ token, peer: PEER });
    await relay.accounts.login(
      first.address,
      secretOfText(first.password),
      PEER,
    );
    await relay.store.accounts.setPinned(
      (await relay.store.accounts.find(second.address))!.id,
      false,
    );
    const status = await call(relay, "registration_tokens.status", { token });
    assert.deepEqual(
      [status.uses, status.available, status.status, status.expired],
      [2, 0, "exhausted", false],
    );
    assert.deepEqual(
      new Set(status.pending_accounts.map(({ username }) => username)),
      new Set<string>([first.address, second.address]),
    );
    await call(relay, "registration_tokens.create", {
      token: "soon-over",
      expires_in: "10s",
    });
    await relay.clock.pass(10_000);
    const listed = await call(relay, "registration_tokens.list", {});
    assert.equal(listed.total, 2);
    const soon = listed.tokens.find((one) => one.token === "soon-over");
    assert.equal(soon?.status, "expired");
    await call(relay, "registration_tokens.delete", { token });
    assert.equal(relay.invitationNotes.of(token), "");
    await refused(
      call(relay, "registration_tokens.delete", { token }),
      "not_found",
    );
    await refused(
      call(relay, "registration_tokens.status", { token }),
      "not_found",
    );
    assert.equal(await relay.store.accounts.countAbout(), 2);
    await refused(
      call(relay, "registration_tokens.create", { token: "a b" }),
      "invalid_value",
    );
  });
});

Deno.test("settings list, get, set, reset", async () => {
  await withRelay(async (relay) => {
    const listed = (await call(relay, "settings.list", {})).settings;
    const { value } = await call(relay, "settings.get", {
      name: "message_retention",
    });
    assert.equal(
      listed.find(({ key }) => key === "message_retention")?.value,
      value,
    );
    const set = await call(relay, "settings.set", {
      name: "message_retention",
      value: "3d",
    });
    assert.deepEqual([set.value, set.source, set.default], ["3d", "db", "20d"]);
    const reset = await call(relay, "settings.reset", {
      name: "message_retention",
    });
    assert.deepEqual([reset.value, reset.source], ["20d", "default"]);
    await refused(
      call(relay, "settings.set", { name: "message_retention", value: "x" }),
      "invalid_value",
    );
    await refused(
      call(relay, "settings.set", { name: "nothing", value: "x" }),
      "not_found",
    );
    await refused(
      call(relay, "settings.get", { name: "nothing" }),
      "not_found",
    );
  });
});

Deno.test("tasks list, run, run-all on the real store", async () => {
  await withRelay(async (relay) => {
    const { address } = await relay.accounts.signUp({ peer: PEER });
    const { tasks, message_retention, unused_account_retention } = await call(
      relay,
      "tasks.list",
      {},
    );
    assert.deepEqual([message_retention, unused_account_retention], [
      "20d",
      "30d",
    ]);
    assert.ok(tasks.every(({ last_started_at }) => last_started_at === null));
    for (let hours = 31 * 24; hours > 0; hours--) {
      await relay.clock.pass(3_600_000);
      relay.store.clock.look();
    }
    const dry = await call(relay, "tasks.run", {
      task: "unused-accounts",
      dry_run: true,
    });
    assert.deepEqual([dry.task, dry.deleted_accounts], [
      "prune-unused-accounts",
      1,
    ]);
    await refused(
      call(relay, "tasks.run", { task: dry.task }),
      "confirmation_required",
    );
    const early = await relay.clock.passUntil(call(relay, "tasks.run_all", {}));
    assert.match(
      early.outcomes.find(({ task }) => task === dry.task)?.detail ?? "",
      /^Stopped: prune-unused-accounts would delete 1 of 1 accounts \(100 %\), more than retention_max_share \(25 %\)/,
    );
    const { outcomes } = await relay.clock.passUntil(
      call(relay, "tasks.run_all", { confirmed: true }),
    );
    assert.ok(outcomes.every(({ detail }) => !detail.startsWith("Failed")));
    assert.equal(
      outcomes.find(({ task }) => task === dry.task)?.deleted_accounts,
      1,
    );
    await refused(
      call(relay, "accounts.info", { username: address }),
      "not_found",
    );
    const after = (await call(relay, "tasks.list", {})).tasks
      .find(({ name }) => name === dry.task);
    assert.equal(after?.last_deleted, 1);
    assert.equal(after?.last_error, null);
    await refused(call(relay, "tasks.run", { task: "nothing" }), "not_found");
    for (const retention of ["0", "soon", "-1d"]) {
      await refused(
        call(relay, "tasks.run", { task: "retention", retention }),
        "invalid_value",
      );
    }
  });
});

Deno.test("export and import carry accounts from one relay to another", async () => {
  await withRelay(async (one) => {
    await one.accounts.login(NAME, secretOfText(STRONG), PEER);
    await call(one, "quota.set", { username: NAME, max_bytes: 5 });
    const file = `${one.stateDir}/accounts.json`;
    const exported = await call(one, "accounts.export", { after: 0 });
    assert.equal(exported.next, null);
    await Deno.writeTextFile(file, JSON.stringify(exported.users));
    await refused(call(one, "accounts.export", { after: -1 }), "invalid_value");
    await withRelay(async (two) => {
      const { errors, ...counts } = await call(two, "accounts.import", {
        users: [...exported.users, ...exported.users, { username: "x" }],
        dry_run: true,
      });
      assert.deepEqual(counts, { imported: 1, skipped: 2 });
      assert.deepEqual(errors.map(({ index }) => index), [2]);
      assert.equal((await call(two, "accounts.list", {})).total, 0);
      assert.deepEqual(await call(two, "accounts.import", { file }), {
        imported: 1,
        skipped: 0,
        errors: [],
      });
      await two.accounts.login(NAME, secretOfText(STRONG), PEER);
      assert.equal(
        (await call(two, "quota.get", { username: NAME })).max_bytes,
        5,
      );
      const { users } = await call(two, "accounts.export", { after: 0 });
      assert.deepEqual(
        await call(two, "accounts.import", { users: [...users] }),
        { imported: 0, skipped: 1, errors: [] },
      );
      await refused(
        call(two, "accounts.import", { file: `${file}x` }),
        "not_found",
      );
      await Deno.writeTextFile(file, "[{]");
      await refused(
        call(two, "accounts.import", { file }),
        "invalid_value",
      );
    });
  });
});

Deno.test("webmail status, set, origins", async () => {
  await withRelay(async (relay) => {
    await call(relay, "webmail.set", { service: "webimap", enabled: true });
    const origins = (
      change: "set" | "add" | "remove" | "reset",
      ...origins: string[]
    ) => call(relay, "webmail.origins", { change, origins });
    await origins("set", "https://a.example", "https://A.example:443");
    await origins("add", "*");
    assert.deepEqual(await call(relay, "webmail.status", {}), {
      webimap_enabled: true,
      websmtp_enabled: false,
      obstacles: [],
      browser_access_enabled: true,
      cors_origins: "https://a.example, *",
      cors_origins_list: ["https://a.example", "*"],
      auto_reflect_origin: false,
      user_invites_per_month: 0,
    });
    await origins("remove", "*");
    await refused(origins("remove", "*"), "not_found");
    await refused(origins("add", "a.example"), "invalid_value");
    await refused(origins("add", "data:,x"), "invalid_value");
    await origins("reset");
  });
});
