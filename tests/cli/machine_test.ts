/** Commands on the file and the log of a machine; and the live view. */
import assert from "node:assert/strict";
import { Server } from "../harness/server.ts";
import { Installation, postern } from "./command_line.ts";

async function onRelay(
  test: (relay: Installation, file: () => string) => Promise<void>,
  toml = "",
): Promise<void> {
  const relay = new Installation(toml);
  try {
    await test(
      relay,
      () => Deno.readTextFileSync(`${relay.directory}/postern.toml`),
    );
  } finally {
    relay.dispose();
  }
}

Deno.test("config set changes one key, and says when it is in force", () =>
  onRelay(async (relay, file) => {
    const done = await relay.run("config set log.level info");
    assert.equal(done.exit, 0, done.err);
    assert.match(done.out, /^log\.level = "info" in .*\n.*postern reload\n$/);
    assert.match(file(), /\n\[log\]\nlevel = "info"\n$/);
    const later = await relay.run("config set log.targets all.log");
    assert.match(later.out, /postern restart\n$/);
    const odd = await relay.run("config set server.hostname a_b.example");
    assert.equal(odd.exit, 0, odd.err);
    assert.match(odd.out, /\nWarning: server\.hostname a_b\.example cannot be/);
    await relay.run("config set server.hostname ''");
    const before = file();
    const cases = [
      ["config set log.lvl info", 3, /no key log\.lvl .*log\.level/],
      ["config set log.level loud", 4, /log\.level: /],
      ["config set server.domains chat.example", 4, /chat\.example/],
    ] as const;
    for (const [line, exit, said] of cases) {
      const refused = await relay.run(line);
      assert.equal(refused.exit, exit, line);
      assert.match(refused.err, said);
    }
    assert.equal(file(), before);
  }));

Deno.test("domains come, go, and one becomes that of new accounts", () =>
  onRelay(async (relay, file) => {
    const before = file();
    const dry = await relay.run("domain set new.example --dry-run");
    assert.match(dry.out, /^Would change: server\.domain = new\.example/);
    assert.match(dry.out, /1\. postern restart: /);
    assert.equal(file(), before);
    for (const change of ["set", "add"]) {
      const wrong = await relay.run(`domain ${change} b_c.example -y`);
      assert.equal(wrong.exit, 4);
      assert.match(wrong.err, /b_c\.example cannot be the name of a host/);
    }
    assert.equal(file(), before);
    const asked = await relay.run("domain add b.example");
    assert.equal(asked.exit, 10);
    assert.equal(file(), before);
    assert.equal((await relay.run("domain add b.example -y")).exit, 0);
    assert.match(file(), /domains = \["b\.example"\]/);
    const again = await relay.run("domain add b.example -y");
    assert.equal(again.exit, 4);
    await relay.run("accounts create anna1234 -p 'correct horse'");
    const listed = await relay.run("domain list");
    assert.equal(
      listed.out,
      `DOMAIN        FOR           ACCOUNTS
chat.example  new accounts  1
b.example     further       0
`,
    );
    const lost = await relay.run("domain set b.example -y");
    assert.equal(lost.exit, 4);
    assert.match(lost.err, /1 account is at chat\.example.*--keep-old/);
    const kept = await relay.run("domain set b.example --keep-old -y --json");
    assert.equal(kept.exit, 0, kept.err);
    const { data } = JSON.parse(kept.out);
    assert.equal(data.domain, "b.example");
    assert.deepEqual(data.domains, ["chat.example"]);
    assert.match(file(), /domain = "b\.example"/);
    assert.match(file(), /domains = \["chat\.example"\]/);
    const info = await relay.run("accounts info anna1234@chat.example");
    assert.equal(info.exit, 0, info.err);
    assert.equal((await relay.run("domain remove chat.example -y")).exit, 4);
    assert.equal((await relay.run("domain remove b.example -y")).exit, 4);
    assert.equal((await relay.run("domain remove c.example -y")).exit, 3);
    await relay.run("accounts delete anna1234@chat.example --no-block -y");
    assert.equal((await relay.run("domain remove chat.example -y")).exit, 0);
    assert.match(file(), /domains = \[\]/);
  }));

Deno.test("logs gives the last lines of the file", () =>
  onRelay(async (relay) => {
    const path = `${relay.directory}/state/all.log`;
    await Deno.mkdir(`${relay.directory}/state`);
    const long = "ü".repeat(50_000);
    const lines = [...Array(300).keys()].map((n) => `line ${n}`);
    await Deno.writeTextFile(path, [...lines, long, "last", ""].join("\n"));
    const few = await relay.run("logs -n 3");
    assert.equal(few.out, `line 299\n${long}\nlast\n`);
    assert.equal(few.err, "");
    const usual = await relay.run("logs");
    assert.equal(usual.out.split("\n").length, 101);
    const json = await relay.run("logs -n 1 --json");
    assert.deepEqual(JSON.parse(json.out).data.lines, [{ text: "last" }]);
    const line = "2026-01-02T03:04:05.678Z INFO login session=k3f9";
    await Deno.writeTextFile(path, `${line}\n`, { append: true });
    const parsed = await relay.run("logs -n 1 --json");
    const [{ ts, ...rest }] = JSON.parse(parsed.out).data.lines;
    assert.match(ts, /T03:04:05\.678Z$/);
    assert.deepEqual([rest], [{
      level: "info",
      event: "login",
      fields: { session: "k3f9" },
      text: "login session=k3f9",
    }]);
    const none = await relay.run("logs -n 0");
    assert.equal(none.out, "");
    await Deno.remove(path);
    const gone = await relay.run("logs");
    assert.equal(gone.exit, 3);
  }, '[log]\nlevel = "info"\ntargets = ["stderr", "all.log"]\n'));

Deno.test("monitor shows rates, a line at a time", async () => {
  const server = await Server.start();
  const environment = { POSTERN_CONFIG: server.configFile };
  try {
    const text = await postern(
      ["monitor", "-n", "1", "-c", "2"],
      environment,
    );
    assert.equal(text.exit, 0, text.err);
    const [header, ...rows] = text.out.trimEnd().split("\n");
    assert.match(header ?? "", /^ +time +login\/s +sent\/s .* memory$/);
    assert.equal(rows.length, 2);
    const json = await postern(
      ["monitor", "--interval", "1", "--count", "2", "--json"],
      environment,
    );
    const lines = json.out.trimEnd().split("\n").map((line) =>
      JSON.parse(line)
    );
    assert.equal(lines.length, 2);
    for (const line of lines) {
      assert.equal(line.submitted_per_second, 0);
      assert.ok(line.memory_bytes > 0);
      assert.ok(line.time.endsWith("Z"));
    }
  } finally {
    await server.dispose();
  }
});

Deno.test("monitor needs a server", () =>
  onRelay(async (relay) => {
    const { exit } = await relay.run("monitor -c 1");
    assert.equal(exit, 5);
  }));
