/**
 * Certificate and key on disk: written so that no reader sees a mismatched
 * pair, and read with errors an operator can act on.
 *
 * @module
 */
import { join } from "node:path";
import { userName } from "../files/owner.ts";
import { reasonOf } from "../base/system_errors.ts";
import {
  type Certificate,
  checkServable,
  parseCertificate,
} from "./certificate.ts";
import { readKept, writeKept } from "./kept_files.ts";

export interface CertificatePaths {
  readonly chain: string;
  readonly key: string;
}

/** @throws {SyntaxError} naming the files, and what is wrong with them */
export async function readCertificate(
  paths: CertificatePaths,
): Promise<Certificate> {
  const [chain = "", key = ""] = await readBoth(paths);
  try {
    const certificate = parseCertificate(chain, key);
    checkServable(certificate);
    return certificate;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SyntaxError(
      `${error.message} (certificate ${paths.chain}, key ${paths.key})`,
    );
  }
}

async function readBoth({ chain, key }: CertificatePaths): Promise<string[]> {
  const reads = await Promise.allSettled([
    readPem(chain, "certificate"),
    readPem(key, "private key"),
  ]);
  const faults = reads.flatMap((read) =>
    read.status === "rejected" ? [read.reason] : []
  );
  const bug = faults.find((fault) => !(fault instanceof SyntaxError));
  if (bug !== undefined) throw bug;
  if (faults.length > 0) {
    throw new SyntaxError(faults.map(({ message }) => message).join("; "));
  }
  return reads.flatMap((read) =>
    read.status === "fulfilled" ? [read.value] : []
  );
}

/**
 * Tells apart the states of some files: target of a symlink, time and inode.
 * A file that cannot be read has a state too.
 */
export async function stateOf(paths: readonly string[]): Promise<string> {
  const states = await Promise.all(
    paths.map(async (path) => {
      try {
        const { mtime, ino, size } = await Deno.stat(path);
        return `${ino}:${size}:${mtime?.getTime()}`;
      } catch (error) {
        return error instanceof Error ? error.name : "unreadable";
      }
    }),
  );
  return states.join("|");
}

/**
 * Writes both files, the key first: whoever is killed between the two leaves a
 * certificate that is made anew, and never loses the key, which clients know.
 */
export async function writeCertificate(
  directory: string,
  pair: { readonly chainPem: string; readonly keyPem: string },
): Promise<CertificatePaths> {
  const paths = pathsIn(directory);
  if (await readKept(paths.key) !== pair.keyPem) {
    await writeKept(paths.key, pair.keyPem);
  }
  await writeKept(paths.chain, pair.chainPem, 0o644);
  return paths;
}

export function pathsIn(directory: string): CertificatePaths {
  return {
    chain: join(directory, "fullchain.pem"),
    key: join(directory, "privkey.pem"),
  };
}

async function readPem(path: string, what: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new SyntaxError(
      `Cannot read the ${what} ${path}: ${await reason(path, error)}`,
      { cause: error },
    );
  }
}

async function reason(path: string, error: Error): Promise<string> {
  const link = await Deno.readLink(path).catch(() => undefined);
  const why = error instanceof Deno.errors.PermissionDenied
    ? `${reasonOf(error)} (${userName()} has to be able to read it)`
    : reasonOf(error);
  return link === undefined ? why : `it is a link to ${link}, and ${why}`;
}
