/** The blocklist: addresses, `*@domain` and `prefix*@domain`. @module */
import type { Address } from "../../../mail/address.ts";
import type { BlockEntry } from "../../accounts.ts";
import type { Connection } from "../database/connection.ts";

const COLUMNS = "pattern, reason, created_at AS createdAt";

export class BlockTable {
  constructor(readonly db: Connection) {}

  /** The entry for the address itself, else one that covers it. */
  covering(address: Address): BlockEntry | undefined {
    return this.db.row<BlockEntry>(
      `SELECT ${COLUMNS} FROM blocklist WHERE pattern = ?`,
      address,
    ) ?? this.db.row<BlockEntry>(
      `SELECT ${COLUMNS} FROM blocklist
       WHERE substr(pattern, instr(pattern, '@')) = ?2 AND instr(pattern, '*') > 0
         AND substr(?1, 1, instr(pattern, '*') - 1)
           = substr(pattern, 1, instr(pattern, '*') - 1)
       LIMIT 1`,
      address,
      address.slice(address.lastIndexOf("@")),
    );
  }

  list(): BlockEntry[] {
    return this.db.rows<BlockEntry>(
      `SELECT ${COLUMNS} FROM blocklist ORDER BY pattern`,
    );
  }

  count(): number {
    return this.db.row<{ n: number }>("SELECT count(*) AS n FROM blocklist")!.n;
  }

  put(entry: BlockEntry): void {
    this.db.run(
      `INSERT INTO blocklist (pattern, reason, created_at) VALUES (?, ?, ?)
       ON CONFLICT (pattern) DO UPDATE SET reason = excluded.reason`,
      entry.pattern,
      entry.reason,
      entry.createdAt,
    );
  }

  remove(pattern: string): boolean {
    return this.db.run("DELETE FROM blocklist WHERE pattern = ?", pattern) > 0;
  }
}
