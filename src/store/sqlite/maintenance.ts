/** Upkeep of the store, in steps that never hold up delivery for long. @module */
import type { AccountId, Cursor, MailboxId } from "../../base/ids.ts";
import type { StoreClock } from "../clock.ts";
import type { WalkStep } from "../mail.ts";
import type { SnapshotOptions, StoreSnapshot } from "../snapshot.ts";
import type { ContentFigures, Maintenance, TaskRun } from "../store.ts";
import { checkApart } from "./database/check_apart.ts";
import type { Connection } from "./database/connection.ts";
import { cursorOf, positionAt } from "./cursor.ts";
import type { BlobFiles } from "./files/blob_files.ts";
import type { Background } from "./background.ts";
import { RecentSums } from "./recent_count.ts";
import { takeSnapshot } from "./snapshot/snapshot.ts";
import { Orphans } from "./files/orphans.ts";
import type { DiskSpace } from "./files/disk_space.ts";
import { BlobTable } from "./tables/blob_table.ts";
import { TaskTable } from "./tables/task_table.ts";
import type { Writer } from "./writer/writer.ts";

const ORPHAN_SECONDS = 3600; // a younger file may be about to get its message
const TOP_DIRECTORIES = 256;
const CONTENT_OLD_SECONDS = 300;
const ROWS = -1; // what is collected before the first directory

export interface MaintenanceParts {
  readonly reads: Connection;
  readonly writer: Writer;
  readonly files: BlobFiles;
  readonly space: DiskSpace;
  readonly time: StoreClock;
  readonly path: string;
  readonly background: Pick<Background, "spawn">;
}

export class SqliteMaintenance implements Maintenance {
  readonly #parts: MaintenanceParts;
  readonly #blobs: BlobTable;
  readonly #tasks: TaskTable;
  readonly #orphans = new Orphans(ORPHAN_SECONDS);
  readonly #content: RecentSums<ContentSum>;

  constructor(parts: MaintenanceParts) {
    this.#parts = parts;
    this.#blobs = new BlobTable(parts.reads);
    this.#tasks = new TaskTable(parts.reads);
    this.#content = new RecentSums({
      names: CONTENT_SUMS,
      look: (after, limit) => this.#blobs.someSizes(after, limit),
      seconds: () => parts.time.seconds(),
      pause: () => new Promise((resolve) => setTimeout(resolve, 1)),
      spawn: (work) => parts.background.spawn(work),
      oldSeconds: CONTENT_OLD_SECONDS,
    });
  }

  async contentAbout(): Promise<ContentFigures> {
    const { contents, octets, files, fileOctets } = await this.#content.get();
    return {
      rows: contents - files,
      rowOctets: octets - fileOctets,
      files,
      fileOctets,
      freeOctets: freeOctets(this.#parts.reads),
    };
  }

  /** One of the 256 directories at a time, and the unused rows before the first. */
  async collectBlobs(after?: Cursor): Promise<WalkStep> {
    const { writer, files, time } = this.#parts;
    const directory = after ? positionAt<number>(after) : ROWS;
    if (directory === ROWS) {
      const rows = await writer.submit("collectUnusedBlobs", undefined);
      return { deleted: rows, next: cursorOf(rows > 0 ? ROWS : 0) };
    }
    let deleted = 0;
    const top = directory.toString(16).padStart(2, "0");
    for await (const name of files.below(top)) {
      if (this.#blobs.hasFile(name)) continue;
      if (!this.#orphans.isOld(name, time.seconds())) continue;
      await files.remove(name);
      deleted++;
    }
    const isLast = directory + 1 === TOP_DIRECTORIES;
    if (isLast) this.#orphans.endLook();
    return { deleted, next: cursorOf(isLast ? undefined : directory + 1) };
  }

  async recountUsage(): Promise<{ checked: number; repaired: number }> {
    let checked = 0;
    let repaired = 0;
    for (
      let after: AccountId | undefined = 0 as AccountId;
      after !== undefined;
    ) {
      const step: RecountStep = await this.#parts.writer.submit(
        "recountSome",
        after,
      );
      checked += step.checked;
      repaired += step.repaired;
      after = step.next;
    }
    return { checked, repaired };
  }

  offers(): boolean {
    return true;
  }

  async check(signal?: AbortSignal): Promise<string | undefined> {
    return await checkApart(this.#parts.path, signal);
  }

  async tidy(): Promise<void> {
    const { writer } = this.#parts;
    for (
      let after: MailboxId | undefined = 0 as MailboxId;
      after !== undefined;
    ) {
      after = await writer.submit("forgetExpunged", after);
    }
    while (await writer.submit("vacuumSome", undefined));
    await writer.emptyLog();
  }

  /** @throws {Refusal} `storage_full` if the disk cannot hold a second copy */
  async rewrite(): Promise<void> {
    const { space, writer, path } = this.#parts;
    await space.check((await Deno.stat(path)).size);
    await writer.vacuum();
  }

  /** @throws {Refusal} `storage_full` if the disk cannot hold a second copy */
  async snapshot(
    directory: string,
    options?: SnapshotOptions,
  ): Promise<StoreSnapshot> {
    const { space, path } = this.#parts;
    await space.check((await Deno.stat(path)).size);
    return await takeSnapshot(this.#parts, directory, options);
  }

  prunePushTokens(olderThanSeconds: number): Promise<number> {
    return this.#parts.writer.submit("prunePushTokens", olderThanSeconds);
  }

  taskRuns(): Promise<TaskRun[]> {
    return Promise.try(() => this.#tasks.all());
  }

  saveTaskRun(run: TaskRun): Promise<void> {
    return this.#parts.writer.submit("saveTaskRun", run);
  }

  /** No other server has this store: the lock of the state directory sees to that. */
  hold(): Promise<boolean> {
    return Promise.resolve(true);
  }

  release(): Promise<void> {
    return Promise.resolve();
  }
}

const CONTENT_SUMS = ["contents", "octets", "files", "fileOctets"] as const;
type ContentSum = (typeof CONTENT_SUMS)[number];

/** Pages that hold nothing. */
function freeOctets(db: Connection): number {
  const { freelist_count: pages } = db.row<{ freelist_count: number }>(
    "PRAGMA freelist_count",
  )!;
  const { page_size: octets } = db.row<{ page_size: number }>(
    "PRAGMA page_size",
  )!;
  return pages * octets;
}

interface RecountStep {
  readonly checked: number;
  readonly repaired: number;
  readonly next: AccountId | undefined;
}
