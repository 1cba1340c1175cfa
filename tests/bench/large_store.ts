/** A state directory with as much mail as a large relay has, without the days it takes to send it. @module */
import { randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { openTestStore } from "../store/engines.ts";
import { DOMAIN } from "../harness/server.ts";

const INLINE_OCTETS = 3_000;
const FILE_OCTETS = 70_000;
const HEADER_OCTETS = 100;
const ROWS_OF_A_COMMIT = 50_000;

export interface StoreSize {
  readonly accounts: number;
  readonly messages: number;
  /** Of the messages, those with a file of their own. */
  readonly files: number;
}

/** Every account gets as many messages as any other. */
export async function fillStore(
  stateDir: string,
  { accounts, messages, files }: StoreSize,
): Promise<void> {
  await (await openTestStore({ stateDir })).close(); // makes the tables
  const db = new DatabaseSync(`${stateDir}/chat.db`);
  db.exec("PRAGMA synchronous = OFF");
  db.exec("PRAGMA journal_mode = WAL");
  const now = Math.floor(Date.now() / 1000);
  const insert = statements(db);
  const each = Math.ceil(messages / accounts);
  const noise = randomBytes(1024 * 1024);
  db.exec("BEGIN");
  for (let n = 0, account = 1; account <= accounts; account++) {
    const octets = { total: 0 };
    insert.account.run(account, `filled${account}@${DOMAIN}`, now, now);
    for (let uid = 1; uid <= each; uid++) {
      const blob = ++n;
      const isFile = blob <= files;
      const size = isFile ? FILE_OCTETS : INLINE_OCTETS;
      const at = blob % (noise.length - FILE_OCTETS);
      const data = noise.subarray(at, at + size);
      const file = isFile ? await makeFile(stateDir, data) : null;
      insert.blob.run(blob, size, HEADER_OCTETS, file, now);
      if (!isFile) insert.data.run(blob, data);
      insert.message.run(account, uid, blob, size, now, now, uid);
      octets.total += size;
      if (n % ROWS_OF_A_COMMIT === 0) {
        db.exec("COMMIT");
        db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
        db.exec("BEGIN");
      }
    }
    insert.mailbox.run(
      account,
      account,
      account,
      each + 1,
      each,
      each,
      each,
      octets.total,
    );
    insert.usage.run(account, octets.total, each);
  }
  db.prepare("UPDATE uid_validity SET last = ?").run(accounts);
  db.exec("COMMIT");
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  db.close();
}

function statements(db: DatabaseSync) {
  return {
    account: db.prepare(
      `INSERT INTO accounts (id, address, password_hash, origin, created_at, lived_created_at)
       VALUES (?, ?, 'sha256:salt:digest', 'import', ?, ?)`,
    ),
    mailbox: db.prepare(
      `INSERT INTO mailboxes (id, account_id, name, uid_validity, uid_next, highest_modseq, exists_count, unseen_count, octets)
       VALUES (?, ?, 'INBOX', ?, ?, ?, ?, ?, ?)`,
    ),
    message: db.prepare(
      `INSERT INTO messages (mailbox_id, uid, blob_id, size, arrived_at, internal_at, flags, keywords, modseq)
       VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?)`,
    ),
    blob: db.prepare(
      `INSERT INTO blobs (id, refs, size, header_size, file, created_at)
       VALUES (?, 1, ?, ?, ?, ?)`,
    ),
    data: db.prepare("INSERT INTO blob_data (blob_id, data) VALUES (?, ?)"),
    usage: db.prepare(
      "INSERT INTO usage (account_id, octets, messages) VALUES (?, ?, ?)",
    ),
  };
}

async function makeFile(stateDir: string, data: Uint8Array): Promise<string> {
  const name = randomBytes(16).toString("hex");
  const directory = `${stateDir}/blobs/${name.slice(0, 2)}/${name.slice(2, 4)}`;
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  await Deno.writeFile(`${directory}/${name}`, data, { mode: 0o600 });
  return name;
}
