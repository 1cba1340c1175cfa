/** What a periodic job is. @module */
import type { AccountOperations } from "../accounts/operations.ts";
import type { BackupControl } from "../admin/backup_control.ts";
import type { NoticeSealer } from "../delivery/notices/sealer.ts";
import type { KeyWatch } from "../federation/dkim/key_watch.ts";
import type { Settings } from "../settings/settings.ts";
import type { QuotaPolicy } from "../store/mail.ts";
import type { Store, Upkeep } from "../store/store.ts";

export type Schedule =
  | {
    readonly kind: "every";
    readonly seconds: number;
    readonly text: string;
    /** Also as soon as the server runs. */
    readonly fromStart?: true;
  }
  /** Once a day between two hours, UTC. */
  | { readonly kind: "nightly"; readonly from: number; readonly to: number }
  /** On demand only. */
  | { readonly kind: "manual" };

export type TaskSettings = Pick<Settings, "get">;

/** What a job works on. */
export interface TaskWork {
  readonly store: Pick<
    Store,
    "accounts" | "accountKeys" | "mail" | "maintenance" | "clock"
  >;
  readonly accounts: Pick<AccountOperations, "remove">;
  readonly settings: TaskSettings;
  readonly sealer: Pick<NoticeSealer, "write">;
  readonly dkim: Pick<KeyWatch, "look">;
  readonly backups: Pick<BackupControl, "create" | "createIfDue">;
  /** If it is due. Says what came of it. @throws {Error} why there is none */
  renewCertificate(): Promise<string>;
  readonly quota: QuotaPolicy;
  /** Seconds since 1970 UTC, for people to read. */
  nowSeconds(): number;
  /** In place of the age in the settings. */
  readonly retentionSeconds?: number;
  readonly dryRun: boolean;
  /** Its time has come; nobody has asked for it. */
  readonly isScheduled: boolean;
  /** Between two batches: lets others write. @throws {TaskStopped} when the process ends */
  pause(): Promise<void>;
}

export interface TaskResult {
  readonly messages?: number;
  readonly accounts?: number;
  /** Of other things. */
  readonly others?: number;
  readonly detail?: string;
  /** It was asked for a dry run, and has none. */
  readonly skipped?: true;
}

/** What a task that deletes mail or accounts goes by. */
export interface Deletion {
  /** The number in the settings that says what is due: an age in seconds, a quota in octets. */
  limit?(work: Pick<TaskWork, "settings" | "quota">): number;
  /** What is due depends on its age and on nothing that people do. */
  readonly byAgeAlone?: true;
}

export interface Task {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly description: string;
  readonly schedule: Schedule;
  /** Does nothing without an age given for the run. */
  readonly needsRetention?: true;
  /** There is no such task where the store does not offer this. */
  readonly needs?: Upkeep;
  /** Has a dry run then, so that a large run can be counted first. */
  readonly deletes?: Deletion;
  isEnabled(settings: TaskSettings): boolean;
  run(work: TaskWork): Promise<TaskResult>;
}

/** Between two batches of a task the process ends, or another server takes it over. Nothing is lost: the next run goes on. */
export class TaskStopped extends Error {
  override readonly name = "TaskStopped";
}
