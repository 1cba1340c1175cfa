/**
 * What a release consists of: `release.json`, signed with Ed25519 (RFC 8032) in
 * `release.json.sig`. It binds version, platform, size and hash, so that a file
 * that was signed once cannot be passed off as another.
 *
 * @module
 */
import {
  array,
  check,
  exactOptional,
  integer,
  literal,
  maxLength,
  maxValue,
  minValue,
  number,
  object,
  parse,
  pipe,
  regex,
  string,
} from "valibot";
import { UpgradeFailed } from "./failure.ts";
import { isVersionId } from "./versions.ts";

export const RELEASE_FILE = "release.json";
export const SIGNATURE_SUFFIX = ".sig";
export const MAX_RELEASE_OCTETS = 256 * 1024;
/** A runtime and the program in it are a quarter of that. */
const MAX_ASSET_OCTETS = 400 * 1024 * 1024;

const version = pipe(string(), check(isVersionId, "no version"));

const size = pipe(
  number(),
  integer(),
  minValue(1),
  maxValue(MAX_ASSET_OCTETS),
);
const sha256 = pipe(string(), regex(/^[0-9a-f]{64}$/));

const RELEASE = object({
  schema: literal(1),
  version,
  channel: exactOptional(string()),
  published: string(),
  /** Older ones cannot go to this one in one step. */
  min_upgrade_from: exactOptional(version),
  assets: pipe(
    array(object({
      os: string(),
      arch: string(),
      /** The oldest C library that it runs with, as `glibc2.28`. */
      libc: exactOptional(string()),
      /** A file name, without directories. */
      name: pipe(string(), regex(/^[0-9A-Za-z][0-9A-Za-z._+-]{0,127}$/)),
      size,
      sha256,
      /** What is in it, and its signature: 64 octets in base64. */
      program: object({
        size,
        sha256,
        signature: pipe(string(), regex(/^[A-Za-z0-9+/]{86}==$/)),
      }),
    })),
    maxLength(64),
  ),
});

export type Release = ReturnType<typeof parseRelease>;
export type Asset = Release["assets"][number];

/** A public key that releases may be signed with. */
export interface ReleaseKey {
  /** 32 octets. */
  readonly octets: Uint8Array<ArrayBuffer>;
  /** Milliseconds since 1970; Infinity: for ever. */
  readonly notAfter: number;
}

/** `BASE64 [YYYY-MM-DD]`. @throws {SyntaxError} */
export function parseKey(text: string): ReleaseKey {
  const [base64 = "", day, ...rest] = text.trim().split(/\s+/);
  const octets = base64Octets(base64);
  const notAfter = day === undefined ? Infinity : Date.parse(day);
  if (octets?.length !== 32 || Number.isNaN(notAfter) || rest.length > 0) {
    throw new SyntaxError(
      `Cannot read "${text}": write an Ed25519 public key, 32 octets in base64, and if it ends some day that day (YYYY-MM-DD)`,
    );
  }
  return { octets, notAfter };
}

/** @throws {UpgradeFailed} `invalid_signature` */
export async function verifiedRelease(
  octets: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
  keys: readonly ReleaseKey[],
  now: number,
): Promise<Release> {
  if (keys.length === 0) {
    throw new UpgradeFailed(
      "invalid_signature",
      "This program was built without a key for releases: name one in upgrade.keys",
    );
  }
  if (await isSigned(octets, signature, keys, now)) return parseRelease(octets);
  throw new UpgradeFailed(
    "invalid_signature",
    `INVALID SIGNATURE of ${RELEASE_FILE}, which is by none of ${
      keys.map(describeKey).join(", ")
    }: upgrade aborted, nothing was changed`,
  );
}

/** By how it begins in base64, and until when it counts. */
function describeKey({ octets, notAfter }: ReleaseKey): string {
  const id = octets.toBase64().slice(0, 8);
  return notAfter === Infinity
    ? `key ${id}…`
    : `key ${id}… (until ${new Date(notAfter).toISOString().slice(0, 10)})`;
}

/**
 * Whether one of the keys that are good today has signed the octets.
 *
 * @param signature 64 octets, or these in base64
 */
export async function isSigned(
  octets: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
  keys: readonly ReleaseKey[],
  now: number,
): Promise<boolean> {
  const raw = signature.length === 64
    ? signature
    : base64Octets(new TextDecoder().decode(signature).trim());
  for (const key of keys) {
    if (key.notAfter < now || raw?.length !== 64) continue;
    const imported = await crypto.subtle.importKey(
      "raw",
      key.octets,
      "Ed25519",
      false,
      ["verify"],
    );
    if (await crypto.subtle.verify("Ed25519", imported, raw, octets)) {
      return true;
    }
  }
  return false;
}

/** The one for this machine. @throws {UpgradeFailed} `unsuitable` */
export function assetFor(
  release: Release,
  { os, arch }: { readonly os: string; readonly arch: string },
): Asset {
  const asset = release.assets.find((one) =>
    one.os === os && one.arch === arch
  );
  if (asset) return asset;
  throw new UpgradeFailed(
    "unsuitable",
    `Version ${release.version} has no program for ${os} on ${arch}`,
  );
}

function parseRelease(octets: Uint8Array) {
  try {
    return parse(RELEASE, JSON.parse(new TextDecoder().decode(octets)));
  } catch (error) {
    throw new UpgradeFailed(
      "unsuitable",
      `Cannot read ${RELEASE_FILE}, which may be of a newer kind: ${
        error instanceof Error ? error.message : error
      }`,
    );
  }
}

function base64Octets(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    return undefined;
  }
}
