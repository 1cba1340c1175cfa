/** Reads message content, wherever it is. @module */
import type { BlobId } from "../../../base/ids.ts";
import type { BlobTable } from "../tables/blob_table.ts";
import type { BlobFiles } from "./blob_files.ts";

// Each piece is a buffer of its own, and the garbage collector is late: larger
// ones are read faster than a peer takes them, and pile up.
const PIECE_OCTETS = 8 * 1024;

export interface OctetRange {
  readonly start: number;
  readonly end: number;
}

export class BodyReader {
  constructor(readonly blobs: BlobTable, readonly files: BlobFiles) {}

  /** Pieces of the content; undefined if it is gone. Holds a file open until read to the end or returned. */
  async read(
    blob: BlobId,
    range?: OctetRange,
  ): Promise<AsyncIterable<Uint8Array> | undefined> {
    // Most are read whole from the database: that takes one statement.
    const whole = range ? undefined : this.blobs.octets(blob);
    if (whole) return pieces(whole);
    const place = this.blobs.place(blob);
    if (!place) return undefined;
    const start = Math.max(0, range?.start ?? 0);
    const end = Math.min(place.sizeOctets, range?.end ?? place.sizeOctets);
    if (place.file !== null) return await this.#file(place.file, start, end);
    if (start >= end) return NOTHING;
    const octets = this.blobs.slice(blob, start, end);
    return octets && pieces(octets);
  }

  /** The top-level header; undefined if the content is gone. */
  async header(blob: BlobId): Promise<Uint8Array | undefined> {
    const header = this.blobs.header(blob);
    if (header?.octets) return header.octets;
    if (!header || header.file === null) return undefined;
    using opened = await this.files.open(header.file);
    if (!opened) return undefined;
    const octets = new Uint8Array(header.headerOctets);
    return octets.subarray(0, await fill(opened, octets));
  }

  async #file(
    name: string,
    start: number,
    end: number,
  ): Promise<AsyncIterable<Uint8Array> | undefined> {
    const file = await this.files.open(name);
    if (!file) return undefined;
    if (start > 0) await file.seek(start, Deno.SeekMode.Start);
    return new FilePieces(file, end - start);
  }
}

class FilePieces implements AsyncIterableIterator<Uint8Array> {
  #file: Deno.FsFile | undefined;
  #left: number;

  constructor(file: Deno.FsFile, sizeOctets: number) {
    this.#file = file;
    this.#left = sizeOctets;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const file = this.#file;
    if (!file || this.#left <= 0) return this.return();
    const piece = new Uint8Array(Math.min(PIECE_OCTETS, this.#left));
    try {
      const size = await fill(file, piece);
      if (size < piece.length) throw new Error("A content file is too short");
      this.#left -= size;
      return { done: false, value: piece };
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    this.#file?.close();
    this.#file = undefined;
    return Promise.resolve({ done: true, value: undefined });
  }
}

/** Reads until the buffer is full or the file ends. */
async function fill(file: Deno.FsFile, octets: Uint8Array): Promise<number> {
  let at = 0;
  while (at < octets.length) {
    const size = await file.read(octets.subarray(at));
    if (size === null) break;
    at += size;
  }
  return at;
}

const NOTHING: AsyncIterable<Uint8Array> = {
  async *[Symbol.asyncIterator]() {},
};

function pieces(octets: Uint8Array): AsyncIterable<Uint8Array> {
  return {
    async *[Symbol.asyncIterator]() {
      for (let at = 0; at < octets.length; at += PIECE_OCTETS) {
        yield octets.subarray(at, at + PIECE_OCTETS);
      }
    },
  };
}
