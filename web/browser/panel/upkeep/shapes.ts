/** What operations on storage and the web site answer, as far as the panel shows it. @module */

export interface TaskShape {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly description: string;
  readonly schedule: string;
  readonly enabled: boolean;
  readonly running: boolean;
  readonly last_started_at: number | null;
  readonly last_finished_at: number | null;
  readonly last_deleted: number | null;
  readonly last_error: string | null;
}

export interface TaskOutcome {
  readonly task: string;
  readonly skipped: boolean;
  readonly deleted_messages: number;
  readonly deleted_accounts: number;
  readonly detail: string;
  readonly error: string | null;
}

export interface Backup {
  readonly name: string;
  readonly created_at: number;
  readonly bytes: number;
  readonly accounts: number;
  readonly messages: number;
}

export interface BackupList {
  readonly directory: string;
  readonly periodic: boolean;
  readonly backups: readonly Backup[];
  readonly broken: readonly {
    readonly name: string;
    readonly reason: string;
  }[];
}
