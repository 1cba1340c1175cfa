/** Opens a store: one database file, content files, one writer thread. @module */
import { statSync } from "node:fs";
import { join } from "node:path";
import { refusalFor } from "./database/errors.ts";
import type { AccountStore } from "../accounts.ts";
import type { ContentStaging } from "../content.ts";
import type { MailStore } from "../mail.ts";
import type { MetadataStore } from "../metadata.ts";
import type { SettingStore } from "../settings.ts";
import type { Maintenance, Store, StoreHealth } from "../store.ts";
import { SqliteAccountStore } from "./account_store.ts";
import { Background } from "./background.ts";
import { ChangeHub } from "./changes.ts";
import type { Connection } from "./database/connection.ts";
import { openReading } from "./database/open.ts";
import { layBallast } from "./files/ballast.ts";
import { BlobFiles } from "./files/blob_files.ts";
import { BodyReader } from "./files/body.ts";
import { DiskSpace } from "./files/disk_space.ts";
import { FileStaging } from "./files/staging.ts";
import { Health } from "./health.ts";
import { LazyJobs } from "./lazy_jobs.ts";
import { MailReads } from "./mail_reads.ts";
import { SqliteMailStore } from "./mail_store.ts";
import { SqliteMaintenance } from "./maintenance.ts";
import { SqliteMetadataStore, SqliteSettingStore } from "./metadata_store.ts";
import { type SqliteOptions, SYSTEM_CLOCK } from "./options.ts";
import { BlobTable } from "./tables/blob_table.ts";
import { BULK, Writer } from "./writer.ts";

const DEFAULT_INLINE_MAX_OCTETS = 64 * 1024;
const DEFAULT_MIN_FREE_OCTETS = 512 * 1024 * 1024;
const DEDUP_SECRET = "content_dedup";

/** What the store is made of. */
interface Parts {
  readonly path: string;
  readonly reads: Connection;
  readonly mailReads: MailReads;
  readonly writer: Writer;
  readonly changes: ChangeHub;
  readonly health: Health;
  readonly background: Background;
  readonly accounts: AccountStore;
  readonly mail: MailStore;
  readonly metadata: MetadataStore;
  readonly settings: SettingStore;
  readonly staging: ContentStaging;
  readonly maintenance: Maintenance;
}

/**
 * Opens the store, making or migrating the database if need be. Another
 * process may have it open too: reads see at once what that one writes, and
 * listeners are told with the next `dataVersion()`.
 *
 * @throws {Error} why it cannot be opened
 */
export async function openStore(options: SqliteOptions): Promise<Store> {
  const { stateDir, clock = SYSTEM_CLOCK, sync = "full" } = options;
  const path = join(stateDir, options.database ?? "chat.db");
  await Deno.mkdir(stateDir, { recursive: true, mode: 0o700 });
  const files = new BlobFiles(stateDir, sync === "full");
  await files.prepare();
  if (!options.alongside) await files.emptyTemporary();

  const background = new Background(options.onBug ?? (() => {}));
  const health = new Health(options.onHealth ?? (() => {}));
  const changes = new ChangeHub(background.onBug);
  const lazy = new LazyJobs(() => background.spawn(writer.flushLazy()));
  const { maxDatabaseOctets } = options;
  const writer = await Writer.open({
    path,
    stateDir,
    sync,
    ...(maxDatabaseOctets === undefined ? {} : { maxDatabaseOctets }),
  }, {
    clock,
    changes,
    health,
    onUnusedFiles: (names) =>
      names.forEach((name) => background.spawn(files.remove(name))),
    takeLazy: () => lazy.take(),
    onBug: background.onBug,
  });
  const reads = openReading(path);
  const space = new DiskSpace({
    stateDir,
    minFreeOctets: options.minFreeOctets ?? DEFAULT_MIN_FREE_OCTETS,
    clock,
    layBallast: async () => {
      if (await layBallast(stateDir)) health.reportRoom();
    },
    onShortage: () => background.spawn(reclaim(writer)),
  });
  const settings = new SqliteSettingStore(reads, writer);
  const staging = new FileStaging({
    files,
    space,
    inlineMaxOctets: options.inlineMaxOctets ?? DEFAULT_INLINE_MAX_OCTETS,
    dedupKey: options.dedup === false
      ? undefined
      : await settings.secret(DEDUP_SECRET),
    onFault: (fault) => {
      health.report(fault);
      return refusalFor(fault);
    },
  });
  const mailReads = new MailReads(reads);
  const mail = new SqliteMailStore({
    reads: mailReads,
    writer,
    lazy,
    changes,
    health,
    space,
    staging,
    bodies: new BodyReader(new BlobTable(reads), files),
  });
  return new SqliteStore({
    path,
    reads,
    mailReads,
    writer,
    changes,
    health,
    background,
    accounts: new SqliteAccountStore(reads, writer, lazy),
    mail,
    metadata: new SqliteMetadataStore(reads, writer),
    settings,
    staging,
    maintenance: new SqliteMaintenance({
      reads,
      writer,
      files,
      space,
      clock,
      databaseOctets: () => octetsOf(path),
    }),
  });
}

/** Gives pages that deleted messages left back to the file system. */
async function reclaim(writer: Writer): Promise<void> {
  while (await writer.submit("vacuumSome", undefined, BULK));
  await writer.tidy();
}

class SqliteStore implements Store {
  readonly #parts: Parts;
  readonly accounts: AccountStore;
  readonly mail: MailStore;
  readonly metadata: MetadataStore;
  readonly settings: SettingStore;
  readonly staging: ContentStaging;
  readonly maintenance: Maintenance;
  #version: number | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.accounts = parts.accounts;
    this.mail = parts.mail;
    this.metadata = parts.metadata;
    this.settings = parts.settings;
    this.staging = parts.staging;
    this.maintenance = parts.maintenance;
  }

  health(): StoreHealth {
    const { health, writer, path } = this.#parts;
    return {
      state: health.state,
      queuedOctets: writer.queuedOctets,
      databaseOctets: octetsOf(path),
      walOctets: octetsOf(`${path}-wal`),
    };
  }

  async dataVersion(): Promise<number> {
    const { writer, changes, mailReads } = this.#parts;
    const version = await writer.submit("dataVersion", undefined);
    if (this.#version !== undefined && version !== this.#version) {
      changes.publishMissed((mailbox) => mailReads.modSeq(mailbox));
    }
    this.#version = version;
    return version;
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    const { reads, writer, background } = this.#parts;
    await background.settled();
    reads.close();
    await writer.close();
    await background.settled();
  }
}

function octetsOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
