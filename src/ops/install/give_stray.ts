/**
 * A file of root in the directory of a service is given to that service. The
 * service may change names there at any moment: each part of the way is opened
 * beneath the one before, no link is followed, and what was looked at is what
 * is given.
 *
 * @module
 */
import { openLibrary } from "../../net/descriptors/c_library.ts";
import type { Ownership } from "./machine.ts";

const HERE = -100; // AT_FDCWD
const AT_EMPTY_PATH = 0x1000; // linux/fcntl.h
const STATX_BASIC_STATS = 0x7ff; // linux/stat.h
const O_PATH = 0o10000000; // asm-generic/fcntl.h
const O_NOFOLLOW = Deno.build.arch === "aarch64" ? 0o100000 : 0o400000;
/** In `struct statx`, which is the same on every machine. */
const NLINK_AT = 16;
const UID_AT = 20;
const MODE_AT = 28;
const STATX_OCTETS = 256;
const KIND = 0o170000;
const FILE = 0o100000;
const DIRECTORY = 0o040000;

/**
 * Links of any kind could be to what is not the service's own: they stay.
 *
 * @param directory Of the service, in one of root.
 * @param path Below it.
 * @returns whether it was given
 */
export function giveStray(
  directory: string,
  path: string,
  { uid, gid }: Ownership,
): boolean {
  library ??= openCalls();
  if (library === undefined) return false;
  let at = library.openat(HERE, cString(directory), O_PATH);
  for (const name of path.split("/")) {
    if (at < 0) return false;
    const next = library.openat(at, cString(name), O_PATH | O_NOFOLLOW);
    library.close(at);
    at = next;
  }
  if (at < 0) return false;
  try {
    const found = new DataView(new ArrayBuffer(STATX_OCTETS));
    const nothing = cString("");
    if (
      library.statx(at, nothing, AT_EMPTY_PATH, STATX_BASIC_STATS, found) !== 0
    ) return false;
    const kind = found.getUint16(MODE_AT, true) & KIND;
    const isOnly = kind === FILE && found.getUint32(NLINK_AT, true) === 1;
    if (found.getUint32(UID_AT, true) !== 0) return false;
    if (!isOnly && kind !== DIRECTORY) return false;
    return library.fchownat(at, nothing, uid, gid, AT_EMPTY_PATH) === 0;
  } finally {
    library.close(at);
  }
}

let library: ReturnType<typeof openCalls>;

function openCalls() {
  return openLibrary({
    openat: { parameters: ["i32", "buffer", "i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
    statx: {
      parameters: ["i32", "buffer", "i32", "u32", "buffer"],
      result: "i32",
    },
    fchownat: {
      parameters: ["i32", "buffer", "u32", "u32", "i32"],
      result: "i32",
    },
  });
}

function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}
