/**
 * The thread that reads and copies the files of a backup: the relay's own has
 * mail to do.
 *
 * @module
 */
import { join } from "node:path";
import { type ToldError, toldError } from "../../base/system_errors.ts";
import { answerQuestions } from "../../observe/worker_link.ts";
import { makeDirectory } from "../../files/owner.ts";
import { copyFile, hashFile, linkOrCopy, syncDirectory } from "./file_copy.ts";
import {
  type Manifest,
  MANIFEST_NAME,
  type ManifestEnd,
  type ManifestFile,
  type ManifestHead,
  ManifestWriter,
  readManifest,
} from "./manifest.ts";
import { comparePaths, filesIn, type FoundFile } from "./paths.ts";
import { isLeftOut, type StatePlace } from "./state_files.ts";

export interface GatherRequest {
  readonly kind: "gather";
  readonly place: StatePlace;
  /** Where the backup is made. */
  readonly stage: string;
  /** Files from elsewhere, by their path in the backup. */
  readonly others: Readonly<Record<string, string>>;
}

export interface SealRequest {
  readonly kind: "seal";
  readonly stage: string;
  /** Where the backup is to be, when that is another file system. */
  readonly target?: string;
  /** The backup before it, of which contents need not be read again. */
  readonly previous?: string;
  readonly head: ManifestHead;
  readonly counts: Pick<ManifestEnd, "accounts" | "messages" | "lost">;
}

export type SealReply =
  | { readonly kind: "gathered" }
  | { readonly kind: "sealed"; readonly end: ManifestEnd }
  | { readonly kind: "failed"; readonly error: ToldError };

function gather(request: GatherRequest): void {
  const { place, stage, others } = request;
  const { stateDir } = place;
  const without = (name: string) => isLeftOut(name, place);
  for (const { path } of filesIn(stateDir, { without, plainOnly: true })) {
    copyIfThere(join(stateDir, path), join(stage, "state", path));
  }
  for (const [path, from] of Object.entries(others)) {
    copyIfThere(from, join(stage, path));
  }
}

function copyIfThere(from: string, to: string): void {
  try {
    copyFile(from, to);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Contents never change under their name: what was hashed once need not be again. */
class Before {
  readonly #files: Iterator<ManifestFile> | undefined;
  #next: ManifestFile | undefined;

  constructor(readonly directory: string | undefined) {
    this.#files = directory === undefined
      ? undefined
      : manifestIn(directory)?.files();
    this.#step();
  }

  /** To be asked for in the order of paths. */
  find({ path, octets }: FoundFile): ManifestFile | undefined {
    if (!path.startsWith("state/blobs/")) return undefined;
    while (this.#next && comparePaths(this.#next.path, path) < 0) this.#step();
    const found = this.#next;
    return found?.path === path && found.octets === octets ? found : undefined;
  }

  #step(): void {
    const next = this.#files?.next();
    this.#next = next?.done === false ? next.value : undefined;
  }
}

/** One that cannot be read is no help, and no obstacle. */
function manifestIn(directory: string): Manifest | undefined {
  try {
    return readManifest(join(directory, MANIFEST_NAME));
  } catch {
    return undefined;
  }
}

function seal(request: SealRequest): ManifestEnd {
  const { stage, target = stage, previous, head, counts } = request;
  makeDirectory(target);
  const before = new Before(previous);
  const writer = new ManifestWriter(join(target, MANIFEST_NAME), head);
  try {
    for (const file of filesIn(stage)) {
      if (file.path === MANIFEST_NAME) continue;
      writer.add({ ...file, ...place(file, request, before) });
    }
    const end = writer.end(counts);
    syncDirectory(target);
    return end;
  } finally {
    writer.close();
  }
}

/** Brings a file to its place if it is elsewhere, and knows its SHA-256. */
function place(
  file: FoundFile,
  { stage, target, previous }: SealRequest,
  before: Before,
): Pick<ManifestFile, "octets" | "sha256"> {
  const known = before.find(file);
  if (target === undefined) {
    return known ? hashed(known) : hashFile(join(stage, file.path));
  }
  const to = join(target, file.path);
  if (!known) return copyFile(join(stage, file.path), to);
  linkOrCopy(join(previous!, file.path), to);
  return hashed(known);
}

function hashed({ octets, sha256 }: ManifestFile) {
  return { octets, sha256 };
}

function answer(request: GatherRequest | SealRequest): SealReply {
  try {
    if (request.kind === "seal") return { kind: "sealed", end: seal(request) };
    gather(request);
    return { kind: "gathered" };
  } catch (error) {
    return { kind: "failed", error: toldError(error) };
  }
}

answerQuestions<GatherRequest | SealRequest, SealReply>(answer);
