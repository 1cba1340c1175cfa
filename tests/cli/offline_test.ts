import assert from "node:assert/strict";
import { Installation } from "./command_line.ts";
import { NOT_RUNNING, script } from "./script.ts";

script("accounts are made, shown, changed and deleted", [
  {
    run: "accounts create anna1234 --password 'correct horse'",
    out: `Created anna1234@chat.example\n${NOT_RUNNING}`,
  },
  {
    run: "accounts create anna1234 -p 'correct horse' --json",
    exit: 4,
    err: /^\{"ok":false,"error":"[^"]+","code":"username_taken","exit":4\}\n$/,
  },
  {
    run: "--json accounts create bert5678 --password-stdin",
    answers: ["battery staple"],
    out:
      '{"ok":true,"command":"accounts create","data":{"username":"bert5678@chat.example","applied":"server-not-running"}}\n',
  },
  {
    run: "accounts create dora3456 --password-stdin",
    answers: [Uint8Array.of(0xff, 0xfe, 49, 50, 51, 52, 53, 54, 55, 56)],
    exit: 4,
    err: "postern: Input is not UTF-8\n",
  },
  {
    run: "accounts create cleo9012",
    answers: ["typed unseen"],
    out: `Created cleo9012@chat.example\n${NOT_RUNNING}`,
    err: "Password: ",
  },
  {
    run: "accounts create 'no good'  -p 'correct horse'",
    exit: 4,
    err: /^postern: Invalid email address/,
  },
  {
    run: "accounts create shrt -p 'correct horse'",
    exit: 4,
    err: /^postern: /,
  },
  {
    run: "accounts create shrt -p 'correct horse' --force -q",
  },
  {
    run: "accounts list --search a1",
    out: `ACCOUNT                CREATED     LAST LOGIN  MESSAGES  USED  QUOTA
anna1234@chat.example  <- day -->  never       0         0 B   1.0 GiB
1 account
`,
  },
  {
    run: "accounts quota anna1234 2G",
    out: "anna1234@chat.example: 0 B of 2.0 GiB\n",
  },
  {
    run: "accounts quota anna1234 2X",
    exit: 4,
    err: 'postern: Cannot read "2X": write 100M, 1.5G, 64K or 200000\n',
  },
  {
    run: "accounts info anna1234",
    out: `account      anna1234@chat.example
exists       yes
blocked      no
created      <---- moment --->
first login  never
last login   never
messages     0
used         0 B of 2.0 GiB (own quota)
pinned       no
`,
  },
  {
    run: "accounts quota anna1234 reset",
    out: "anna1234@chat.example: 0 B of 1.0 GiB (the default quota)\n",
  },
  {
    run: "accounts pin anna1234",
    out:
      `anna1234@chat.example is kept however long nobody logs in\n${NOT_RUNNING}`,
  },
  {
    run: "accounts passwd bert5678 -p 'another horse'",
    out: `Changed the password of bert5678@chat.example\n${NOT_RUNNING}`,
  },
  {
    run: "accounts reset-password bert5678",
    out:
      /^address {3}bert5678@chat\.example\npassword {2}\S+\nlink {6}dclogin:/,
  },
  {
    run: "notice status",
    out: `accounts          4
with a known key  0
sender            admin@chat.example
last              none
`,
  },
  {
    run: "notice preview 'Grüße' 'Hello'",
    out:
      /^To 4 accounts, 0 with a known key:\n\nFrom: Admin <admin@chat\.example>\n[^]*Subject: =\?UTF-8\?B\?R3LDvMOfZQ==\?=\n[^]*\n\nHello\n$/,
  },
  {
    run: "notice send Hello",
    exit: 2,
    err: "postern: Give the text of the notice, or a --file that has it\n",
  },
  {
    run: "notice send Hello 'To all'",
    exit: 10,
    err:
      "postern: This would be sent to 4 accounts. Go on? Say so with --yes\n",
  },
  {
    run: "notice send Hello 'To all' --yes --key one",
    out: "Sent to 4 of 4 accounts\n",
  },
  {
    run: "notice send Hello 'To all' --yes --key one",
    out: "Sent before to 4 of 4 accounts\n",
  },
  {
    run: "notice history",
    out: `SENT               TO   ACCOUNTS  STATE  SUBJECT
<---- moment --->  all  4 of 4    done   Hello
`,
  },
  {
    run: "jobs list",
    out: /^JOB/,
  },
  {
    run: "jobs show nothing",
    exit: 3,
    err: "postern: There is no such job\n",
  },
  {
    run: "messages purge some",
    exit: 2,
    err: 'postern: Name one of all, read, unread (got "some")\n',
  },
  {
    run: "messages purge unread --dry-run",
    out: "Would delete 4 messages\n",
  },
  {
    run: "messages purge all",
    exit: 10,
    err:
      "postern: This would delete 4 messages of all accounts. Go on? Say so with --yes\n",
  },
  {
    run: "messages purge all -y",
    out: `Deleted 4 messages\n${NOT_RUNNING}`,
  },
  {
    run: "accounts delete anna1234",
    exit: 10,
    err:
      "postern: Delete anna1234 with all its mail (0 messages, 0 B)? Say so with --yes\n",
  },
  {
    run: "accounts delete anna1234",
    answers: ["n"],
    exit: 10,
    err:
      "Delete anna1234 with all its mail (0 messages, 0 B)? [y/N] postern: Aborted\n",
  },
  {
    run: "accounts delete anna1234",
    answers: ["yes"],
    out: `Deleted anna1234@chat.example and blocked its name\n${NOT_RUNNING}`,
    err: "Delete anna1234 with all its mail (0 messages, 0 B)? [y/N] ",
  },
  {
    run: "delete bert5678 --no-block --yes --json",
    out:
      '{"ok":true,"command":"delete","data":{"username":"bert5678@chat.example","blocked":false,"reason":null,"exported":null,"applied":"server-not-running"}}\n',
  },
  {
    run: "accounts delete bert5678 -y --json",
    exit: 3,
    err:
      '{"ok":false,"error":"No account is named bert5678@chat.example","code":"not_found","exit":3}\n',
  },
  {
    run: "ban-list",
    out: `NAME                   BLOCKED            REASON
anna1234@chat.example  <---- moment --->  account deleted via CLI
`,
  },
  {
    run: "accounts unban anna1234 -y",
    out: `anna1234@chat.example is no longer blocked\n${NOT_RUNNING}`,
  },
  {
    run: "accounts unban anna1234 -y",
    exit: 3,
    err: /^postern: /,
  },
  {
    run: "accounts delete-all --yes",
    exit: 4,
    err:
      "postern: To delete all accounts, confirm with the domain chat.example\n",
  },
  {
    run: "accounts delete-all --yes --confirm chat.example",
    out: "Deleted 2 accounts\n",
  },
]);

script("accounts create-random gives a link", [
  {
    run: "create-user --json-only",
    out:
      /^\{"dclogin":"dclogin:[a-z0-9]{9}@chat\.example\/\?p=[A-Za-z0-9]{22}&v=1&ic=3"\}\n$/,
  },
  {
    run: "accounts create-random --json",
    out:
      /^\{"ok":true,"command":"accounts create-random","data":\{"username":"([a-z0-9]{9})","password":"[A-Za-z0-9]{22}","email":"\1@chat\.example","dclogin":"dclogin:\1@[^"]+","applied":"server-not-running"\}\}\n$/,
  },
]);

script("registration and its tokens", [
  {
    run: "registration",
    out: `registration            open
sign-up by first login  on
token required          no
`,
  },
  {
    run: "registration closed --json",
    out:
      '{"ok":true,"command":"registration close","data":{"open":false,"jit_enabled":true,"token_required":false,"applied":"server-not-running"}}\n',
  },
  {
    run: "registration jit maybe",
    exit: 2,
    err: 'postern: Write on or off, not "maybe"\n',
  },
  {
    run: "registration token-required on -q",
  },
  {
    run: "registration status --json",
    out:
      '{"ok":true,"command":"registration status","data":{"open":false,"jit_enabled":true,"token_required":true}}\n',
  },
  {
    run: "tokens create --token welcome --max-uses 5 --comment 'for friends'",
    out:
      "token    welcome\nlink     https://chat.example/inv/welcome\nuses     5\nexpires  never\n",
  },
  {
    run: "registration-tokens create --max-uses 0",
    exit: 2,
    err:
      'postern: --max-uses must be a whole number from 1 to 1000000 (got "0")\n',
  },
  {
    run: "tokens create --token late --expires '2 weeks'",
    exit: 4,
    err: /^postern: .*2 weeks/,
  },
  {
    run: "tokens create --token late --expires 7",
    exit: 4,
    err:
      'postern: expires_in: "7" has no unit: write 7d for days, 7h for hours or 7s for seconds\n',
  },
  {
    run: "reg-tokens",
    out: `TOKEN    STATUS  USES  EXPIRES  COMMENT
welcome  active  0/5   never    for friends
`,
  },
  {
    run: "tokens create --token welcome --note 'See you on Friday' -q",
  },
  {
    run: "tokens status welcome --json",
    out: /"comment":"for friends","public_note":"See you on Friday",/,
  },
  {
    run: "tokens status nothing --json",
    exit: 3,
    err: '{"ok":false,"error":"Token not found","code":"not_found","exit":3}\n',
  },
  {
    run: "tokens delete welcome",
    out: "Deleted welcome; accounts made with it stay\n",
  },
]);

script("settings are set, shown and reset", [
  {
    run: "settings get max_message_size",
    out: `setting  max_message_size
meaning  Largest message
value    20M
source   config
default  20M
kind     size
`,
  },
  {
    run: "settings set max_message_size 30MB --json",
    out:
      '{"ok":true,"command":"settings set","data":{"key":"max_message_size","value":"30M","source":"db","default":"20M","kind":"size","effect":"live","summary":"Largest message","locked":false,"applied":"server-not-running"}}\n',
  },
  { run: "message-size", out: "30M (db)\n" },
  {
    run: "settings reset max_message_size",
    out: `max_message_size = 20M (config)\n${NOT_RUNNING}`,
  },
  {
    run: "message-size set 9G",
    exit: 4,
    err: 'postern: max_message_size must be between 1 and 1G (got "9G")\n',
  },
  {
    run: "settings set imap_port 993",
    exit: 4,
    err: "postern: port 993 would be used by imap and imap_tls\n",
  },
  {
    run: "port turn set 50000",
    exit: 4,
    err:
      "postern: turn would listen on port 50000, one of those of relayed calls (49152 to 65535)\n",
  },
  {
    run: "settings set turn_relay_port_min 3000",
    exit: 4,
    err:
      "postern: turn would listen on port 3478, one of those of relayed calls (3000 to 65535)\n",
  },
  {
    run: "settings set registration_opn off",
    exit: 3,
    err:
      'postern: No setting is named "registration_opn", did you mean registration_open?\n',
  },
  {
    run: "settings set log_level loud",
    exit: 4,
    err:
      'postern: log_level must be one of off, error, warn, info, debug (got "loud")\n',
  },
], '[limits]\nmax_message_size = "20M"');

script("tasks run without a server", [
  {
    run: "tasks run gc-blobs",
    out: /^gc-blobs: deleted 0 messages and 0 accounts/,
  },
  {
    run: "tasks run retention --dry-run --json",
    out:
      /^\{"ok":true,"command":"tasks run","data":\{"task":"prune-old-messages","skipped":false,"dry_run":true,"deleted_messages":0,/,
  },
  {
    run: "tasks run everything",
    exit: 2,
    err:
      /^postern: No task is named "everything"; see "tasks list": prune-old-messages,/,
  },
  {
    run: "tasks run prune-unread-older --retention 0",
    exit: 4,
    err: "postern: retention: must be longer than 0s\n",
  },
  {
    run: "tasks run prune-unread-older --retention 1s",
    out: "prune-unread-older: deleted 0 messages and 0 accounts\n",
  },
  { run: "tasks", out: /^TASK +SCHEDULE +LAST RUN +DELETED +DESCRIPTION\n/ },
  {
    run: "settings set max_message_size ''",
    exit: 4,
    err:
      'postern: max_message_size: Cannot read "": write 100M, 1.5G, 64K or 200000\n',
  },
]);

script("commands to a server say that there is none", [
  {
    run: "reload --json",
    exit: 5,
    err:
      '{"ok":false,"error":"The server does not run","code":"not_running","exit":5}\n',
  },
  {
    run: "status",
    exit: 5,
    out: /^server +not running\naccounts +0\nstorage +ok, /,
  },
  { run: "sessions", exit: 5, err: "postern: The server does not run\n" },
]);

script("a link to the panel says that no server runs", [
  {
    run: "admin-token remove nothing",
    exit: 3,
    err: /^postern: No token has this id/,
  },
  { run: "admin-web enable -q" },
  {
    run: "admin-login --no-qr",
    out:
      /^https:\/\/\S+#c=[0-9a-f]{32}\nGood for one session, until .*\nThe server does not run: the link leads nowhere before it does\n$/,
  },
  {
    run: "admin-login --json",
    out: /"applied":"server-not-running"/,
  },
]);

script("accounts export and import", [
  { run: "accounts create anna1234 -p 'correct horse' -q" },
  {
    run: "accounts export --json",
    out:
      /^\{"ok":true,"command":"accounts export","data":\{"users":\[\{"username":"anna1234@chat\.example","hash":"scrypt:/,
  },
  {
    run: "accounts export -o {dir}/accounts.json",
    out: /^Wrote 1 account with password hashes to <dir>\/accounts\.json\n$/,
  },
  {
    run: "accounts export -o {dir}/accounts.json",
    exit: 4,
    err: /^postern: /,
  },
  {
    run: "accounts import {dir}/accounts.json --json",
    out: /"imported":0,"skipped":1,/,
  },
  { run: "delete anna1234 --no-block -y -q" },
  {
    run: "accounts import {dir}/accounts.json --dry-run",
    out: "Would import 1, skipped 0\n",
  },
  {
    run: "accounts import {dir}/accounts.json",
    out: "Imported 1, skipped 0\n",
  },
  {
    run: "accounts import /nowhere.json",
    exit: 3,
    err: /^postern: .*nowhere\.json/,
  },
  {
    run: "accounts import",
    exit: 2,
    err: "postern: Name a file, or --relay DIR\n",
  },
]);

script("config check and show", [
  {
    run: "config check",
    out: "The configuration is valid: <dir>/postern.toml\n",
  },
  {
    run: "config show",
    out: `[server]
domain = "chat.example"
state_dir = "<dir>/state"
`,
  },
]);

script("config check reports everything", [
  {
    run: "config check",
    exit: 7,
    err: `<dir>/postern.toml:4:2: smpt: unknown section, did you mean smtp?
<dir>/postern.toml:7:1: imap.max_lin: unknown key, did you mean imap.max_line?
<dir>/postern.toml:8:3: imap.compress: must be true or false, without quotes (got the string "yes")
`,
  },
], '[smpt]\nmax_errors = 1\n[imap]\nmax_lin = 2\n  compress = "yes"');

script("config check looks at certificate files", [
  {
    run: "config check",
    exit: 7,
    err: /^tls\.mode is file: .*\/nowhere\/c\.pem/,
  },
], '[tls]\nmode = "file"\ncert = "/nowhere/c.pem"');

script("run says why it cannot start", [
  {
    run: "run --state-dir /proc/nowhere",
    exit: 1,
    err: /^postern: Cannot use the state directory \/proc\/nowhere: /,
  },
  {
    run: "run",
    exit: 1,
    err: /^postern: Cannot open the log file \/proc\/nowhere\/log: /,
  },
], '[log]\ntargets = ["/proc/nowhere/log"]');

/** Three accounts that are a year old and that nobody has logged in to. */
async function oldAccounts(relay: Installation): Promise<void> {
  const people = ["anna1234", "bert5678", "cleo9012"].map((username) => ({
    username,
    password: "correct horse",
    created_at: Math.floor(Date.now() / 1000) - 365 * 86_400,
  }));
  const file = `${relay.directory}/people.json`;
  await Deno.writeTextFile(file, JSON.stringify(people));
  const { exit, out } = await relay.run("accounts import {dir}/people.json");
  assert.equal(exit, 0, out);
}

const COUNTED: [
  name: string,
  command: string,
  counts: string,
  left: number,
][] = [
  [
    "a task with an age of its own",
    "tasks run prune-unused-accounts --retention 1s",
    "prune-unused-accounts would delete 3 of 3 accounts (100 %)",
    0,
  ],
  [
    "a task that would delete most of what there is",
    "tasks run unused-accounts",
    "prune-unused-accounts would delete 3 of 3 accounts (100 %), more than retention_max_share (25 %) allows unasked",
    0,
  ],
  [
    "a pattern for all names",
    "blocklist add '*@chat.example'",
    "*@chat.example would lock out 3 of 3 accounts, and let nobody sign up under such a name",
    3,
  ],
  [
    "a pattern for some names",
    "blocklist add 'b*@chat.example' spam",
    "b*@chat.example would lock out 1 of 3 accounts, and let nobody sign up under such a name",
    3,
  ],
];
for (const [name, command, counts, left] of COUNTED) {
  Deno.test(`${name} counts first and has to be confirmed`, async () => {
    const relay = new Installation();
    const accounts = async () =>
      JSON.parse((await relay.run("accounts status --json")).out).data;
    try {
      await oldAccounts(relay);
      const question = `${counts}. Go on?`;
      assert.deepEqual(await relay.run(command), {
        exit: 10,
        out: "",
        err: `postern: ${question} Say so with --yes\n`,
      });
      const { exit, err } = await relay.run(`${command} --json`, ["y"]);
      assert.equal(exit, 10);
      assert.deepEqual(JSON.parse(err), {
        ok: false,
        error: `${question} Say so with --yes`,
        code: "confirmation_required",
        exit: 10,
      });
      assert.deepEqual(await relay.run(command, ["n"]), {
        exit: 10,
        out: "",
        err: `${question} [y/N] postern: Aborted\n`,
      });
      const before = await accounts();
      assert.deepEqual([before.login_count, before.blocklisted], [3, 0]);
      const said = await relay.run(command, ["y"]);
      assert.equal(said.exit, 0, said.err);
      assert.equal(said.err, `${question} [y/N] `);
      const after = await accounts();
      assert.equal(after.login_count, left);
      assert.equal(after.blocklisted, left === 3 ? 1 : 0);
    } finally {
      relay.dispose();
    }
  });
}

Deno.test("--yes confirms, a dry run and one address need nothing", async () => {
  const relay = new Installation();
  const run = async (line: string) => {
    const { exit, out, err } = await relay.run(line);
    assert.deepEqual([exit, err], [0, ""], line);
    return out;
  };
  try {
    await oldAccounts(relay);
    const task = "tasks run unused-accounts --retention 1s";
    assert.match(await run(`${task} --dry-run`), /would delete .* 3 accounts/);
    await run("blocklist add anna1234");
    await run("blocklist add '*@chat.example' --yes");
    const all = await relay.run("tasks run-all");
    assert.equal(all.exit, 8);
    assert.match(all.out, /unused-accounts: .*Stopped: /);
    assert.match(
      await run(`${task} --yes`),
      /deleted 0 messages and 3 accounts/,
    );
  } finally {
    relay.dispose();
  }
});

const WITH_AMOUNTS: [string, string][] = [
  [
    "accounts delete anna1234",
    "Delete anna1234 with all its mail (0 messages, 0 B)?",
  ],
  [
    "accounts ban anna1234",
    "Delete anna1234 with all its mail and block the name (0 messages, 0 B)?",
  ],
  [
    "accounts ban nobody12",
    "Delete nobody12 with all its mail and block the name?",
  ],
  [
    "accounts purge anna1234",
    "Delete all mail of anna1234@chat.example: 0 messages (0 B)?",
  ],
  [
    "accounts delete-all --confirm chat.example",
    "Delete ALL accounts with all their mail (3 accounts)?",
  ],
];
Deno.test("what deletes says first how much there is", async () => {
  const relay = new Installation();
  try {
    await oldAccounts(relay);
    for (const [command, question] of WITH_AMOUNTS) {
      assert.deepEqual(await relay.run(command), {
        exit: 10,
        out: "",
        err: `postern: ${question} Say so with --yes\n`,
      });
    }
  } finally {
    relay.dispose();
  }
});

script("with whom mail is exchanged is said by rules", [
  {
    run: "federation policy reject",
    out:
      `federation       on\npolicy           REJECT\nlargest message  100M\n${NOT_RUNNING}`,
  },
  { run: "federation policy", out: "REJECT\n" },
  { run: "federation policy perhaps", exit: 2, err: /accept or reject/ },
  {
    run: "federation allow Good.Example",
    out: `good.example is allowed\n${NOT_RUNNING}`,
  },
  {
    run: "federation block '*.bad.example' --comment 'sends spam'",
    out: `*.bad.example is blocked\n${NOT_RUNNING}`,
  },
  { run: "federation block chat.example", exit: 4, err: /mail stays here/ },
  {
    run: "federation rule good.example --smtp=off --http on",
    out: /^domain +good.example\naction +allow\nhttp +on\nsmtp +off\n/,
  },
  { run: "federation rule good.example", exit: 2, err: /--http, --smtp/ },
  { run: "federation rule good.example --smtp=no", exit: 2, err: /default/ },
  {
    run: "federation list",
    out:
      /^policy: REJECT\nDOMAIN +ACTION +HTTP +SMTP +CREATED +HITS +LAST HIT +COMMENT\n\*\.bad\.example +block[^\n]* 0 [^\n]* sends spam\ngood\.example +allow +on +off/,
  },
  {
    run: "federation remove good.example",
    out: /No rule is about good.example/,
  },
  { run: "federation remove good.example", exit: 3, err: /not on the list/ },
  { run: "federation flush", exit: 10, err: /Remove all federation rules/ },
  { run: "federation flush --yes", out: /Removed 1 entry/ },
  { run: "federation dismiss ads.example", out: /taken, and sent nowhere/ },
  { run: "federation dismiss-list", out: /ads\.example/ },
  { run: "federation undismiss ads.example", out: /is sent again/ },
  { run: "federation dismiss-flush -y", out: /Removed 0 entries/ },
  { run: "federation disable", out: /^federation +off\n/ },
  { run: "federation status", out: /^federation +off\npolicy +REJECT\n/ },
  { run: "bandwidth", out: /^month .*\n[^]*^allowed out +any amount$/m },
  { run: "bandwidth history --days 7 --hourly", out: /^HOUR +IN +OUT/ },
  { run: "bandwidth history --days 0", exit: 2, err: /from 1 to 731/ },
  { run: "bandwidth --top 3", out: /^WHAT +IN +OUT[^]*^ACCOUNT +IN +OUT/m },
  { run: "bandwidth --month 2020-02", out: /^out by its end\s*$/m },
  { run: "bandwidth --month 2999-01", exit: 4, err: /has not begun yet/ },
  { run: "bandwidth show --month 2026-13", exit: 4, err: /as 2026-07/ },
  {
    run: "bandwidth --top 3 --month 2020-02",
    exit: 2,
    err: /this month alone/,
  },
  { run: "generate-fish-completion", out: /^# fish completion of postern/ },
  { run: "http-proxy credentials", exit: 4, err: /CONNECT is switched off/ },
  { run: "bandwidth users", out: /^ACCOUNT +IN +OUT/ },
  { run: "metrics", out: /^SERIES +UNIT +NOW[^]*^process\.memory +bytes/m },
  { run: "metrics show process.memory --hours 24", out: /^TIME/ },
  { run: "metrics show nothing", exit: 3, err: /metrics list has all/ },
  { run: "storage", out: /^in all [^]*^database +/m },
  { run: "federation stats", out: /^domains +0\n/ },
  { run: "federation stats far.example", out: /No mail with this domain/ },
  { run: "federation stats 'no domain'", exit: 4, err: /domain or an IP/ },
  { run: "federation servers", out: /^DOMAIN +HEALTH / },
  { run: "federation reset-stats", exit: 10, err: /of all domains/ },
  { run: "federation reset-stats far.example -y", out: /Forgot 0 domains/ },
  { run: "federation enable --json", out: /"enabled":true,.*server-not-run/ },
]);

script("the queue is looked at and changed by command", [
  { run: "queue", out: /^messages +0\n/ },
  {
    run: "queue --json",
    out:
      /"path":"<dir>[^"]*","count":0,.*"max_tries":\d+,"max_parallelism":64,.*"initial_retry_secs":15,/,
  },
  { run: "queue list", out: /^ID +STATE .*\n0 entries\n$/ },
  { run: "queue list --state lost", exit: 2, err: /waiting, leased/ },
  { run: "queue show 1/0", exit: 3, err: /has the id 1\/0/ },
  { run: "queue show x", exit: 4, err: /queue.list shows it/ },
  { run: "queue remove 1/0", exit: 10, err: /Remove 1\/0/ },
  { run: "queue delete 1/0 -y", exit: 3, err: /has the id 1\/0/ },
  { run: "queue purge", exit: 10, err: /all queued mail/ },
  { run: "queue clear -y", out: /^Removed 0 recipients\n/ },
  { run: "queue retry", out: /^Due now: 0 recipients\n/ },
  { run: "queue hold", exit: 2, err: /--dest or --all/ },
  { run: "queue hold --dest far.example", out: /^Held: 0 recipients\n/ },
  { run: "queue status", out: /DESTINATION .*\nfar\.example +0 .* held\n$/ },
  { run: "queue release --all", out: /^Released: 0 recipients\n/ },
]);

script("a domain of this server is not looked for elsewhere", [
  { run: "endpoint-cache test chat.example", out: /^Mail to .* stays here/ },
  { run: "endpoint-cache test chat.example --json", out: /"local":true/ },
]);

script("the language of the web site", [
  { run: "language", out: /^language +auto: as visitors ask, else English\n/ },
  {
    run: "language set fa --json",
    out:
      '{"ok":true,"command":"language set","data":{"current":"fa","config_default":"auto","source":"db","applied":"server-not-running"}}\n',
  },
  {
    run: "language set xx",
    exit: 2,
    err: 'postern: There is no language "xx", only auto, en, fa, ru, es\n',
  },
  { run: "language reset --json", out: /"current":"auto".*"source":"config"/ },
]);

const INVITE =
  "'https://i.delta.chat/#0123456789ABCDEF0123456789ABCDEF01234567&v=3&i=ab&s=cd&a=ann%40chat.example&n=Ann'";

script("contacts are shared by command", [
  { run: "sharing", out: /^sharing +on\nlinks +0\n/ },
  {
    run: `sharing create ann ${INVITE}`,
    out: /^slug +ann\nlink +https:\/\/chat\.example.*\/ann\nkind +contact\n/,
  },
  { run: `sharing create ANN ${INVITE}`, exit: 4, err: /This ending is taken/ },
  { run: "sharing create bob x", exit: 4, err: /no invite link/ },
  { run: "sharing reserve blocked", out: /^reserved +blocked\n/ },
  { run: `sharing create blocked ${INVITE}`, exit: 4, err: /is reserved/ },
  {
    run: `sharing edit ann ${INVITE} 'Ann B.' --json`,
    out: /"slug":"ann","name":"Ann B\.".*"kind":"contact"/,
  },
  { run: `sharing edit ann ${INVITE} --json`, out: /"name":"Ann B\."/ },
  {
    run: "sharing list --search ann",
    out:
      /^SLUG +KIND +NAME +VIEWS +CREATED *\nann +contact +Ann B\. +0 .*\n1 entry\n$/,
  },
  { run: "sharing show ann --qr", out: /█/ },
  { run: "sharing remove nobody -y", exit: 3, err: /no such link/ },
  { run: "sharing remove ann", exit: 10, err: /Remove the link ann/ },
  { run: "sharing delete ann -y", out: /^Removed ann\n/ },
  { run: "sharing disable --json", out: /"enabled":false/ },
]);

script("mail over HTTP is switched on, and pages are listed that may use it", [
  { run: "webimap", out: "WebIMAP  off\n" },
  { run: "webimap enable", out: `WebIMAP  on\n${NOT_RUNNING}` },
  {
    run: "websmtp enable --json",
    out:
      '{"ok":true,"command":"websmtp enable","data":{"service":"websmtp","enabled":true,"applied":"server-not-running"}}\n',
  },
  { run: "websmtp disable -q" },
  {
    run: "webmail-cors status",
    out: /^web pages of other origins +none\nWebIMAP +on\nWebSMTP +off\n$/,
  },
  {
    run: "webmail-cors enable",
    out: /^web pages of other origins +all \(\*\)/,
  },
  { run: "webmail-dev disable -q" },
  { run: "webmail-cors add https://App.example:443 -q" },
  { run: "webmail-cors enable http://localhost:5173 -q" },
  {
    run: "webmail-cors status --json",
    out:
      /"cors_origins_list":\["https:\/\/app.example","http:\/\/localhost:5173"\],"auto_reflect_origin":false/,
  },
  {
    run: "webmail-cors remove https://other.example",
    exit: 3,
    err: "postern: https://other.example is not among them\n",
  },
  { run: "webmail-cors remove https://app.example -q" },
  { run: "webmail-cors set ftp://app.example", exit: 4, err: /^postern: / },
  {
    run: "webmail-cors add https://app.example/page",
    exit: 4,
    err: /^postern: /,
  },
  { run: "webmail-cors reset", out: /^web pages of other origins +none\n/ },
]);

script("a text is shown as a QR code", [
  { run: "qr https://chat.example/", out: /^[ ▀▄█\n]+$/ },
  {
    run: "qr https://chat.example/ --invert --json",
    out: /"code":"[ ▀▄█\\n]+"/,
  },
  { run: "qr ''", exit: 4, err: /1 to 2953 octets/ },
]);
