/**
 * The new relay's side of a handover. What has come stays below `incoming/` in
 * the state directory, so that the next one, after a cut or for the rest, brings
 * only what is not there.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { statfsSync } from "node:fs";
import {
  createFile,
  hashFile,
  syncDirectory,
  writeAll,
} from "../backup/file_copy.ts";
import {
  type Manifest,
  MANIFEST_NAME,
  type ManifestFile,
  readManifest,
} from "../backup/manifest.ts";
import { filesIn } from "../backup/paths.ts";
import { type Channel, HandoverFault } from "./channel.ts";
import { BLOCK, BLOCK_OCTETS, END, GREETING, HASH_OCTETS } from "./dialogue.ts";

const PART = ".part";
const MAX_MANIFEST_OCTETS = 4 * 1024 * 1024 * 1024;

export interface Received {
  readonly manifest: Manifest;
  readonly final: boolean;
}

/**
 * All that a backup of the old relay has, in the directory as a backup has it,
 * each file compared with its manifest. The other side waits to hear that it is
 * done.
 *
 * @throws {HandoverFault}
 */
export async function receiveBackup(
  directory: string,
  domain: string,
  channel: Channel,
): Promise<Received> {
  const greeting = await channel.hear(GREETING);
  if (greeting.domain !== domain) {
    throw new HandoverFault(
      `that is the relay of ${greeting.domain}, this one is to be of ${domain}`,
    );
  }
  Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const manifest = await receiveManifest(
    directory,
    greeting.manifest_octets,
    channel,
  );
  const database = `state/${manifest.head.database}`;
  removeOthers(directory, manifest);
  const needed = neededFiles(directory, manifest, database);
  checkRoom(directory, needed.map(([, { octets }]) => octets));
  for (const [need] of needed) await channel.say({ need });
  await channel.say(END);
  for (const [, file] of needed) await receiveFile(directory, file, channel);
  const wanted = fileNamed(manifest, database);
  await receiveDatabase(join(directory, database), wanted.octets, channel);
  const found = hashFile(join(directory, database));
  if (found.sha256 !== wanted.sha256 || found.octets !== wanted.octets) {
    throw new HandoverFault("the database did not come as it was sent");
  }
  return { manifest, final: greeting.final };
}

async function receiveManifest(
  directory: string,
  octets: number,
  channel: Channel,
): Promise<Manifest> {
  if (octets > MAX_MANIFEST_OCTETS) {
    throw new HandoverFault("its manifest is too large");
  }
  const path = join(directory, MANIFEST_NAME);
  removeIfThere(path);
  using file = createFile(path);
  for await (const piece of channel.take(octets)) writeAll(file, piece);
  file.syncSync();
  return readManifest(path);
}

function fileNamed({ files }: Manifest, path: string): ManifestFile {
  for (const file of files()) if (file.path === path) return file;
  throw new HandoverFault(`it has no ${path}`);
}

/** With their place in the manifest. */
function neededFiles(
  directory: string,
  { files }: Manifest,
  database: string,
): [number, ManifestFile][] {
  const needed: [number, ManifestFile][] = [];
  let index = 0;
  for (const file of files()) {
    const here = index++;
    if (file.path === database || isThere(directory, file)) continue;
    needed.push([here, file]);
  }
  return needed;
}

/** Contents never change, and have their name only once they are whole. */
function isThere(directory: string, { path, octets, sha256 }: ManifestFile) {
  const place = join(directory, path);
  try {
    if (Deno.lstatSync(place).size !== octets) return false;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  return path.startsWith("state/blobs/") || hashFile(place).sha256 === sha256;
}

async function receiveFile(
  directory: string,
  { path, octets, sha256 }: ManifestFile,
  channel: Channel,
): Promise<void> {
  const place = join(directory, path);
  removeIfThere(place);
  const part = `${place}${PART}`;
  removeIfThere(part);
  const hash = createHash("sha256");
  {
    using file = createFile(part);
    for await (const piece of channel.take(octets)) {
      hash.update(piece);
      writeAll(file, piece);
    }
    file.syncSync();
  }
  if (hash.digest("hex") !== sha256) {
    removeIfThere(part);
    throw new HandoverFault(`${path} did not come as it was sent`);
  }
  Deno.renameSync(part, place);
  syncDirectory(dirname(place));
}

async function receiveDatabase(
  path: string,
  octets: number,
  channel: Channel,
): Promise<void> {
  Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  using file = Deno.openSync(path, {
    create: true,
    read: true,
    write: true,
    mode: 0o600,
  });
  const hashes = blockHashes(file);
  await channel.say({ blocks: hashes.length / HASH_OCTETS });
  await channel.put(hashes);
  for (;;) {
    const next = await channel.hear(BLOCK);
    if (next.block === null) break;
    const from = next.block * BLOCK_OCTETS;
    if (next.octets > BLOCK_OCTETS || from + next.octets > octets) {
      throw new HandoverFault("a block is out of place");
    }
    file.seekSync(from, Deno.SeekMode.Start);
    for await (const piece of channel.take(next.octets)) writeAll(file, piece);
  }
  file.truncateSync(octets);
  file.syncSync();
}

function blockHashes(file: Deno.FsFile): Uint8Array {
  const { size } = file.statSync();
  const count = Math.ceil(size / BLOCK_OCTETS);
  const hashes = new Uint8Array(count * HASH_OCTETS);
  const block = new Uint8Array(BLOCK_OCTETS);
  for (let index = 0; index < count; index++) {
    let length = 0;
    while (length < BLOCK_OCTETS) {
      const read = file.readSync(block.subarray(length));
      if (read === null) break;
      length += read;
    }
    const hash = createHash("sha256").update(block.subarray(0, length));
    hashes.set(hash.digest(), index * HASH_OCTETS);
  }
  return hashes;
}

/** What an earlier handover has brought and this one does not have. */
function removeOthers(directory: string, { files }: Manifest): void {
  const named = new Set<string>();
  for (const { path } of files()) named.add(path);
  const found = [
    ...filesIn(directory, { without: (n) => n === MANIFEST_NAME }),
  ];
  for (const { path } of found) {
    if (!named.has(path)) Deno.removeSync(join(directory, path));
  }
}

function checkRoom(directory: string, octets: readonly number[]): void {
  const { bavail, bsize } = statfsSync(directory);
  const wanted = octets.reduce((sum, one) => sum + one, 0);
  if (bavail * bsize < wanted) {
    throw new HandoverFault(`there is no room for ${wanted} octets`);
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
