/**
 * Content files that an earlier run left without a message: it ended between a
 * commit and what comes after it. Whoever deleted such a message was told that
 * it is gone, so the file does not wait for `gc-blobs`.
 *
 * @module
 */
import type { BlobTable } from "../tables/blob_table.ts";
import type { BlobFiles } from "./blob_files.ts";
import type { Claims } from "./claims.ts";

const TOP_DIRECTORIES = 256;

export interface LeftoverParts {
  readonly files: BlobFiles;
  readonly blobs: BlobTable;
  readonly claims: Claims;
}

export class Leftovers {
  #isStopped = false;

  constructor(readonly parts: LeftoverParts) {}

  /** One directory after the other, until all are done or it is stopped; gives how many there were. */
  async remove(): Promise<number> {
    const { files, blobs, claims } = this.parts;
    let removed = 0;
    for (let top = 0; top < TOP_DIRECTORIES && !this.#isStopped; top++) {
      for await (const name of files.below(hex(top))) {
        // in this order: a claim ends once the message has been committed
        if (claims.has(name) || blobs.hasFile(name)) continue;
        await files.remove(name);
        removed++;
      }
    }
    return removed;
  }

  stop(): void {
    this.#isStopped = true;
  }
}

function hex(top: number): string {
  return top.toString(16).padStart(2, "0");
}
