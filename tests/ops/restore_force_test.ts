/** A backup in the place of a relay that is there, by the command line. @module */
import assert from "node:assert/strict";
import { join } from "node:path";
import { postern } from "../cli/command_line.ts";

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
