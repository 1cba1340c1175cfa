/**
 * The machine, or the file tree of another one, on which something is
 * installed. Files are written whole or not at all, and are on disk when that
 * has returned: whoever is killed in between leaves the old one or the new one,
 * and at most a file whose name ends in `.new~`.
 *
 * @module
 */
import { lchownSync } from "node:fs";
import { dirname, join } from "node:path";

export interface CommandResult {
  readonly ok: boolean;
  /** Standard output and error. */
  readonly output: string;
}

/** Runs a program of the system; never rejects. */
export type RunCommand = (
  program: string,
  args: readonly string[],
) => Promise<CommandResult>;

export interface Account {
  readonly uid: number;
  readonly gid: number;
  readonly shell: string;
}

export interface Ownership {
  readonly uid: number;
  readonly gid: number;
}

/** After the name of what is being written. */
export const TEMPORARY = ".new~";
const ROOT: Ownership = { uid: 0, gid: 0 };

export class Machine {
  /** "" for this machine. */
  readonly root: string;
  readonly run: RunCommand;

  constructor(root: string, run: RunCommand) {
    this.root = root;
    this.run = run;
  }

  /** This machine, not the file tree of another one. */
  get isLive(): boolean {
    return this.root === "";
  }

  /** Where a path of the installed system is for this process. */
  at(path: string): string {
    return this.isLive ? path : join(this.root, path);
  }

  /** What is there, links not followed. */
  look(path: string): Deno.FileInfo | undefined {
    try {
      return Deno.lstatSync(this.at(path));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /** Of a file; undefined if there is none. */
  text(path: string): string | undefined {
    try {
      return Deno.readTextFileSync(this.at(path));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  list(path: string): string[] {
    try {
      return Array.from(Deno.readDirSync(this.at(path)), ({ name }) => name)
        .sort();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  }

  account(name: string): Account | undefined {
    const row = (this.text("/etc/passwd") ?? "").split("\n")
      .map((line) => line.split(":")).find(([user]) => user === name);
    if (row === undefined) return undefined;
    const [, , uid, gid, , , shell = ""] = row;
    return { uid: Number(uid), gid: Number(gid), shell };
  }

  /** Root, unless this process is somebody else and makes all its own. */
  get rootOwner(): Ownership {
    const uid = Deno.uid() ?? 0;
    return uid === 0 ? ROOT : { uid, gid: Deno.gid() ?? 0 };
  }

  makeDirectory(path: string, mode: number, owner: Ownership): void {
    const place = this.at(path);
    Deno.mkdirSync(dirname(place), { recursive: true });
    // complete before it has its name
    const fresh = place + TEMPORARY;
    removeIfThere(fresh);
    Deno.mkdirSync(fresh);
    own(fresh, mode, owner);
    Deno.renameSync(fresh, place);
    syncDirectory(dirname(place));
  }

  setAccess(path: string, mode: number, owner: Ownership): void {
    own(this.at(path), mode, owner);
  }

  giveTo(path: string, { uid, gid }: Ownership): void {
    lchownSync(this.at(path), uid, gid);
  }

  writeFile(
    path: string,
    text: string,
    mode: number,
    owner: Ownership,
  ): void {
    this.#replace(path, mode, owner, (fresh) => {
      Deno.writeTextFileSync(fresh, text, { createNew: true, mode: 0o600 });
    });
  }

  /** Made where it is missing; a link is not followed. @throws {Error} if it cannot be written */
  appendFile(path: string, text: string, mode: number): void {
    if (this.look(path)?.isSymlink) throw new Error("it is a link");
    Deno.writeTextFileSync(this.at(path), text, { append: true, mode });
  }

  /** @param source A path for this process. */
  copyFile(
    source: string,
    path: string,
    mode: number,
    owner: Ownership,
  ): void {
    this.#replace(path, mode, owner, (fresh) => {
      Deno.copyFileSync(source, fresh);
    });
  }

  /** A file, a link, or with all that is in it a directory. Says whether there was one. */
  remove(path: string, { recursive = false } = {}): boolean {
    try {
      Deno.removeSync(this.at(path), { recursive });
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  #replace(
    path: string,
    mode: number,
    owner: Ownership,
    write: (fresh: string) => void,
  ): void {
    const place = this.at(path);
    Deno.mkdirSync(dirname(place), { recursive: true });
    const fresh = place + TEMPORARY;
    removeIfThere(fresh);
    try {
      write(fresh);
      own(fresh, mode, owner);
      using file = Deno.openSync(fresh);
      file.syncSync();
      Deno.renameSync(fresh, place);
    } catch (error) {
      removeIfThere(fresh); // a disk that is full had better not stay so
      throw error;
    }
    syncDirectory(dirname(place));
  }
}

function own(path: string, mode: number, { uid, gid }: Ownership): void {
  lchownSync(path, uid, gid);
  Deno.chmodSync(path, mode); // after the owner: chown(2) takes bits away
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function syncDirectory(path: string): void {
  using directory = Deno.openSync(path);
  directory.syncSync();
}

/** Programs of this machine, by the path that root has. */
export const runHere: RunCommand = async (program, args) => {
  try {
    const { success, stdout, stderr } = await new Deno.Command(program, {
      args: [...args],
      stdin: "null",
      env: {
        PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        LC_ALL: "C",
      },
    }).output();
    const decoder = new TextDecoder();
    return {
      ok: success,
      output: (decoder.decode(stdout) + decoder.decode(stderr)).trim(),
    };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { ok: false, output: `there is no program ${program}` };
  }
};
