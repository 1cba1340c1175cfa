/** Sizes, invitations, one account, settings as forms need them, and what runs by itself. @module */
import assert from "node:assert/strict";
import { OTHER_STRONG, PEER, STRONG } from "../../accounts/test_accounts.ts";
import { secretOfText } from "../../../src/base/secret.ts";
import { NOW, type Relay, withRelay } from "../relay.ts";
import { ask } from "./ask.ts";
import { refused, wrongField } from "./refusals.ts";

function relayTest(name: string, work: (relay: Relay) => Promise<void>): void {
  Deno.test(name, () => withRelay(work));
}

for (
  const [path, name] of [
    ["/admin/message-size", "max_message_size"],
    ["/admin/federation-size", "max_federation_size"],
  ] as const
) {
  relayTest(`${path} is seen, set and reset`, async (relay) => {
    const before = (await ask(relay, "GET", path)).body;
    assert.equal(before.config, "100M");
    assert.equal(before.effective, before.config);
    assert.equal(before.effective_bytes, before.config_bytes);
    assert.equal(before[name], "");
    const set = (await ask(relay, "PUT", path, { size: "64M" })).body;
    assert.equal(set.size, "64M");
    assert.equal(set.effective_bytes, 64 * 2 ** 20);
    assert.equal(set[name], "64M");
    assert.equal(relay.settings.get(name), 64 * 2 ** 20);
    const plain = await ask(relay, "PUT", path, { size: 1_048_576 });
    assert.equal(plain.body.effective, "1M");
    for (const size of ["not-a-size", "", "0", 0, -1, "-5M", null, "1e9G"]) {
      await wrongField(ask(relay, "PUT", path, { size }), "size");
    }
    const reset = (await ask(relay, "DELETE", path)).body;
    assert.deepEqual(reset, {
      reset: true,
      effective_bytes: before.config_bytes,
      effective: before.config,
    });
  });
}

relayTest(
  "what other servers may send follows the message size until it is set",
  async (relay) => {
    const sizes = async () => {
      const { body } = await ask(relay, "GET", "/admin/federation-size");
      const all = (await ask(relay, "GET", "/admin/settings/federation")).body;
      assert.equal(all.federation_size_effective, body.effective);
      return { effective: body.effective, config: body.config };
    };
    await ask(relay, "PUT", "/admin/message-size", { size: "200M" });
    assert.deepEqual(await sizes(), { effective: "200M", config: "200M" });
    await ask(relay, "PUT", "/admin/federation-size", { size: "20M" });
    assert.deepEqual(await sizes(), { effective: "20M", config: "200M" });
    await ask(relay, "DELETE", "/admin/federation-size");
    await ask(relay, "DELETE", "/admin/message-size");
    assert.deepEqual(await sizes(), { effective: "100M", config: "100M" });
  },
);

relayTest(
  "invitations are made, changed by what is given, and deleted",
  async (relay) => {
    const path = "/admin/registration-token";
    const made = await ask(relay, "POST", path, {
      token: "",
      max_uses: 0,
      comment: "",
      expires_in: "7d",
    });
    assert.equal(made.status, 201);
    const { token } = made.body;
    assert.match(token, /^[a-z0-9]{24}$/);
    assert.equal(made.body.max_uses, 1);
    assert.equal(made.body.expires_at_unix, NOW + 7 * 86_400);
    assert.equal(
      made.body.expires_at,
      new Date(made.body.expires_at_unix * 1000).toISOString(),
    );
    assert.equal(made.body.invite_url, `https://chat.example/inv/${token}`);
    assert.equal(
      made.body.dcaccount_url,
      `dcaccount:https://chat.example/new?token=${token}`,
    );
    assert.ok(made.body.qr_svg.startsWith("<svg"));
    const again = await ask(relay, "POST", path, {
      token,
      max_uses: 5,
      public_note: "See you on Friday",
    });
    assert.equal(again.status, 200);
    assert.equal(again.body.public_note, "See you on Friday");
    assert.equal(again.body.max_uses, 5);
    assert.equal(again.body.expires_at_unix, NOW + 7 * 86_400);
    const soon = await ask(relay, "POST", path, { token, expires_in: "90" });
    assert.equal(soon.body.expires_at_unix, NOW + 90);
    const never = await ask(relay, "POST", path, { token, expires_at: " " });
    assert.equal(never.body.expires_at, null);
    const { tokens, total } = (await ask(relay, "GET", path)).body;
    assert.equal(total, 1);
    assert.equal(tokens[0].status, "active");
    assert.equal(tokens[0].pending_reservations, 0);
    const one = (await ask(relay, "GET", path, { token })).body;
    assert.deepEqual(one.accounts, []);
    for (
      const [field, body] of [
        ["expires_in", { expires_in: "soon" }],
        ["max_uses", { max_uses: 1.5 }],
        ["max_uses", { max_uses: "many" }],
        ["token", { token: "a b" }],
        ["expires_at", { expires_at: "yesterday" }],
      ] as const
    ) await wrongField(ask(relay, "POST", path, body), field);
    assert.deepEqual((await ask(relay, "DELETE", path, { token })).body, {
      deleted: token,
    });
    await refused(ask(relay, "DELETE", path, { token }), "not_found");
    await wrongField(ask(relay, "DELETE", path), "token");
  },
);

relayTest(
  "one account is seen as a whole; its password is drawn anew",
  async (relay) => {
    const username = "ann.chats@relay.example";
    await ask(relay, "POST", "/admin/accounts", { username, password: STRONG });
    const path = `/admin/accounts/${encodeURIComponent(username)}`;
    const seen = (await ask(relay, "GET", path)).body;
    assert.equal(seen.username, username);
    assert.equal(seen.blocked, false);
    assert.equal(seen.push_tokens, 0);
    assert.deepEqual([seen.invitation, seen.sent_today], [null, null]);
    await ask(relay, "POST", "/admin/registration-token", {
      token: "welcome1",
      comment: "chess club",
    });
    const guest = await relay.accounts.signUp({
      token: "welcome1",
      peer: PEER,
    });
    const invited = await ask(
      relay,
      "GET",
      `/admin/accounts/${encodeURIComponent(guest.address)}`,
    );
    assert.deepEqual(invited.body.invitation, {
      token: "welc…",
      comment: "chess club",
    });
    assert.deepEqual(seen.sessions, []);
    assert.ok(
      seen.mailboxes.some(({ name }: { name: string }) => name === "INBOX"),
    );
    const reset = await ask(relay, "POST", path, { action: "reset_password" });
    const { password } = reset.body;
    await refused(
      relay.accounts.login(username, secretOfText(STRONG), PEER),
      "bad_credentials",
    );
    await relay.accounts.login(username, secretOfText(password), PEER);
    assert.notEqual(password, OTHER_STRONG);
    const purged = await ask(relay, "POST", path, {
      action: "purge",
      older_than: "30d",
      dry_run: true,
    });
    assert.deepEqual(purged.body, {
      username,
      deleted: 0,
      bytes: 0,
      dry_run: true,
    });
    await refused(ask(relay, "POST", path, { action: "kick" }), "not_running");
    await refused(
      ask(relay, "POST", "/admin/accounts/nobody.chats", { action: "kick" }),
      "not_found",
    );
    await wrongField(ask(relay, "POST", path, { action: "spoil" }), "action");
    const nobody = "/admin/accounts/nobody%40relay.example";
    await refused(ask(relay, "GET", nobody), "not_found");
    await refused(
      ask(relay, "POST", nobody, { action: "reset_password" }),
      "not_found",
    );
    const gone = await ask(relay, "DELETE", path, { block: false });
    assert.deepEqual(gone.body, { deleted: username, blocked: false });
    await refused(ask(relay, "GET", path), "not_found");
  },
);

relayTest("the schema of settings has what forms need", async (relay) => {
  const { settings } = (await ask(relay, "GET", "/admin/settings/schema")).body;
  const field = (key: string) =>
    settings.find((one: { key: string }) => one.key === key);
  assert.equal(field("registration_open").type, "flag");
  assert.deepEqual(field("push_mode").options, ["auto", "on", "off"]);
  const length = field("username_length");
  assert.deepEqual([length.type, length.min, length.max], ["integer", 1, 64]);
  assert.equal(field("smtp_port").optional, true);
  assert.equal(field("smtp_port").effect, "rebind");
  assert.equal(field("turn_secret").secret, true);
  assert.equal(field("message_retention").type, "duration");
  assert.equal(field("max_message_size").type, "size");
  assert.equal(field("message_retention").source, "default");
  for (const { key, type, kind } of settings) {
    assert.ok(type !== "text" || !/^(?:integer|one of|size)/.test(kind), key);
  }
});

relayTest("several settings change together, or none", async (relay) => {
  const path = "/admin/settings";
  const set = await ask(relay, "PATCH", path, {
    registration: "x",
  }).catch((error) => error.detail.field);
  assert.equal(set, "registration");
  const done = await ask(relay, "PATCH", path, {
    max_message_size: "64M",
    registration_open: false,
    ss_port: 9388,
    turn_ttl: "72000",
  });
  assert.equal(done.body.settings.length, 4);
  assert.equal(relay.settings.get("max_message_size"), 64 * 2 ** 20);
  assert.equal(relay.settings.get("shadowsocks_port"), 9388);
  assert.equal(relay.settings.get("turn_ttl"), 72_000);
  await assert.rejects(
    ask(relay, "PATCH", path, { registration_open: true, smtp_port: "many" }),
    { name: "Refusal", code: "invalid_value" },
  );
  assert.equal(relay.settings.get("registration_open"), false);
  await ask(relay, "PATCH", path, { max_message_size: null, turn_ttl: null });
  assert.equal(relay.settings.view("max_message_size").source, "default");
  await wrongField(ask(relay, "PATCH", path), "values");
  await wrongField(ask(relay, "PATCH", path, { smtp_port: [] }), "smtp_port");
  await wrongField(ask(relay, "PATCH", path, { sasl_port: 1 }), "sasl_port");
});

relayTest(
  "tasks, certificate, backups and bandwidth are seen and set going",
  async (relay) => {
    const tasks = (await ask(relay, "GET", "/admin/tasks")).body;
    assert.ok(tasks.tasks.length > 5);
    const run = await ask(relay, "POST", "/admin/tasks", {
      task: "prune-old-messages",
      dry_run: true,
    });
    assert.equal(run.body.dry_run, true);
    await refused(
      ask(relay, "POST", "/admin/tasks", { task: "x" }),
      "not_found",
    );
    const certificate = (await ask(relay, "GET", "/admin/certificate")).body;
    assert.equal(certificate.tls_management, "self_signed");
    await assert.rejects(ask(relay, "POST", "/admin/certificate"), {
      name: "Refusal",
      code: "invalid_value",
    });
    const made = await ask(relay, "POST", "/admin/backup");
    assert.ok(made.body);
    const pages = (await ask(relay, "GET", "/admin/html")).body;
    assert.equal(pages.directory, null);
    assert.deepEqual(pages.problems, []);
    assert.ok(pages.paths.includes("/privacy"));
    const backups = (await ask(relay, "GET", "/admin/backup")).body;
    assert.equal(backups.backups.length, 1);
    const month = (await ask(relay, "GET", "/admin/bandwidth")).body;
    assert.equal(month.bytes_in_total, 0);
    const series = await ask(relay, "GET", "/admin/bandwidth/timeseries", {
      granularity: "hour",
    });
    assert.deepEqual(series.body.buckets, []);
    const between = { from: 1_700_000_000, to: 1_700_003_600 };
    const one = await ask(relay, "GET", "/admin/bandwidth/timeseries", {
      ...between,
      category: "mail_imap",
    });
    assert.deepEqual(one.body.buckets, []);
    const first = await ask(relay, "GET", "/admin/bandwidth/users", {
      sort: "out",
    });
    assert.deepEqual(first.body.users, []);
    for (
      const [field, resource, value] of [
        ["category", "timeseries", "all"],
        ["from", "timeseries", -1],
        ["to", "timeseries", "now"],
        ["sort", "users", "name"],
      ] as const
    ) {
      await wrongField(
        ask(relay, "GET", `/admin/bandwidth/${resource}`, { [field]: value }),
        field,
      );
    }
    const path = "/admin/bandwidth/limits";
    const limits = await ask(relay, "PUT", path, {
      monthly_cap_bytes: 2 ** 40,
      billing_day: 15,
      cap_action: "disable_relays",
    });
    assert.deepEqual(limits.body, {
      monthly_cap_bytes: 2 ** 40,
      cap_action: "disable_relays",
      billing_day: 15,
    });
    const none = await ask(relay, "PUT", path, { monthly_cap_bytes: null });
    assert.equal(none.body.monthly_cap_bytes, null);
    for (
      const [field, body] of [
        ["billing_day", { billing_day: 31 }],
        ["monthly_cap_bytes", { monthly_cap_bytes: 0 }],
        ["monthly_cap_bytes", { monthly_cap_bytes: -1 }],
        ["cap_action", { cap_action: "explode" }],
      ] as const
    ) await wrongField(ask(relay, "PUT", path, body), field);
  },
);

relayTest("what only a server can do is refused without one", async (relay) => {
  await refused(ask(relay, "POST", "/admin/reload"), "not_running");
  await refused(ask(relay, "POST", "/admin/restart"), "not_running");
  await refused(ask(relay, "GET", "/admin/sessions"), "not_running");
  await wrongField(
    ask(relay, "POST", "/admin/reload", { scope: "half" }),
    "scope",
  );
});
