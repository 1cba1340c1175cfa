/** A running server whose file changes: every key is named, and in force or said not to be. */
import assert from "node:assert/strict";
import { connect } from "node:tls";
import { KEY_NAMES, type KeyName, keyNamed } from "../../src/config/schema.ts";
import { makeSelfSigned } from "../../src/tls/self_signed.ts";
import { reservePorts } from "../harness/ports.ts";
import { freePorts, Server } from "../harness/server.ts";
import { postern } from "../cli/command_line.ts";
import { happens } from "../harness/until.ts";

const [METRICS_PORT, ADMIN_PORT] = reservePorts(2);

/** TOML of a value that the file below does not have. */
function another(key: KeyName, directory: string): string {
  const { kind, initial } = keyNamed(key);
  const chosen: Partial<Record<KeyName, string>> = {
    "server.domain": '"other.example"',
    "server.domain_aliases": '{ "a.example" = "other.example" }',
    "server.domains": '["b.example"]',
    "server.hostname": '"mx.example"',
    "server.state_dir": `"${directory}/state"`,
    "server.runtime_dir": `"${directory}/run"`,
    "server.public_ip": '["192.0.2.1"]',
    "tls.mode": '"file"',
    "tls.cert": `"${directory}/chain.pem"`,
    "tls.key": `"${directory}/key.pem"`,
    "tls.extra":
      `[{ cert = "${directory}/chain.pem", key = "${directory}/key.pem" }]`,
    "acme.directory": '"https://authority.example/directory"',
    "acme.email": '"admin@other.example"',
    "acme.challenges": '["dns-01"]',
    "acme.extra_names": '["www.other.example"]',
    "acme.renew_fraction": "0.5",
    "registration.trusted_networks": '["192.0.2.0/24"]',
    "http.extra_hosts": '["www.other.example"]',
    "http.redirect_to_https": "true",
    "http.trusted_proxies": '["192.0.2.0/24"]',
    "log.targets": `["${directory}/log"]`,
    "storage.database": '"other.db"',
    "shadowsocks.allowed_ports": "[25]",
    "push.url": '"https://push.other.example/notify"',
    "iroh.relay_url": '"https://iroh.other.example"',
    "metrics.listen": `["127.0.0.1:${METRICS_PORT}"]`,
    "webmail.cors_origins": '["https://app.example"]',
    "web.gate_key": '"0123456789abcdef"',
    "admin.path": '"/other/api"',
    "admin.web_path": '"/other/panel"',
    "admin.token": `"${"t".repeat(32)}"`,
    "admin.listen": `["127.0.0.1:${ADMIN_PORT}"]`,
    "admin.allow_from": '["192.0.2.0/24"]',
    "admin.cors_origins": '["https://panel.example"]',
    "admin.locked": '["server_comment"]',
    "upgrade.keys": `["${"A".repeat(43)}="]`,
  };
  if (chosen[key] !== undefined) return chosen[key];
  if (key.startsWith("listen.")) return "";
  if (typeof initial === "boolean") return String(!initial);
  const choices = /^one of (.*)$/.exec(kind.name)?.[1]?.split(", ") ?? [];
  const candidates = typeof initial === "number"
    ? [String(initial + 1), String(initial - 1), '"7s"', '"7m"']
    : [
      ...choices.map((word) => JSON.stringify(word.replace(/^""$/, ""))),
      '"x"',
      '"192.0.2.1"',
      '"2001:db8::1"',
      '"7s"',
      '"7m"',
    ];
  return candidates.find((text) => isAnother(key, text)) ?? assert.fail(key);
}

function isAnother(key: KeyName, toml: string): boolean {
  const { kind, initial } = keyNamed(key);
  try {
    const value = kind.fromToml(JSON.parse(toml));
    return kind.format(value) !== kind.format(initial);
  } catch {
    return false;
  }
}

/** A whole file, in which every key has another value than the built-in one. */
function otherFile(directory: string): string {
  const ports = Object.values(freePorts());
  const lines: string[] = [];
  let section = "";
  for (const key of KEY_NAMES) {
    const [name = "", rest = ""] = key.split(".");
    if (name !== section) lines.push(`[${section = name}]`);
    const value = name === "listen"
      ? `"127.0.0.1:${ports.pop()}"`
      : another(key, directory);
    lines.push(`${rest} = ${value}`);
  }
  return lines.join("\n");
}

/** What the line of the log says of its last reload. */
async function reloaded(server: Server, count: number): Promise<string> {
  const lines = () =>
    server.output.split("\n")
      .filter((line) => / reloaded |"event":"reloaded"/.test(line));
  await happens(() => lines().length >= count, () => server.output);
  return lines().at(-1) ?? "";
}

Deno.test("SIGHUP names every key that has changed, once", async () => {
  const directory = await Deno.makeTempDir({ prefix: "postern-test-" });
  const pair = await makeSelfSigned({
    names: ["other.example"],
    nowMs: Date.now(),
    days: 90,
  });
  await Deno.writeTextFile(`${directory}/chain.pem`, pair.chainPem);
  await Deno.writeTextFile(`${directory}/key.pem`, pair.keyPem);
  const server = await Server.start();
  // only what the harness must say, so that every other key has its built-in value
  await Deno.writeTextFile(
    server.configFile,
    `[server]\ndomain = "chat.example"\nstate_dir = "${server.stateDir}"\n[listen]\n` +
      ["smtp", "submission", "submission_tls", "imap", "imap_tls", "http"]
        .map((name) => `${name} = ""\n`).join("") +
      `https = "127.0.0.1:0"`
        .replace(":0", `:${server.ports.https}`),
  );
  try {
    Deno.kill(server.pid, "SIGHUP");
    await reloaded(server, 1);
    await Deno.writeTextFile(server.configFile, otherFile(directory));
    Deno.kill(server.pid, "SIGHUP");
    const line = await reloaded(server, 2);
    // the other format is in force by then
    const { changed, restart }: Record<string, string> = JSON.parse(line);
    assert.ok(changed !== undefined && restart !== undefined, line);
    const named = [...changed.split(","), ...restart.split(",")];
    assert.deepEqual(
      named.filter((name) => name !== "tls").toSorted(),
      KEY_NAMES.toSorted(),
    );
    assert.deepEqual(
      restart.split(","),
      KEY_NAMES.filter((key) => keyNamed(key).inForce === "restart"),
    );
    await happens(
      () => server.output.includes('"degraded","part":"restart_needed"'),
      () => server.output,
    );
    assert.equal(await commonName(server), undefined, "the old port is closed");
  } finally {
    await server.dispose();
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("what reload says to be in force is", async () => {
  const directory = await Deno.makeTempDir({ prefix: "postern-test-" });
  const server = await Server.start();
  const environment = { POSTERN_CONFIG: server.configFile };
  const text = await Deno.readTextFile(server.configFile);
  async function reload(file: string) {
    await Deno.writeTextFile(server.configFile, file);
    const { exit, out, err } = await postern(["reload", "--json"], environment);
    return { exit, err, data: out === "" ? undefined : JSON.parse(out).data };
  }
  try {
    const pair = await makeSelfSigned({
      names: ["new.example"],
      nowMs: Date.now(),
      days: 90,
    });
    await Deno.writeTextFile(`${directory}/chain.pem`, pair.chainPem);
    await Deno.writeTextFile(`${directory}/key.pem`, pair.keyPem);
    const { exit, data } = await reload(
      text.replace("require_tls = false", "require_tls = true\nmax_line = 600")
        .replace(
          'mode = "self_signed"',
          `mode = "file"\ncert = "${directory}/chain.pem"\nkey = "${directory}/key.pem"`,
        ) + `[imap]\nmax_connections_per_ip = 1\n[log]\nlevel = "warn"\n`,
    );
    assert.equal(exit, 0);
    assert.deepEqual(data, {
      reloaded: true,
      changed: [
        "tls.mode",
        "tls.cert",
        "tls.key",
        "smtp.require_tls",
        "smtp.max_line",
        "imap.max_connections_per_ip",
        "log.level",
        "tls",
      ],
      restart: [],
      hidden: [],
      errors: [],
    });
    assert.equal(await commonName(server), "new.example");
    assert.match(
      await talk(server.ports.smtp, "EHLO a\r\nMAIL FROM:<>\r\n"),
      /530 5\.7\.0/,
    );
    assert.match(
      await talk(server.ports.smtp, `EHLO ${"a".repeat(650)}\r\n`),
      /500 /,
    );
    using first = await Deno.connect({
      hostname: "127.0.0.1",
      port: server.ports.imap,
    });
    await first.read(new Uint8Array(1024));
    assert.doesNotMatch(await talk(server.ports.imap, ""), /^\* OK /);
    const { data: again } = await reload(
      await Deno.readTextFile(server.configFile),
    );
    assert.deepEqual([again.changed, again.restart], [[], []]);
  } finally {
    await server.dispose();
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a key behind a setting, a key that waits and a broken file are said as such", async (t) => {
  const server = await Server.start();
  const environment = { POSTERN_CONFIG: server.configFile };
  const text = await Deno.readTextFile(server.configFile);
  const run = (...args: string[]) => postern(args, environment);
  try {
    await t.step("behind a setting, and waiting", async () => {
      await run("settings", "set", "registration_open", "true");
      await Deno.writeTextFile(
        server.configFile,
        text.replace("[registration]", "[registration]\nopen = false") +
          "[storage]\ndedup = false\n[quota]\ntrim_to = 60\n",
      );
      const { exit, out } = await run("reload");
      assert.equal(exit, 0);
      assert.equal(
        out,
        "In force now: quota.trim_to\n" +
          "In force after a restart: storage.dedup\n" +
          "Not in force: registration.open, since the setting registration_open stands in front of it\n",
      );
      const status = await run("status");
      assert.match(status.out, /^warning +restart_needed: .*storage\.dedup/m);
    });
    await t.step(
      "a broken file changes nothing and is all that is told",
      async () => {
        await Deno.writeTextFile(
          server.configFile,
          `${text}[quota]\ntrim_to = 50\nwhen_ful = "reject"\n`,
        );
        for (const scope of ["all", "config"]) {
          const { exit, out, err } = await run("reload", "--scope", scope);
          assert.equal(exit, 7);
          assert.equal(out, "");
          assert.match(
            err,
            /^\S+:\d+:1: quota\.when_ful: unknown key[^\n]*\n$/,
          );
        }
        const { length } = server.output;
        Deno.kill(server.pid, "SIGHUP");
        await happens(
          () => server.output.slice(length).includes("config_error"),
          () => server.output,
        );
        assert.ok(!server.output.slice(length).includes("reloaded"));
      },
    );
    await t.step("the file as it was is quiet again", async () => {
      await Deno.writeTextFile(server.configFile, text);
      const { out } = await run("reload");
      assert.equal(
        out,
        "In force now: quota.trim_to\nNot in force: registration.open, since the setting registration_open stands in front of it\n",
      );
      assert.ok(!(await run("status")).out.includes("restart_needed"));
      assert.equal((await run("reload")).out, "Nothing changed\n");
    });
    await t.step(
      "broken certificate files leave the keys of the certificate",
      async () => {
        await Deno.writeTextFile(
          server.configFile,
          text.replace(
            'mode = "self_signed"',
            'mode = "file"\ncert = "/nowhere.pem"',
          ) +
            "[quota]\ntrim_to = 60\n",
        );
        const { exit, out } = await run("reload");
        assert.equal(exit, 1);
        assert.match(
          out,
          /^In force now: quota.trim_to\nNot in force: .*\/nowhere.pem.*\n$/,
        );
        assert.equal(await commonName(server), "chat.example");
      },
    );
  } finally {
    await server.dispose();
  }
});

async function talk(port: number, octets: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(octets));
  await connection.closeWrite();
  return await new Response(connection.readable).text();
}

/** Of the certificate on the HTTPS port; undefined where nobody listens. */
function commonName({ ports }: Server): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({
      host: "127.0.0.1",
      port: ports.https,
      rejectUnauthorized: false,
    }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.on("error", () => resolve(undefined));
  });
}
