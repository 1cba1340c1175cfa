/**
 * Certificate and key on disk: written so that no reader sees a mismatched
 * pair, and read with errors an operator can act on.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { reasonOf } from "../base/system_errors.ts";
import { giveToOwner, makeDirectory } from "../files/owner.ts";
import { type Certificate, parseCertificate } from "./certificate.ts";

export interface CertificatePaths {
  readonly chain: string;
  readonly key: string;
}

/** @throws {SyntaxError} naming the file and what is wrong with it */
export async function readCertificate(
  paths: CertificatePaths,
): Promise<Certificate> {
  const chain = await readPem(paths.chain, "certificate");
  const key = await readPem(paths.key, "private key");
  try {
    return parseCertificate(chain, key);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SyntaxError(
      `${error.message} (certificate ${paths.chain}, key ${paths.key})`,
    );
  }
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

/** Writes both files into a directory of their own, then moves it into place. */
export async function writeCertificate(
  directory: string,
  pair: { readonly chainPem: string; readonly keyPem: string },
): Promise<CertificatePaths> {
  const parent = dirname(directory);
  makeDirectory(parent);
  const fresh = await Deno.makeTempDir({ dir: parent, prefix: "tls-" });
  giveToOwner(fresh);
  await writeDurably(join(fresh, "privkey.pem"), pair.keyPem, 0o600);
  await writeDurably(join(fresh, "fullchain.pem"), pair.chainPem, 0o644);
  await Deno.remove(directory, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.rename(fresh, directory);
  return pathsIn(directory);
}

export function pathsIn(directory: string): CertificatePaths {
  return {
    chain: join(directory, "fullchain.pem"),
    key: join(directory, "privkey.pem"),
  };
}

async function writeDurably(
  path: string,
  text: string,
  mode: number,
): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true, mode });
  giveToOwner(path);
  await file.write(new TextEncoder().encode(text));
  await file.sync();
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
  return link === undefined
    ? reasonOf(error)
    : `it is a link to ${link}, which cannot be read`;
}
