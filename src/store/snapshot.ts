/**
 * The store as it was at one moment, as files that stand alone: what a backup
 * is made of, and what is looked at before one is trusted.
 *
 * @module
 */
export interface SnapshotOptions {
  /** Gives it up: what is there then is no snapshot. */
  readonly signal?: AbortSignal;
  /** Accounts, settings and keys alone; UIDs go on where they were. */
  readonly withoutMail?: boolean;
}

export interface StoreSnapshot {
  /** Name of its file below the directory. */
  readonly database: string;
  readonly accounts: number;
  readonly messages: number;
  /** Paths of contents that were not there although messages have them, up to a hundred. */
  readonly missing: readonly string[];
}

/** What is in a store that nobody has open. */
export interface StoreInspection {
  /** What is wrong with it, up to a hundred. */
  readonly problems: readonly string[];
  readonly schemaVersion: number;
  readonly accounts: number;
  readonly messages: number;
  /** Paths of contents that messages have and that are not there, up to a thousand. */
  readonly missing: readonly string[];
}
