import assert from "node:assert/strict";
import { loadConfig } from "../../src/config/load.ts";
import { Installation, type Outcome, postern } from "./command_line.ts";

const MADDY = `# of version 2
$(hostname) = mx.example.org
$(primary_domain) = example.org
$(local_domains) = $(primary_domain) other.example
$(public_ip) = 203.0.113.5
state_dir /var/lib/madmail
tls_mode autocert
acme_email ops@example.org
tls file /etc/madmail/certs/a.pem /etc/madmail/certs/b.pem
auth.pass_table local_authdb {
    auto_create no
    table sql_table {
        dsn credentials.db
    }
}
storage.imapsql local_mailboxes {
    retention 24h
    default_quota 2G
    appendlimit 32M
}
smtp tcp://0.0.0.0:2525 {
    max_message_size 100M
    check {
        spf
    }
}
imap tls://0.0.0.0:993 tcp://127.0.0.1:143 {
    turn_secret secret-of-turn-0123456789
    frobnicate yes
}
chatmail tls://0.0.0.0:443 {
    language fa
    ss_addr "0.0.0.0:8400"
    ss_password "secret of shadowsocks"
}
`;

async function withFile(
  text: string,
  name: string,
  test: (
    run: (...args: string[]) => Promise<Outcome>,
    own: string,
  ) => Promise<void>,
): Promise<void> {
  const directory = Deno.makeTempDirSync({ prefix: "postern-cli-" });
  const own = `${directory}/postern.toml`;
  Deno.writeTextFileSync(`${directory}/${name}`, text);
  try {
    await test(
      (...args) =>
        postern(
          ["config", "import-madmail", `${directory}/${name}`, ...args],
          { POSTERN_CONFIG: own },
        ),
      own,
    );
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

Deno.test("config import-madmail writes a configuration where there is none, and tells of every line", () =>
  withFile(MADDY, "maddy.conf", async (run, own) => {
    const dry = await run("--dry-run");
    assert.equal(dry.exit, 8, dry.err);
    assert.match(dry.out, /^Would write/);
    assert.throws(() => Deno.statSync(own), Deno.errors.NotFound);

    const { exit, out } = await run("--json");
    assert.equal(exit, 8);
    const { data } = JSON.parse(out);
    const { values } = loadConfig({ path: own });
    assert.equal(values.server.domain, "example.org");
    assert.equal(values.server.hostname, "mx.example.org");
    assert.deepEqual(values.server.domains, ["other.example"]);
    assert.equal(values.registration.jit, false);
    assert.equal(values.limits.maxMessageSize, 32 * 1024 * 1024);
    assert.equal(values.tls.mode, "autocert");
    assert.deepEqual(values.listen.smtp, [{ port: 2525 }]);
    assert.deepEqual(values.listen.imap, [{ host: "127.0.0.1", port: 143 }]);
    assert.equal(values.shadowsocks.enabled, true);
    assert.equal(values.shadowsocks.password, "secret of shadowsocks");
    assert.equal(values.web.language, "fa");
    assert.equal(Deno.statSync(own).mode! & 0o007, 0);

    const told = [
      ...data.taken,
      ...data.same,
      ...data.left_out,
      ...data.problems,
    ].map(({ line }) => line);
    MADDY.split("\n").forEach((line, at) => {
      if (/^\s*(?:$|#|[}]|spf$|auth\.|storage\.|table )/.test(line)) return;
      assert.ok(told.includes(at + 1), `nobody tells of "${line}"`);
    });
    assert.deepEqual(data.problems, [{
      line: 29,
      directive: "imap: frobnicate",
      reason: "is not known",
    }]);
    assert.ok(data.next.includes("postern import-madmail /var/lib/madmail"));
  }));

Deno.test("config import-madmail shows no secret", () =>
  withFile(MADDY, "maddy.conf", async (run) => {
    for (const more of [["--dry-run"], ["--json"], []]) {
      const { out, err } = await run(...more);
      assert.doesNotMatch(out + err, /secret[ -]of/);
    }
  }));

Deno.test("config import-madmail adds to a configuration, and replaces only what it is told to", () =>
  withFile(MADDY, "maddy.conf", async (run, own) => {
    const mine = `# mine
[server]
domain = "mine.example" # here
[web]
language = "ru"
`;
    Deno.writeTextFileSync(own, mine);
    const first = await run("--json");
    assert.equal(first.exit, 8);
    assert.deepEqual(
      JSON.parse(first.out).data.kept.map((one: { key: string }) => one.key)
        .sort(),
      ["server.domain", "web.language"],
    );
    const text = Deno.readTextFileSync(own);
    assert.match(text, /^# mine\n/);
    assert.match(text, /domain = "mine\.example" # here/);
    assert.equal(loadConfig({ path: own }).values.quota.default, 2 * 1024 ** 3);

    const again = await run("--json");
    assert.deepEqual(JSON.parse(again.out).data.taken, []);
    assert.equal(Deno.readTextFileSync(own), text);

    await run("--force");
    const { values } = loadConfig({ path: own });
    assert.equal(values.server.domain, "example.org");
    assert.equal(values.web.language, "fa");
  }));

Deno.test("config import-madmail reads chatmail.toml of version 2", () =>
  withFile(
    `hostname = "example.org"
primary_domain = "example.org"
tls_mode = "self_signed"
http_tls_listen = "0.0.0.0:8443"
auth_auto_create = "no"
turn_ttl = 172800
queue_depth = 3
`,
    "chatmail.toml",
    async (run, own) => {
      const { exit, out } = await run("--json");
      assert.equal(exit, 8);
      const { data } = JSON.parse(out);
      assert.deepEqual(
        data.problems.map((one: { directive: string }) => one.directive),
        ["queue_depth"],
      );
      const { values } = loadConfig({ path: own });
      assert.equal(values.tls.mode, "self_signed");
      assert.deepEqual(values.listen.https, [{ port: 8443 }]);
      assert.equal(values.registration.jit, false);
      assert.equal(values.turn.ttl, 172_800);
      assert.equal(values.server.hostname, undefined);
    },
  ));

const WRONG: [string, string, number, RegExp][] = [
  [
    "an open block",
    "smtp tcp://0.0.0.0:25 {\n",
    4,
    /line 1: a block is not closed/,
  ],
  ["an open quotation", 'a "b\n', 4, /line 1: a quotation mark/],
  ["no name", "a-4@%8 b\n", 4, /line 1: this is no name/],
  ["nothing of a domain", "log off\n", 7, /server\.domain: is required/],
];
for (const [what, text, exit, message] of WRONG) {
  Deno.test(`config import-madmail refuses ${what}, and writes nothing`, () =>
    withFile(text, "maddy.conf", async (run, own) => {
      const outcome = await run();
      assert.equal(outcome.exit, exit, outcome.out + outcome.err);
      assert.match(outcome.err, message);
      assert.throws(() => Deno.statSync(own), Deno.errors.NotFound);
    }));
}

Deno.test("config import-madmail names a file that is not there", async () => {
  const relay = new Installation();
  try {
    const { exit, err } = await relay.run("config import-madmail {dir}/none");
    assert.equal(exit, 3);
    assert.match(err, /no such file/);
  } finally {
    relay.dispose();
  }
});
