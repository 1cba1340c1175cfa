/**
 * A backup as one stream: a tar file, compressed with zstd (RFC 8878), whose
 * first entry is the manifest and whose others follow in its order.
 *
 * @module
 */
import { join } from "node:path";
import { Readable } from "node:stream";
import { createZstdCompress, createZstdDecompress } from "node:zlib";
// @ts-types="@types/tar-stream"
import * as tar from "tar-stream";
import { createFile, writeAll } from "./file_copy.ts";
import { createHash } from "node:crypto";
import { reasonOf } from "../../base/system_errors.ts";
import {
  BackupFault,
  type Manifest,
  MANIFEST_NAME,
  type ManifestFile,
  readManifest,
} from "./manifest.ts";
import type { BackupSource } from "./restore.ts";

const PIECE_OCTETS = 64 * 1024;
const FILE_MODE = 0o600;
/** More files than this nobody has. */
const MAX_MANIFEST_OCTETS = 4 * 1024 * 1024 * 1024;

/** @throws {BackupFault} when a file is not as the manifest says */
export function packBackup(directory: string): ReadableStream<Uint8Array> {
  const pack = tar.pack();
  fill(pack, directory).then(
    () => pack.finalize(),
    (error) => pack.destroy(error),
  );
  const packed = pack.pipe(createZstdCompress());
  pack.on("error", (error: Error) => packed.destroy(error));
  return Readable.toWeb(packed) as ReadableStream<Uint8Array>;
}

async function fill(pack: tar.Pack, directory: string): Promise<void> {
  const manifest = join(directory, MANIFEST_NAME);
  const { files } = readManifest(manifest);
  const { size } = await Deno.stat(manifest);
  await addFile(pack, directory, { path: MANIFEST_NAME, octets: size });
  for (const file of files()) await addFile(pack, directory, file);
}

async function addFile(
  pack: tar.Pack,
  directory: string,
  { path, octets }: Pick<ManifestFile, "path" | "octets">,
): Promise<void> {
  using file = await Deno.open(join(directory, path));
  const written = Promise.withResolvers<void>();
  const entry = pack.entry(
    { name: path, size: octets, mode: FILE_MODE },
    (error) => error ? written.reject(error) : written.resolve(),
  );
  for (let left = octets; left > 0;) {
    const piece = new Uint8Array(Math.min(PIECE_OCTETS, left));
    const read = await file.read(piece);
    if (read === null) throw new BackupFault(`${path} has become shorter`);
    left -= read;
    await drained(entry, piece.subarray(0, read));
  }
  entry.end();
  await written.promise;
}

/** Waits until there is room for more. */
async function drained(
  stream: NodeJS.WritableStream,
  piece: Uint8Array,
): Promise<void> {
  if (stream.write(piece)) return;
  await new Promise((resolve, reject) => {
    stream.once("drain", resolve);
    stream.once("error", reject);
  });
}

/**
 * A backup that comes as a stream. Every entry has to be the next file of the
 * manifest, with its size and its SHA-256; nothing else is written.
 */
export function archiveSource(
  octets: () => Promise<ReadableStream<Uint8Array>>,
): BackupSource {
  return {
    async unpack(target, onManifest) {
      try {
        await unpack(await octets(), target, onManifest);
      } catch (error) {
        throw fault(error);
      }
    },
  };
}

/** What the packages say of a stream that is not what it should be. */
function fault(error: unknown): unknown {
  if (!(error instanceof Error) || "explanation" in error) return error;
  if (error.name === "Refusal" || error instanceof BackupFault) return error;
  return new BackupFault(`it cannot be read: ${reasonOf(error)}`);
}

async function unpack(
  octets: ReadableStream<Uint8Array>,
  target: string,
  onManifest: (manifest: Manifest) => void,
): Promise<void> {
  const source = Readable.fromWeb(octets as never);
  const plain = createZstdDecompress();
  const extract = tar.extract();
  source.on("error", (error) => plain.destroy(error));
  plain.on("error", (error: Error) => extract.destroy(error));
  // it is thrown where entries are taken: here it would end the process
  extract.on("error", () => {});
  source.pipe(plain).pipe(extract as never);
  try {
    await takeEntries(extract, target, onManifest);
  } finally {
    source.destroy();
    plain.destroy();
  }
}

async function takeEntries(
  extract: tar.Extract,
  target: string,
  onManifest: (manifest: Manifest) => void,
): Promise<void> {
  let files: Iterator<ManifestFile> | undefined;
  for await (const entry of extract) {
    const { name, size = 0, type } = entry.header;
    if (type !== "file") throw new BackupFault("it has more than plain files");
    if (!files) {
      if (name !== MANIFEST_NAME || size > MAX_MANIFEST_OCTETS) {
        throw new BackupFault("it does not begin with a manifest");
      }
      const path = join(target, MANIFEST_NAME);
      await writeEntry(entry, path);
      const manifest = readManifest(path);
      onManifest(manifest);
      files = manifest.files();
      continue;
    }
    const next = files.next();
    if (next.done || next.value.path !== name || next.value.octets !== size) {
      throw new BackupFault("its files are not those of its manifest");
    }
    const sha256 = await writeEntry(entry, join(target, name));
    if (sha256 !== next.value.sha256) {
      throw new BackupFault(`${name} has changed`);
    }
  }
  if (!files) throw new BackupFault("it is empty");
  if (!files.next().done) throw new BackupFault("it is cut off");
}

/** Gives the SHA-256. */
async function writeEntry(
  entry: AsyncIterable<Uint8Array>,
  path: string,
): Promise<string> {
  using file = createFile(path);
  const hash = createHash("sha256");
  for await (const piece of entry) {
    hash.update(piece);
    writeAll(file, piece);
  }
  file.syncSync();
  return hash.digest("hex");
}
