/** Opens a store: one database file, content files, one writer thread. @module */
import { statSync } from "node:fs";
import { basename, join } from "node:path";
import { makeDirectory } from "../../files/owner.ts";
import { cannotOpen, refusalFor, storageFault } from "./database/errors.ts";
import type { Clock, Timers } from "../../base/clock.ts";
import type { AccountKeyStore } from "../account_keys.ts";
import type { AccountStore } from "../accounts.ts";
import type { ContentStaging } from "../content.ts";
import type { StoreListener } from "../events.ts";
import type { MailStore } from "../mail.ts";
import type { MetadataStore } from "../metadata.ts";
import type { QueueStore } from "../queue.ts";
import type { RecordStore } from "../records.ts";
import type { SampleStore } from "../samples.ts";
import type { SettingStore } from "../settings.ts";
import type { StoreClock } from "../clock.ts";
import type {
  ContentDamage,
  Maintenance,
  Store,
  StoreHealth,
} from "../store.ts";
import { SqliteAccountStore } from "./account_store.ts";
import { Background } from "./background.ts";
import { SqliteClock } from "./clock.ts";
import { ChangeHub } from "./changes.ts";
import type { Connection } from "./database/connection.ts";
import { openReading } from "./database/open.ts";
import { EventHub } from "./events.ts";
import { Erasure } from "./writer/erasure.ts";
import { dropBallast, layBallast } from "./files/ballast.ts";
import { BlobFiles } from "./files/blob_files.ts";
import { BodyReader } from "./files/body.ts";
import { Damages } from "./files/damages.ts";
import { DiskSpace } from "./files/disk_space.ts";
import { LargeLists } from "./lists/large_lists.ts";
import { Leftovers } from "./files/leftovers.ts";
import { FileStaging } from "./files/staging.ts";
import { Health } from "./health.ts";
import { LazyJobs } from "./writer/lazy_jobs.ts";
import { MailReads } from "./mail/mail_reads.ts";
import { SqliteMailStore } from "./mail/mail_store.ts";
import { SqliteMaintenance } from "./maintenance.ts";
import {
  SqliteAccountKeyStore,
  SqliteMetadataStore,
  SqliteSettingStore,
} from "./metadata_store.ts";
import { SqliteRecordStore } from "./record_store.ts";
import { SqliteSampleStore } from "./sample_store.ts";
import { SqliteQueueStore } from "./queue_store.ts";
import { type SqliteOptions, SYSTEM_CLOCK, SYSTEM_TIMERS } from "./options.ts";
import { BlobTable } from "./tables/blob_table.ts";
import { MailboxTable } from "./tables/mailbox_table.ts";
import { Writer } from "./writer/writer.ts";

const DEFAULT_INLINE_MAX_OCTETS = 64 * 1024;
const DEFAULT_MIN_FREE_OCTETS = 512 * 1024 * 1024;
const NO_ERROR = { throwIfNoEntry: false } as const;
const DEDUP_SECRET = "content_dedup";

/** What all parts of the store stand on. */
interface Foundation {
  readonly path: string;
  readonly clock: Clock;
  readonly timers: Pick<Timers, "every">;
  readonly files: BlobFiles;
  readonly background: Background;
  readonly health: Health;
  readonly changes: ChangeHub;
  readonly events: EventHub;
  readonly lazy: LazyJobs;
  readonly writer: Writer;
  /** Reads of the protocol thread, as they fail. */
  readonly connection: Connection;
  /** The same, where a fault of the storage is reported and an answer. */
  readonly reads: Connection;
  readonly space: DiskSpace;
  readonly erasure: Erasure;
  /** The run before did not close the store. */
  readonly wasInterrupted: boolean;
  readonly time: SqliteClock;
}

/**
 * Opens the store, making or migrating the database if need be, and removes
 * what was half received: only one process may have it open. What somebody
 * changes in the database by other means is read at once, and listeners are
 * told with the next `catchUp()`.
 *
 * @throws {Error} why it cannot be opened
 */
export async function openSqlite(options: SqliteOptions): Promise<Store> {
  try {
    return await openOnce(options);
  } catch (error) {
    if (!isFull(error) || !dropBallast(options.stateDir)) throw error;
    return await openOnce(options);
  }
}

/** On a full disk not even the log of a database can be made. */
function isFull(error: unknown): boolean {
  const fault = storageFault(error) ??
    (error instanceof Error ? storageFault(error.cause) : undefined);
  return fault === "full";
}

async function openOnce(options: SqliteOptions): Promise<Store> {
  const base = await layFoundation(options);
  const settings = new SqliteSettingStore(base.reads, base.writer);
  const staging = new FileStaging({
    files: base.files,
    space: base.space,
    inlineMaxOctets: options.inlineMaxOctets ?? DEFAULT_INLINE_MAX_OCTETS,
    dedupKey: options.dedup === false
      ? undefined
      : await settings.secret(DEDUP_SECRET),
    onFault: (fault) => {
      base.health.report(fault);
      return refusalFor(fault);
    },
  });
  const leftovers = new Leftovers({
    files: base.files,
    blobs: new BlobTable(base.reads),
    claims: staging.claims,
  });
  if (base.wasInterrupted) base.background.spawn(leftovers.remove());
  const onDamage = options.onDamage ?? (() => {});
  const store = new SqliteStore({ ...base, leftovers }, staging, onDamage);
  await store.catchUp(); // from here on
  return store;
}

async function layFoundation(options: SqliteOptions): Promise<Foundation> {
  const { stateDir, clock = SYSTEM_CLOCK, sync = "full" } = options;
  const { timers = SYSTEM_TIMERS } = options;
  const path = join(stateDir, options.database ?? "chat.db");
  makeDirectory(stateDir);
  const files = new BlobFiles(stateDir, sync === "full");
  files.prepare();
  await files.emptyTemporary();

  const background = new Background(options.onBug ?? (() => {}));
  const health = new Health(options.onHealth ?? (() => {}));
  const changes = new ChangeHub(background.onBug);
  const events = new EventHub(background.onBug);
  const lazy = new LazyJobs(() => background.spawn(writer.flushLazy()));
  const { maxDatabaseOctets } = options;
  // closing the database removes its log
  const wasInterrupted = statSync(`${path}-wal`, NO_ERROR) !== undefined;
  const place = { path, stateDir, sync };
  const writer = await Writer.open(
    maxDatabaseOctets === undefined ? place : { ...place, maxDatabaseOctets },
    {
      clock,
      livedSeconds: () => time.seconds(),
      changes,
      events,
      health,
      onUnusedFiles: (names) =>
        names.forEach((name) => background.spawn(files.remove(name))),
      takeLazy: () => lazy.take(),
      onBug: background.onBug,
      onRestart: () => {
        changes.publishMissed((mailbox) => mailboxes.modSeq(mailbox));
        events.publish({ kind: "missed" });
      },
      onFatal: options.onFatal ?? (() => {}),
    },
  ).catch((error) => {
    throw cannotOpen(path, error);
  });
  const connection = openReading(path);
  const reads = connection.failingWith((error) => {
    const fault = storageFault(error);
    if (fault === undefined) return error;
    health.report(fault);
    return refusalFor(fault);
  });
  const time = SqliteClock.begin(clock, reads, writer);
  await time.settleFuture();
  const mailboxes = new MailboxTable(reads);
  const space = new DiskSpace({
    stateDir,
    get minFreeOctets() {
      return options.minFreeOctets ?? DEFAULT_MIN_FREE_OCTETS;
    },
    clock,
    isFull: () => health.state === "full",
    layBallast: async () => {
      if (await layBallast(stateDir)) health.reportRoom();
    },
    onShortage: () => background.spawn(reclaim(writer)),
  });
  const erasure = new Erasure({
    writer,
    clock,
    timers,
    onLate: (isLate) =>
      options.onErasureLate?.(
        isLate ? `${basename(path)}-wal cannot be emptied` : undefined,
      ),
    onBug: background.onBug,
  });
  const shared = {
    background,
    health,
    changes,
    events,
    lazy,
    writer,
    time,
    erasure,
  };
  const found = { path, files, connection, reads, wasInterrupted };
  return { ...shared, ...found, clock, timers, space };
}

/** Gives pages that deleted messages left back to the file system. */
async function reclaim(writer: Writer): Promise<void> {
  while (await writer.submit("vacuumSome", undefined));
  await writer.emptyLog();
}

interface StoreBase extends Foundation {
  readonly leftovers: Leftovers;
}

class SqliteStore implements Store {
  readonly #base: StoreBase;
  readonly #mailReads: MailReads;
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
  readonly place: string;
  readonly #lists: LargeLists;
  #version: number | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    base: StoreBase,
    staging: FileStaging,
    onDamage: (damage: ContentDamage) => void,
  ) {
    const { reads, writer, files, time } = base;
    this.#base = base;
    this.place = base.path;
    this.clock = time;
    this.#mailReads = new MailReads(reads);
    this.staging = staging;
    this.#lists = new LargeLists({ ...base, onBug: base.background.onBug });
    this.accounts = new SqliteAccountStore({ ...base, lists: this.#lists });
    this.metadata = new SqliteMetadataStore(reads, writer, time);
    this.accountKeys = new SqliteAccountKeyStore(reads, writer);
    this.records = new SqliteRecordStore(reads, writer);
    this.samples = new SqliteSampleStore(reads, writer);
    this.settings = new SqliteSettingStore(reads, writer);
    this.maintenance = new SqliteMaintenance(base);
    const bodies = new BodyReader(
      new BlobTable(base.connection),
      files,
      new Damages(onDamage),
    );
    this.mail = new SqliteMailStore({
      ...base,
      reads: this.#mailReads,
      staging,
      bodies,
    });
    this.queue = new SqliteQueueStore({ reads, writer, bodies, time });
  }

  health(): StoreHealth {
    const { health, writer, path } = this.#base;
    return {
      state: health.state,
      queuedOctets: writer.queuedOctets,
      databaseOctets: octetsOf(path),
      logOctets: octetsOf(`${path}-wal`),
    };
  }

  onEvent(listener: StoreListener): () => void {
    return this.#base.events.listen(listener);
  }

  async catchUp(): Promise<void> {
    const { writer, changes, events } = this.#base;
    const version = await writer.submit("dataVersion", undefined);
    const before = this.#version;
    this.#version = version;
    if (before === undefined || version === before) return;
    changes.publishMissed((mailbox) => this.#mailReads.modSeq(mailbox));
    events.publish({ kind: "missed" });
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    const { connection, writer, background, time, erasure, leftovers } =
      this.#base;
    leftovers.stop();
    this.#lists.close();
    await erasure.stop();
    await background.settled();
    await time.keep();
    connection.close();
    await writer.close();
    await background.settled();
  }
}

function octetsOf(path: string): number {
  return statSync(path, NO_ERROR)?.size ?? 0;
}
