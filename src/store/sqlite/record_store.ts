/** Named values in collections: reads here, writes by the writer. @module */
import type { RecordChange, RecordStore, StoredRecord } from "../records.ts";
import type { Connection } from "./database/connection.ts";
import { RecordTable } from "./tables/record_table.ts";
import type { Writer } from "./writer/writer.ts";

export class SqliteRecordStore implements RecordStore {
  readonly #records: RecordTable;

  constructor(db: Connection, readonly writer: Writer) {
    this.#records = new RecordTable(db);
  }

  load(collection: string): Promise<StoredRecord[]> {
    return Promise.try(() => this.#records.all(collection));
  }

  change(change: RecordChange): Promise<void> {
    return this.writer.submit("changeRecords", change);
  }
}
