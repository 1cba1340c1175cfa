/**
 * Answers of exchangers, in files until all of them is taken. Those that nobody
 * would give again survive a crash.
 *
 * @module
 */
import { join } from "node:path";
import { giveToOwner, makeDirectory } from "../../../files/owner.ts";

const PARTIAL = ".part";
const KEPT = ".kept";
const PIECE_OCTETS = 64 * 1024;
const KEPT_NAME = /^([a-z0-9._-]{1,64})\.[0-9]+\.kept$/;

export class Spool {
  readonly #directory: string;
  #last = 0;

  constructor(stateDir: string) {
    this.#directory = join(stateDir, "exchange");
  }

  /** Removes what is half received. */
  async open(): Promise<void> {
    makeDirectory(this.#directory);
    for await (const { name } of Deno.readDir(this.#directory)) {
      if (name.endsWith(PARTIAL)) {
        await Deno.remove(join(this.#directory, name));
      }
    }
  }

  /** What is kept of an exchanger, the oldest first. */
  async keptFor(exchanger: string): Promise<SpooledAnswer[]> {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(this.#directory)) {
      if (KEPT_NAME.exec(name)?.[1] === exchanger) names.push(name);
    }
    return names.sort().map((name) =>
      new SpooledAnswer(join(this.#directory, name))
    );
  }

  async begin(exchanger: string): Promise<SpoolWriter> {
    this.#last = Math.max(this.#last + 1, Date.now());
    const path = join(this.#directory, `${exchanger}.${this.#last}`);
    const file = await Deno.open(path + PARTIAL, {
      createNew: true,
      write: true,
      mode: 0o600,
    });
    giveToOwner(path + PARTIAL);
    return new SpoolWriter(file, path, this.#directory);
  }
}

/** An answer that is being received. */
class SpoolWriter {
  readonly #file: Deno.FsFile;
  readonly #path: string;
  readonly #directory: string;

  constructor(file: Deno.FsFile, path: string, directory: string) {
    this.#file = file;
    this.#path = path;
    this.#directory = directory;
  }

  async write(octets: Uint8Array): Promise<void> {
    for (let at = 0; at < octets.length;) {
      at += await this.#file.write(octets.subarray(at));
    }
  }

  /** @param kept It survives a crash from here on. */
  async finish(kept: boolean): Promise<SpooledAnswer> {
    if (!kept) {
      this.#file.close();
      return new SpooledAnswer(this.#path + PARTIAL);
    }
    await this.#file.sync();
    this.#file.close();
    await Deno.rename(this.#path + PARTIAL, this.#path + KEPT);
    const directory = await Deno.open(this.#directory);
    try {
      await directory.sync();
    } finally {
      directory.close();
    }
    return new SpooledAnswer(this.#path + KEPT);
  }

  async discard(): Promise<void> {
    this.#file.close();
    await Deno.remove(this.#path + PARTIAL);
  }
}

export class SpooledAnswer {
  constructor(readonly path: string) {}

  /** From one octet to before another; all of it without. */
  async *read(start = 0, end = Infinity): AsyncGenerator<Uint8Array> {
    using file = await Deno.open(this.path);
    await file.seek(start, Deno.SeekMode.Start);
    for (let at = start; at < end;) {
      const piece = new Uint8Array(Math.min(PIECE_OCTETS, end - at));
      const count = await file.read(piece);
      if (count === null) return;
      at += count;
      yield piece.subarray(0, count);
    }
  }

  remove(): Promise<void> {
    return Deno.remove(this.path);
  }
}
