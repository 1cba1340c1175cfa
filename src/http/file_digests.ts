/**
 * Entity tags of large files: the SHA-256 of what is in them, as releases name it
 * too. It is reckoned once for each state of a file, beside everything else.
 *
 * @module
 */
import { createHash } from "node:crypto";

const PIECE_OCTETS = 256 * 1024;
const MOST_KEPT = 32;

export interface FileDigest {
  /** In quotes. */
  readonly etag: string;
  readonly sizeOctets: number;
}

export class FileDigests {
  readonly #known = new Map<string, Promise<FileDigest>>();

  /** undefined: it is not there, not ours to read, or becomes another file meanwhile. */
  async open(
    path: string,
  ): Promise<{ file: Deno.FsFile; digest: FileDigest } | undefined> {
    let file: Deno.FsFile | undefined;
    try {
      file = await Deno.open(path);
      return { file, digest: await this.#of(path, file) };
    } catch {
      file?.close();
      return undefined;
    }
  }

  async #of(path: string, file: Deno.FsFile): Promise<FileDigest> {
    const { ino, size, mtime } = await file.stat();
    const key = `${path} ${ino} ${size} ${mtime?.getTime()}`;
    // who asks meanwhile waits for the same
    const digest = this.#known.get(key) ?? digestOf(path, size);
    this.#known.delete(key);
    this.#known.set(key, digest);
    digest.catch(() => this.#known.delete(key));
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KEPT && oldest !== undefined) {
      this.#known.delete(oldest);
    }
    return await digest;
  }
}

/** @throws {Error} if it cannot be read, or has become another file */
async function digestOf(
  path: string,
  sizeOctets: number,
): Promise<FileDigest> {
  using file = await Deno.open(path);
  const hash = createHash("sha256");
  const piece = new Uint8Array(PIECE_OCTETS);
  let read = 0;
  for (;;) {
    const octets = await file.read(piece);
    if (octets === null) break;
    hash.update(piece.subarray(0, octets));
    read += octets;
  }
  if (read !== sizeOctets) throw new Error("A file changed while it was read");
  return { etag: `"${hash.digest("hex")}"`, sizeOctets };
}
