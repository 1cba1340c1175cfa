/** The old relay's side of a handover: what a backup has, as far as the new side lacks it. @module */
import { createHash } from "node:crypto";
import { join } from "node:path";
import {
  type Manifest,
  MANIFEST_NAME,
  type ManifestFile,
  readManifest,
} from "../backup/manifest.ts";
import { openWithin } from "../backup/file_copy.ts";
import { type Channel, HandoverFault } from "./channel.ts";
import {
  BLOCK_OCTETS,
  BLOCKS,
  DONE,
  type Done,
  END_OF_BLOCKS,
  HASH_OCTETS,
  NEED,
  PROTOCOL,
} from "./dialogue.ts";

const PIECE_OCTETS = 256 * 1024;

export interface Sent extends Done {
  /** That went over. */
  readonly files: number;
  readonly bytes: number;
}

/** @throws {HandoverFault} */
export async function sendBackup(
  directory: string,
  final: boolean,
  channel: Channel,
): Promise<Sent> {
  const path = join(directory, MANIFEST_NAME);
  const manifest = readManifest(path);
  const { size } = await Deno.stat(path);
  await channel.say({
    handover: PROTOCOL,
    domain: manifest.head.domain,
    final,
    manifest_octets: size,
  });
  await putFile(channel, directory, { path: MANIFEST_NAME, octets: size });
  const needed = await hearNeeds(channel);
  let bytes = 0;
  let index = 0;
  for (const file of manifest.files()) {
    if (!needed.has(index++)) continue;
    await putFile(channel, directory, file);
    bytes += file.octets;
  }
  bytes += await sendDatabase(directory, manifest, channel);
  const done = await channel.hear(DONE);
  return { ...done, files: needed.size, bytes };
}

async function hearNeeds(channel: Channel): Promise<ReadonlySet<number>> {
  const needed = new Set<number>();
  for (;;) {
    const { need } = await channel.hear(NEED);
    if (need === null) return needed;
    needed.add(need);
  }
}

/** Blocks stay where they are from one copy of a database to the next. */
async function sendDatabase(
  directory: string,
  { head }: Manifest,
  channel: Channel,
): Promise<number> {
  const { blocks } = await channel.hear(BLOCKS);
  const hashes = new Uint8Array(blocks * HASH_OCTETS);
  let at = 0;
  for await (const piece of channel.take(hashes.length)) {
    hashes.set(piece, at);
    at += piece.length;
  }
  using file = openWithin(directory, join("state", head.database));
  const block = new Uint8Array(BLOCK_OCTETS);
  let sent = 0;
  for (let index = 0;; index++) {
    const length = await fill(file, block);
    if (length === 0) break;
    const octets = block.subarray(0, length);
    const there = hashes.subarray(
      index * HASH_OCTETS,
      (index + 1) * HASH_OCTETS,
    );
    const here = createHash("sha256").update(octets).digest();
    if (here.equals(there)) continue;
    await channel.say({ block: index, octets: length });
    await channel.put(octets.slice());
    sent += length;
  }
  await channel.say(END_OF_BLOCKS);
  return sent;
}

async function fill(file: Deno.FsFile, into: Uint8Array): Promise<number> {
  let length = 0;
  while (length < into.length) {
    const count = await file.read(into.subarray(length));
    if (count === null) break;
    length += count;
  }
  return length;
}

/** Exactly so many octets: the other side counts. */
async function putFile(
  channel: Channel,
  directory: string,
  { path, octets }: Pick<ManifestFile, "path" | "octets">,
): Promise<void> {
  using file = openWithin(directory, path);
  for (let left = octets; left > 0;) {
    const piece = new Uint8Array(Math.min(PIECE_OCTETS, left));
    const count = await file.read(piece);
    if (count === null) throw new HandoverFault(`${path} has become shorter`);
    await channel.put(piece.subarray(0, count));
    left -= count;
  }
}
