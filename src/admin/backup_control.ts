/** Backups as operations see them; app/ passes in what makes them. @module */
export interface BackupShape {
  readonly name: string;
  /** Of its directory. */
  readonly path: string;
  /** Of the moment that it shows. */
  readonly created_at: number;
  readonly files: number;
  readonly bytes: number;
  readonly accounts: number;
  readonly messages: number;
  /** Contents that were lost before it was made. */
  readonly lost: number;
  /** Whether mail is in it, not accounts and settings alone. */
  readonly mail: boolean;
}

/** What lies among the backups and is none. */
export interface BrokenBackup {
  readonly name: string;
  readonly reason: string;
}

export interface BackupRequest {
  readonly directory?: string;
  /** Without: accounts, settings and keys alone. */
  readonly withoutMail?: boolean;
}

export interface BackupControl {
  /** Where they are made unless another place is named. */
  readonly directory: string;
  /**
   * One more, as the relay is now, while mail goes on.
   *
   * @throws {Refusal} `task_running`, `storage_full`, `invalid_value` if the
   * directory cannot be used
   */
  create(options: BackupRequest): Promise<BackupShape>;
  /** Oldest first. */
  list(): Promise<{
    readonly backups: readonly BackupShape[];
    readonly broken: readonly BrokenBackup[];
  }>;
  /**
   * One of them as one file, while it is read.
   *
   * @throws {Refusal} `not_found`
   */
  pack(name: string): Promise<ReadableStream<Uint8Array>>;
  /** Removes all but the youngest; gives the names of what went. */
  prune(keep: number): Promise<readonly string[]>;
  /** @throws {Refusal} `not_found` */
  remove(name: string): Promise<void>;
  /** Makes one if the last is old enough, and removes those beyond what is kept; undefined if none was due. */
  createIfDue(): Promise<BackupShape | undefined>;
  /** Whether any are made without being asked for. */
  readonly periodic: boolean;
}
