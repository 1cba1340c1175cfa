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
    write: (line) => writeAll(Deno.stderr, line),
    reopen() {},
    close() {},
  };
}

/** Appends to a file of mode 0600; its directory is made. @throws {Error} if it cannot be opened */
export class FileSink implements LineSink {
  #file: Deno.FsFile;

  constructor(readonly path: string) {
    this.#file = openLog(path);
  }

  write(line: string): void {
    writeAll(this.#file, line);
  }

  reopen(): void {
    const next = openLog(this.path);
    this.#file.close();
    this.#file = next;
  }

  close(): void {
    this.#file.close();
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
  line: string,
): void {
  let octets = encoder.encode(line);
  try {
    while (octets.length > 0) octets = octets.subarray(file.writeSync(octets));
  } catch {
    // a full disk or a closed terminal must not end the relay
  }
}
