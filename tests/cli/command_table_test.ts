/** The command table that scripts are written for: with what each row ends, and what its JSON has. */
import assert from "node:assert/strict";
import { Server } from "../harness/server.ts";
import { Installation, type Outcome, postern } from "./command_line.ts";

interface Row {
  readonly run: string;
  readonly exit?: number;
  /** Members of `data`, or what a failure says. */
  readonly has: string | RegExp;
}

const PASSWORD = "-p correct-horse";
const INVITE =
  "https://i.delta.chat/#AABBCCDDEEFF00112233445566778899AABBCCDD&a=x%40chat.example&n=A&i=abcdefghijk&s=lmnopqrstuv";

/** In this order, on a server that runs. */
const SERVED: readonly Row[] = [
  { run: "version", has: "name version commit deno target" },
  {
    run: "status -d",
    has:
      "running version pid services registered_users listeners tls queue bandwidth degraded boot_time uptime_seconds",
  },
  { run: "reload --scope config", has: "reloaded changed errors" },
  { run: "reload --scope some", exit: 2, has: /all, config, tls/ },
  { run: "admin-token", has: "token api_url" },
  { run: "admin-web", has: "enabled path" },
  { run: "admin-web path /elsewhere", has: "enabled path" },
  {
    run: "admin-web allow-origin nonsense -y",
    exit: 4,
    has: /https:\/\/panel.example/,
  },
  { run: "health", has: "ok checks" },
  { run: "settings get language", has: "key value source" },
  { run: "settings get registration.open", has: "key value source" },
  { run: "settings get registration_opn", exit: 3, has: /registration_open/ },
  { run: "settings get privacy.counters", exit: 3, has: /config set/ },
  { run: "settings set read_message_retention 5d", has: "key value source" },
  { run: "settings reset read_message_retention", has: "key value source" },
  {
    run: "accounts status",
    has:
      "login_count registration_open token_required jit_enabled blocklisted mail_directories state_dir database",
  },
  { run: `accounts create anna1234 ${PASSWORD}`, has: "username" },
  { run: `accounts create anna1234 ${PASSWORD}`, exit: 4, has: /already/ },
  { run: "accounts create bert1234", exit: 2, has: /--password-stdin/ },
  { run: "accounts create", exit: 2, has: /accounts create <user>/ },
  { run: "accounts list --sort used --limit 1", has: "accounts total" },
  {
    run: "accounts info anna1234",
    has:
      "username credentials blocklisted block_reason created_at first_login_at last_login_at maildir_present maildir_path used_bytes quota_bytes",
  },
  { run: "accounts info nobody12", exit: 3, has: /nobody12@chat.example/ },
  { run: "create-user", has: "username password email dclogin" },
  { run: "accounts delete anna1234", exit: 10, has: /--yes/ },
  { run: "accounts delete nobody12", exit: 3, has: /No account is named/ },
  { run: "delete nobody12", exit: 3, has: /No account is named/ },
  { run: "delete anna1234 -y --reason gone", has: "username reason" },
  { run: "imap-acct ban-list", has: "entries" },
  { run: "accounts unban anna1234 -y", has: "username" },
  { run: "accounts ban anna1234 --reason spam -y", has: "username reason" },
  { run: "blocklist remove anna1234 -y", has: "username" },
  { run: "blocklist remove anna1234 -y", exit: 3, has: /not on the/ },
  { run: "accounts export", has: "users" },
  { run: "accounts delete-all -y", exit: 4, has: /chat.example/ },
  { run: "registration closed", has: "open" },
  { run: "registration open", has: "open" },
  { run: "registration frob", exit: 2, has: /there are status, open/ },
  {
    run: "tokens create --token abcdef --max-uses 2 --expires 72h",
    has: "token max_uses expires_at",
  },
  { run: "tokens create --token abcde", exit: 4, has: /6 to 64/ },
  { run: "tokens create --token a.bcdef", exit: 4, has: /6 to 64/ },
  { run: "reg-tokens list", has: "tokens" },
  { run: "tokens status abcdef", has: "token remaining expired" },
  { run: "tokens delete abcdef", has: "token" },
  { run: "federation policy accept", has: "policy" },
  { run: "federation block x.example", has: "domain action total" },
  { run: "federation list", has: "policy rules" },
  { run: "federation remove x.example", has: "domain action total" },
  { run: "federation remove x.example", exit: 3, has: /not on the list/ },
  { run: "federation flush -y", has: "total" },
  { run: "federation stats", has: "traffic" },
  { run: "federation status", has: "traffic" },
  { run: "federation dismiss x.example", has: "domain total" },
  { run: "federation dismiss-list", has: "domains total" },
  { run: "federation undismiss x.example", has: "domain total" },
  {
    run: "dns-cache set a.example b.example why",
    has: "lookup_key target_host comment",
  },
  {
    run: "dns-cache get a.example",
    has: "lookup_key target_host comment",
  },
  { run: "dns-cache delete a.example", has: "deleted" },
  { run: `sharing create anna ${INVITE} Anna`, has: "slug url name" },
  { run: "sharing list", has: "links" },
  { run: "sharing remove anna -y", has: "deleted" },
  {
    run: "queue",
    has:
      "path count max_tries max_parallelism initial_retry_secs retry_time_scale max_delivery_secs post_init_delay_secs",
  },
  { run: "queue list", has: "entries" },
  { run: "queue show 77", exit: 3, has: /77/ },
  { run: "queue purge -y", has: "path deleted" },
  {
    run: "openrelay status",
    has: "allowed file_default db_override reload_required",
  },
  { run: "openrelay enable", exit: 4, has: /no switch/ },
  { run: "port imap-tls", has: "services" },
  { run: "port sasl set 24", has: "name port" },
  { run: "port http-proxy enable", exit: 2, has: /http-proxy/ },
  { run: "port metrics set 9749", exit: 2, has: /metrics\.listen/ },
  { run: "port imap set 70000", exit: 4, has: /65535/ },
  {
    run: "message-size",
    has: "appendlimit max_message_size effective_bytes source",
  },
  { run: "language", has: "current config_default source" },
  { run: "webimap enable", has: "enabled service" },
  {
    run: "webmail-dev enable https://a.example",
    has: "origins webimap websmtp",
  },
  { run: "webmail-cors reset", has: "origins webimap websmtp" },
  {
    run: "push auto",
    has: "mode runtime_enabled failures auto_disable_threshold",
  },
  {
    run: "proxy",
    has:
      "configured enabled port cipher cipher_source password_db_override shadowsocks_url ws_enabled grpc_enabled",
  },
  {
    run: "iroh install",
    has:
      "configured admin_enabled runtime_enabled port local_only relay_url listening reload_required clients bytes",
  },
  { run: "turn", has: "enabled listen relay_ip range allocations bytes" },
  { run: "http-proxy", has: "enabled" },
  {
    run: "tasks list",
    has:
      "tasks message_retention unused_account_retention periodic_jobs_enabled",
  },
  { run: "tasks run retention", has: "task deleted_messages deleted_accounts" },
  { run: "tasks run cert-renew", has: "task skipped renewed detail" },
  { run: "tasks run nothing", exit: 2, has: /prune-old-messages/ },
  { run: "tasks run-all --dry-run", has: "outcomes" },
  { run: "html-export {dir}/pages", has: "dest files" },
  { run: "html-serve {dir}/nowhere", exit: 3, has: /nowhere/ },
  { run: "html-migrate {dir}/pages", has: "www_dir migrated backups action" },
  { run: "bandwidth --top 3", has: "by_category users" },
  { run: "bandwidth --month 2026-01 --top 3", exit: 2, has: /this month/ },
  { run: "hash", exit: 2, has: /--stdin/ },
  { run: "imap-mboxes nobody12", exit: 3, has: /nobody12/ },
  { run: "imap-msgs nobody12", exit: 3, has: /nobody12/ },
  { run: "exchanger", has: "exchangers" },
  { run: "sessions end nobody12", exit: 3, has: /nobody12/ },
  { run: "metrics show nope", exit: 3, has: /metrics list/ },
  { run: "db check", has: "ok problem place bytes" },
  {
    run: "db copy --to {dir}/copy.db",
    has: "path bytes sha256 accounts messages content_files",
  },
  { run: "db copy", exit: 2, has: /--to FILE/ },
  { run: "db copy --to postgres://db/mail", exit: 4, has: /PostgreSQL/ },
  { run: "db sqlite-to-postgres --dsn x", exit: 4, has: /PostgreSQL/ },
];

/** The same relay without a server: what it has stored is shown and changed. */
const STORED: readonly Row[] = [
  { run: "push off", has: "mode applied" },
  { run: "push", has: "mode runtime_enabled" },
  { run: "iroh disable", has: "enabled admin_enabled applied" },
  { run: "iroh", has: "enabled listening" },
  { run: "turn disable", has: "enabled applied" },
  { run: "turn", has: "enabled running" },
  { run: "port http disable", has: "name enabled applied warnings" },
  { run: "port https disable", exit: 10, has: /no panel/ },
  { run: "port https disable -y", has: "name enabled applied warnings" },
];

function check({ run, exit = 0, has }: Row, outcome: Outcome): void {
  const context = `${run}\n${outcome.out}${outcome.err}`;
  assert.equal(outcome.exit, exit, context);
  if (has instanceof RegExp) {
    const { ok, error, exit: told } = JSON.parse(
      outcome.err.slice(outcome.err.indexOf("{")), // behind a prompt
    );
    assert.equal(ok, false, context);
    assert.equal(told, exit, context);
    assert.match(error, has, context);
    return;
  }
  const { ok, data } = JSON.parse(outcome.out);
  assert.equal(ok, true, context);
  for (const name of has.split(" ")) {
    assert.ok(name in data, `${name}: ${context}`);
  }
}

Deno.test("each row of the command table, on a server", async () => {
  const server = await Server.start({ turn: true });
  const directory = Deno.makeTempDirSync();
  try {
    for (const row of SERVED) {
      const args = row.run.replaceAll("{dir}", directory).split(" ");
      const outcome = await postern([...args, "--json"], {
        POSTERN_CONFIG: server.configFile,
      });
      check(row, outcome);
    }
  } finally {
    await server.dispose();
    Deno.removeSync(directory, { recursive: true });
  }
});

Deno.test("each row that needs no server, without one", async () => {
  const relay = new Installation();
  try {
    for (const row of STORED) check(row, await relay.run(`${row.run} --json`));
    const { out } = await relay.run("settings list");
    assert.match(out, /push_mode +off +db/);
    assert.match(out, /turn_enabled +false +db/);
    assert.match(out, /iroh_enabled +false +db/);
  } finally {
    relay.dispose();
  }
});

Deno.test("run --boot-once makes what a first start makes, and ends", async () => {
  const relay = new Installation(
    `[listen]\n${
      [
        "smtp",
        "submission",
        "submission_tls",
        "imap",
        "imap_tls",
        "http",
        "https",
        "turn",
      ].map((name) => `${name} = []`).join("\n")
    }\n[log]\nlevel = "off"\n`,
  );
  try {
    const { exit, err } = await relay.run("run --boot-once");
    assert.equal(exit, 0, err);
    const made = [...Deno.readDirSync(`${relay.directory}/state`)]
      .map(({ name }) => name);
    for (const name of ["chat.db", "admin_token", "tls"]) {
      assert.ok(made.includes(name), `${name} is not among ${made}`);
    }
    assert.equal((await relay.run("status")).exit, 5);
  } finally {
    relay.dispose();
  }
});
