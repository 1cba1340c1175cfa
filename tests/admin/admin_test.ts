/** Every admin operation over the real store and settings: results and refusals. @module */
import assert from "node:assert/strict";
import { secretOfText } from "../../src/base/secret.ts";
import { Accounts } from "../../src/accounts/accounts.ts";
import { LiveOptions, quotaPolicy } from "../../src/accounts/live_options.ts";
import { loginLink } from "../../src/accounts/login_link.ts";
import {
  OTHER_STRONG,
  PEER,
  STRONG,
} from "../../src/accounts/test_accounts.ts";
import { TestTime } from "../../src/accounts/test_time.ts";
import * as accounts from "../../src/admin/accounts.ts";
import type { AdminContext } from "../../src/admin/context.ts";
import * as registration from "../../src/admin/registration.ts";
import * as tokens from "../../src/admin/registration_tokens.ts";
import * as removal from "../../src/admin/removal.ts";
import * as settings from "../../src/admin/settings.ts";
import { serverStatus } from "../../src/admin/status.ts";
import { listTasks, runAllTasks, runTask } from "../../src/admin/tasks.ts";
import * as transfer from "../../src/admin/transfer.ts";
import { systemRandom } from "../../src/base/random.ts";
import { loadConfig } from "../../src/config/load.ts";
import { LocalDomains } from "../../src/mail/local_domains.ts";
import { Settings } from "../../src/settings/settings.ts";
import { openStore } from "../../src/store/sqlite/open.ts";
import { TaskRunner } from "../../src/tasks/task_runner.ts";

const NOW = 1_800_000_000;
const NAME = "ann.chats@relay.example";

interface Relay extends AdminContext {
  readonly accounts: Accounts;
  readonly clock: TestTime;
}

async function withRelay(test: (relay: Relay) => Promise<void>) {
  const stateDir = await Deno.makeTempDir({ prefix: "postern-admin-" });
  const clock = new TestTime(NOW * 1000);
  const store = await openStore({ stateDir, minFreeOctets: 0, clock });
  try {
    const config = loadConfig({
      text:
        '[server]\ndomain = "relay.example"\n[auth]\nscrypt_ln = 12\nfail_delay_ms = 0\n',
      path: "postern.toml",
    });
    const runtime = await Settings.open(store.settings, config);
    const domains = new LocalDomains({ domains: ["relay.example"] });
    const people = new Accounts({
      store,
      domains,
      options: new LiveOptions(runtime, () => config.values),
      clock,
      timers: clock,
      random: systemRandom,
      signUpUrl: () => undefined,
      resources: () => Promise.resolve({}),
      reportBug(error) {
        throw error;
      },
    });
    const server = {
      port: 993,
      host: "relay.example",
      security: "ssl",
    } as const;
    await test({
      store,
      accounts: people,
      domains,
      settings: runtime,
      tasks: new TaskRunner({
        store,
        accounts: people,
        settings: runtime,
        quota: () => quotaPolicy(runtime, config.values),
        clock,
        timers: clock,
        periodic: false,
      }),
      clock,
      random: systemRandom,
      loginLink: (address, password) =>
        loginLink(address, password, {
          imap: server,
          smtp: { ...server, port: 465 },
          publiclyTrusted: true,
        }),
      stateDir,
      databasePath: `${stateDir}/chat.db`,
    });
  } finally {
    await store.close();
    await Deno.remove(stateDir, { recursive: true });
  }
}

const refused = (work: Promise<unknown>, code: string) =>
  assert.rejects(work, { name: "Refusal", code });

Deno.test("accounts create, info, list, quota, passwd, pin", async () => {
  await withRelay(async (relay) => {
    const made = { password: STRONG, origin: "cli" } as const;
    assert.deepEqual(await accounts.createAccount(relay, " Ann.Chats ", made), {
      username: NAME,
    });
    await refused(accounts.createAccount(relay, NAME, made), "username_taken");
    await refused(accounts.createAccount(relay, "a b", made), "invalid_value");
    await refused(
      accounts.createAccount(relay, "ann", made),
      "username_invalid",
    );
    await refused(
      accounts.createAccount(relay, "x.chats@other.example", made),
      "username_invalid",
    );
    await refused(
      accounts.createAccount(relay, "bob.chats", {
        ...made,
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
    assert.deepEqual(await accounts.accountInfo(relay, "ann.chats"), info);
    await refused(accounts.accountInfo(relay, "nobody.here"), "not_found");
    assert.deepEqual(await accounts.setAccountQuota(relay, NAME, 0), {
      username: NAME,
      used_bytes: 0,
      max_bytes: 0,
      is_default: false,
    });
    await refused(accounts.setAccountQuota(relay, NAME, -1), "invalid_value");
    await refused(accounts.setAccountQuota(relay, NAME, 0.5), "invalid_value");
    await accounts.setAccountQuota(relay, NAME, undefined);
    assert.equal((await accounts.accountQuota(relay, NAME)).is_default, true);
    await accounts.setAccountPinned(relay, NAME, true);
    const { accounts: listed, total } = await accounts.listAccounts(relay);
    assert.equal(total, 1);
    assert.equal(listed[0]?.pinned, true);
    assert.deepEqual(
      await accounts.listAccounts(relay, { search: "nobody" }),
      { accounts: [], total: 0 },
    );
    await relay.clock.pass(1_000);
    await relay.accounts.login(
      "bob.chats@relay.example",
      secretOfText(STRONG),
      PEER,
    );
    for (const [sort, first] of [["username", "ann"], ["created", "bob"]]) {
      const sorted = await accounts.listAccounts(relay, { sort: sort! });
      assert.ok(sorted.accounts[0]?.username.startsWith(first!), `by ${sort}`);
    }
    for (const sort of ["last_login", "used", "messages"]) {
      const sorted = await accounts.listAccounts(relay, { sort });
      assert.equal(sorted.accounts.length, 2);
    }
    await refused(
      accounts.listAccounts(relay, { sort: "1; x" }),
      "invalid_value",
    );
    await accounts.setAccountPassword(relay, NAME, OTHER_STRONG);
    await refused(
      relay.accounts.login(NAME, secretOfText(STRONG), PEER),
      "bad_credentials",
    );
    await relay.accounts.login(NAME, secretOfText(OTHER_STRONG), PEER);
    await refused(
      accounts.setAccountPassword(relay, "nobody.here", STRONG),
      "not_found",
    );
  });
});

Deno.test("accounts create-random gives a link that logs in", async () => {
  await withRelay(async (relay) => {
    const made = await accounts.createRandomAccount(relay, "admin");
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
    await removal.addBlock(relay, "*@bad.example", input);
    await registration.setTokenRequired(relay, "on");
    assert.deepEqual(await accounts.accountsStatus(relay), {
      login_count: 1,
      registration_open: true,
      token_required: true,
      jit_enabled: true,
      blocklisted: 1,
      mail_directories: 1,
      state_dir: relay.stateDir,
      database: relay.databasePath,
    });
    const status = await serverStatus(relay);
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
    assert.deepEqual(await removal.purgeAccount(relay, "joe.chats"), {
      username: "joe.chats@relay.example",
      deleted: 0,
    });
    assert.deepEqual(await removal.deleteAccount(relay, NAME, "gone"), {
      username: NAME,
      blocked: true,
      reason: "gone",
    });
    await refused(removal.deleteAccount(relay, NAME, "gone"), "not_found");
    await refused(
      relay.accounts.login(NAME, secretOfText(STRONG), PEER),
      "bad_credentials",
    );
    const info = await accounts.accountInfo(relay, NAME);
    assert.deepEqual(
      [info.credentials, info.blocklisted, info.block_reason],
      [false, true, "gone"],
    );
    await removal.deleteAccount(relay, "bob.chats", undefined);
    await removal.banAccount(relay, "eve.chats", "spam");
    await removal.banAccount(relay, "never.there", "spam");
    const { entries } = await removal.listBlocks(relay);
    assert.deepEqual(entries, [
      { username: NAME, reason: "gone", blocked_at: NOW },
      { username: "eve.chats@relay.example", reason: "spam", blocked_at: NOW },
      {
        username: "never.there@relay.example",
        reason: "spam",
        blocked_at: NOW,
      },
    ]);
    await removal.unbanAccount(relay, "eve.chats");
    await refused(removal.unbanAccount(relay, "eve.chats"), "not_found");
    await refused(removal.removeBlock(relay, "no pattern"), "invalid_value");
    await refused(
      removal.deleteAllAccounts(relay, "other.example", "x"),
      "invalid_value",
    );
    assert.deepEqual(
      await removal.deleteAllAccounts(relay, "relay.example", "bulk"),
      { deleted: 1, errors: [] },
    );
    assert.equal(await relay.store.accounts.count(), 0);
  });
});

Deno.test("registration switches take effect at once", async () => {
  await withRelay(async (relay) => {
    const login = () => relay.accounts.login(NAME, secretOfText(STRONG), PEER);
    await registration.closeRegistration(relay);
    assert.equal(registration.registrationStatus(relay).open, false);
    await refused(login(), "bad_credentials");
    await registration.openRegistration(relay);
    await registration.setJitRegistration(relay, "off");
    await refused(login(), "bad_credentials");
    await registration.setJitRegistration(relay, "on");
    await registration.setTokenRequired(relay, "on");
    await refused(login(), "bad_credentials");
    assert.deepEqual(await registration.setTokenRequired(relay, "off"), {
      open: true,
      jit_enabled: true,
      token_required: false,
    });
    await login();
  });
});

Deno.test("registration-tokens create, change, list, status, delete", async () => {
  await withRelay(async (relay) => {
    const made = await tokens.putRegistrationToken(relay, {
      maxUses: 2,
      comment: "party",
      expiresIn: "1d",
    });
    assert.match(made.token, /^[a-z0-9]{24}$/);
    assert.deepEqual(
      [made.created, made.max_uses, made.status, made.expires_at],
      [true, 2, "active", NOW + 86_400],
    );
    const { token } = made;
    const changed = await tokens.putRegistrationToken(relay, {
      token,
      expiresAt: null,
    });
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
    const status = await tokens.registrationTokenStatus(relay, token);
    assert.deepEqual(
      [status.uses, status.available, status.status, status.expired],
      [2, 0, "exhausted", false],
    );
    assert.deepEqual(
      new Set(status.pending_accounts.map(({ username }) => username)),
      new Set<string>([first.address, second.address]),
    );
    await tokens.putRegistrationToken(relay, {
      token: "soon",
      expiresIn: "10s",
    });
    await relay.clock.pass(10_000);
    const listed = await tokens.listRegistrationTokens(relay);
    assert.equal(listed.total, 2);
    const soon = listed.tokens.find((one) => one.token === "soon");
    assert.equal(soon?.status, "expired");
    await tokens.deleteRegistrationToken(relay, token);
    await refused(tokens.deleteRegistrationToken(relay, token), "not_found");
    await refused(tokens.registrationTokenStatus(relay, token), "not_found");
    assert.equal(await relay.store.accounts.count(), 2);
    await refused(
      tokens.putRegistrationToken(relay, { token: "a b" }),
      "invalid_value",
    );
  });
});

Deno.test("settings list, get, set, reset", async () => {
  await withRelay(async (relay) => {
    const listed = settings.listSettings(relay).settings;
    const { value } = settings.getSetting(relay, "message_retention");
    assert.equal(
      listed.find(({ key }) => key === "message_retention")?.value,
      value,
    );
    const set = await settings.setSetting(relay, "message_retention", "3d");
    assert.deepEqual([set.value, set.source, set.default], ["3d", "db", "20d"]);
    const reset = await settings.resetSetting(relay, "message_retention");
    assert.deepEqual([reset.value, reset.source], ["20d", "default"]);
    await refused(
      settings.setSetting(relay, "message_retention", "x"),
      "invalid_value",
    );
    await refused(settings.setSetting(relay, "nothing", "x"), "not_found");
    assert.throws(() => settings.getSetting(relay, "nothing"), {
      code: "not_found",
    });
  });
});

Deno.test("tasks list, run, run-all on the real store", async () => {
  await withRelay(async (relay) => {
    const { address } = await relay.accounts.signUp({ peer: PEER });
    const { tasks, message_retention, unused_account_retention } =
      await listTasks(relay);
    assert.deepEqual([message_retention, unused_account_retention], [
      "20d",
      "30d",
    ]);
    assert.ok(tasks.every(({ last_started_at }) => last_started_at === null));
    for (let hours = 31 * 24; hours > 0; hours--) {
      await relay.clock.pass(3_600_000);
      relay.store.clock.look();
    }
    const dry = await runTask(relay, "unused-accounts", { dryRun: true });
    assert.deepEqual([dry.task, dry.deleted_accounts], [
      "prune-unused-accounts",
      1,
    ]);
    await refused(runTask(relay, dry.task), "confirmation_required");
    const early = await relay.clock.passUntil(runAllTasks(relay));
    assert.match(
      early.outcomes.find(({ task }) => task === dry.task)?.detail ?? "",
      /^Stopped: prune-unused-accounts would delete 1 of 1 accounts \(100 %\), more than retention_max_share \(25 %\)/,
    );
    const { outcomes } = await relay.clock.passUntil(
      runAllTasks(relay, { confirmed: true }),
    );
    assert.ok(outcomes.every(({ detail }) => !detail.startsWith("Failed")));
    assert.equal(
      outcomes.find(({ task }) => task === dry.task)?.deleted_accounts,
      1,
    );
    await refused(accounts.accountInfo(relay, address), "not_found");
    const after = (await listTasks(relay)).tasks
      .find(({ name }) => name === dry.task);
    assert.equal(after?.last_deleted, 1);
    assert.equal(after?.last_error, null);
    await refused(runTask(relay, "nothing"), "not_found");
    for (const retention of ["0", "soon", "-1d"]) {
      await refused(
        runTask(relay, "retention", { retention }),
        "invalid_value",
      );
    }
  });
});

Deno.test("export and import carry accounts from one relay to another", async () => {
  await withRelay(async (one) => {
    await one.accounts.login(NAME, secretOfText(STRONG), PEER);
    await accounts.setAccountQuota(one, NAME, 5);
    const file = `${one.stateDir}/accounts.json`;
    const exported = await transfer.exportSomeAccounts(one, 0);
    assert.equal(exported.next, null);
    await Deno.writeTextFile(file, JSON.stringify(exported.users));
    await refused(transfer.exportSomeAccounts(one, -1), "invalid_value");
    await withRelay(async (two) => {
      const force = { force: false };
      assert.deepEqual(await transfer.importAccounts(two, { file }, force), {
        imported: 1,
        skipped: 0,
        errors: [],
      });
      await two.accounts.login(NAME, secretOfText(STRONG), PEER);
      assert.equal((await accounts.accountQuota(two, NAME)).max_bytes, 5);
      const { users } = await transfer.exportSomeAccounts(two, 0);
      assert.deepEqual(
        await transfer.importAccounts(two, { users }, force),
        { imported: 0, skipped: 1, errors: [] },
      );
      await refused(
        transfer.importAccounts(two, { file: `${file}x` }, force),
        "not_found",
      );
      await Deno.writeTextFile(file, "[{]");
      await refused(
        transfer.importAccounts(two, { file }, force),
        "invalid_value",
      );
    });
  });
});
