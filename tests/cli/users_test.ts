/** Whose files a relay's are: commands by root and by others in a state directory of somebody. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { lstat } from "node:fs/promises";
import { encryptedPayload, messageOctets } from "../harness/message.ts";
import { DOMAIN, filesBelow, Server } from "../harness/server.ts";
import { SmtpClient } from "../harness/smtp_client.ts";
import { Installation } from "./command_line.ts";

const ROOT = 0;
const NOBODY = 65534; // nobody, everywhere
const PASSWORD = "a password nobody guesses";
const isRoot = Deno.uid() === 0;

interface Result {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

const SOURCES = new URL("../../src", import.meta.url).href;

/** Everything is loaded while it is root's, so that only the relay's files count. */
const AS_SOMEBODY = `
import "${SOURCES}/app/app.ts";
import "${SOURCES}/cli/offline.ts";
import { main } from "${SOURCES}/cli/main.ts";
const [uid, ...args] = Deno.args;
const number = { parameters: ["u32", "u32", "u32"], result: "i32" };
const { symbols } = Deno.dlopen("libc.so.6", {
  setgroups: { parameters: ["usize", "pointer"], result: "i32" },
  setresgid: number,
  setresuid: number,
});
symbols.setgroups(0n, null);
symbols.setresgid(Number(uid), Number(uid), Number(uid));
symbols.setresuid(Number(uid), Number(uid), Number(uid));
Deno.exitCode = await main(args);
`;

/**
 * Runs a command line as another user, or as root, in a process of its own: with
 * the rights that it takes other tests in this one would lose theirs.
 */
async function runAs(
  uid: number,
  args: readonly string[],
  config?: string,
): Promise<Result> {
  const script = await Deno.makeTempFile({ suffix: ".js" });
  await Deno.writeTextFile(script, AS_SOMEBODY);
  const configuration = new URL("../../deno.json", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", "--config", configuration, script],
      ...[String(uid), ...args],
      ...(config === undefined ? [] : ["--config", config]),
    ],
    cwd: "/",
    env: { NO_COLOR: "1" },
  }).output();
  await Deno.remove(script);
  const decoder = new TextDecoder();
  return {
    exit: code,
    out: decoder.decode(stdout),
    err: decoder.decode(stderr),
  };
}

/** Of all files below, and the directory itself. */
async function ownersOf(directory: string): Promise<Map<string, number>> {
  const owners = new Map<string, number>();
  for await (const entry of Deno.readDir(directory)) {
    const path = `${directory}/${entry.name}`;
    owners.set(entry.name, (await lstat(path)).uid);
    if (!entry.isDirectory) continue;
    for await (const file of filesBelow(path)) {
      owners.set(file, (await lstat(file)).uid);
    }
  }
  return owners;
}

function assertOfNobody(path: string): void {
  const { uid, isDirectory } = Deno.lstatSync(path);
  assert.equal(uid, NOBODY, path);
  if (!isDirectory) return;
  for (const { name } of Deno.readDirSync(path)) {
    assertOfNobody(`${path}/${name}`);
  }
}

/** An installation whose state directory is another user's. */
async function installed(): Promise<Installation> {
  // others must be able to get there, whatever place tests have for files
  const installation = new Installation("", "/tmp");
  await Deno.chmod(installation.directory, 0o755);
  const state = `${installation.directory}/state`;
  await Deno.mkdir(state, { mode: 0o700 });
  await Deno.chown(state, NOBODY, NOBODY);
  return installation;
}

Deno.test({
  name: "what root makes in somebody's state directory is theirs",
  ignore: !isRoot,
  async fn() {
    const installation = await installed();
    try {
      const { POSTERN_CONFIG: config } = installation.environment;
      const line = ["accounts", "create", "anna1234", "-p", "a horse xx"];
      const made = await runAs(ROOT, line, config);
      assert.equal(made.exit, 0, made.err);
      const owners = await ownersOf(`${installation.directory}/state`);
      assert.ok(owners.has("chat.db") && owners.has("lock"));
      for (const [name, uid] of owners) assert.equal(uid, NOBODY, name);
    } finally {
      installation.dispose();
    }
  },
});

Deno.test({
  name: "a server of root in somebody's state directory leaves it theirs",
  ignore: !isRoot,
  async fn() {
    const stateDir = await Deno.makeTempDir({ prefix: "postern-test-" });
    await Deno.chown(stateDir, NOBODY, NOBODY);
    const server = await Server.start({
      stateDir,
      config: '[log]\nlevel = "info"\ntargets = ["log/all"]\n',
    });
    try {
      assert.match(
        server.output,
        /warning: the server runs as root, and \S+ belongs to nobody/,
      );
      const owners = await ownersOf(stateDir);
      owners.delete("postern.toml"); // the test's own
      assert.ok(owners.has("control.sock") && owners.has("chat.db-wal"));
      assert.ok(
        [...owners.keys()].some((name) => name.endsWith("privkey.pem")),
      );
      assert.ok(owners.has(`${stateDir}/log/all`));
      for (const [name, uid] of owners) assert.equal(uid, NOBODY, name);
      const ann = `ann.of.root@${DOMAIN}`;
      await server.command("accounts", "create", ann, "-p", PASSWORD);
      const smtp = await SmtpClient.submit(
        server.ports.submissionTls,
        await server.certificate(),
        ann,
        PASSWORD,
      );
      const payload = await encryptedPayload(200_000);
      await smtp.start([ann]);
      await smtp.wire.write(messageOctets({ from: ann, id: "large", payload }));
      await smtp.expect(250);
      smtp.close();
      const made = [];
      for (const more of [[], [], ["--no-mail"]]) {
        const out = await server.command("backup", "create", ...more, "--json");
        made.push(JSON.parse(out).data.path);
      }
      for (const path of made) {
        assert.ok(existsSync(`${path}/manifest.jsonl`));
        assert.ok(existsSync(`${path}/state/chat.db`));
      }
      assert.ok(
        (await Array.fromAsync(filesBelow(`${stateDir}/blobs`))).length,
      );
      for (
        const name of [...Deno.readDirSync(stateDir)].map(({ name }) => name)
      ) {
        if (name !== "postern.toml") assertOfNobody(`${stateDir}/${name}`);
      }
    } finally {
      await server.dispose();
      await Deno.remove(stateDir, { recursive: true });
    }
  },
});

Deno.test({
  name: "root gives away neither links nor what was there before",
  ignore: !isRoot,
  async fn() {
    const installation = await installed();
    try {
      const state = `${installation.directory}/state`;
      const mine = `${installation.directory}/mine`;
      const { POSTERN_CONFIG: config } = installation.environment;
      await Deno.writeTextFile(mine, "");
      await Deno.symlink(mine, `${state}/lock`);
      await runAs(ROOT, ["accounts", "list"], config);
      assert.equal((await lstat(mine)).uid, 0);
      await Deno.remove(`${state}/lock`);
      await Deno.link(mine, `${state}/lock`);
      await runAs(ROOT, ["accounts", "list"], config);
      assert.equal((await lstat(mine)).uid, 0);
    } finally {
      installation.dispose();
    }
  },
});

Deno.test({
  name: "another user is told who may",
  ignore: !isRoot,
  async fn() {
    const installation = await installed();
    const config = `${installation.directory}/postern.toml`;
    try {
      for (const args of [["accounts", "list"], ["status"], ["run"]]) {
        const { exit, out, err } = await runAs(1234, args, config);
        const context = `${args.join(" ")}: ${err}`;
        assert.equal(exit, 6, context);
        assert.equal(out, "");
        assert.match(err, /: run this as root or as nobody\n$/, context);
        assert.doesNotMatch(err, /os error|EACCES|readdir|PermissionDenied/);
      }
      const tried = await runAs(1234, ["run", "--dev"]);
      assert.equal(tried.exit, 6, tried.err);
      assert.match(
        tried.err,
        /\/data: no permission: run this as root, or in a directory of your own, or with --state-dir\n$/,
      );
      await Deno.chmod(config, 0o600);
      const { exit, err } = await runAs(1234, ["status"], config);
      assert.equal(exit, 6);
      assert.match(
        err,
        /postern.toml: cannot be read: no permission: run this as root\n$/,
      );
    } finally {
      installation.dispose();
    }
  },
});
