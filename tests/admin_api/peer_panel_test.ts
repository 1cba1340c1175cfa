/**
 * What the panel of another relay asks for on each of its screens, from a web
 * site of its own, and what it reads in the answers: a field that has another
 * type, or is not there, is a screen that shows nothing.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { ResourceMethod } from "../../src/api/admin/resource.ts";
import { adminToken, type Envelope } from "../harness/admin_client.ts";
import { Server } from "../harness/server.ts";

const ORIGIN = "https://panel.example";

/** By field; `?` where it may be left out. */
type Shape = { readonly [field: string]: string | Shape };

const SETTING: Shape = {
  key: "string",
  value: "string",
  is_set: "boolean",
  restart_required: "boolean?",
};
const COUNTS: Shape = { connections: "number", unique_ips: "number" };
const STATUS: Shape = {
  version: "string",
  imap: COUNTS,
  turn: { relays: "number" },
  shadowsocks: COUNTS,
  users: { registered: "number" },
  uptime: { boot_time: "string", duration: "string" },
  message_retention: {
    enabled: "boolean",
    days: "number",
    retention: "string",
  },
  push: {
    enabled: "boolean",
    mode: "string",
    successful_notifications: "number",
  },
  sent_messages: "number",
  outbound_messages: "number",
  received_messages: "number",
};
const DISK: Shape = {
  total_bytes: "number",
  used_bytes: "number",
  available_bytes: "number",
  percent_used: "number",
};

const WORDS =
  "registration jit_registration turn_enabled iroh_enabled push_enabled push_mode ss_enabled auto_purge_seen_enabled message_retention_enabled ss_ws_enabled ss_grpc_enabled http_proxy_enabled admin_web_enabled webimap_enabled websmtp_enabled registration_token_required smtp_access submission_access submission_tls_access imap_access imap_tls_access turn_access sasl_access iroh_access http_access https_access"
    .split(" ");
const VALUES =
  "message_retention smtp_port submission_port submission_tls_port imap_port imap_tls_port turn_port sasl_port iroh_port ss_port ss_ws_port ss_grpc_port http_port https_port http_proxy_port http_proxy_path smtp_hostname turn_realm turn_secret turn_relay_ip turn_ttl iroh_relay_url ss_cipher ss_password http_proxy_username http_proxy_password admin_path admin_web_path dclogin_imap_security dclogin_smtp_security language appendlimit max_message_size max_federation_size"
    .split(" ");
const SETTINGS: Shape = {
  ...Object.fromEntries(WORDS.map((name) => [name, "string"])),
  ...Object.fromEntries(VALUES.map((name) => [name, SETTING])),
  message_size_effective: "string",
  message_size_effective_bytes: "number",
  federation_size_effective: "string",
  federation_size_effective_bytes: "number",
};

const FEDERATION: Shape = {
  enabled: "boolean",
  policy: "string",
  federation_size_effective: "string",
  federation_size_effective_bytes: "number",
};
const TOGGLE: Shape = { status: "string" };

interface Step {
  readonly ask: readonly [
    resource: string,
    method?: ResourceMethod,
    body?: unknown,
  ];
  readonly reads: Shape;
  /** Of a list in the answer, each entry of which has this. */
  readonly each?: readonly [list: string, shape: Shape];
}

const SCREENS: Readonly<Record<string, readonly Step[]>> = {
  "who comes in": [{ ask: ["/admin/status"], reads: STATUS }],
  "the overview": [
    {
      ask: ["/admin/overview"],
      reads: {
        ...STATUS,
        disk: DISK,
        tokens: { total: "number" },
        settings: SETTINGS,
      },
    },
    {
      ask: ["/admin/storage"],
      reads: {
        disk: DISK,
        state_dir: { path: "string", size_bytes: "number" },
      },
    },
    {
      ask: ["/admin/services/message_retention", "POST", { action: "enable" }],
      reads: TOGGLE,
    },
    ...["purge_read", "purge_read_blobs"].map((action) => ({
      ask: ["/admin/queue", "POST", { action }],
      reads: { action: "string", message: "string", deleted: "number" },
    } as const)),
    {
      ask: ["/admin/queue", "POST", {
        action: "purge_blobs_older",
        retention: "72h",
      }],
      reads: { deleted: "number" },
    },
    {
      ask: ["/admin/reload", "POST", {}],
      reads: { status: "string", message: "string" },
    },
  ],
  "services and ports": [
    { ask: ["/admin/settings"], reads: SETTINGS },
    ...["turn", "iroh", "auto_purge_seen", "webimap", "websmtp"].map((
      name,
    ) => ({
      ask: [`/admin/services/${name}`, "POST", { action: "disable" }],
      reads: TOGGLE,
    } as const)),
    {
      ask: ["/admin/services/push", "POST", { action: "auto" }],
      reads: { status: "string", mode: "string" },
    },
    // numbers as its fields for numbers give them
    {
      ask: ["/admin/settings/turn_ttl", "POST", {
        action: "set",
        value: 90_000,
      }],
      reads: SETTING,
    },
    {
      ask: ["/admin/settings/turn_ttl", "POST", { action: "reset" }],
      reads: SETTING,
    },
  ],
  "accounts": [
    {
      ask: ["/admin/accounts", "POST", {}],
      reads: { email: "string", password: "string" },
    },
    {
      ask: ["/admin/accounts"],
      reads: { total: "number" },
      each: ["accounts", {
        username: "string",
        used_bytes: "number",
        max_bytes: "number",
        is_default_quota: "boolean",
        created_at: "number",
        first_login_at: "number",
        last_login_at: "number",
      }],
    },
    {
      ask: ["/admin/quota"],
      reads: {
        total_storage_bytes: "number",
        accounts_count: "number",
        default_quota_bytes: "number",
      },
    },
    {
      ask: ["/admin/quota", "PUT", { max_bytes: 2 ** 30 }],
      reads: { max_bytes: "number" },
    },
    {
      ask: ["/admin/accounts", "PATCH", { action: "export" }],
      reads: { total: "number" },
      each: ["users", { username: "string", hash: "string" }],
    },
    {
      ask: ["/admin/accounts", "PATCH", {
        action: "import",
        users: [{
          username: "eve.chats@chat.example",
          password: "a good password",
        }],
      }],
      reads: { imported: "number", skipped: "number" },
    },
    {
      ask: ["/admin/accounts", "DELETE", {
        username: "eve.chats@chat.example",
      }],
      reads: { deleted: "string", blocked: "string" },
    },
    {
      ask: ["/admin/blocklist"],
      reads: { total: "number" },
      each: ["blocked", { username: "string", reason: "string" }],
    },
    {
      ask: ["/admin/blocklist", "PATCH", { action: "delete_all" }],
      reads: { unblocked: "number" },
    },
  ],
  "registration codes": [
    {
      ask: ["/admin/registration-token", "POST", {
        max_uses: 1,
        comment: "for bob",
        expires_in: "7d",
      }],
      reads: { token: "string" },
    },
    {
      ask: ["/admin/registration-token"],
      reads: { total: "number" },
      each: ["tokens", {
        token: "string",
        max_uses: "number",
        used_count: "number",
        pending_reservations: "number",
        comment: "string",
        created_at: "string",
        expires_at: "string",
        status: "string",
      }],
    },
  ],
  "federation": [
    { ask: ["/admin/settings/federation"], reads: FEDERATION },
    {
      ask: ["/admin/settings/federation", "POST", { policy: "ACCEPT" }],
      reads: FEDERATION,
    },
    {
      ask: ["/admin/federation-size", "PUT", { size: "50M" }],
      reads: { size: "string", effective: "string", effective_bytes: "number" },
    },
    {
      ask: ["/admin/federation-size", "DELETE"],
      reads: { reset: "boolean", effective: "string" },
    },
    {
      ask: ["/admin/federation/rules", "POST", { domain: "bad.example" }],
      reads: { domain: "string" },
    },
    {
      ask: ["/admin/federation/rules"],
      reads: { total: "number" },
      each: ["rules", { domain: "string", created_at: "number" }],
    },
    {
      ask: ["/admin/federation/servers"],
      reads: { servers: "object", total: "number" },
    },
    {
      ask: ["/admin/dns", "POST", {
        lookup_key: "far.example",
        target_host: "192.0.2.9",
        comment: "",
      }],
      reads: { lookup_key: "string", target_host: "string" },
    },
    {
      ask: ["/admin/dns"],
      reads: { total: "number" },
      each: ["overrides", {
        lookup_key: "string",
        target_host: "string",
        comment: "string",
      }],
    },
    {
      ask: ["/admin/exchangers", "POST", {
        name: "one",
        url: "https://exchanger.example/x",
        poll_interval: 60,
      }],
      reads: { name: "string" },
    },
    {
      ask: ["/admin/exchangers", "PUT", { name: "one", enabled: false }],
      reads: { updated: "string" },
    },
    {
      ask: ["/admin/exchangers"],
      reads: { total: "number" },
      each: ["exchangers", {
        name: "string",
        url: "string",
        enabled: "boolean",
        poll_interval: "number",
      }],
    },
    {
      ask: ["/admin/exchangers", "DELETE", { name: "one" }],
      reads: { deleted: "string" },
    },
  ],
  "a notice": [{
    ask: ["/admin/notice", "POST", {
      subject: "Hello",
      body: "All is well",
      recipient: "",
    }],
    reads: { sent: "number", failed: "number" },
  }],
};

function assertShape(value: unknown, shape: Shape, at: string): void {
  assert.ok(typeof value === "object" && value !== null, at);
  for (const [field, wanted] of Object.entries(shape)) {
    const found: unknown = (value as Record<string, unknown>)[field];
    if (typeof wanted !== "string") {
      assertShape(found, wanted, `${at}.${field}`);
      continue;
    }
    if (wanted.endsWith("?") && found === undefined) continue;
    assert.equal(typeof found, wanted.replace("?", ""), `${at}.${field}`);
  }
}

Deno.test("the panel of another relay finds on each screen what it reads", async (t) => {
  const server = await Server.start({
    config: `[admin]\ncors_origins = ["${ORIGIN}"]`,
  });
  try {
    const token = await adminToken(server);
    let path = "/api/admin";
    const send = (init: RequestInit) =>
      fetch(`http://127.0.0.1:${server.ports.http}${path}`, init);
    const ask = async (
      resource: string,
      method: ResourceMethod = "GET",
      body: unknown = {},
    ): Promise<Envelope> => {
      const response = await send({
        method: "POST",
        headers: { "content-type": "application/json", origin: ORIGIN },
        body: JSON.stringify({
          method,
          resource,
          headers: { Authorization: `Bearer ${token}` },
          body,
        }),
      });
      assert.equal(response.headers.get("access-control-allow-origin"), ORIGIN);
      return await response.json();
    };

    await t.step("a browser asks whether it may", async () => {
      const response = await send({
        method: "OPTIONS",
        headers: {
          origin: ORIGIN,
          "access-control-request-method": "POST",
          "access-control-request-headers": "content-type",
        },
      });
      await response.body?.cancel();
      assert.equal(response.status, 204);
      assert.match(
        response.headers.get("access-control-allow-headers") ?? "",
        /content-type/i,
      );
    });

    for (const [screen, steps] of Object.entries(SCREENS)) {
      await t.step(screen, async () => {
        for (const { ask: asked, reads, each } of steps) {
          const { status, error, body } = await ask(...asked);
          const at = asked.slice(0, 2).join(" ");
          assert.deepEqual([status < 300, error], [true, null], at);
          assertShape(body, reads, at);
          if (!each) continue;
          const [list, shape] = each;
          assert.ok(body[list].length > 0, `${at} has something to show`);
          for (const entry of body[list]) assertShape(entry, shape, at);
        }
      });
    }

    await t.step("a number of days comes back as it was set", async () => {
      for (const value of ["7d", "14d", "30d"]) {
        const set = await ask("/admin/settings/message_retention", "POST", {
          action: "set",
          value,
        });
        assert.equal(set.body.value, value);
        const { body } = await ask("/admin/overview");
        assert.equal(body.message_retention.retention, value);
        assert.equal(`${body.message_retention.days}d`, value);
        assert.equal(body.settings.message_retention.value, value);
      }
    });

    await t.step(
      "what a relay of ours has not is refused, with the reason",
      async () => {
        for (
          const [resource, body] of [
            ["/admin/services/ss_ws", { action: "enable" }],
            ["/admin/services/ss_grpc", { action: "enable" }],
            ["/admin/settings/sasl_port", { action: "set", value: 24 }],
            ["/admin/settings/ss_ws_port", { action: "set", value: 42_002 }],
            ["/admin/settings/http_proxy_path", { action: "set", value: "/x" }],
            ["/admin/accounts", { action: "delete_all" }],
          ] as const
        ) {
          const method = resource === "/admin/accounts" ? "PATCH" : "POST";
          const { status, error } = await ask(resource, method, body);
          assert.equal(status, 400, resource);
          assert.ok(error && error.length > 10, resource);
        }
      },
    );

    await t.step("it follows the API to where it has been moved", async () => {
      const { body } = await ask("/admin/settings/admin_path", "POST", {
        action: "set",
        value: "/api/moved",
      });
      assert.deepEqual([body.value, body.is_set], ["/api/moved", true]);
      path = body.value;
      const { body: settings } = await ask("/admin/settings");
      assert.equal(settings.admin_path.value, path);
    });
  } finally {
    await server.dispose();
  }
});
