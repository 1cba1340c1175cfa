/** Status, settings and switches, by the names and shapes that panels of other relays know. @module */
import assert from "node:assert/strict";
import { withRelay } from "../relay.ts";
import { ask } from "./ask.ts";
import { wrongField } from "./refusals.ts";

Deno.test("status, overview and storage have what other panels read", async () => {
  await withRelay(async (relay) => {
    const status = (await ask(relay, "GET", "/admin/status")).body;
    assert.deepEqual(status.imap, { connections: 0, unique_ips: 0 });
    assert.deepEqual(status.turn, { relays: 0 });
    assert.deepEqual(status.users, { registered: 0 });
    assert.equal(status.uptime.duration, "0d 0h 0m 0s");
    assert.match(status.uptime.boot_time, /^\d{4}-\d\d-\d\dT/);
    assert.equal(status.message_retention.retention, "20d");
    assert.equal(status.message_retention.days, 20);
    assert.equal(status.push.auto_disable_after, 5);
    assert.equal(status.email_servers, undefined);
    const overview = (await ask(relay, "GET", "/admin/overview")).body;
    assert.deepEqual(overview.tokens, { total: 0 });
    assert.equal(overview.settings.registration, "open");
    assert.ok(overview.disk.total_bytes > 0);
    const storage = (await ask(relay, "GET", "/admin/storage")).body;
    assert.equal(storage.state_dir.path, relay.stateDir);
    assert.equal(storage.database.driver, "sqlite3");
    assert.ok(storage.database.size_bytes > 0);
    assert.ok(storage.disk.percent_used <= 100);
  });
});

const TOGGLES = [
  ["registration/jit", "jit_registration"],
  ["services/turn", "turn_enabled"],
  ["services/iroh", "iroh_enabled"],
  ["services/shadowsocks", "ss_enabled"],
  ["services/http_proxy", "http_proxy_enabled"],
  ["services/auto_purge_seen", "auto_purge_seen_enabled"],
  ["services/message_retention", "message_retention_enabled"],
  ["settings/registration_token_required", "registration_token_required"],
  ["services/log", "log_enabled"],
  ["services/docs", "docs_enabled"],
  ["services/binary_download", "binary_download_enabled"],
] as const;

for (const [path, name] of TOGGLES) {
  Deno.test(`${path} is switched off and on`, async () => {
    await withRelay(async (relay) => {
      const resource = `/admin/${path}`;
      const inList = async () =>
        (await ask(relay, "GET", "/admin/settings")).body[name];
      for (const word of ["disable", "enable", "disable", "disable"]) {
        const set = await ask(relay, "POST", resource, { action: word });
        const expected = `${word}d`;
        assert.equal(set.body.status, expected);
        assert.equal((await ask(relay, "GET", resource)).body.status, expected);
        assert.equal(await inList(), expected);
      }
      for (const action of ["invalid", "", "set"]) {
        await wrongField(ask(relay, "POST", resource, { action }), "action");
      }
      await wrongField(ask(relay, "POST", resource), "action");
      const set = { action: "set", value: "true" };
      const on = await ask(relay, "POST", resource, set);
      assert.equal(on.body.status, "enabled");
    });
  });
}

Deno.test("registration is opened and closed", async () => {
  await withRelay(async (relay) => {
    const path = "/admin/registration";
    for (
      const [action, status] of [["close", "closed"], ["open", "open"]] as const
    ) {
      await ask(relay, "POST", path, { action });
      assert.equal((await ask(relay, "GET", path)).body.status, status);
      assert.equal(relay.settings.get("registration_open"), status === "open");
    }
    await wrongField(ask(relay, "POST", path, { action: "enable" }), "action");
  });
});

Deno.test("push has three modes", async () => {
  await withRelay(async (relay) => {
    const path = "/admin/services/push";
    for (
      const [action, mode, status] of [
        ["disable", "off", "disabled"],
        ["on", "on", "enabled"],
        ["off", "off", "disabled"],
        ["auto", "auto", "enabled"],
        ["enable", "on", "enabled"],
      ] as const
    ) {
      const set = (await ask(relay, "POST", path, { action })).body;
      assert.equal(set.mode, mode);
      assert.equal(set.status, status);
      assert.equal(relay.settings.get("push_mode"), mode);
    }
    await wrongField(ask(relay, "POST", path, { action: "maybe" }), "action");
  });
});

Deno.test("what there is not can be switched off, and says why not on", async () => {
  await withRelay(async (relay) => {
    for (
      const path of [
        "/admin/services/ss_ws",
        "/admin/services/ss_grpc",
        "/admin/settings/allow_inbound_remote_rcpt",
      ]
    ) {
      const off = await ask(relay, "POST", path, { action: "disable" });
      assert.equal(off.body.status, "disabled");
      await wrongField(
        ask(relay, "POST", path, { action: "enable" }),
        "action",
      );
    }
  });
});

Deno.test("mail over HTTP is switched on for web pages at once", async () => {
  await withRelay(async (relay) => {
    const path = "/admin/services/webmail_dev";
    const before = (await ask(relay, "GET", path)).body;
    assert.deepEqual([before.status, before.cors_origins], ["disabled", ""]);
    const origin = "http://127.0.0.1:5173";
    const on = await ask(relay, "POST", path, { action: "enable", origin });
    assert.equal(on.body.status, "enabled");
    assert.equal(on.body.browser_access_enabled, true);
    assert.equal(on.body.webimap_enabled, "enabled");
    assert.equal(on.body.cors_origins, origin);
    const more = { action: "add_origin", origin: "https://app.example" };
    const added = await ask(relay, "POST", path, more);
    assert.deepEqual(added.body.cors_origins_list, [
      origin,
      "https://app.example",
    ]);
    const all = (await ask(relay, "GET", "/admin/settings")).body;
    assert.equal(all.webimap_enabled, "enabled");
    assert.equal(all.webmail_cors_origins.is_set, true);
    const off = await ask(relay, "POST", path, { action: "disable" });
    assert.deepEqual(
      [off.body.status, off.body.websmtp_enabled],
      ["disabled", "disabled"],
    );
    const bare = await ask(relay, "POST", path, { action: "enable" });
    assert.equal(bare.body.status, "enabled");
    await wrongField(ask(relay, "POST", path, { action: "maybe" }), "action");
    await wrongField(
      ask(relay, "POST", path, { action: "add_origin" }),
      "origin",
    );
    await wrongField(
      ask(relay, "POST", path, { action: "add_origin", origin: "x y" }),
      "origins",
    );
  });
});

const VALUES = [
  ["smtp_port", "__SMTP_PORT__", "2525"],
  ["submission_port", "__SUBMISSION_PORT__", "1587"],
  ["imap_port", "__IMAP_PORT__", "1993"],
  ["turn_port", "__TURN_PORT__", "4478"],
  ["iroh_port", "__IROH_PORT__", "9999"],
  ["ss_port", "__SS_PORT__", "9388"],
  ["smtp_hostname", "__SMTP_HOSTNAME__", "mail.test.example.com"],
  ["turn_realm", "__TURN_REALM__", "test.realm.org"],
  ["turn_ttl", "__TURN_TTL__", "72000"],
  ["iroh_relay_url", "__IROH_RELAY_URL__", "https://iroh.test.example.com"],
  ["ss_cipher", "__SS_CIPHER__", "aes-256-gcm"],
  ["dclogin_imap_security", "__DCLOGIN_IMAP_SECURITY__", "starttls"],
  ["max_message_size", "__MAX_MESSAGE_SIZE__", "64M"],
  ["appendlimit", "__APPENDLIMIT__", "64M"],
  ["max_federation_size", "__MAX_FEDERATION_SIZE__", "55M"],
  ["message_retention", "__MESSAGE_RETENTION__", "30d"],
  ["imap_local_only", "__IMAP_LOCAL_ONLY__", "true"],
] as const;

for (const [name, key, value] of VALUES) {
  Deno.test(`settings/${name} is set, seen and reset`, async () => {
    await withRelay(async (relay) => {
      const path = `/admin/settings/${name}`;
      const before = (await ask(relay, "GET", path)).body;
      assert.equal(before.key, key);
      assert.equal(before.is_set, false);
      const set = await ask(relay, "POST", path, { action: "set", value });
      const expected = { key, value, is_set: true, restart_required: false };
      assert.deepEqual(set.body, expected);
      assert.deepEqual((await ask(relay, "GET", path)).body, expected);
      const all = (await ask(relay, "GET", "/admin/settings")).body;
      if (name.endsWith("_local_only")) {
        assert.equal(all.imap_access, "local");
      } else assert.deepEqual(all[name], expected);
      const reset = await ask(relay, "POST", path, { action: "reset" });
      assert.deepEqual(reset.body, before);
      for (const wrong of ["", "a\r\nb", "a\0", "x".repeat(5000)]) {
        await wrongField(
          ask(relay, "POST", path, { action: "set", value: wrong }),
          "value",
        );
      }
      await wrongField(ask(relay, "POST", path, { action: "set" }), "value");
      await wrongField(
        ask(relay, "POST", path, { action: "delete" }),
        "action",
      );
      await wrongField(
        ask(relay, "POST", path, { action: "set", value: [] }),
        "value",
      );
    });
  });
}

Deno.test("numbers and switches are values too; wrong ones are refused", async () => {
  await withRelay(async (relay) => {
    const set = (name: string, value: unknown) =>
      ask(relay, "POST", `/admin/settings/${name}`, { action: "set", value });
    assert.equal((await set("smtp_port", 2525)).body.value, "2525");
    assert.equal((await set("smtp_local_only", true)).body.value, "true");
    for (
      const [name, value] of [
        ["smtp_port", 0],
        ["smtp_port", 65_536],
        ["smtp_port", "25x"],
        ["turn_ttl", "0"],
        ["turn_ttl", "-5"],
        ["max_message_size", "-1"],
        ["max_message_size", "much"],
        ["dclogin_smtp_security", "tls"],
        ["smtp_hostname", "not a host"],
        ["turn_relay_ip", "nowhere"],
        ["iroh_relay_url", "javascript:alert(1)"],
        ["sasl_port", "12345"],
        ["ss_ws_port", "443"],
      ] as const
    ) await wrongField(set(name, value), "value");
    await assert.rejects(set("submission_port", 2525), {
      name: "Refusal",
      code: "already_exists",
    });
    await set("turn_relay_port_max", "50000");
    await wrongField(set("turn_relay_port_min", "60000"), "value");
  });
});

Deno.test("a secret is told only to whoever may do everything, and asks for it", async () => {
  await withRelay(async (relay) => {
    const path = "/admin/settings/turn_secret";
    const value = "e2e-test-secret-42";
    const set = await ask(relay, "POST", path, { action: "set", value });
    assert.equal(set.body.value, value);
    const hidden = {
      key: "__TURN_SECRET__",
      value: "",
      is_set: true,
      restart_required: false,
      secret: true,
    };
    assert.deepEqual((await ask(relay, "GET", path)).body, hidden);
    const all = await ask(relay, "GET", "/admin/settings");
    assert.ok(!JSON.stringify(all.body).includes(value));
    const shown = await ask(relay, "GET", path, { reveal: true });
    assert.equal(shown.body.value, value);
    await assert.rejects(
      ask(relay, "GET", path, { reveal: true }, "accounts"),
      {
        name: "Refusal",
        code: "policy_rejection",
      },
    );
  });
});
