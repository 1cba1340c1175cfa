/** The whole store as one thing that is opened, watched and closed. @module */
import type { Cursor } from "../base/ids.ts";
import type { AccountKeyStore } from "./account_keys.ts";
import type { AccountStore } from "./accounts.ts";
import type { StoreClock } from "./clock.ts";
import type { ContentStaging } from "./content.ts";
import type { StoreListener } from "./events.ts";
import type { MailStore, WalkStep } from "./mail.ts";
import type { MetadataStore } from "./metadata.ts";
import type { QueueStore } from "./queue.ts";
import type { RecordStore } from "./records.ts";
import type { SampleStore } from "./samples.ts";
import type { SettingStore } from "./settings.ts";
import type { SnapshotOptions, StoreSnapshot } from "./snapshot.ts";

export interface TaskRun {
  readonly task: string;
  /** Seconds since 1970 UTC. */
  readonly startedAt: number;
  readonly finishedAt?: number;
  readonly deleted: number;
  readonly error?: string;
  readonly whole?: WholeRun;
}

/** The last run that removed all that was due by the settings. */
export interface WholeRun {
  /** In seconds of the store's clock. */
  readonly livedAt: number;
  /** The number in the settings that it went by: an age in seconds, a quota in octets. */
  readonly limit: number;
}

/** What one engine needs from time to time, and another has no use for. */
export type Upkeep = "check" | "tidy" | "rewrite";

/** What contents of messages take up, of each as it is stored. */
export interface ContentFigures {
  /** In the database. */
  readonly rows: number;
  readonly rowOctets: number;
  /** Files beside it. */
  readonly files: number;
  readonly fileOctets: number;
  /** In the database, of what was deleted: new data takes their place. */
  readonly freeOctets: number;
}

export interface Maintenance {
  offers(upkeep: Upkeep): boolean;
  /** Blobs nobody refers to, and files that were without a blob an hour ago too, of which a walk to the end has to know. */
  collectBlobs(after?: Cursor): Promise<WalkStep>;
  /** Of many contents, as they were some minutes ago. */
  contentAbout(): Promise<ContentFigures>;
  /** Recomputes counters and usage; gives what differed. */
  recountUsage(): Promise<{ checked: number; repaired: number }>;
  /**
   * Reads all there is: what is wrong with it, undefined when all is well. Ends
   * when the signal says so, and rejects.
   */
  check(signal?: AbortSignal): Promise<string | undefined>;
  /** Gives room that deleted data took back, a little at a time. */
  tidy(): Promise<void>;
  /** Writes all anew without gaps; other writes wait meanwhile. */
  rewrite(): Promise<void>;
  /**
   * All there is at one moment, as files below an empty directory on the
   * store's file system, while mail goes on.
   */
  snapshot(
    directory: string,
    options?: SnapshotOptions,
  ): Promise<StoreSnapshot>;
  prunePushTokens(olderThanSeconds: number): Promise<number>;
  taskRuns(): Promise<TaskRun[]>;
  saveTaskRun(run: TaskRun): Promise<void>;
  /**
   * Keeps a name for this server for so many seconds from now, also when it
   * has it already. False while another server on the same store has it.
   */
  hold(name: string, seconds: number): Promise<boolean>;
  release(name: string): Promise<void>;
}

/** A content that messages have and nobody can read. */
export interface ContentDamage {
  readonly path: string;
  readonly reason: string;
}

export interface StoreHealth {
  readonly state: "ok" | "full" | "read_only" | "corrupt";
  /** Of writes that wait for their turn. */
  readonly queuedOctets: number;
  readonly databaseOctets: number;
  /** Of what is written ahead of the database, beside it. */
  readonly logOctets: number;
}

export interface Store {
  readonly accounts: AccountStore;
  readonly mail: MailStore;
  readonly queue: QueueStore;
  readonly metadata: MetadataStore;
  readonly accountKeys: AccountKeyStore;
  readonly records: RecordStore;
  readonly samples: SampleStore;
  readonly settings: SettingStore;
  readonly staging: ContentStaging;
  readonly maintenance: Maintenance;
  readonly clock: StoreClock;
  /** Where it is, for people. */
  readonly place: string;
  health(): StoreHealth;
  /** Calls from now on for every event. Returns how to stop. */
  onEvent(listener: StoreListener): () => void;
  /** Notices what other processes have written, and tells of it; cheap enough for every second. */
  catchUp(): Promise<void>;
  /** Writes what is queued, and closes. */
  close(): Promise<void>;
}
