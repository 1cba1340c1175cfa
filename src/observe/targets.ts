/** Where lines go: standard error, and files that are only ours to read. @module */
import { dirname } from "node:path";
import { reasonOf } from "../base/system_errors.ts";
import { giveToOwner, makeDirectory } from "../files/owner.ts";

const encoder = new TextEncoder();

export interface LineSink {
  write(line: string): void;
  /** Opens the file again, after it was moved away. */
  reopen(): void;
  close(): void;
}

export function standardError(): LineSink {
  return {
    write: (line) => writeAll(Deno.stderr, encoder.encode(line)),
    reopen() {},
    close() {},
  };
}

/** When a file begins anew, and how many of those before are kept as `.1`, `.2` … */
export interface Rotation {
  /** 0: never. */
  readonly maxOctets: number;
  readonly keep: number;
}

/** Appends to a file of mode 0600; its directory is made. @throws {Error} if it cannot be opened */
export class FileSink implements LineSink {
  readonly #rotation: () => Rotation;
  #file: Deno.FsFile;
  #octets: number;

  constructor(readonly path: string, rotation: () => Rotation) {
    this.#rotation = rotation;
    this.#file = openLog(path);
    this.#octets = this.#file.statSync().size;
  }

  write(line: string): void {
    const { maxOctets, keep } = this.#rotation();
    const octets = encoder.encode(line);
    const isFull = maxOctets > 0 && this.#octets > 0 &&
      this.#octets + octets.length > maxOctets;
    if (isFull) this.#rotate(keep);
    this.#octets += octets.length;
    writeAll(this.#file, octets);
  }

  reopen(): void {
    const next = openLog(this.path);
    this.#file.close();
    this.#file = next;
    this.#octets = next.statSync().size;
  }

  close(): void {
    this.#file.close();
  }

  /** What cannot be done is tried again when as much has come once more. */
  #rotate(keep: number): void {
    this.#octets = 0;
    try {
      for (let at = keep; at > 1; at--) {
        renameIfThere(`${this.path}.${at - 1}`, `${this.path}.${at}`);
      }
      Deno.renameSync(this.path, `${this.path}.1`);
      this.reopen();
    } catch {
      // lines go on where they went
    }
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    Deno.renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function openLog(path: string): Deno.FsFile {
  try {
    makeDirectory(dirname(path));
    const options = { append: true, create: true, mode: 0o600 };
    const file = Deno.openSync(path, options);
    giveToOwner(path);
    return file;
  } catch (error) {
    throw new Error(`Cannot open the log file ${path}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

function writeAll(
  file: { writeSync(octets: Uint8Array): number },
  line: Uint8Array,
): void {
  let octets = line;
  try {
    while (octets.length > 0) octets = octets.subarray(file.writeSync(octets));
  } catch {
    // a full disk or a closed terminal must not end the relay
  }
}
