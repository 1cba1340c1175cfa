/** The doctor, on servers that are well, ill, hung, or not there. */
import assert from "node:assert/strict";
import type { Finding } from "../../src/admin/doctor_control.ts";
import { Installation, postern } from "../cli/command_line.ts";
import { DnsTestServer } from "../harness/dns_server.ts";
import { freePorts, Server } from "../harness/server.ts";
import { checkWords } from "./finding_words.ts";

interface Report {
  readonly exit: number;
  readonly findings: readonly Finding[];
}

async function examined(
  config: string,
  ...args: string[]
): Promise<Report> {
  const { exit, out, err } = await postern(
    ["doctor", "--json", ...args],
    { POSTERN_CONFIG: config },
  );
  assert.equal(err, "");
  const findings: readonly Finding[] = JSON.parse(out).data;
  checkWords(findings);
  return { exit, findings };
}

const statusOf = (findings: readonly Finding[], id: string) =>
  findings.filter((one) => one.id === id).map(({ status }) => status);

async function accountsOf(config: string): Promise<number> {
  const { out } = await postern(["accounts", "list", "--json"], {
    POSTERN_CONFIG: config,
  });
  return JSON.parse(out).data.total;
}

Deno.test("the doctor walks the way of a message, and leaves nothing behind", async (t) => {
  const server = await Server.start();
  const config = server.configFile;
  try {
    await t.step("login, submission, IDLE and the message again", async () => {
      const { exit, findings } = await examined(
        config,
        "--only",
        "imap,submission,round-trip,http,https,mxdeliv,ports-local,db,config",
      );
      assert.deepEqual(
        findings.filter(({ status }) => status !== "pass"),
        [],
      );
      assert.equal(exit, 0);
      assert.equal(findings.length, 10);
      assert.equal(await accountsOf(config), 0);
    });

    await t.step(
      "all checks end, each by its name, with what mends it",
      async () => {
        const { exit, findings } = await examined(
          config,
          "--peer",
          "localhost",
        );
        assert.equal(exit, 1);
        for (const { status, remedy, detail, id } of findings) {
          const isBad = status === "warn" || status === "fail";
          assert.equal(remedy !== null, isBad, id);
          assert.notEqual(detail, "", id);
        }
        assert.deepEqual(statusOf(findings, "outbound-443"), ["fail"]);
        assert.deepEqual(statusOf(findings, "outbound-25"), ["warn"]);
        assert.deepEqual(statusOf(findings, "tls"), ["warn"]);
        assert.deepEqual(statusOf(findings, "round-trip"), ["pass"]);
        assert.deepEqual(statusOf(findings, "server"), ["pass"]);
        assert.deepEqual(statusOf(findings, "ss"), ["skip"]);
        assert.deepEqual(statusOf(findings, "http-proxy"), ["skip"]);
      },
    );

    for (const cipher of ["aes-256-gcm", "2022-blake3-aes-128-gcm"]) {
      await t.step(`tunnels, with ${cipher}`, async () => {
        const lines = [
          `proxy cipher set ${cipher}`,
          "proxy enable",
          "http-proxy enable",
        ];
        for (const line of lines) {
          const { exit, err } = await postern(line.split(" "), {
            POSTERN_CONFIG: config,
          });
          assert.equal(exit, 0, err);
        }
        const { findings } = await examined(config, "--only", "ss,http-proxy");
        assert.deepEqual(
          findings.map(({ id, status }) => [id, status]),
          [["server", "pass"], ["ss", "pass"], ["http-proxy", "pass"]],
        );
      });
    }

    await t.step("the panel, off and on", async () => {
      const off = await examined(config, "--only", "admin,container");
      assert.deepEqual(statusOf(off.findings, "admin"), ["skip"]);
      const { exit, err } = await postern(["admin-web", "enable"], {
        POSTERN_CONFIG: config,
      });
      assert.equal(exit, 0, err);
      const path = "/nothing-of-ours";
      await postern(["admin-web", "path", path], { POSTERN_CONFIG: config });
      const { findings } = await examined(config, "--only", "admin");
      const response = await fetch(
        `http://127.0.0.1:${server.ports.http}${path}/`,
      );
      await response.body?.cancel();
      const expected = response.ok ? "pass" : "fail";
      assert.deepEqual(statusOf(findings, "admin"), [expected]);
    });

    await t.step("a text for people has the same", async () => {
      const { out } = await postern(["doctor", "--only", "tls,db"], {
        POSTERN_CONFIG: config,
      });
      assert.match(out, /^PASS +server +A server runs/);
      assert.match(out, /\nWARN +tls +.*\n +postern certificate acme --email/);
      assert.match(out, /\n0 fail, 1 warn, 2 pass, 0 skip\n$/);
    });

    await t.step("who may sign up, what is full, what is off", async () => {
      const environment = { POSTERN_CONFIG: config };
      for (
        const line of [
          "registration token-required on",
          "federation disable",
          "quota set-default 0",
          "accounts create anna1234 -p longenough1",
          "port http disable",
        ]
      ) {
        const { exit, err } = await postern(line.split(" "), environment);
        assert.equal(exit, 0, err);
      }
      const ids = ["registration", "federation", "quota", "http"] as const;
      const { exit, findings } = await examined(
        config,
        "--only",
        ids.join(","),
      );
      assert.deepEqual(ids.map((id) => statusOf(findings, id)), [
        ["warn"],
        ["warn"],
        ["warn"],
        ["skip"],
      ]);
      assert.equal(exit, 8);
    });

    await t.step("a file that was changed and not read", async () => {
      const text = await Deno.readTextFile(config);
      const only = ["--only", "config"];
      await Deno.writeTextFile(config, `${text}\n[retention]\nmessages = "9d"`);
      const changed = await examined(config, ...only);
      assert.deepEqual(statusOf(changed.findings, "config"), ["warn"]);
      assert.match(changed.findings[1]?.detail ?? "", /retention\.messages/);
      await Deno.writeTextFile(config, text);
      const same = await examined(config, ...only);
      assert.deepEqual(statusOf(same.findings, "config"), ["pass"]);
    });

    await t.step("a check that there is not", async () => {
      const { exit, err } = await postern(["doctor", "--only", "horoscope"], {
        POSTERN_CONFIG: config,
      });
      assert.equal(exit, 4);
      assert.match(err, /only: one of perms, disk, /);
    });

    await t.step("health says in a word that all is well", async () => {
      const { exit, out } = await postern(["health", "--json"], {
        POSTERN_CONFIG: config,
      });
      assert.equal(exit, 0);
      assert.deepEqual(JSON.parse(out).data, {
        ok: true,
        checks: { store: "ok", listeners: "ok", parts: "ok" },
      });
    });
  } finally {
    await server.dispose();
  }
});

Deno.test("records, the way out and the clock are looked at by the DNS", async () => {
  await using dns = DnsTestServer.start({
    "chat.example": {
      A: ["127.0.0.1"],
      MX: ["10 chat.example"],
      TXT: ["v=spf1 mx -all"],
    },
    "authority.example": { A: ["127.0.0.1"] },
  });
  const ports = freePorts();
  const server = await Server.start({
    ports,
    server: 'public_ip = ["127.0.0.1"]',
    // the server itself, as somebody who tells the time
    config: `[dns]
servers = ["127.0.0.1:${dns.server.port}"]
timeout = "60s"
[acme]
directory = "https://authority.example:${ports.https}/directory"
`,
  });
  try {
    const { findings } = await examined(
      server.configFile,
      "--peer",
      "chat.example",
    );
    const by = (id: string) => statusOf(findings, id);
    for (const id of ["dns-a", "dns-mx", "clock"]) {
      assert.deepEqual(by(id), ["pass"], id);
    }
    assert.deepEqual(by("dmarc"), ["warn"]);
    assert.ok(by("dkim").every((status) => status === "warn"));
    const remedies = findings.map(({ remedy }) => remedy);
    assert.ok(
      remedies.some((one) =>
        one?.startsWith('Publish: _dmarc.chat.example. 3600 IN TXT "v=DMARC1')
      ),
    );
    // no other test has port 443 of this machine open to all
    assert.deepEqual(by("mxdeliv-public"), ["fail"]);
    dns.zone.delete("chat.example");
    const without = await examined(
      server.configFile,
      "--only",
      "dns-a,dns-other,outbound-25,outbound-443",
      "--peer",
      "chat.example",
    );
    assert.deepEqual(statusOf(without.findings, "dns-a"), ["fail"]);
    assert.deepEqual(statusOf(without.findings, "dns-other"), ["skip"]);
    assert.deepEqual(statusOf(without.findings, "outbound-25"), ["warn"]);
    assert.deepEqual(statusOf(without.findings, "outbound-443"), ["fail"]);
  } finally {
    await server.dispose();
  }
});

Deno.test("perms tells of secrets that everybody may use, and of what is not the service's", async () => {
  const relay = new Installation("", "/tmp");
  const state = `${relay.directory}/state`;
  const paths = async () => {
    const { out } = await relay.run("doctor --json --only perms");
    const findings: Finding[] = JSON.parse(out).data;
    return findings.filter(({ id, status }) =>
      id === "perms" && status !== "pass"
    )
      .map(({ status, remedy }) => `${status} ${remedy}`);
  };
  try {
    await relay.run("accounts create anna1234 -p 'a horse xx'");
    await Deno.chmod(`${relay.directory}/postern.toml`, 0o644);
    assert.deepEqual(await paths(), []);
    const token = `${state}/admin_token`;
    await Deno.writeTextFile(token, "a".repeat(64), { mode: 0o604 });
    await Deno.chmod(token, 0o604); // nobody gets there, and no server starts
    assert.deepEqual(await paths(), [
      "warn chmod o-rwx <dir>/state/admin_token",
    ]);
    await Deno.chmod(token, 0o600);
    await Deno.chmod(relay.directory, 0o755); // everybody gets there now
    assert.deepEqual(await paths(), ["warn chmod o-rwx <dir>/postern.toml"]);
    await Deno.chmod(state, 0o755);
    await Deno.chmod(`${state}/chat.db`, 0o644); // SQLite's other files follow
    const all = await paths();
    assert.ok(all.includes("warn chmod o-rwx <dir>/state/chat.db"), all.join());
    await Deno.chmod(`${state}/chat.db`, 0o600);
    await Deno.chmod(`${state}/lock`, 0o604);
    assert.deepEqual(await paths(), [
      "warn chmod o-rwx <dir>/state",
      "warn chmod o-rwx <dir>/state/lock",
      "warn chmod o-rwx <dir>/postern.toml",
    ]);
    if (Deno.uid() !== 0) return;
    await Deno.mkdir(`${state}/lost+found`);
    await Deno.chown(`${state}/lost+found`, 1, 1);
    await Deno.mkdir(`${state}/dkim`, { recursive: true });
    await Deno.writeTextFile(`${state}/dkim/x.pem`, "", { mode: 0o600 });
    await Deno.chown(`${state}/dkim/x.pem`, 1, 1);
    assert.deepEqual((await paths()).slice(0, 1), [
      "fail chown -R --reference=<dir>/state <dir>/state/dkim/x.pem",
    ]);
  } finally {
    relay.dispose();
  }
});

Deno.test("without a server, what can be looked at is looked at", async () => {
  const relay = new Installation(
    '[dns]\nservers = ["127.0.0.1:9"]\ntimeout = "100ms"',
  );
  try {
    const outcome = await relay.run(
      "doctor --json --only perms,disk,db,registration,imap,queue",
    );
    assert.equal(outcome.exit, 1);
    const findings: Finding[] = JSON.parse(outcome.out).data;
    const by = (id: string) => statusOf(findings, id);
    assert.deepEqual(by("server"), ["fail"]);
    for (const id of ["perms", "disk", "db", "registration"]) {
      assert.deepEqual(by(id), ["pass"], id);
    }
    for (const id of ["imap", "queue"]) {
      assert.deepEqual(by(id), ["skip"], id);
    }
    const health = await relay.run("health --json");
    assert.equal(health.exit, 1);
    assert.deepEqual(JSON.parse(health.out).data, {
      ok: false,
      checks: { server: "not_running" },
    });
  } finally {
    relay.dispose();
  }
});

Deno.test("without a server, who has its ports is told", async () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const relay = new Installation(`[listen]\nimap = "127.0.0.1:${port}"`);
  try {
    const { out } = await relay.run("doctor --json --only server,ports-local");
    const findings: Finding[] = JSON.parse(out).data;
    assert.deepEqual(statusOf(findings, "server"), ["fail"]);
    const imap = findings.find(({ detail }) => detail.startsWith("imap "));
    assert.equal(imap?.status, "fail");
    assert.match(
      imap.detail,
      new RegExp(`port ${port}: .*\\(pid ${Deno.pid}\\)`),
    );
    assert.match(imap.remedy ?? "", /postern port imap set PORT/);
    const alone = await relay.run("doctor --json --only server");
    assert.equal(JSON.parse(alone.out).data.length, 1);
  } finally {
    taken.close();
    relay.dispose();
  }
});

Deno.test("a file that cannot be used is what the doctor finds", async () => {
  const relay = new Installation("nonsense = 1");
  try {
    const { exit, out } = await relay.run("doctor --json");
    assert.equal(exit, 1);
    const [finding] = JSON.parse(out).data as Finding[];
    assert.equal(finding?.id, "config");
    assert.equal(finding?.remedy, "postern config check");
  } finally {
    relay.dispose();
  }
});
