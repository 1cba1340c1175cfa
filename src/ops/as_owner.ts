/**
 * What root does in the directory of another user, done with the rights of that
 * user: whoever has taken over a service cannot have root read, write, remove or
 * give away something else by what lies there, be it a link, a pipe or a path in
 * a file.
 *
 * @module
 */
import process from "node:process";
import { ownerOfTree } from "../files/owner.ts";
import { openLibrary } from "../net/descriptors/c_library.ts";

interface Rights {
  readonly uid: number;
  readonly gid: number;
  /** Undefined for a user that the system does not know. */
  readonly name?: string | undefined;
}

const ROOT: Rights = { uid: 0, gid: 0, name: "root" };
const MAX_GROUPS = 65_536; // linux/limits.h

/** Whose rights the process uses now, if it has those of root. */
let acting = ROOT;

/**
 * Does work with the rights of whoever owns the directory, or the one above it
 * that is there. All threads have them meanwhile. Nothing changes where this
 * process is not root, or root is the owner.
 */
export async function asOwnerOf<T>(
  directory: string,
  work: () => T | Promise<T>,
): Promise<T> {
  const before = acting;
  if (before === ROOT) take(rightsIn(directory));
  try {
    return await work();
  } finally {
    take(before);
  }
}

/** The same for work that is done when it returns, within such work of another owner too. */
export function onceAsOwnerOf<T>(directory: string, work: () => T): T {
  const before = acting;
  take(rightsIn(directory));
  try {
    return work();
  } finally {
    take(before);
  }
}

function rightsIn(directory: string): Rights {
  if (Deno.uid() !== 0) return ROOT;
  const owner = ownerOfTree(directory);
  return owner === undefined || owner.uid === 0 ? ROOT : owner;
}

/** @throws {Error} where the system does not let root be somebody else */
function take(rights: Rights): void {
  if (rights.uid === acting.uid) return;
  if (acting.uid !== 0) {
    process.seteuid!(0);
    process.setegid!(0);
    acting = ROOT;
  }
  groupsOf(rights);
  if (rights.uid !== 0) {
    process.setegid!(rights.gid);
    process.seteuid!(rights.uid);
  }
  acting = rights;
}

let library: ReturnType<typeof openGroups>;
let ownGroups: Uint32Array<ArrayBuffer> | undefined;

function openGroups() {
  return openLibrary({
    getgroups: { parameters: ["i32", "buffer"], result: "i32" },
    setgroups: { parameters: ["usize", "buffer"], result: "i32" },
    initgroups: { parameters: ["buffer", "u32"], result: "i32" },
  });
}

/** Those of a user, or again those that this process began with. */
function groupsOf({ uid, gid, name }: Rights): void {
  library ??= openGroups();
  if (library === undefined) return;
  if (ownGroups === undefined) {
    const groups = new Uint32Array(MAX_GROUPS);
    const count = library.getgroups(MAX_GROUPS, groups);
    ownGroups = groups.slice(0, Math.max(count, 0));
  }
  const done = uid === 0
    ? library.setgroups(BigInt(ownGroups.length), ownGroups)
    : name === undefined
    ? library.setgroups(1n, Uint32Array.of(gid))
    : library.initgroups(new TextEncoder().encode(`${name}\0`), gid);
  if (done !== 0) throw new Error(`The groups of ${name ?? uid} are refused`);
}
