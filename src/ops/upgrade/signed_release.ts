/**
 * `release.json` with its signature, from where releases are and as it is kept
 * beside a version: so that the version can be checked again, and given to
 * other relays.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { UpgradeFailed } from "./failure.ts";
import { fetchOctets, hashOf, type ReleaseSource } from "./fetch_release.ts";
import {
  type Asset,
  MAX_RELEASE_OCTETS,
  type Release,
  RELEASE_FILE,
  type ReleaseKey,
  SIGNATURE_SUFFIX,
  verifiedRelease,
} from "./release.ts";
import type { VersionTree } from "./version_tree.ts";

const SIGNATURE_FILE = RELEASE_FILE + SIGNATURE_SUFFIX;
const MAX_SIGNATURE_OCTETS = 256;

export interface SignedRelease {
  readonly release: Release;
  readonly octets: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
}

/** @throws {UpgradeFailed} */
export async function getRelease(
  source: ReleaseSource,
  keys: readonly ReleaseKey[],
  now: number,
): Promise<SignedRelease> {
  refuseUnsigned(source);
  const octets = await fetchOctets(source, RELEASE_FILE, MAX_RELEASE_OCTETS);
  const signature = await fetchOctets(
    source,
    SIGNATURE_FILE,
    MAX_SIGNATURE_OCTETS,
  );
  const release = await verifiedRelease(octets, signature, keys, now);
  return { release, octets, signature };
}

/** A file that has nothing beside it to vouch for it is there, and is not signed. */
function refuseUnsigned({ base, file }: ReleaseSource): void {
  if (file === undefined || !existsSync(file)) return;
  const missing = [RELEASE_FILE, SIGNATURE_FILE]
    .find((name) => !existsSync(base + name));
  if (missing === undefined) return;
  throw new UpgradeFailed(
    "invalid_signature",
    `INVALID SIGNATURE of ${file}, which has no ${missing} beside it: upgrade aborted, nothing was changed`,
  );
}

/** Puts beside a program what it came with. */
export function keepRelease(
  program: string,
  { octets, signature }: SignedRelease,
  asset: Asset,
): void {
  const files: readonly [string, Uint8Array][] = [
    [join(dirname(program), RELEASE_FILE), octets],
    [join(dirname(program), SIGNATURE_FILE), signature],
    [
      program + SIGNATURE_SUFFIX,
      Uint8Array.fromBase64(asset.program.signature),
    ],
  ];
  for (const [path, content] of files) {
    Deno.writeFileSync(path, content, { mode: 0o644 });
    using file = Deno.openSync(path);
    file.syncSync();
  }
}

/**
 * Looks whether a kept version still is what it was, by its hash and, where it
 * came with one, by the signature. A key that has ended since then is good for
 * what it has signed before.
 *
 * @throws {UpgradeFailed} `invalid_signature`
 */
export async function checkKept(
  version: string,
  tree: VersionTree,
  keys: readonly ReleaseKey[],
): Promise<void> {
  const program = tree.binaryOf(version);
  const sha256 = await hashOf(program);
  const meta = tree.meta(version);
  if (meta?.sha256 !== sha256) throw changed(version);
  if (!meta.signature_ok) return;
  const { release } = await getRelease(
    { base: `${dirname(program)}/` },
    keys,
    Date.parse(meta.installed_at),
  );
  const isSigned = release.assets.some((asset) =>
    asset.program.sha256 === sha256
  );
  if (!isSigned) throw changed(version);
}

function changed(version: string): UpgradeFailed {
  return new UpgradeFailed(
    "invalid_signature",
    `The program of version ${version} is not what was put there: get it anew with "upgrade"`,
  );
}
