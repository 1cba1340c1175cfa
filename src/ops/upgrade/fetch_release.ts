/** Gets the files of a release from a directory or a web server, bounded in size and time. @module */
import { createHash } from "node:crypto";
// @ts-types="@types/tar-stream"
import * as tar from "tar-stream";
import { UpgradeFailed } from "./failure.ts";
import { type Asset, MAX_ASSET_OCTETS } from "./release.ts";

const FETCH_MS = 300_000;

/** Where the files of a release are: a URL or a path that ends in "/". */
export function releaseBase(source: string): string {
  return source.endsWith("/")
    ? source
    : source.slice(0, source.lastIndexOf("/") + 1) || "./";
}

export function isUrl(source: string): boolean {
  return /^https?:\/\//i.test(source);
}

/** A small file. @throws {UpgradeFailed} `network` */
export async function fetchOctets(
  place: string,
  maxOctets: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  for await (const piece of octetsOf(place, maxOctets)) pieces.push(piece);
  return new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer());
}

/**
 * The program of an asset, which is an executable or a tar file in gzip with
 * nothing else in it.
 *
 * @param path Is made, and is whole and on disk when this resolves.
 * @throws {UpgradeFailed} when it is not what the release says
 */
export async function fetchProgram(
  place: string,
  asset: Asset,
  path: string,
): Promise<void> {
  const packed = `${path}.packed`;
  const hash = createHash("sha256");
  let octets = 0;
  {
    using file = await Deno.open(packed, CREATE);
    for await (const piece of octetsOf(place, asset.size)) {
      hash.update(piece);
      octets += piece.length;
      await writeAll(file, piece);
    }
  }
  if (octets !== asset.size || hash.digest("hex") !== asset.sha256) {
    throw new UpgradeFailed(
      "invalid_signature",
      `${place} is not the file that was signed: upgrade aborted, nothing was changed`,
    );
  }
  if (asset.name.endsWith(".tar.gz")) await unpack(packed, path);
  else await Deno.rename(packed, path);
  await Deno.remove(packed).catch(() => {});
  await Deno.chmod(path, 0o755);
  using whole = await Deno.open(path);
  await whole.sync();
}

const CREATE = { write: true, create: true, truncate: true, mode: 0o600 };

async function unpack(packed: string, path: string): Promise<void> {
  using archive = await Deno.open(packed);
  const entries = tar.extract();
  const unpacked = archive.readable.pipeThrough(
    new DecompressionStream("gzip"),
  );
  const fed = (async () => {
    try {
      for await (const piece of unpacked) {
        if (!entries.write(piece)) {
          await new Promise((resolve) => entries.once("drain", resolve));
        }
      }
      entries.end();
    } catch (error) {
      entries.destroy(error as Error);
    }
  })();
  let count = 0;
  for await (const entry of entries) {
    const { type, size = 0 } = entry.header;
    if (type !== "file" || ++count > 1 || size > MAX_ASSET_OCTETS) {
      throw new UpgradeFailed(
        "unsuitable",
        "The archive is to have one file, the program, and nothing else",
      );
    }
    using file = await Deno.open(path, CREATE);
    for await (const piece of entry) await writeAll(file, piece);
  }
  await fed;
  if (count === 0) {
    throw new UpgradeFailed("unsuitable", "The archive has no program in it");
  }
}

async function* octetsOf(
  place: string,
  maxOctets: number,
): AsyncGenerator<Uint8Array> {
  let left = maxOctets;
  try {
    for await (const piece of await open(place)) {
      left -= piece.length;
      if (left < 0) throw new Error(`it is larger than ${maxOctets} octets`);
      yield piece;
    }
  } catch (error) {
    if (error instanceof UpgradeFailed) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UpgradeFailed("network", `Cannot get ${place}: ${reason}`);
  }
}

async function open(place: string): Promise<ReadableStream<Uint8Array>> {
  if (!isUrl(place)) return (await Deno.open(place)).readable;
  const response = await fetch(place, {
    signal: AbortSignal.timeout(FETCH_MS),
  });
  if (response.ok && response.body) return response.body;
  await response.body?.cancel();
  throw new Error(`the server answers ${response.status}`);
}

async function writeAll(file: Deno.FsFile, octets: Uint8Array): Promise<void> {
  for (let at = 0; at < octets.length;) {
    at += await file.write(octets.subarray(at));
  }
}
