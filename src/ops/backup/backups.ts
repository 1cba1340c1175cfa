/**
 * The backups of a relay: directories below one, named by their time. What has
 * a name is whole; what is being made has another one.
 *
 * @module
 */
import { join } from "node:path";
import type {
  BackupControl,
  BackupRequest,
  BackupShape,
  BrokenBackup,
} from "../../admin/backup_control.ts";
import { type Clock, nowSeconds } from "../../base/clock.ts";
import { Refusal } from "../../base/refusal.ts";
import { reasonOf, systemError } from "../../base/system_errors.ts";
import { makeDirectory } from "../../files/owner.ts";
import type { Store } from "../../store/store.ts";
import { packBackup } from "./archive.ts";
import {
  BackupFault,
  headOf,
  type Manifest,
  MANIFEST_NAME,
  readEnds,
} from "./manifest.ts";
import { Sealing } from "./sealing.ts";
import type { StatePlace } from "./state_files.ts";

const MAKING = ".making-";
const NAME = /^\d{8}T\d{6}Z(?:-\d{1,4})?$/;

type Ends = Omit<Manifest, "files">;

export interface BackupOptions {
  readonly place: StatePlace;
  readonly directory: string;
  /** 0: only when somebody asks. */
  readonly everySeconds: number;
  readonly keep: number;
  readonly domain: string;
  /** Files from elsewhere, by their path in the backup. */
  readonly others: Readonly<Record<string, string>>;
}

export interface BackupParts {
  readonly store: {
    readonly maintenance: Pick<Store["maintenance"], "snapshot">;
  };
  readonly clock: Clock;
  /** Of the program. */
  readonly version: string;
  /** As they are now. */
  options(): BackupOptions;
}

export class Backups implements BackupControl {
  readonly #parts: BackupParts;
  readonly #end = new AbortController();
  #isMaking = false;

  constructor(parts: BackupParts) {
    this.#parts = parts;
  }

  get directory(): string {
    return this.#parts.options().directory;
  }

  get periodic(): boolean {
    return this.#parts.options().everySeconds > 0;
  }

  /** @throws {Refusal} `task_running` while another one is made */
  async create(
    { directory = this.directory, withoutMail = false }: BackupRequest,
  ): Promise<BackupShape> {
    if (this.#isMaking) {
      throw new Refusal("task_running", {
        explanation: "A backup is being made",
      });
    }
    this.#isMaking = true;
    try {
      this.#end.signal.throwIfAborted();
      return await this.#create(directory, withoutMail);
    } catch (error) {
      if (!this.#end.signal.aborted) throw told(error);
      throw new Refusal("unavailable", {
        explanation: "The server is stopping",
      });
    } finally {
      this.#isMaking = false;
    }
  }

  list(): Promise<
    { backups: BackupShape[]; broken: BrokenBackup[] }
  > {
    return Promise.try(() => {
      const backups: BackupShape[] = [];
      const broken: BrokenBackup[] = [];
      for (const name of namesIn(this.directory)) {
        const path = join(this.directory, name);
        try {
          const ends = readEnds(join(path, MANIFEST_NAME));
          backups.push(shapeOf(name, path, ends));
        } catch (error) {
          broken.push({ name, reason: reasonOf(error) });
        }
      }
      return { backups, broken };
    });
  }

  /** Broken ones are neither counted nor removed. */
  async prune(keep: number): Promise<string[]> {
    const { backups } = await this.list();
    // those without mail are no replacement for the others
    const gone = [true, false].flatMap((mail) =>
      backups.filter((one) => one.mail === mail).slice(0, -keep)
    );
    for (const { name } of gone) await this.remove(name);
    return gone.map(({ name }) => name);
  }

  pack(name: string): Promise<ReadableStream<Uint8Array>> {
    return Promise.try(() => packBackup(this.#pathOf(name)));
  }

  async remove(name: string): Promise<void> {
    const path = this.#pathOf(name);
    // half removed it must not pass for a backup
    const going = join(this.directory, `${MAKING}${name}`);
    await Deno.rename(path, going);
    await Deno.remove(going, { recursive: true });
  }

  async createIfDue(): Promise<BackupShape | undefined> {
    const { everySeconds, keep } = this.#parts.options();
    if (everySeconds === 0) return undefined;
    const { backups } = await this.list();
    const last = backups.findLast(({ mail }) => mail)?.created_at ?? -Infinity;
    const now = nowSeconds(this.#parts.clock);
    // one from the future was made before the clock was set right
    if (last <= now && now - last < everySeconds) return undefined;
    const made = await this.create({});
    await this.prune(keep);
    return made;
  }

  /** Gives up the one that is being made: the process ends. */
  stop(): void {
    this.#end.abort();
  }

  /** @throws {Refusal} `not_found` */
  #pathOf(name: string): string {
    if (namesIn(this.directory).includes(name)) {
      return join(this.directory, name);
    }
    throw new Refusal("not_found", {
      explanation: "No backup has this name, see backup list",
    });
  }

  async #create(
    directory: string,
    withoutMail: boolean,
  ): Promise<BackupShape> {
    const { place: { stateDir } } = this.#parts.options();
    makeDirectory(directory);
    await removeHalfMade(directory);
    await removeHalfMade(stateDir);
    const createdAt = nowSeconds(this.#parts.clock);
    const name = freeName(directory, createdAt);
    const target = join(directory, `${MAKING}${name}`);
    // links only lead within one file system
    const isNear = deviceOf(directory) === deviceOf(stateDir);
    const stage = isNear ? target : join(stateDir, `${MAKING}${name}`);
    try {
      const ends = await this.#fill(stage, target, {
        directory,
        createdAt,
        withoutMail,
      });
      const path = join(directory, name);
      await Deno.rename(target, path);
      await syncDirectory(directory);
      return shapeOf(name, path, ends);
    } finally {
      await removeHalfMade(directory);
      await removeHalfMade(stateDir);
    }
  }

  async #fill(
    stage: string,
    target: string,
    { directory, createdAt, withoutMail }: {
      readonly directory: string;
      readonly createdAt: number;
      readonly withoutMail: boolean;
    },
  ): Promise<Ends> {
    const { store: { maintenance }, version } = this.#parts;
    const { place, others, domain } = this.#parts.options();
    const previous = namesIn(directory).at(-1);
    makeDirectory(join(stage, "state"));
    const sealing = new Sealing();
    const { signal } = this.#end;
    const giveUp = () => sealing.end();
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      // before the store: what it takes in from these files it may take twice, but not never
      await sealing.gather({ place, stage, others });
      const { accounts, messages, missing, ...snapshot } = await maintenance
        .snapshot(join(stage, "state"), { signal, withoutMail });
      const head = headOf({
        program: version,
        domain,
        created_at: createdAt,
        database: snapshot.database,
        ...(withoutMail ? { without_mail: true } : {}),
      });
      const end = await sealing.seal({
        stage,
        ...(stage === target ? {} : { target }),
        ...(previous === undefined
          ? {}
          : { previous: join(directory, previous) }),
        head,
        counts: { accounts, messages, lost: missing },
      });
      return { head, end };
    } finally {
      signal.removeEventListener("abort", giveUp);
      sealing.end();
    }
  }
}

function shapeOf(
  name: string,
  path: string,
  { head, end }: Ends,
): BackupShape {
  return {
    name,
    path,
    created_at: head.created_at,
    files: end.files,
    bytes: end.octets,
    accounts: end.accounts,
    messages: end.messages,
    lost: end.lost.length,
    mail: head.without_mail !== true,
  };
}

/** Of whole backups, oldest first. */
function namesIn(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)]
      .filter(({ name, isDirectory }) => isDirectory && NAME.test(name))
      .map(({ name }) => name).sort(byTime);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function byTime(a: string, b: string): number {
  const [[timeA = "", countA = "0"], [timeB = "", countB = "0"]] = [
    a.split("-"),
    b.split("-"),
  ];
  if (timeA !== timeB) return timeA < timeB ? -1 : 1;
  return Number(countA) - Number(countB);
}

/** `20300131T120000Z`, or with a number after it when that is taken. */
function freeName(directory: string, seconds: number): string {
  const stamp = new Date(seconds * 1000).toISOString()
    .replace(/\.\d+/, "").replaceAll(/[-:]/g, "");
  const taken = new Set(namesIn(directory));
  if (!taken.has(stamp)) return stamp;
  for (let count = 2;; count++) {
    if (!taken.has(`${stamp}-${count}`)) return `${stamp}-${count}`;
  }
}

/** What a run before has left that did not come to its end. */
async function removeHalfMade(directory: string): Promise<void> {
  for await (const { name } of Deno.readDir(directory)) {
    if (!name.startsWith(MAKING)) continue;
    await Deno.remove(join(directory, name), { recursive: true });
  }
}

async function syncDirectory(path: string): Promise<void> {
  using directory = await Deno.open(path);
  await directory.sync();
}

function deviceOf(path: string): number {
  return Deno.statSync(path).dev;
}

/** What the operator can mend. */
function told(error: unknown): unknown {
  if (error instanceof BackupFault) {
    return new Refusal("unavailable", { explanation: error.message });
  }
  const fault = systemError(error);
  if (fault === undefined) return error;
  const { code, reason, path } = fault;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new Refusal("storage_full");
  }
  return new Refusal("invalid_value", {
    field: "directory",
    explanation: `${path ?? "The backup"}: ${reason}`,
  });
}
