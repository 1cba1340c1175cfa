import assert from "node:assert/strict";
import { runCli } from "./program.ts";

async function run(...args: string[]) {
  let out = "";
  let err = "";
  const exit = await runCli(args, {
    terminal: {
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      isInteractive: false,
      readLine: () =>
        Promise.resolve(new TextEncoder().encode("hunter2 hunter2")),
      readHidden: () => Promise.resolve(new Uint8Array()),
    },
    environment: { POSTERN_CONFIG: "/nowhere/postern.toml" },
    openOffline: () => Promise.reject(new Error("the store is broken")),
  });
  return { exit, out, err };
}

const USAGE: [string[], string][] = [
  [["frobnicate"], "unknown command 'frobnicate'"],
  [
    ["accounts", "lisst"],
    "unknown command 'accounts lisst' (Did you mean list?)",
  ],
  [
    ["accounts", "lisst", "ann", "--password", "secret"],
    "unknown command 'accounts lisst' (Did you mean list?)",
  ],
  [
    ["accounts", "--pin", "info"],
    "unknown option '--pin'\nUsage: postern accounts info <user>",
  ],
  [["registration", "--opn"], "unknown option '--opn'"],
  [
    ["accounts", "info"],
    "missing required argument 'user'\nUsage: postern accounts info <user>",
  ],
  [
    ["--config", "creds", "tokens", "status"],
    "missing required argument 'token'\nUsage: postern registration-tokens status <token>",
  ],
  [
    ["registration", "frob"],
    "unknown command 'registration frob' (there are status, open, close, jit, token-required)",
  ],
  [
    ["version", "--jsno"],
    "unknown option '--jsno' (Did you mean --json?)\nUsage: postern version",
  ],
  [
    ["accounts", "info", "a", "b"],
    "too many arguments for 'info'. Expected 1 argument but got 2: a, b.\nUsage: postern accounts info <user>",
  ],
  [["help", "nothing"], "unknown command 'nothing'; postern --help lists all"],
  [["help", "acounts"], "unknown command 'acounts' (Did you mean accounts?)"],
  [["--config", "", "status"], "--config names no file"],
  [["--state-dir", "", "status"], "--state-dir names no directory"],
  [
    ["backup", "verify", ""],
    "Name a backup as the list has it, or by its path",
  ],
  [["--config"], "option '--config <path>' argument missing"],
  [
    ["version", "--timeout", "soon"],
    '--timeout: Cannot read "soon": write 20d, 12h, 1d12h, 5m or 30s',
  ],
];
for (const [args, message] of USAGE) {
  Deno.test(`runCli() refuses "${args.join(" ")}" as usage`, async () => {
    assert.deepEqual(await run(...args), {
      exit: 2,
      out: "",
      err: `postern: ${message}\n`,
    });
    const error = JSON.stringify({
      ok: false,
      error: message,
      code: "usage",
      exit: 2,
    });
    assert.deepEqual(await run("--json", ...args), {
      exit: 2,
      out: "",
      err: `${error}\n`,
    });
  });
}

Deno.test("runCli() takes global options before and after the command", async () => {
  const before = await run("--json", "version");
  assert.equal(before.exit, 0);
  assert.match(before.out, /^\{"ok":true,"command":"version","data":\{"name":/);
  assert.deepEqual(await run("version", "--json"), before);
});

Deno.test("runCli() ends the version's text with the version", async () => {
  assert.match((await run("version")).out, /^postern \d+\.\d+\.\d+\n$/);
  assert.match((await run("-V")).out, /^postern \d+\.\d+\.\d+\n$/);
});

Deno.test("runCli() runs the server when no command is named", async () => {
  for (const args of [[], ["run"], ["--check"], ["--config", "/x.toml"]]) {
    const { exit, err } = await run(...args);
    assert.equal(exit, 7);
    assert.match(err, /: there is no such file\n$/);
  }
});

Deno.test("runCli() helps at every level", async () => {
  for (const args of [["--help"], ["accounts", "-h"], ["run", "--help"]]) {
    const { exit, out, err } = await run(...args);
    assert.equal(exit, 0);
    assert.match(out, /^Usage: postern/);
    assert.equal(err, "");
    const isOfAll = args[0] === "--help";
    assert.equal(/takes --json, .*: postern --help\n$/.test(out), !isOfAll);
    assert.equal(/^Begin with:\n {2}postern run --dev/m.test(out), isOfAll);
  }
});

Deno.test("runCli() hashes a password from standard input", async () => {
  const { exit, out } = await run("hash", "--stdin");
  assert.equal(exit, 0);
  assert.match(out, /^scrypt:14:8:1:[^:]+:[^:]+\n$/);
});
