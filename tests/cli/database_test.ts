import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { copyDatabase } from "../../src/ops/backup/database_copy.ts";
import { BackupFault } from "../../src/ops/backup/manifest.ts";
import { Installation } from "./command_line.ts";

async function withRelay(
  test: (relay: Installation, copy: string) => Promise<void>,
): Promise<void> {
  const relay = new Installation();
  try {
    const { exit, err } = await relay.run(
      "accounts create anna1234 -p correct-horse",
    );
    assert.equal(exit, 0, err);
    await test(relay, `${relay.directory}/copy.db`);
  } finally {
    relay.dispose();
  }
}

function exists(path: string): boolean {
  return Deno.statSync(path.replace(/\/[^/]+$/, "")).isDirectory &&
    [...Deno.readDirSync(path.replace(/\/[^/]+$/, ""))]
      .some(({ name }) => path.endsWith(`/${name}`));
}

Deno.test("db copy makes a database that has all accounts, and leaves nothing else behind", () =>
  withRelay(async (relay, copy) => {
    const dry = await relay.run("db copy --to {dir}/copy.db --dry-run");
    assert.equal(dry.exit, 0, dry.err);
    assert.match(
      dry.out,
      /^Would copy .*chat\.db .* is sound, to .*copy\.db\n/,
    );
    assert.ok(!exists(copy));

    const made = await relay.run("db copy --to {dir}/copy.db --json");
    assert.equal(made.exit, 0, made.err);
    assert.equal(Deno.statSync(copy).mode! & 0o777, 0o600);
    using database = new DatabaseSync(copy, { readOnly: true });
    assert.deepEqual(
      { ...database.prepare("PRAGMA integrity_check").get() },
      { integrity_check: "ok" },
    );
    const { accounts } = JSON.parse(made.out).data;
    assert.equal(accounts, 1);
    assert.deepEqual(
      { ...database.prepare("SELECT count(*) AS n FROM accounts").get() },
      { n: 1 },
    );
    const backups = await relay.run("backup list --json");
    assert.deepEqual(JSON.parse(backups.out).data.backups, []);
    assert.deepEqual(
      [...Deno.readDirSync(relay.directory)].map(({ name }) => name).sort(),
      ["copy.db", "postern.toml", "state"],
    );
  }));

Deno.test("db copy never writes among the relay's own files", () =>
  withRelay(async (relay) => {
    Deno.symlinkSync(`${relay.directory}/state`, `${relay.directory}/link`);
    for (const to of ["state/chat.db", "link/chat.db", "state/copy.db"]) {
      for (const more of ["", " --dry-run"]) {
        const { exit, err } = await relay.run(
          `db copy --to {dir}/${to} --force${more}`,
        );
        assert.equal(exit, 4, err);
        assert.match(err, /name another place/);
      }
    }
    const { out } = await relay.run("accounts list --json");
    assert.equal(JSON.parse(out).data.total, 1);
    assert.ok(!exists(`${relay.directory}/state/copy.db`));
  }));

Deno.test("db copy overwrites nothing unless told to, and no directory", () =>
  withRelay(async (relay, copy) => {
    Deno.writeTextFileSync(copy, "mine");
    for (const more of ["", " --dry-run"]) {
      const refused = await relay.run(`db copy --to {dir}/copy.db${more}`);
      assert.equal(refused.exit, 4, refused.out);
      assert.match(refused.err, /copy\.db exists; --force overwrites it/);
    }
    assert.equal(Deno.readTextFileSync(copy), "mine");
    assert.equal(
      (await relay.run("db copy --to {dir}/copy.db --force")).exit,
      0,
    );
    assert.notEqual(Deno.readTextFileSync(copy), "mine");
    const nowhere = await relay.run("db copy --to {dir}/state --force");
    assert.notEqual(nowhere.exit, 0);
    assert.ok(Deno.statSync(`${relay.directory}/state`).isDirectory);
    assert.equal((await relay.run("db copy --to {dir}/none/copy.db")).exit, 3);
  }));

for (
  const dsn of [
    "postgres://u:p@db/mail",
    "postgresql:///mail",
    "'host=db dbname=mail'",
  ]
) {
  Deno.test(`db copy --to ${dsn} is refused, and tells no password`, () =>
    withRelay(async (relay) => {
      const { exit, err } = await relay.run(`db copy --to ${dsn}`);
      assert.equal(exit, 4);
      assert.match(err, /no store in PostgreSQL yet/);
      assert.doesNotMatch(err, /u:p/);
    }));
}

Deno.test("copyDatabase() refuses a backup that is not what it was", () =>
  withRelay(async (relay, copy) => {
    const { out } = await relay.run("backup create --json");
    const { name } = JSON.parse(out).data;
    const path = `${relay.directory}/state/backups/${name}`;
    const file = `${path}/state/chat.db`;
    const octets = Deno.readFileSync(file);
    octets[octets.length - 1]! ^= 1;
    Deno.chmodSync(file, 0o600);
    Deno.writeFileSync(file, octets);
    await assert.rejects(
      copyDatabase(path, copy, { overwrite: false }),
      BackupFault,
    );
    assert.ok(!exists(copy));
  }));
