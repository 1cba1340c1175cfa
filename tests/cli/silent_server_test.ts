/** Every command that asks the server, while the server takes connections and does nothing else. */
import assert from "node:assert/strict";
import { COMMANDS } from "../../src/cli/commands.ts";
import { Installation } from "./command_line.ts";

/** These ask no server. */
const ALONE = [
  "run",
  "version",
  "licenses",
  "config",
  "hash",
  "openrelay",
  "doctor",
  "health",
  "monitor",
  "logs",
  "domain add",
  "domain set",
  "domain remove",
  "install",
  "uninstall",
  "restart",
  "upgrade",
  "versions",
  "completion",
  "generate-man",
  "generate-fish-completion",
  "backup verify",
  "backup restore",
  "move receive",
  "html-export",
  "html-check",
  "html-migrate",
  "qr",
  "db sqlite-to-postgres",
];
/** What a command needs besides the arguments of its usage. */
const MORE: Record<string, string> = {
  "accounts create": "-p 'a horse x'",
  "accounts password": "-p 'a horse x'",
  "accounts import": "{dir}/accounts.json",
  "backup prune": "--keep 3",
  "db copy": "--to {dir}/copy.db",
  "dkim import": "--selector one",
  "federation rule": "--smtp off",
  "mail export": "--mbox {dir}/mail",
  "move send": "--via true",
  "notice preview": "hello",
  "notice send": "hello",
  "queue hold": "--all",
  "queue release": "--all",
};
const VALUES: Record<string, string> = {
  origin: "https://app.example",
  origins: "https://app.example",
  name: "max_message_size",
  value: "30M",
  size: "30M",
  code: "fa",
  site: "https://panel.example",
  series: "queue.length",
  slug: "ann",
  directory: "embedded",
  url: "openpgp4fpr:x",
  file: "{dir}/accounts.json",
  document: "{dir}/ways.json",
  user: "anna1234",
  task: "retention",
  token: "abc",
  "on|off": "on",
  "all|read|unread": "all",
};

/** As if the process was stopped by a signal: the kernel takes connections, nobody else does. */
async function withSilentServer(
  test: (relay: Installation, listener: Deno.UnixListener) => Promise<void>,
): Promise<void> {
  const relay = new Installation();
  await Deno.mkdir(`${relay.directory}/state`);
  const path = `${relay.directory}/state/control.sock`;
  const listener = Deno.listen({ transport: "unix", path });
  await Deno.writeTextFile(`${relay.directory}/accounts.json`, "[{}]");
  await Deno.writeTextFile(`${relay.directory}/ways.json`, '{"rules":[{}]}');
  try {
    await test(relay, listener);
  } finally {
    listener.close();
    relay.dispose();
  }
}

/** The command line of each command that asks a server. */
function asking(): string[] {
  return COMMANDS.map(({ usage }) => usage)
    .filter((usage) =>
      !ALONE.some((name) => `${usage} `.startsWith(`${name} `))
    )
    .map((usage) => {
      const name = usage.replace(/ [<[].*$/, "");
      const args = [...usage.matchAll(/<([^>]+)>/g)].map(([, what = ""]) =>
        VALUES[what] ?? what
      );
      return [name, ...args, MORE[name] ?? ""].join(" ");
    });
}

Deno.test("--timeout ends every command", async () => {
  const lines = asking();
  assert.ok(lines.length > 40);
  const wrong = await Promise.all(lines.map((line) => isEnded(line)));
  assert.deepEqual(wrong.filter((one) => one !== undefined), []);
});

/** undefined, or what happened instead. */
async function isEnded(line: string): Promise<unknown> {
  let ended: unknown;
  await withSilentServer(async (relay) => {
    const outcome = await relay.run(`${line} --yes --timeout 1s`);
    const { exit, err } = outcome;
    const said = /The server did not respond in 1s\n$/.test(err);
    if (!said || exit !== 1) ended = { line, ...outcome };
  });
  return ended;
}

Deno.test("status gives up by itself after a few seconds", () =>
  withSilentServer(async (relay) => {
    const { exit, err } = await relay.run("status --json");
    assert.equal(
      err,
      '{"ok":false,"error":"The server did not respond in 5s","code":"no_response","exit":1}\n',
    );
    assert.equal(exit, 1);
  }));

Deno.test("health and doctor say that the server does not answer", () =>
  withSilentServer(async (relay) => {
    const health = await relay.run("health --json --timeout 1s");
    assert.equal(health.exit, 1);
    assert.deepEqual(JSON.parse(health.out).data, {
      ok: false,
      checks: { server: "no_response" },
    });
    const doctor = await relay.run("doctor --timeout 1s");
    assert.equal(doctor.exit, 1);
    assert.match(doctor.out, /^FAIL {2}server {2}The server did not respond/);
    assert.match(doctor.out, /\n +systemctl restart postern/);
  }));

for (const value of ["0", "0s", "soon", "-1s"]) {
  Deno.test(`--timeout ${value} is no time`, () =>
    withSilentServer(async (relay) => {
      const { exit, err } = await relay.run(`status --timeout=${value}`);
      assert.equal(exit, 2);
      assert.match(err, /--timeout: /);
    }));
}

Deno.test("--timeout may be longer than a timer can be set", () =>
  withSilentServer(async (relay, listener) => {
    const outcome = relay.run("status --timeout 90d");
    const connection = await listener.accept();
    const later = new Promise((resolve) => setTimeout(resolve, 200, "waiting"));
    assert.equal(await Promise.race([outcome, later]), "waiting");
    connection.close();
    assert.equal((await outcome).err, "postern: The server hung up\n");
  }));
