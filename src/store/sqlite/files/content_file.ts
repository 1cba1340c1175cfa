/** Reads one content file, which must have the size that its message has. @module */
import type { MessageOctets, OctetRange } from "../../../mail/mailbox.ts";
import type { BlobFiles } from "./blob_files.ts";

// Each piece is a buffer of its own, and the garbage collector is late: larger
// ones are read faster than a peer takes them, and pile up.
export const PIECE_OCTETS = 8 * 1024;

/** The file is not what the database says; the message is for the operator. */
export class DamagedFile extends Error {
  override readonly name = "DamagedFile";
}

/**
 * Opens a file, and reads its first piece, so that one that cannot be read is
 * known before anybody is told how much will come.
 *
 * @param onBreak Told of an error in a later piece, which is thrown besides.
 * @throws {DamagedFile} it is missing, has another size or cannot be read
 */
export async function openContent(
  files: BlobFiles,
  { name, sizeOctets }: { readonly name: string; readonly sizeOctets: number },
  { start, end }: OctetRange,
  onBreak: (error: DamagedFile) => void,
): Promise<MessageOctets> {
  const file = await reading(() => files.open(name));
  if (!file) throw new DamagedFile("it is missing");
  try {
    const { size, isFile } = await reading(() => file.stat());
    if (!isFile) throw new DamagedFile("it is no file");
    if (size !== sizeOctets) {
      throw new DamagedFile(`it has ${size} of ${sizeOctets} octets`);
    }
    if (start > 0) await file.seek(start, Deno.SeekMode.Start);
    const pieces = new FilePieces(file, end - start, onBreak);
    await pieces.begin();
    return pieces;
  } catch (error) {
    file.close();
    throw error;
  }
}

class FilePieces implements MessageOctets, AsyncIterator<Uint8Array> {
  #file: Deno.FsFile | undefined;
  #left: number;
  #first: Uint8Array | undefined;
  readonly #onBreak: (error: DamagedFile) => void;

  constructor(
    file: Deno.FsFile,
    readonly sizeOctets: number,
    onBreak: (error: DamagedFile) => void,
  ) {
    this.#file = file;
    this.#left = sizeOctets;
    this.#onBreak = onBreak;
  }

  async begin(): Promise<void> {
    if (this.#left > 0) this.#first = await this.#read(this.#file!);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const file = this.#file;
    if (!file || this.#left <= 0) return this.return();
    try {
      const value = this.#first ?? await this.#read(file);
      this.#first = undefined;
      this.#left -= value.length;
      return { done: false, value };
    } catch (error) {
      if (error instanceof DamagedFile) this.#onBreak(error);
      await this.return();
      throw error;
    }
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    this.#file?.close();
    this.#file = undefined;
    return Promise.resolve({ done: true, value: undefined });
  }

  async #read(file: Deno.FsFile): Promise<Uint8Array> {
    const piece = new Uint8Array(Math.min(PIECE_OCTETS, this.#left));
    for (let at = 0; at < piece.length;) {
      const size = await reading(() => file.read(piece.subarray(at)));
      if (size === null) throw new DamagedFile("it has become shorter");
      at += size;
    }
    return piece;
  }
}

/** Of the whole machine or this process, not of the file: it passes. */
const PASSING = new Set(["EMFILE", "ENFILE", "ENOMEM", "EINTR", "EAGAIN"]);

async function reading<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, name } = error as { code?: unknown; name?: unknown };
    if (PASSING.has(String(code))) throw error;
    throw new DamagedFile(`it cannot be read: ${code ?? name}`);
  }
}
