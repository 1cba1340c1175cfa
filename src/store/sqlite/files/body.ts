/**
 * Reads message content, wherever it is. Its size is compared before anything
 * is given out: content that is missing, has another size or cannot be read is
 * as good as gone, and the operator is told once.
 *
 * @module
 */
import type { BlobId } from "../../../base/ids.ts";
import { concat } from "../../../base/octets.ts";
import type { WantedContent } from "../../../mail/account_mail.ts";
import type { MessageOctets, OctetRange } from "../../../mail/mailbox.ts";
import { storageFault } from "../database/errors.ts";
import type { BlobPlace, BlobTable } from "../tables/blob_table.ts";
import type { BlobFiles } from "./blob_files.ts";
import { DamagedFile, openContent, PIECE_OCTETS } from "./content_file.ts";
import type { Damages } from "./damages.ts";

export class BodyReader {
  constructor(
    readonly blobs: BlobTable,
    readonly files: BlobFiles,
    readonly damages: Damages,
  ) {}

  /** The content or a part of it; undefined if it is gone. Holds a file open until read to the end or returned. */
  async read(
    blob: BlobId,
    range?: OctetRange,
  ): Promise<MessageOctets | undefined> {
    if (this.damages.has(blob)) return undefined;
    // Most are read whole from the database: that takes one statement.
    const whole = range ? undefined : this.#query(blob, (blobs) => {
      const found = blobs.whole(blob);
      return found && this.#checked(blob, found.octets, found.sizeOctets);
    });
    if (whole) return new Pieces(whole);
    const place = this.#query(blob, (blobs) => blobs.place(blob));
    if (!place || this.damages.has(blob)) return undefined;
    const start = Math.max(0, range?.start ?? 0);
    const end = Math.min(place.sizeOctets, range?.end ?? place.sizeOctets);
    const part = { start, end: Math.max(start, end) };
    if (place.file !== null) return await this.#file(blob, place, part);
    const octets = this.#query(blob, (blobs) => {
      const found = blobs.slice(blob, part.start, part.end);
      return this.#checked(blob, found, part.end - part.start);
    });
    return octets && new Pieces(octets);
  }

  /** The top-level header; undefined if the content is gone. */
  async header(blob: BlobId): Promise<Uint8Array | undefined> {
    if (this.damages.has(blob)) return undefined;
    const found = this.#query(blob, (blobs) => blobs.header(blob));
    if (!found) return undefined;
    if (found.file === null) {
      const { octets, dataOctets, sizeOctets } = found;
      if (dataOctets === sizeOctets) return octets ?? undefined;
      return this.#checked(blob, octets ?? undefined, sizeOctets);
    }
    const range = { start: 0, end: found.headerOctets };
    const pieces = await this.#file(blob, found, range);
    return pieces && concat(await Array.fromAsync(pieces));
  }

  /** What is in the database: the header or all; undefined if it is elsewhere or cannot be read. */
  small(
    blob: BlobId,
    want: WantedContent,
  ): { octets: Uint8Array; headerOctets: number } | undefined {
    if (this.damages.has(blob)) return undefined;
    const found = this.#query(
      blob,
      (blobs) => want === "body" ? blobs.whole(blob) : blobs.header(blob),
    );
    if (!found?.octets) return undefined;
    const { octets, headerOctets, sizeOctets } = found;
    const dataOctets = "dataOctets" in found ? found.dataOctets : octets.length;
    return dataOctets === sizeOctets ? { octets, headerOctets } : undefined;
  }

  async #file(
    blob: BlobId,
    { file, sizeOctets }: BlobPlace,
    range: OctetRange,
  ): Promise<MessageOctets | undefined> {
    const name = file!;
    const report = (error: DamagedFile) =>
      this.damages.report(blob, {
        path: this.files.path(name),
        reason: error.message,
      });
    try {
      const place = { name, sizeOctets };
      return await openContent(this.files, place, range, report);
    } catch (error) {
      if (!(error instanceof DamagedFile)) throw error;
      // who expunges a message removes its row first, then the file
      if (!this.#query(blob, (blobs) => blobs.place(blob))) return undefined;
      return report(error);
    }
  }

  #checked(
    blob: BlobId,
    octets: Uint8Array | undefined,
    sizeOctets: number,
  ): Uint8Array | undefined {
    if (octets?.length === sizeOctets) return octets;
    const reason = octets
      ? `content ${blob} does not have its ${sizeOctets} octets`
      : `content ${blob} is missing`;
    return this.damages.report(blob, { path: this.blobs.db.path, reason });
  }

  /** A page that cannot be read takes its contents along, not the whole store. */
  #query<T>(blob: BlobId, work: (blobs: BlobTable) => T): T | undefined {
    try {
      return work(this.blobs);
    } catch (error) {
      const fault = storageFault(error);
      if (fault !== "corrupt" && fault !== "io") throw error;
      const reason = `content ${blob} cannot be read: ${fault}`;
      return this.damages.report(blob, { path: this.blobs.db.path, reason });
    }
  }
}

/** Octets in memory, in pieces that are no copies. */
class Pieces implements MessageOctets {
  readonly #octets: Uint8Array;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  get sizeOctets(): number {
    return this.#octets.length;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < this.#octets.length; at += PIECE_OCTETS) {
      yield this.#octets.subarray(at, at + PIECE_OCTETS);
    }
  }
}
