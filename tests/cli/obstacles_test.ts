/** What is switched on and cannot be had all the same says so, and names a command that helps. */
import assert from "node:assert/strict";
import { Server } from "../harness/server.ts";
import { Installation, postern } from "./command_line.ts";

const NO_SITE = '[listen]\nhttp = ""\nhttps = ""\nshadowsocks = ""';

const PREVENTED: readonly {
  readonly line: string;
  readonly toml?: string;
  readonly before?: string;
  readonly said: RegExp;
  /** After these, nothing is in the way any more. */
  readonly mended: readonly string[];
}[] = [
  {
    line: "admin-web enable",
    toml: "[admin]\nenabled = false",
    said: /admin\.enabled is false/,
    mended: ["config set admin.enabled true"],
  },
  {
    line: "admin-web path /panel",
    toml: '[admin]\ntoken = "disabled"',
    said: /admin\.token is disabled/,
    mended: ["config set admin.token ''"],
  },
  {
    line: "admin-web enable",
    toml: NO_SITE,
    said: /https and http listen nowhere/,
    mended: ["port https set 8443"],
  },
  {
    line: "webimap enable",
    toml: NO_SITE,
    said: /"port https set PORT" or "port http set PORT"/,
    mended: ["port http set 8080"],
  },
  {
    line: "websmtp enable",
    before: "port http disable -y",
    toml: '[listen]\nhttps = ""',
    said: /"port http enable"/,
    mended: ["port http enable"],
  },
  {
    line: "webmail-cors enable https://app.example",
    said: /neither WebIMAP nor WebSMTP is on/,
    mended: ["webimap enable"],
  },
  {
    line: "sharing enable",
    toml: "[web]\nenabled = false",
    said: /web\.enabled is false/,
    mended: ["config set web.enabled true"],
  },
  {
    line: "sharing enable",
    before: "stealth on",
    said: /"stealth off" shows it/,
    mended: ["stealth off"],
  },
  {
    line: "http-proxy enable",
    toml: NO_SITE,
    said: /https and http listen nowhere/,
    mended: ["port https set 8443"],
  },
  {
    line: "proxy enable",
    toml: NO_SITE,
    said: /shadowsocks listens nowhere: "port shadowsocks set PORT"/,
    mended: ["port shadowsocks set 8388"],
  },
  {
    line: "port turn_tls enable",
    said: /port turn_tls set PORT/,
    mended: ["port turn_tls set 5349"],
  },
];

for (const { line, toml = "", before, said, mended } of PREVENTED) {
  Deno.test(`${line} says what is in its way: ${said.source}`, async () => {
    const relay = new Installation(toml);
    try {
      if (before !== undefined) {
        assert.equal((await relay.run(before)).exit, 0);
      }
      const on = await relay.run(line);
      assert.equal(on.exit, 0, on.err);
      assert.match(on.out, /\nwarning: without effect for now: /);
      assert.match(on.out, said);
      const { data } = JSON.parse((await relay.run(`${line} --json`)).out);
      assert.match(data.warnings.join("\n"), said);
      for (const step of mended) {
        const done = await relay.run(step);
        assert.equal(done.exit, 0, done.err);
      }
      assert.doesNotMatch((await relay.run(line)).out, /warning/);
    } finally {
      relay.dispose();
    }
  });
}

Deno.test("admin-login makes no link to a panel that does not answer", async () => {
  const relay = new Installation(
    "[admin]\nenabled = false\nweb_enabled = true",
  );
  try {
    const { out } = await relay.run("admin-login --no-qr");
    assert.doesNotMatch(out, /https:/);
  } finally {
    relay.dispose();
  }
});

Deno.test("what only a server has says what is in its way, and exits as the table has it", async (t) => {
  const server = await Server.start({
    environment: {
      POSTERN_SET__registration__min_free_disk: "900000G",
      POSTERN_SET__log__lock: "true",
    },
  });
  const run = (...args: string[]) =>
    postern(args, { POSTERN_CONFIG: server.configFile });
  try {
    await t.step("registration open", async () => {
      const { exit, out } = await run("registration", "open");
      assert.equal(exit, 0);
      assert.match(out, /warning: without effect for now: .*min_free_disk/);
    });
    await t.step("turn enable", async () => {
      const { exit, out } = await run("turn", "enable");
      assert.equal(exit, 0);
      assert.match(out, /turn and turn_tls listen nowhere/);
    });
    await t.step("iroh enable", async () => {
      assert.doesNotMatch((await run("iroh", "enable")).out, /warning/);
    });
    await t.step("exchanger enable", async () => {
      const url = "https://bridge.example/";
      const added = await run("exchanger", "add", "bridge", url);
      assert.equal(added.exit, 0, added.err);
      assert.equal((await run("federation", "disable", "-y")).exit, 0);
      const off = await run("exchanger", "enable", "bridge");
      assert.match(off.out, /federation is off: "federation enable"/);
      assert.equal((await run("federation", "enable")).exit, 0);
      const on = await run("exchanger", "enable", "bridge");
      assert.doesNotMatch(on.out, /warning/);
    });
    await t.step("nobody there exits with 9", async () => {
      assert.equal((await run("push", "test")).exit, 9);
    });
    await t.step("a signal that log.lock refuses is told of", async () => {
      Deno.kill(server.pid, "SIGUSR2");
      const said = /signal_refused signal=SIGUSR2 reason=.*log\.lock/;
      while (!said.test(server.output)) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    });
  } finally {
    await server.dispose();
  }
});

Deno.test("certificate get exits with 9 while the authority cannot be reached", async () => {
  const relay = new Installation(
    '[tls]\nmode = "autocert"\n[acme]\ndirectory = "https://127.0.0.1:1/directory"',
  );
  try {
    const { exit, err } = await relay.run("certificate get --json");
    assert.equal(exit, 9, err);
    assert.equal(JSON.parse(err).code, "remote_failure");
  } finally {
    relay.dispose();
  }
});
