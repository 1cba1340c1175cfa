/** A backup in the place of a relay that is there, by the command line. @module */
import assert from "node:assert/strict";
import { join } from "node:path";
import { settleBeforeStart } from "../../src/cli/settle_replacements.ts";
import { postern } from "../cli/command_line.ts";
import { TestAuthority } from "../harness/authority.ts";

const PASSWORD = ["--password", "correct horse battery"];

interface World {
  readonly scratch: string;
  readonly stateDir: string;
  run(...args: string[]): ReturnType<typeof postern>;
  /** What the command says as JSON, of one that succeeds. */
  // deno-lint-ignore no-explicit-any
  data(...args: string[]): Promise<any>;
}

function forceTest(name: string, test: (world: World) => Promise<void>): void {
  Deno.test(name, async () => {
    const scratch = await Deno.makeTempDir({ prefix: "postern-force-" });
    const stateDir = `${scratch}/state`;
    await Deno.mkdir(stateDir, { mode: 0o700 });
    const config = `${stateDir}/postern.toml`; // where it is no part of the state
    await Deno.writeTextFile(
      config,
      `[server]\ndomain = "chat.example"\nstate_dir = "${stateDir}"\nruntime_dir = "${scratch}/run"\n[registration]\nmin_username_length = 3\n`,
    );
    const run = (...args: string[]) =>
      postern([...args, "--config", config], {});
    const world: World = {
      scratch,
      stateDir,
      run,
      async data(...args) {
        const { out, err } = await run(...args, "--json");
        assert.equal(err, "");
        return JSON.parse(out).data;
      },
    };
    try {
      await test(world);
    } finally {
      await Deno.remove(scratch, { recursive: true });
    }
  });
}

function namesBeside({ scratch }: World): string[] {
  return [...Deno.readDirSync(scratch)].map(({ name }) => name)
    .filter((name) => name !== "run").sort();
}

forceTest("what is there is put aside whole", async (world) => {
  await world.data("accounts", "create", "ann", ...PASSWORD);
  const made = await world.data("backup", "create");
  await world.data("accounts", "create", "bob", ...PASSWORD);
  const refused = await world.run("backup", "restore", made.path);
  assert.equal(refused.exit, 4, refused.err);
  const restored = await world.data(
    "backup",
    "restore",
    made.path,
    "--force",
  );
  assert.equal(restored.accounts, 1);
  assert.match(restored.old, /\/state\.old-\d+$/);
  for (const path of restored.others) await Deno.stat(path);
  const { accounts } = await world.data("accounts", "list");
  assert.equal(accounts.length, 1);
  // backups are no part of the state, and the configuration still is where it was
  assert.equal((await world.data("backup", "list")).backups.length, 1);
  const old = await postern(
    ["accounts", "list", "--json", "--state-dir", restored.old, "--config"]
      .concat(join(restored.old, "postern.toml")),
    {},
  );
  assert.equal(JSON.parse(old.out).data.total, 2, old.err);
  assert.equal(namesBeside(world).length, 2);
});

forceTest("a backup is known by the name that the list has", async (world) => {
  await world.data("accounts", "create", "ann", ...PASSWORD);
  await world.data("backup", "create");
  const [{ name }] = (await world.data("backup", "list")).backups;
  assert.equal((await world.data("backup", "verify", name)).ok, true);
  const restored = await world.data("backup", "restore", name, "--force");
  assert.equal(restored.accounts, 1);
  const unknown = await world.run("backup", "verify", "20010101T000000Z");
  assert.equal(unknown.exit, 3);
  assert.match(unknown.err, /no backup 20010101T000000Z in .*\/backups$/m);
});

forceTest("a damaged backup changes nothing", async (world) => {
  await world.data("accounts", "create", "ann", ...PASSWORD);
  const made = await world.data("backup", "create");
  await Deno.writeTextFile(`${made.path}/state/chat.db`, "no database");
  const { exit, err } = await world.run(
    "backup",
    "restore",
    made.path,
    "--force",
  );
  assert.notEqual(exit, 0);
  assert.match(err, /damaged|nothing/);
  assert.deepEqual(namesBeside(world), ["state"]);
  assert.equal((await world.data("accounts", "list")).total, 1);
});

forceTest(
  "certificate files that a command has named are in it",
  async (world) => {
    const authority = await TestAuthority.make("Root");
    const issued = await authority.issue(["chat.example"]);
    const chain = `${world.scratch}/chain.pem`;
    const key = `${world.scratch}/key.pem`;
    await Deno.writeTextFile(chain, issued.chainPem);
    await Deno.writeTextFile(key, issued.keyPem, { mode: 0o604 });
    await world.data("certificate", "file", chain, key);
    const made = await world.data("backup", "create");
    const copied = (name: string) =>
      Deno.readTextFile(`${made.path}/config/tls/${name}`);
    assert.equal(await copied("fullchain.pem"), issued.chainPem);
    assert.equal(await copied("privkey.pem"), issued.keyPem);
    await Deno.remove(key);
    const restored = await world.data(
      "backup",
      "restore",
      made.path,
      "--force",
    );
    const kept = restored.others.find((path: string) =>
      path.endsWith("/tls/privkey.pem")
    );
    assert.equal(await Deno.readTextFile(kept), issued.keyPem);
  },
);

for (
  const [what, domains, exit] of [
    ["of this relay, which had that domain", 'domains = ["chat.example"]\n', 0],
    ["said to be of another relay", "", 8],
  ] as const
) {
  forceTest(`a backup under another domain is ${what}`, async (world) => {
    const made = await world.data("backup", "create");
    const config = `${world.stateDir}/postern.toml`;
    const text = (await Deno.readTextFile(config)).replace(
      'domain = "chat.example"\n',
      `domain = "new.example"\n${domains}`,
    );
    await Deno.writeTextFile(config, text);
    const done = await world.run("backup", "restore", made.path, "--force");
    assert.equal(done.exit, exit, done.err);
    assert.equal(/nobody can log in/.test(done.out), exit === 8, done.out);
  });
}

forceTest("one without mail is told from one with it", async (world) => {
  await world.data("accounts", "create", "ann", ...PASSWORD);
  const made = await world.data("backup", "create", "--no-mail");
  assert.equal(made.mail, false);
  const { out } = await world.run("backup", "list");
  assert.match(out, /without mail/);
  await world.data("backup", "verify", made.path);
  const restored = await world.data("backup", "restore", made.path, "--force");
  assert.equal(restored.accounts, 1);
});

forceTest(
  "a killed one is completed by the next start, or the next restore",
  async (world) => {
    const { scratch, stateDir } = world;
    await world.data("accounts", "create", "ann", ...PASSWORD);
    const made = await world.data("backup", "create");
    // killed between two names, after which systemd has made the directory anew
    const fresh = `${scratch}/.state.new-5`;
    await Deno.rename(stateDir, fresh);
    await Deno.writeTextFile(`${fresh}/changing-places`, "5\n");
    await Deno.mkdir(`${scratch}/state.old-5`);
    await Deno.rename(`${fresh}/backups`, `${scratch}/state.old-5/backups`);
    await Deno.mkdir(stateDir);
    await settleBeforeStart(stateDir, (text) => assert.fail(text));
    assert.equal((await world.data("accounts", "list")).total, 1);
    assert.deepEqual(namesBeside(world), ["state", "state.old-5"]);

    // killed while it was made
    await Deno.mkdir(`${scratch}/.state.new-6/restoring`, { recursive: true });
    await settleBeforeStart(stateDir, (text) => assert.fail(text));
    await world.data("backup", "restore", made.path, "--force");
    assert.ok(!namesBeside(world).includes(".state.new-6"));
    assert.equal((await world.data("backup", "list")).backups.length, 1);
  },
);

forceTest(
  "a link to a state directory stays, and so does the volume that it leads to",
  async (world) => {
    const { scratch, stateDir } = world;
    await world.data("accounts", "create", "ann", ...PASSWORD);
    const made = await world.data("backup", "create");
    await Deno.mkdir(`${scratch}/volume`);
    await Deno.rename(stateDir, `${scratch}/volume/relay`);
    await Deno.symlink("volume/relay", stateDir);
    await world.data("accounts", "create", "bob", ...PASSWORD);
    const { old } = await world.data("backup", "restore", made.path, "--force");
    assert.equal(await Deno.readLink(stateDir), "volume/relay");
    assert.deepEqual(namesBeside(world), ["state", "volume"]);
    assert.ok(old.startsWith(`${scratch}/volume/relay.old-`), old);
    assert.equal((await world.data("accounts", "list")).total, 1);
    assert.equal((await world.data("backup", "list")).backups.length, 1);

    // killed between two names
    const fresh = `${scratch}/volume/.relay.new-5`;
    await Deno.rename(`${scratch}/volume/relay`, fresh);
    await Deno.writeTextFile(`${fresh}/changing-places`, "5\n");
    await Deno.mkdir(`${scratch}/volume/relay.old-5`);
    await settleBeforeStart(stateDir, (text) => assert.fail(text));
    assert.equal((await world.data("accounts", "list")).total, 1);
  },
);
