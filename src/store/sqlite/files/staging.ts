/** Receives message content: small in memory, large into a file. @module */
import { createHmac, type Hmac, randomBytes } from "node:crypto";
import { concat } from "../../../base/octets.ts";
import type { Content, ContentStaging, Staging } from "../../content.ts";
import { type StorageFault, storageFault } from "../errors.ts";
import { type BlobFiles, NAME_OCTETS } from "./blob_files.ts";
import type { DiskSpace } from "./disk_space.ts";

const WRITE_OCTETS = 256 * 1024; // at once, into a file

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
  /** Durable files that no message refers to yet. */
  readonly #unowned = new Set<string>();

  constructor(readonly options: StagingOptions) {}

  stage(): Staging {
    return new OneStaging(this.options, this.#unowned);
  }

  checkSpace(sizeOctets = 0): Promise<void> {
    return this.options.space.check(sizeOctets);
  }

  /** A job will refer to this content: discard() leaves it alone from now on. */
  give(content: Content): void {
    if (content.kind === "staged") this.#unowned.delete(content.name);
  }

  /** The job did not take it after all. */
  takeBack(content: Content): void {
    if (content.kind === "staged") this.#unowned.add(content.name);
  }
}

class OneStaging implements Staging {
  sizeOctets = 0;
  #pending: Uint8Array[] = [];
  #pendingOctets = 0;
  #name: string | undefined;
  #file: Deno.FsFile | undefined;
  #hmac: Hmac | undefined;
  #state: "open" | "finished" | "discarded" = "open";

  constructor(
    readonly options: StagingOptions,
    readonly unowned: Set<string>,
  ) {}

  async write(octets: Uint8Array): Promise<void> {
    if (this.#state !== "open") throw new TypeError("Staging is closed");
    if (octets.length === 0) return;
    this.sizeOctets += octets.length;
    this.#pending.push(octets.slice());
    this.#pendingOctets += octets.length;
    const full = this.#file
      ? this.#pendingOctets >= WRITE_OCTETS
      : this.sizeOctets > this.options.inlineMaxOctets;
    if (full) await this.#guard(() => this.#spill());
  }

  async finish(): Promise<Content> {
    if (this.#state !== "open") throw new TypeError("Staging is closed");
    if (!this.#file) {
      this.#state = "finished";
      const [only] = this.#pending;
      const octets = this.#pending.length === 1 ? only! : concat(this.#pending);
      this.#pending = [];
      return { kind: "inline", octets };
    }
    return await this.#guard(() => this.#finishFile());
  }

  async discard(): Promise<void> {
    const finished = this.#state === "finished";
    this.#state = "discarded";
    this.#pending = [];
    const name = this.#name;
    if (name === undefined) return;
    const { files } = this.options;
    if (!finished) {
      this.#file?.close();
      this.#file = undefined;
      this.#name = undefined;
      await files.removeTemporary(name);
    } else if (this.unowned.delete(name)) await files.remove(name);
  }

  async #spill(): Promise<void> {
    const { files, dedupKey } = this.options;
    if (!this.#file) {
      this.#name = randomBytes(NAME_OCTETS).toString("hex");
      if (dedupKey) this.#hmac = createHmac("sha256", dedupKey);
      this.#file = await files.create(this.#name);
    }
    const pieces = this.#pending;
    this.#pending = [];
    this.#pendingOctets = 0;
    const octets = pieces.length === 1 ? pieces[0]! : concat(pieces);
    this.#hmac?.update(octets);
    for (let at = 0; at < octets.length;) {
      at += await this.#file.write(octets.subarray(at));
    }
  }

  async #finishFile(): Promise<Content> {
    const { files } = this.options;
    if (this.#pendingOctets > 0) await this.#spill();
    const name = this.#name!;
    if (files.sync) await this.#file!.sync();
    this.#file!.close();
    this.#file = undefined;
    await files.keep(name);
    this.#state = "finished";
    this.unowned.add(name);
    const digest = this.#hmac?.digest();
    return {
      kind: "staged",
      name,
      sizeOctets: this.sizeOctets,
      ...(digest ? { digest: Uint8Array.from(digest) } : {}),
    };
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
