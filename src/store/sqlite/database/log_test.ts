import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { takeInLog } from "./log.ts";

Deno.test("takeInLog() brings home what a reader has kept in the log", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/a.db`;
  const writer = new DatabaseSync(path);
  const reader = new DatabaseSync(path, { readOnly: true });
  /** What the database holds without its log. */
  function rowsAtHome(): number {
    const copy = `${directory}/copy.db`;
    Deno.copyFileSync(path, copy);
    const db = new DatabaseSync(copy);
    try {
      return Number(db.prepare("SELECT count(*) AS n FROM rows").get()?.n);
    } finally {
      db.close();
    }
  }
  try {
    writer.exec("PRAGMA journal_mode = WAL");
    writer.exec("PRAGMA wal_autocheckpoint = 0");
    writer.exec("CREATE TABLE rows (n INTEGER)");
    writer.exec("INSERT INTO rows VALUES (1)");
    writer.exec("PRAGMA wal_checkpoint(PASSIVE)");
    reader.exec("BEGIN");
    assert.equal(reader.prepare("SELECT count(*) AS n FROM rows").get()?.n, 1);
    writer.exec("INSERT INTO rows VALUES (2)");
    writer.exec("PRAGMA wal_checkpoint(PASSIVE)");
    assert.equal(rowsAtHome(), 1);
    reader.exec("COMMIT");
    takeInLog(path);
    assert.equal(rowsAtHome(), 2);
    writer.exec("INSERT INTO rows VALUES (3)");
    assert.equal(writer.prepare("SELECT count(*) AS n FROM rows").get()?.n, 3);
  } finally {
    reader.close();
    writer.close();
    await Deno.remove(directory, { recursive: true });
  }
});
