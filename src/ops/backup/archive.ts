/**
 * A backup as one stream: a tar file, compressed with gzip (RFC 1952), whose
 * first entry is the manifest and whose others follow in its order.
 *
 * @module
 */
import { join } from "node:path";
// @ts-types="@types/tar-stream"
import * as tar from "tar-stream";
import { createFile, openWithin, writeAll } from "./file_copy.ts";
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
  const packed = ReadableStream.from<Uint8Array>(pack);
  return packed.pipeThrough(
    new CompressionStream("gzip") as ReadableWritablePair<
      Uint8Array,
      Uint8Array
    >,
  );
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
  using file = openWithin(directory, path);
  const written = Promise.withResolvers<void>();
  const entry = pack.entry(
    { name: path, size: octets, mode: FILE_MODE },
    (error) => error ? written.reject(error) : written.resolve(),
  );
  // told where it is waited for, if it comes to that
  written.promise.catch(() => {});
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
  if ("destroyed" in stream && stream.destroyed) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  // after its end the next write, or who waits for all of it, says what happened
  stream.once("drain", resolve);
  stream.once("close", resolve);
  await promise;
  stream.removeListener("drain", resolve);
  stream.removeListener("close", resolve);
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
  const extract = tar.extract();
  let failure: unknown;
  // destroyed with an error, it would throw that where nobody listens
  const fail = (error: unknown) => {
    failure ??= error;
    extract.destroy();
  };
  extract.on("error", fail);
  const feeding = feed(extract, octets).catch(fail);
  try {
    await takeEntries(extract, target, onManifest);
  } catch (error) {
    throw failure ?? error;
  } finally {
    extract.destroy();
    await feeding;
  }
  if (failure !== undefined) throw failure;
}

async function feed(
  extract: tar.Extract,
  octets: ReadableStream<Uint8Array>,
): Promise<void> {
  const plain = octets.pipeThrough(
    new DecompressionStream("gzip") as ReadableWritablePair<
      Uint8Array,
      Uint8Array
    >,
  );
  for await (const piece of plain) {
    if (extract.destroyed) return;
    await drained(extract, piece);
  }
  extract.end();
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
