import assert from "node:assert/strict";
import { Connection } from "./connection.ts";
import { migrate, MIGRATIONS, schemaVersion } from "./migrations.ts";
import { openSqlite } from "../open.ts";
import { SCHEMA_1 } from "./schema.ts";

function withDatabase(name: string, work: (db: Connection) => void): void {
  Deno.test(name, () => {
    const db = Connection.open(":memory:", { readOnly: false });
    try {
      work(db);
    } finally {
      db.close();
    }
  });
}

withDatabase("migrate() makes an empty database current", (db) => {
  migrate(db);
  assert.equal(schemaVersion(db), MIGRATIONS.length);
  migrate(db);
  assert.equal(schemaVersion(db), MIGRATIONS.length);
});

withDatabase("migrate() from version 1 keeps what is there", (db) => {
  db.execute(SCHEMA_1);
  db.execute("PRAGMA user_version = 1");
  db.run("INSERT INTO settings VALUES ('a', 'b', 1)");
  const next = [...MIGRATIONS, "CREATE TABLE more (a INTEGER) STRICT"];
  migrate(db, next);
  assert.equal(schemaVersion(db), next.length);
  assert.equal(db.rows("SELECT * FROM settings").length, 1);
  assert.equal(db.rows("SELECT * FROM more").length, 0);
});

withDatabase("migrate() is all or nothing", (db) => {
  const broken = [
    SCHEMA_1,
    "CREATE TABLE more (a)",
    "CREATE TABLE accounts (a)",
  ];
  assert.throws(() => migrate(db, broken), /already exists/);
  assert.equal(schemaVersion(db), 0);
  assert.equal(db.rows("SELECT * FROM sqlite_schema").length, 0);
});

withDatabase("migrate() refuses a newer schema", (db) => {
  migrate(db, [SCHEMA_1, "CREATE TABLE more (a)"]);
  assert.throws(() => migrate(db, [SCHEMA_1]), /schema version 2 is newer/);
});

Deno.test("openSqlite() says that a database is too new", async () => {
  const stateDir = await Deno.makeTempDir();
  await (await openSqlite({ stateDir, sync: "off" })).close();
  const db = Connection.open(`${stateDir}/chat.db`, { readOnly: false });
  db.execute("PRAGMA user_version = 999");
  db.close();
  await assert.rejects(
    openSqlite({ stateDir }),
    /schema version 999 is newer than/,
  );
  await Deno.remove(stateDir, { recursive: true });
});

Deno.test("openSqlite() says that a file is no database", async () => {
  const stateDir = await Deno.makeTempDir();
  await Deno.writeTextFile(`${stateDir}/chat.db`, "x".repeat(9000));
  await assert.rejects(openSqlite({ stateDir }), /not a database/);
  await Deno.remove(stateDir, { recursive: true });
});
