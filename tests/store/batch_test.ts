import assert from "node:assert/strict";
import type { AccountId } from "../../src/base/ids.ts";
import { BatchRunner } from "../../src/store/sqlite/writer/batch.ts";
import { Connection } from "../../src/store/sqlite/database/connection.ts";
import { openWriting } from "../../src/store/sqlite/database/open.ts";
import { JobContext } from "../../src/store/sqlite/jobs/context.ts";
import type { Job } from "../../src/store/sqlite/jobs/jobs.ts";
import type { WriterOptions } from "../../src/store/sqlite/options.ts";
import { address, HEADER, QUOTA, START_SECONDS } from "./store_world.ts";

interface Bench {
  readonly db: Connection;
  readonly runner: BatchRunner;
  /** Times room was asked for. */
  readonly roomMade: () => number;
  /** Times something was done without a sync. */
  readonly unsynced: () => number;
}

function batchTest(
  name: string,
  work: (bench: Bench) => void,
  options: Partial<WriterOptions> = {},
): void {
  Deno.test(name, () => {
    const stateDir = Deno.makeTempDirSync({ prefix: "batch_test" });
    const path = `${stateDir}/chat.db`;
    const db = openWriting({ path, stateDir, sync: "off", ...options });
    let roomMade = 0;
    const context = new JobContext(db, () => 0);
    let unsynced = 0;
    const runner = new BatchRunner(
      context,
      () => void roomMade++,
      (work) => {
        unsynced++;
        return work();
      },
    );
    try {
      const counts = { roomMade: () => roomMade, unsynced: () => unsynced };
      work({ db, runner, ...counts });
    } finally {
      db.close();
      Deno.removeSync(stateDir, { recursive: true });
    }
  });
}

function newAccount(name: string): Job {
  return ["createAccount", {
    address: address(name),
    passwordHash: "x",
    origin: "jit",
    createdAt: START_SECONDS,
  }];
}

function message(recipients: number[], size: number): Job {
  const octets = new Uint8Array(size);
  return ["accept", {
    content: { kind: "inline", octets },
    headerOctets: HEADER.length,
    recipients: recipients as AccountId[],
    arrivedAt: START_SECONDS,
    quota: QUOTA,
  }];
}

const NOW = { nowSeconds: START_SECONDS, livedSeconds: START_SECONDS };

function count(db: Connection, table: string): number {
  return db.row<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)!.n;
}

batchTest("run() undoes a job that throws, and it alone", ({ db, runner }) => {
  const { outcomes } = runner.run([
    newAccount("ann"),
    newAccount("ann"),
    ["setQuota", { id: 99, octets: 1 }],
    newAccount("bob"),
    ["noSuchJob" as never, undefined],
    message([1, 2], 100),
  ], NOW);
  assert.deepEqual(outcomes.map(({ kind }) => kind), [
    "done",
    "refused",
    "refused",
    "done",
    "failed",
    "done",
  ]);
  assert.equal(count(db, "accounts"), 2);
  assert.equal(count(db, "messages"), 2);
});

batchTest(
  "run() leaves nothing of a copy that fails midway",
  ({ db, runner }) => {
    runner.run([newAccount("ann"), message([1], 100)], NOW);
    const before = db.rows("SELECT * FROM mailboxes");
    const copy: Job = ["copy", {
      account: 1,
      from: 1,
      uids: [{ first: 1, last: 9 }],
      to: 1,
      quota: { ...QUOTA, defaultOctets: 150 },
    }];
    const { outcomes } = runner.run([copy], NOW);
    assert.equal(outcomes[0]?.kind, "refused");
    assert.deepEqual(db.rows("SELECT * FROM mailboxes"), before);
  },
);

batchTest(
  "run() on a full disk refuses mail but lets messages go",
  ({ db, runner, roomMade }) => {
    runner.run([newAccount("ann"), newAccount("bob")], NOW);
    runner.run([message([1], 60_000)], NOW);
    let fault: string | undefined;
    let delivered = 1;
    while (!fault) {
      const result = runner.run([message([1, 2], 60_000)], NOW);
      fault = result.fault;
      if (fault) {
        assert.deepEqual(result.outcomes, [
          { kind: "refused", code: "storage_full", detail: {} },
        ]);
      } else delivered += 2;
    }
    assert.equal(fault, "full");
    assert.equal(roomMade(), 1);
    assert.equal(count(db, "messages"), delivered);
    const flags = {
      account: 1,
      mailbox: 1,
      uids: [{ first: 1, last: 99 }],
      mode: "add",
      flags: 8,
      keywords: [],
    };
    const mixed = runner.run([
      message([1], 60_000),
      ["storeFlags", flags],
      ["expunge", { account: 1, mailbox: 1, uids: flags.uids }],
      ["removeSomeMail", 2],
    ], NOW);
    assert.deepEqual(mixed.outcomes.map(({ kind }) => kind), [
      "refused",
      "done",
      "done",
      "done",
    ]);
    assert.equal(count(db, "messages"), 0);
    assert.equal(count(db, "blob_data"), 0);
    const again = runner.run([message([1], 60_000)], NOW);
    assert.equal(again.fault, undefined);
    assert.equal(again.outcomes[0]?.kind, "done");
  },
  { maxDatabaseOctets: 1_000_000 },
);

batchTest("run() on a read-only database refuses", ({ db, runner }) => {
  runner.run([newAccount("ann")], NOW);
  db.execute("PRAGMA query_only = ON");
  const result = runner.run(
    [message([1], 10), newAccount("bob")],
    NOW,
  );
  assert.equal(result.fault, "read_only");
  const refused = { kind: "refused", code: "storage_read_only", detail: {} };
  assert.deepEqual(result.outcomes, [refused, refused]);
  db.execute("PRAGMA query_only = OFF");
  const after = runner.run([message([1], 10)], NOW);
  assert.equal(after.outcomes[0]?.kind, "done");
  assert.equal(count(db, "accounts"), 1);
});

batchTest("run() is refused while another process writes", ({ db, runner }) => {
  runner.run([newAccount("ann")], NOW);
  const location = db.row<{ file: string }>("PRAGMA database_list")!.file;
  const other = Connection.open(location, { readOnly: false });
  db.execute("PRAGMA busy_timeout = 1");
  other.execute("BEGIN IMMEDIATE");
  const busy = runner.run([message([1], 10)], NOW);
  assert.equal(busy.fault, "busy");
  assert.deepEqual(busy.outcomes, [
    { kind: "refused", code: "busy", detail: {} },
  ]);
  other.execute("ROLLBACK");
  other.close();
  const after = runner.run([message([1], 10)], NOW);
  assert.equal(after.outcomes[0]?.kind, "done");
});

batchTest("run() notices a corrupt database", ({ db, runner }) => {
  runner.run([newAccount("ann")], NOW);
  for (let i = 0; i < 20; i++) {
    runner.run([message([1], 60_000)], NOW);
  }
  const location = db.row<{ file: string }>("PRAGMA database_list")!.file;
  const page = db.row<{ rootpage: number }>(
    "SELECT rootpage FROM sqlite_schema WHERE name = 'messages'",
  )!.rootpage;
  db.rows("PRAGMA wal_checkpoint(TRUNCATE)");
  const file = Deno.openSync(location, { write: true });
  file.seekSync((page - 1) * 4096, Deno.SeekMode.Start);
  file.writeSync(new Uint8Array(4096).fill(0x5a));
  file.close();
  const again = openWriting({ path: location, stateDir: "", sync: "off" });
  const fresh = new BatchRunner(
    new JobContext(again, () => 0),
    () => {},
    (work) => work(),
  );
  const result = fresh.run([message([1], 10)], NOW);
  again.close();
  assert.equal(result.fault, "corrupt");
  assert.deepEqual(
    result.outcomes.map((one) => one.kind === "refused" && one.code),
    ["storage_read_only"],
  );
});

batchTest("a mailbox without free UIDs starts anew", ({ db, runner }) => {
  runner.run([newAccount("ann"), message([1], 10)], NOW);
  db.run("UPDATE mailboxes SET uid_next = 4294967293");
  const before = db.row<{ v: number }>(
    "SELECT uid_validity AS v FROM mailboxes",
  );
  for (let i = 0; i < 2; i++) runner.run([message([1], 10)], NOW);
  const uids = () => db.column("SELECT uid FROM messages ORDER BY uid");
  assert.deepEqual(uids(), [1, 4294967293, 4294967294]);
  const { outcomes } = runner.run([message([1], 10)], NOW);
  assert.deepEqual(uids(), [1, 2, 3, 4]);
  const after = db.row<{ v: number; uidNext: number }>(
    "SELECT uid_validity AS v, uid_next AS uidNext FROM mailboxes",
  );
  assert.ok(after!.v > before!.v);
  assert.equal(after!.uidNext, 5);
  const [outcome] = outcomes;
  assert.equal(outcome?.kind === "done" && outcome.changes[0]?.deleted, true);
});

const CLAIM: Job = ["claimQueued", {
  holder: "sender",
  leaseSeconds: 60,
  units: 10,
  recipientsPerUnit: 10,
  of: { kind: "due", perDestination: 10, busy: new Map() },
}];

/** Of an account that is there, to somebody elsewhere, in the database or a file. */
function queued(account: number, file?: string): Job {
  return ["accept", {
    content: file === undefined
      ? { kind: "inline", octets: new Uint8Array(100) }
      : { kind: "file", name: file, sizeOctets: 100 },
    headerOctets: HEADER.length,
    recipients: [],
    arrivedAt: START_SECONDS,
    quota: QUOTA,
    outbound: {
      reversePath: "ann@a.example",
      recipients: [{
        address: address("bob@b.example"),
        destination: "b.example",
      }],
      origin: "submission",
      account: account as AccountId,
      messageId: "<1@a.example>",
      lifetimeSeconds: 1000,
      eightBit: false,
      utf8: false,
    },
  }];
}

batchTest("run() syncs all but claims alone", ({ db, runner, unsynced }) => {
  runner.run([newAccount("ann"), queued(1), CLAIM], NOW);
  assert.equal(unsynced(), 0);
  runner.run([queued(1)], NOW);
  assert.equal(unsynced(), 0);
  const { outcomes: [claimed] } = runner.run([CLAIM], NOW);
  assert.equal(unsynced(), 1);
  assert.ok(claimed?.kind === "done");
  assert.equal((claimed.value as unknown[]).length, 1);
  const leased = "queue_recipients WHERE lease IS NOT NULL";
  assert.equal(count(db, leased), 2);
});

batchTest("run() syncs a claim with which files go", (bench) => {
  const { db, runner, unsynced } = bench;
  runner.run([newAccount("ann"), queued(1, "a/file"), queued(1)], NOW);
  db.run("INSERT INTO blocklist VALUES (?, '', 0)", address("ann"));
  const result = runner.run([CLAIM], NOW);
  assert.equal(unsynced(), 1);
  assert.deepEqual(result.unusedFiles, ["a/file"]);
  assert.equal(count(db, "queue_messages"), 0);
  assert.equal(db.inTransaction, false);
});
