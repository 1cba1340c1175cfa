import assert from "node:assert/strict";
import type { Address } from "../../src/mail/address.ts";
import { FLAGGED, SEEN } from "../../src/mail/mailbox.ts";
import {
  FOREIGN_SETTINGS,
  makeDatabase,
  sha256Hash,
  SHARED_TABLES,
  writeFile,
} from "./madmail_tree.ts";
import {
  ANN,
  imported as importedBy,
  importTest,
  look,
  mailOf,
  type World,
} from "./world.ts";

const BOB = "bobbyxy34@chat.example";
const VALIDITY = 1_690_000_000;
const FIRST_LOGIN = 1_700_000_000;

function imported(world: World, options = "") {
  return importedBy(world, "import-madmail", options);
}

async function checkRest(world: World, report: Record<string, unknown>) {
  const { settings, tokens, blocked, rules, overrides, exchangers, dkim_keys } =
    report;
  assert.deepEqual(
    { settings, tokens, blocked, rules, overrides, exchangers, dkim_keys },
    {
      settings: 5,
      tokens: 1,
      blocked: 1,
      rules: 1,
      overrides: 1,
      exchangers: 1,
      dkim_keys: 0,
    },
  );
  assert.deepEqual(report.settings_left_out, ["SMTP_PORT"]);
  await look(world, async ({ settings, store, exchange, federation }) => {
    assert.equal(settings.get("registration_open"), false);
    assert.equal(settings.get("max_message_size"), 50 * 2 ** 20);
    assert.equal(settings.get("default_quota"), 2 ** 21);
    const [token] = await store.accounts.listTokens();
    assert.deepEqual([token?.token, token?.maxUses], ["welcome", 3]);
    const blocked = await store.accounts.blocking(
      "badname12@chat.example" as Address,
    );
    assert.equal(blocked?.reason, "spam twice");
    assert.equal(federation.rules.rules().length, 1);
    assert.ok(exchange.overrides.get("far.example"));
    assert.equal(exchange.exchangers.named("one").pollInterval, 90);
  });
}

async function checkAccounts(world: World) {
  await look(world, async ({ store, accounts: _ }) => {
    const ann = (await store.accounts.find(ANN as Address))!;
    assert.deepEqual([ann.firstLoginAt, ann.quotaOctets], [FIRST_LOGIN, 1000]);
    const bob = (await store.accounts.find(BOB as Address))!;
    assert.deepEqual([bob.firstLoginAt, bob.quotaOctets], [
      undefined,
      undefined,
    ]);
  });
}

const QUOTAS = `
  INSERT INTO QUOTA VALUES
    ('${ANN}', 1000, ${FIRST_LOGIN - 5}, ${FIRST_LOGIN}, ${FIRST_LOGIN + 9}),
    ('${BOB}', 0, ${FIRST_LOGIN}, 1, 0),
    ('__GLOBAL_DEFAULT__', ${2 ** 21}, 0, 0, 0);
`;
const QUOTA_COLUMNS =
  "(username TEXT PRIMARY KEY, max_storage INTEGER, created_at INTEGER, first_login_at INTEGER, last_login_at INTEGER)";

importTest("a madmail of version 2 is taken over", async (world) => {
  const { root } = world;
  const hash = await sha256Hash("correct horse");
  const now = Math.floor(Date.now() / 1000);
  makeDatabase(
    `${root}/credentials.db`,
    `${SHARED_TABLES}
     CREATE TABLE passwords (username TEXT PRIMARY KEY, hash TEXT, created_at INTEGER);
     INSERT INTO passwords VALUES ('${ANN}', '${hash}', 5), ('${BOB}', 'bcrypt:$2b$10$4tEJtJ6dApmhETg8tJ4WHOeMtmYXQwmHDKIyfg09Bw1F/smhLjlaa', 5),
       ('none12345@chat.example', 'md5:abc', 5);
     CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT);
     CREATE TABLE quotas ${QUOTA_COLUMNS};
     ${QUOTAS.replace("QUOTA", "quotas")}
     CREATE TABLE push_tokens (username TEXT, device_token TEXT, updated_at TIMESTAMP, PRIMARY KEY (username, device_token));
     INSERT INTO push_tokens VALUES ('${ANN}', 'new', ${now}), ('${ANN}', 'old', 5);
     ${
      FOREIGN_SETTINGS.map(([key, value]) =>
        `INSERT INTO settings VALUES ('${key}', '${value}');`
      ).join("\n")
    }`,
  );
  const inbox = `${root}/mail/${ANN}/Maildir`;
  await writeFile(`${inbox}/cur/1700.a.host`, "Subject: a\n\none\n");
  await writeFile(`${inbox}/new/1701.b.host`, "Subject: b\r\n\r\ntwo\r\n");
  await writeFile(`${inbox}/cur/1702.c.host:2,ST`, "Subject: c\n\nthree\n");
  await writeFile(
    `${inbox}/chatmail-uidlist`,
    "1 V1 N9\n4 S16 T1700 :1700.a.host\n7 S16 T1701 :1701.b.host\n",
  );
  const folder = `${root}/mail/${ANN}/folders/DeltaChat/Maildir`;
  await writeFile(`${folder}/new/1703.d.host`, "Subject: d\n\nfour\n");
  const dry = await imported(world, "--dry-run");
  assert.deepEqual([dry.accounts, dry.messages], [2, 4]);
  const report = await imported(world);
  assert.deepEqual(
    [report.accounts, report.refused_accounts, report.messages],
    [2, 1, 4],
  );
  assert.equal(report.push_tokens, 1);
  const seen = await mailOf(world);
  assert.equal(seen.get("INBOX")!.mailbox.uidValidity, 1);
  assert.deepEqual(seen.get("INBOX")!.messages, [
    "4 1 0 Subject: a\r\n\r\none\r\n",
    "7 0 0 Subject: b\r\n\r\ntwo\r\n",
    "9 9 0 Subject: c\r\n\r\nthree\r\n",
  ]);
  const other = seen.get("DeltaChat")!;
  assert.notEqual(other.mailbox.uidValidity, 1);
  assert.equal(other.messages.length, 1);
  await checkAccounts(world);
  await checkRest(world, report);
  const again = await imported(world);
  assert.deepEqual(
    [again.accounts, again.messages, again.settings, again.tokens],
    [0, 0, 0, 0],
  );
});

importTest("a madmail of version 1 is taken over", async (world) => {
  const { root } = world;
  const hash = await sha256Hash("correct horse");
  makeDatabase(
    `${root}/credentials.db`,
    `CREATE TABLE passwords (key TEXT PRIMARY KEY, value TEXT NOT NULL);
     INSERT INTO passwords VALUES ('${ANN}', '${hash}'), ('${BOB}', '${hash}');
     ${
      FOREIGN_SETTINGS.map(([key, value]) =>
        `INSERT INTO passwords VALUES ('${key}', '${value}');`
      ).join("\n")
    }`,
  );
  makeDatabase(
    `${root}/imapsql.db`,
    `${SHARED_TABLES}
     CREATE TABLE quota ${QUOTA_COLUMNS};
     ${QUOTAS.replace("QUOTA", "quota")}
     CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT UNIQUE, inboxId INTEGER);
     INSERT INTO users VALUES (3, '${ANN}', 5);
     CREATE TABLE mboxes (id INTEGER PRIMARY KEY, uid INTEGER, name TEXT, sub INTEGER, mark INTEGER,
       uidnext INTEGER, uidvalidity INTEGER, specialuse TEXT);
     INSERT INTO mboxes VALUES (5, 3, 'INBOX', 1, 0, 12, ${VALIDITY}, NULL),
       (6, 3, 'Sent', 0, 0, 1, ${VALIDITY + 1}, '\\Sent');
     CREATE TABLE msgs (mboxId INTEGER, msgId INTEGER, date INTEGER, bodyLen INTEGER, extBodyKey TEXT,
       seen INTEGER, compressAlgo TEXT, PRIMARY KEY (mboxId, msgId));
     INSERT INTO msgs VALUES (5, 3, 1700, 10, '3/aabb', 1, ''), (5, 8, 1800, 10, '3/ccdd', 0, ''),
       (5, 9, 1800, 10, '../../etc/passwd', 0, ''), (5, 10, 1900, 10, '3/gone', 0, '');
     CREATE TABLE flags (mboxId INTEGER, msgId INTEGER, flag TEXT);
     INSERT INTO flags VALUES (5, 3, '\\Flagged'), (5, 3, '$MDNSent'), (5, 3, 'not a flag');`,
  );
  await writeFile(`${root}/messages/3/aabb`, "Subject: a\r\n\r\none\r\n");
  await writeFile(`${root}/messages/3/ccdd`, "Subject: b\n\ntwo\n");
  const report = await imported(world);
  assert.deepEqual(
    [report.accounts, report.messages, report.unreadable],
    [2, 2, 1],
  );
  assert.match(report.problems.join("\n"), /has no file/);
  const seen = await mailOf(world);
  const { mailbox, messages } = seen.get("INBOX")!;
  assert.deepEqual([mailbox.uidValidity, mailbox.uidNext], [VALIDITY, 12]);
  assert.deepEqual(messages, [
    `3 ${SEEN | FLAGGED} 1 Subject: a\r\n\r\none\r\n`,
    "8 0 0 Subject: b\r\n\r\ntwo\r\n",
  ]);
  assert.equal(seen.get("Sent")!.mailbox.specialUse, "\\Sent");
  await checkAccounts(world);
  await checkRest(world, report);
});

importTest("what is no madmail is refused", async (world) => {
  const { relay, root } = world;
  const none = await relay.run(`import-madmail ${root}`);
  assert.match(none.err, /has none of credentials\.db/);
  await Deno.writeTextFile(
    `${root}/credentials.db`,
    "not a database".repeat(99),
  );
  const garbage = await relay.run(`import-madmail ${root}`);
  assert.match(garbage.err, /cannot be read/);
  await Deno.remove(`${root}/credentials.db`);
  makeDatabase(
    `${root}/credentials.db`,
    `CREATE VIEW passwords AS WITH RECURSIVE n(username) AS (SELECT 'a@chat.example' UNION ALL SELECT username || 'a' FROM n)
       SELECT username, 'x' AS hash, 1 AS created_at FROM n;`,
  );
  const view = await imported(world);
  assert.deepEqual([view.accounts, view.refused_accounts], [0, 0]);
});
