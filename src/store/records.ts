/**
 * Small collections of named values that admins set and the relay learns: rules,
 * keys, what is known of other servers. Each is read whole at the start and kept
 * in memory; so it has an upper limit, which its owner keeps.
 *
 * @module
 */

export interface StoredRecord {
  readonly key: string;
  /** JSON, whose shape is its owner's business. */
  readonly value: string;
}

export interface RecordChange {
  readonly collection: string;
  /** Each replaces what has its key. */
  readonly put?: readonly StoredRecord[];
  readonly remove?: readonly string[];
}

export interface RecordStore {
  /** The whole collection, by key. */
  load(collection: string): Promise<StoredRecord[]>;
  /** All of it or nothing; durable when this resolves. */
  change(change: RecordChange): Promise<void>;
}
