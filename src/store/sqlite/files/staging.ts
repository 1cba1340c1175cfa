/** Receives message content: small in memory, large into a file. @module */
import { createHmac, type Hmac, randomBytes } from "node:crypto";
import { concat } from "../../../base/octets.ts";
import type { Content, ContentStaging, Staging } from "../../content.ts";
import { type StorageFault, storageFault } from "../database/errors.ts";
import { type BlobFiles, NAME_OCTETS } from "./blob_files.ts";
import { Claims } from "./claims.ts";
import type { DiskSpace } from "./disk_space.ts";

const WRITE_OCTETS = 256 * 1024; // at once, into a file
const SYNC_OCTETS = 2 * 1024 * 1024; // a long sync at the end would hold up everybody's commits

export interface StagingOptions {
  readonly files: BlobFiles;
  readonly space: DiskSpace;
  readonly inlineMaxOctets: number;
  /** Key of the content hash; without one equal contents are not recognised. */
  readonly dedupKey: Uint8Array | undefined;
  /** What the peer is told. */
  readonly onFault: (fault: StorageFault) => Error;
}

export class FileStaging implements ContentStaging {
  readonly claims = new Claims();

  constructor(readonly options: StagingOptions) {}

  stage(): Staging {
    return new OneStaging(this.options, this.claims);
  }

  checkSpace(sizeOctets = 0): Promise<void> {
    return this.options.space.check(sizeOctets);
  }

  /** A job will refer to this content: discard() leaves it alone. */
  begin(content: Content): void {
    if (content.kind === "staged") this.claims.begin(content.name);
  }

  /** @param isTaken Whether the job refers to it now. */
  end(content: Content, isTaken: boolean): void {
    if (content.kind === "staged") this.claims.end(content.name, isTaken);
  }
}

class OneStaging implements Staging {
  sizeOctets = 0;
  /** While it is small. */
  #parts: Uint8Array[] = [];
  /** Once it is a file: what is to be written next. */
  #buffer = new Uint8Array();
  #buffered = 0;
  #unsynced = 0;
  #name: string | undefined;
  #file: Deno.FsFile | undefined;
  #hmac: Hmac | undefined;
  #running: Promise<void> = Promise.resolve();
  #state: "open" | "finished" | "discarded" = "open";

  constructor(
    readonly options: StagingOptions,
    readonly claims: Claims,
  ) {}

  async write(octets: Uint8Array, isGiven = false): Promise<void> {
    if (this.#state !== "open") throw new TypeError("Staging is closed");
    if (octets.length === 0) return;
    this.sizeOctets += octets.length;
    if (this.sizeOctets <= this.options.inlineMaxOctets) {
      this.#parts.push(isGiven ? octets : octets.slice());
    } else {
      await this.#inOrder(() => this.#writeToFile(octets));
    }
  }

  async finish(): Promise<Content> {
    if (this.#state !== "open") throw new TypeError("Staging is closed");
    if (this.#file) return await this.#inOrder(() => this.#finishFile());
    this.#state = "finished";
    const parts = this.#parts;
    this.#parts = [];
    const octets = parts.length === 1 ? parts[0]! : concat(parts);
    return { kind: "inline", octets };
  }

  async discard(): Promise<void> {
    await this.#running;
    const finished = this.#state === "finished";
    this.#state = "discarded";
    this.#parts = [];
    const name = this.#name;
    if (name === undefined) return;
    const { files } = this.options;
    if (!finished) {
      this.#file?.close();
      this.#file = undefined;
      this.#name = undefined;
      await files.removeTemporary(name);
    } else if (this.claims.release(name)) await files.remove(name);
  }

  async #writeToFile(octets: Uint8Array): Promise<void> {
    const { files, dedupKey } = this.options;
    if (!this.#file) {
      this.#name = randomBytes(NAME_OCTETS).toString("hex");
      if (dedupKey) this.#hmac = createHmac("sha256", dedupKey);
      this.#file = await files.create(this.#name);
      this.#buffer = new Uint8Array(WRITE_OCTETS);
      for (const part of this.#parts.splice(0)) await this.#put(part);
    }
    await this.#put(octets);
  }

  async #put(octets: Uint8Array): Promise<void> {
    for (let at = 0; at < octets.length;) {
      const free = this.#buffer.length - this.#buffered;
      const piece = octets.subarray(at, at + free);
      this.#buffer.set(piece, this.#buffered);
      this.#buffered += piece.length;
      at += piece.length;
      if (this.#buffered === this.#buffer.length) await this.#flush();
    }
  }

  async #flush(): Promise<void> {
    const octets = this.#buffer.subarray(0, this.#buffered);
    this.#hmac?.update(octets);
    for (let at = 0; at < octets.length;) {
      at += await this.#file!.write(octets.subarray(at));
    }
    this.#buffered = 0;
    this.#unsynced += octets.length;
    if (this.options.files.sync && this.#unsynced >= SYNC_OCTETS) {
      this.#unsynced = 0;
      await this.#file!.syncData();
    }
  }

  async #finishFile(): Promise<Content> {
    const { files } = this.options;
    await this.#flush();
    this.#buffer = new Uint8Array();
    const name = this.#name!;
    if (files.sync) await this.#file!.sync();
    this.#file!.close();
    this.#file = undefined;
    this.claims.open(name);
    try {
      await files.keep(name);
    } catch (error) {
      this.claims.release(name);
      throw error;
    }
    this.#state = "finished";
    const digest = this.#hmac?.digest();
    return {
      kind: "staged",
      name,
      sizeOctets: this.sizeOctets,
      ...(digest ? { digest: Uint8Array.from(digest) } : {}),
    };
  }

  /** discard() waits for what is under way, so that nothing is left behind. */
  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#running.then(() => this.#guard(work));
    this.#running = result.then(() => {}, () => {});
    return result;
  }

  /** A full disk is an answer to the peer, not a bug. */
  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const fault = storageFault(error);
      if (!fault) throw error;
      throw this.options.onFault(fault);
    }
  }
}
