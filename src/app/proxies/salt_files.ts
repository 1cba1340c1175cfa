/**
 * Salts of Shadowsocks in two files of records, one for each generation. They
 * are written without waiting for the disk: what is killed has them, what loses
 * its power may miss the last ones.
 *
 * @module
 */
import { join } from "node:path";
import { giveToOwner } from "../../files/owner.ts";
import {
  KNOWN_BY_OCTETS,
  type SaltKeeper,
} from "../../shadowsocks/server/salts.ts";

const YOUNG = "shadowsocks-salts";
const OLD = "shadowsocks-salts.old";
/** More than a generation has. */
const MAX_FILE_OCTETS = 16 * 1024 * 1024;

export class SaltFiles implements SaltKeeper {
  readonly #young: string;
  readonly #old: string;
  #file: Deno.FsFile | undefined;

  constructor(folder: string) {
    this.#young = join(folder, YOUNG);
    this.#old = join(folder, OLD);
  }

  read(): { readonly old: Uint8Array[]; readonly young: Uint8Array[] } {
    return { old: recordsOf(this.#old), young: recordsOf(this.#young) };
  }

  add(salt: Uint8Array): void {
    harmless(() => {
      this.#file ??= opened(this.#young);
      this.#file.writeSync(salt);
    });
  }

  turn(): void {
    this.#file?.close();
    this.#file = undefined;
    harmless(() => Deno.renameSync(this.#young, this.#old));
  }
}

function opened(path: string): Deno.FsFile {
  const file = Deno.openSync(path, { create: true, append: true, mode: 0o600 });
  giveToOwner(path);
  // half a record of a crash would make nonsense of all behind it
  const { size } = file.statSync();
  file.truncateSync(size - size % KNOWN_BY_OCTETS);
  return file;
}

/** Empty for what cannot be read. */
function recordsOf(path: string): Uint8Array[] {
  const records: Uint8Array[] = [];
  harmless(() => {
    if (Deno.statSync(path).size > MAX_FILE_OCTETS) return;
    const octets = Deno.readFileSync(path);
    const end = octets.length - octets.length % KNOWN_BY_OCTETS;
    for (let at = 0; at < end; at += KNOWN_BY_OCTETS) {
      records.push(octets.subarray(at, at + KNOWN_BY_OCTETS));
    }
  });
  return records;
}

/** A full disk, which others tell of, ends no tunnel: until the end of the process they are remembered anyway. */
function harmless(work: () => void): void {
  try {
    work();
  } catch {
    // see above
  }
}
