/** Gets the files of a release from a directory or a web server, bounded in size and time. @module */
import { createHash } from "node:crypto";
// @ts-types="@types/tar-stream"
import * as tar from "tar-stream";
import {
  fetchReason,
  isOfCertificate,
} from "../../http/client/fetch_reason.ts";
import { openFromAnybody } from "./any_certificate.ts";
import { UpgradeFailed } from "./failure.ts";
import type { Asset } from "./release.ts";

const FETCH_MS = 300_000;

/** Where the files of a release are. */
export interface ReleaseSource {
  /** A URL or a path that ends in "/". */
  readonly base: string;
  /** What was named, if that is a file of this machine. */
  readonly file?: string;
  /** The program as it is, if it is not to be in an archive there: another relay gives it so. */
  readonly program?: string;
  /** Take it from a server whose certificate cannot be verified, too: the signature is what counts. */
  readonly anyCertificate?: boolean;
}

/**
 * `https://host/releases/`, one of the files there, or the program of a relay,
 * as `https://relay/postern`.
 */
export function releaseSource(source: string): ReleaseSource {
  const at = source.lastIndexOf("/") + 1;
  const base = source.slice(0, at) || "./";
  if (!isUrl(source)) {
    return at === source.length ? { base } : { base, file: source };
  }
  const isProgram = /^[\w-]+$/.test(source.slice(at));
  return isProgram ? { base, program: source } : { base };
}

export function isUrl(source: string): boolean {
  return /^https?:\/\//i.test(source);
}

/** A small file. @throws {UpgradeFailed} `network` */
export async function fetchOctets(
  { base, anyCertificate }: ReleaseSource,
  name: string,
  maxOctets: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  const from = { place: base + name, anyCertificate };
  for await (const piece of octetsOf(from, maxOctets)) pieces.push(piece);
  return new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer());
}

/**
 * The program of an asset, which is an executable or a tar file in gzip with
 * nothing else in it; or, from a relay, the program itself.
 *
 * @param path Is made, and is whole and on disk when this resolves.
 * @throws {UpgradeFailed} when it is not what the release says
 */
export async function fetchProgram(
  { base, program, anyCertificate }: ReleaseSource,
  asset: Asset,
  path: string,
): Promise<void> {
  const place = program ?? base + asset.name;
  const from = { place, anyCertificate };
  if (program !== undefined) await fetchFile(from, asset.program, path);
  else if (asset.name.endsWith(".tar.gz")) {
    const packed = `${path}.packed`;
    await fetchFile(from, asset, packed);
    await unpack(packed, path, asset.program.size);
    await Deno.remove(packed);
  } else await fetchFile(from, asset, path);
  if (await hashOf(path) !== asset.program.sha256) throw notSigned(place);
  await Deno.chmod(path, 0o755);
  using whole = await Deno.open(path);
  await whole.sync();
}

export async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of (await Deno.open(path)).readable) {
    hash.update(piece);
  }
  return hash.digest("hex");
}

interface From {
  readonly place: string;
  readonly anyCertificate: boolean | undefined;
}

async function fetchFile(
  from: From,
  { size, sha256 }: Pick<Asset, "size" | "sha256">,
  path: string,
): Promise<void> {
  const hash = createHash("sha256");
  let octets = 0;
  {
    using file = await Deno.open(path, CREATE);
    for await (const piece of octetsOf(from, size, notSigned)) {
      hash.update(piece);
      octets += piece.length;
      await writeAll(file, piece);
    }
  }
  if (octets !== size || hash.digest("hex") !== sha256) {
    throw notSigned(from.place);
  }
}

function notSigned(place: string): UpgradeFailed {
  return new UpgradeFailed(
    "invalid_signature",
    `INVALID SIGNATURE of ${place}, which is not the file that was signed for this machine: upgrade aborted, nothing was changed`,
  );
}

const CREATE = { write: true, create: true, truncate: true, mode: 0o600 };

async function unpack(
  packed: string,
  path: string,
  maxOctets: number,
): Promise<void> {
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
    if (type !== "file" || ++count > 1 || size > maxOctets) {
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
  from: From,
  maxOctets: number,
  tooLarge = (place: string): Error =>
    new UpgradeFailed(
      "network",
      `Cannot get ${place}: it is larger than ${maxOctets} octets`,
    ),
): AsyncGenerator<Uint8Array> {
  let left = maxOctets;
  try {
    for await (const piece of await open(from)) {
      left -= piece.length;
      if (left < 0) throw tooLarge(from.place);
      yield piece;
    }
  } catch (error) {
    if (error instanceof UpgradeFailed) throw error;
    throw new UpgradeFailed(
      isOfCertificate(error) ? "certificate" : "network",
      `Cannot get ${from.place}: ${fetchReason(error)}`,
    );
  }
}

async function open(
  { place, anyCertificate }: From,
): Promise<AsyncIterable<Uint8Array>> {
  if (!isUrl(place)) return (await Deno.open(place)).readable;
  const signal = AbortSignal.timeout(FETCH_MS);
  if (anyCertificate) return await openFromAnybody(place, signal);
  const response = await fetch(place, { signal });
  if (response.ok && response.body) return response.body;
  await response.body?.cancel();
  throw new Error(`the server answers ${response.status}`);
}

async function writeAll(file: Deno.FsFile, octets: Uint8Array): Promise<void> {
  for (let at = 0; at < octets.length;) {
    at += await file.write(octets.subarray(at));
  }
}
