/**
 * Copies the store in a thread of its own, as it is when it is asked to begin.
 *
 * One transaction reads the database of that moment until the copy is done.
 * Contents are named again, not copied, where
 * the file system has links: that takes a moment only, during which nobody may
 * remove any.
 *
 * @module
 */
import { join, relative } from "node:path";
import { type ToldError, toldError } from "../../../base/system_errors.ts";
import { giveToOwner, makeDirectory } from "../../../files/owner.ts";
import { answerQuestions } from "../../../observe/worker_link.ts";
import { storageFault } from "../database/errors.ts";
import { BlobFiles } from "../files/blob_files.ts";
import { type DatabaseCopy, MaillessCopy, WholeCopy } from "./copies.ts";

export type SnapshotRequest =
  | {
    readonly kind: "begin";
    readonly database: string;
    readonly stateDir: string;
    readonly target: string;
    readonly withMail: boolean;
  }
  | { readonly kind: "copy" };

export type SnapshotReply =
  | {
    readonly kind: "begun";
    readonly accounts: number;
    readonly messages: number;
    readonly missing: readonly string[];
  }
  | { readonly kind: "copied" }
  | { readonly kind: "failed"; readonly error: ToldError };

const MAX_MISSING = 100;

type Begin = Extract<SnapshotRequest, { kind: "begin" }>;

let copy: DatabaseCopy | undefined;

function begin(request: Begin): SnapshotReply {
  copy = request.withMail ? new WholeCopy(request) : new MaillessCopy(request);
  const from = new BlobFiles(request.stateDir, false);
  const to = new BlobFiles(request.target, false);
  const made = new Set<string>();
  const missing: string[] = [];
  for (const name of copy.contents()) {
    const isThere = give(from.path(name), to.path(name), made);
    if (!isThere && missing.length < MAX_MISSING) {
      missing.push(relative(request.stateDir, from.path(name)));
    }
  }
  return {
    kind: "begun",
    accounts: copy.count("accounts"),
    messages: copy.count("messages"),
    missing,
  };
}

/** False if there is no such file. */
function give(from: string, to: string, made: Set<string>): boolean {
  const directory = join(to, "..");
  if (!made.has(directory)) {
    makeDirectory(directory);
    made.add(directory);
  }
  try {
    Deno.linkSync(from, to);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    return copyFile(from, to); // no links there, or too many
  }
  return true;
}

function copyFile(from: string, to: string): boolean {
  try {
    Deno.copyFileSync(from, to);
    giveToOwner(to);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function answer(request: SnapshotRequest): Promise<SnapshotReply> {
  try {
    if (request.kind === "begin") return begin(request);
    await copy!.run();
    return { kind: "copied" };
  } catch (error) {
    const isFull = storageFault(error) === "full";
    const told = toldError(error);
    return {
      kind: "failed",
      error: isFull ? { ...told, code: "ENOSPC" } : told,
    };
  }
}

answerQuestions<SnapshotRequest, SnapshotReply>(answer);
