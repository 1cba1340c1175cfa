/**
 * The manifest of a backup: a line of JSON about the whole, one for each file
 * in the order of their paths, and one that closes it with what there must be
 * and the SHA-256 of all lines before. It is read line by line, so that a
 * million files are no more to hold than one.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { giveToOwner } from "../../files/owner.ts";
import { onceAsOwnerOf } from "../as_owner.ts";
import { comparePaths, isSafePath } from "./paths.ts";

export const MANIFEST_NAME = "manifest.jsonl";
const FORMAT = "postern-backup";
const FORMAT_VERSION = 1;
const MAX_LINE_OCTETS = 16 * 1024;
const MAX_FILES = 100_000_000;
const SHA256 = /^[0-9a-f]{64}$/;

export interface ManifestHead {
  readonly format: typeof FORMAT;
  readonly version: typeof FORMAT_VERSION;
  /** Version of the program that made it. */
  readonly program: string;
  readonly domain: string;
  /** Seconds since 1970 UTC of the moment that it shows. */
  readonly created_at: number;
  /** Name of the database file in `state/`. */
  readonly database: string;
  /** There where mail was left out. */
  readonly without_mail?: true;
}

export interface ManifestFile {
  readonly path: string;
  readonly octets: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

export interface ManifestEnd {
  readonly files: number;
  readonly octets: number;
  readonly accounts: number;
  readonly messages: number;
  /** Paths of contents that were lost before the backup was made. */
  readonly lost: readonly string[];
  /** Of all lines before this one. */
  readonly sha256: string;
}

/** What is not as a backup has to be; the message is for the operator. */
export class BackupFault extends Error {
  override readonly name = "BackupFault";
}

export function headOf(
  facts: Omit<ManifestHead, "format" | "version">,
): ManifestHead {
  return { format: FORMAT, version: FORMAT_VERSION, ...facts };
}

/** Writes a manifest beside the files that it is about. */
export class ManifestWriter {
  readonly #file: Deno.FsFile;
  readonly #hash = createHash("sha256");
  #pending = "";
  #files = 0;
  #octets = 0;

  constructor(path: string, head: ManifestHead) {
    this.#file = Deno.openSync(path, {
      createNew: true,
      write: true,
      mode: 0o600,
    });
    giveToOwner(path);
    this.#line(head);
  }

  add(file: ManifestFile): void {
    this.#files++;
    this.#octets += file.octets;
    this.#line(file);
  }

  /** Durable when it returns. */
  end(
    facts: Pick<ManifestEnd, "accounts" | "messages" | "lost">,
  ): ManifestEnd {
    this.#flush();
    const end: ManifestEnd = {
      files: this.#files,
      octets: this.#octets,
      ...facts,
      sha256: this.#hash.copy().digest("hex"),
    };
    this.#line(end);
    this.#flush();
    this.#file.syncSync();
    return end;
  }

  close(): void {
    this.#file.close();
  }

  #line(value: unknown): void {
    this.#pending += `${JSON.stringify(value)}\n`;
    if (this.#pending.length > MAX_LINE_OCTETS) this.#flush();
  }

  #flush(): void {
    let octets = new TextEncoder().encode(this.#pending);
    this.#pending = "";
    this.#hash.update(octets);
    while (octets.length > 0) {
      octets = octets.subarray(this.#file.writeSync(octets));
    }
  }
}

export interface Manifest {
  readonly head: ManifestHead;
  readonly end: ManifestEnd;
  /** Reads them anew each time, in order. @throws {BackupFault} */
  files(): Generator<ManifestFile>;
}

/** Reads all of it once, so that one that is cut or changed is refused at once. @throws {BackupFault} */
export function readManifest(path: string): Manifest {
  let head: ManifestHead | undefined;
  let end: ManifestEnd | undefined;
  let files = 0;
  let octets = 0;
  for (const part of parts(path)) {
    if (part.kind === "head") head = part.value;
    else if (part.kind === "end") end = part.value;
    else {
      files++;
      octets += part.value.octets;
    }
  }
  if (!head || !end) throw new BackupFault("its manifest is cut off");
  if (end.files !== files || end.octets !== octets) {
    throw new BackupFault("its manifest does not add up");
  }
  return { head, end, files: () => filesOf(path) };
}

/**
 * Its first and its last line alone, for a list: nothing between is looked at.
 *
 * @throws {BackupFault}
 */
export function readEnds(path: string): Omit<Manifest, "files"> {
  using file = openManifest(path);
  const first = new Uint8Array(MAX_LINE_OCTETS);
  const read = file.readSync(first) ?? 0;
  const size = file.statSync().size;
  file.seekSync(Math.max(0, size - MAX_LINE_OCTETS), Deno.SeekMode.Start);
  const last = new Uint8Array(MAX_LINE_OCTETS);
  const lastRead = file.readSync(last) ?? 0;
  const headEnd = first.subarray(0, read).indexOf(10);
  const endStart = last.subarray(0, lastRead - 1).lastIndexOf(10) + 1;
  if (headEnd < 0 || last[lastRead - 1] !== 10 || endStart === 0) {
    throw new BackupFault("its manifest is cut off");
  }
  return {
    head: readHead(objectIn(first.subarray(0, headEnd))),
    end: readEnd(objectIn(last.subarray(endStart, lastRead - 1))),
  };
}

function* filesOf(path: string): Generator<ManifestFile> {
  for (const part of parts(path)) if (part.kind === "file") yield part.value;
}

type Part =
  | { readonly kind: "head"; readonly value: ManifestHead }
  | { readonly kind: "file"; readonly value: ManifestFile }
  | { readonly kind: "end"; readonly value: ManifestEnd };

function* parts(path: string): Generator<Part> {
  const hash = createHash("sha256");
  let last: string | undefined;
  let count = 0;
  let isOver = false;
  for (const line of linesOf(path)) {
    if (isOver) throw new BackupFault("its manifest goes on after its end");
    const value = objectIn(line);
    if (count++ === 0) yield { kind: "head", value: readHead(value) };
    else if ("path" in value) {
      const file = readFile(value);
      if (last !== undefined && comparePaths(last, file.path) >= 0) {
        throw new BackupFault("its manifest is out of order");
      }
      last = file.path;
      yield { kind: "file", value: file };
    } else {
      const end = readEnd(value);
      if (end.sha256 !== hash.copy().digest("hex")) {
        throw new BackupFault("its manifest was changed");
      }
      yield { kind: "end", value: end };
      isOver = true;
    }
    if (count > MAX_FILES) throw new BackupFault("its manifest has no end");
    hash.update(line).update("\n");
  }
}

function* linesOf(path: string): Generator<Uint8Array> {
  using file = openManifest(path);
  const buffer = new Uint8Array(4 * MAX_LINE_OCTETS);
  let held = 0;
  for (;;) {
    const read = file.readSync(buffer.subarray(held));
    if (read === null) break;
    held += read;
    let start = 0;
    for (let end; (end = buffer.subarray(0, held).indexOf(10, start)) >= 0;) {
      yield buffer.slice(start, end);
      start = end + 1;
    }
    buffer.copyWithin(0, start, held);
    held -= start;
    if (held > MAX_LINE_OCTETS) {
      throw new BackupFault("its manifest has a line that is too long");
    }
  }
  if (held > 0) throw new BackupFault("its manifest is cut off");
}

function openManifest(path: string): Deno.FsFile {
  try {
    return onceAsOwnerOf(dirname(path), () => {
      if (!Deno.lstatSync(path).isFile) {
        throw new BackupFault("its manifest is no file");
      }
      return Deno.openSync(path);
    });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new BackupFault("it has no manifest: it is no backup");
  }
}

function objectIn(line: Uint8Array): Record<string, unknown> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(line);
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // said below
  }
  throw new BackupFault("its manifest cannot be read");
}

function readHead(value: Record<string, unknown>): ManifestHead {
  const { format, version, program, domain, created_at, database } = value;
  const { without_mail } = value;
  if (format !== FORMAT) throw new BackupFault("it is no backup of this kind");
  if (version !== FORMAT_VERSION) {
    throw new BackupFault(
      `its format ${
        Number(version)
      } is not ${FORMAT_VERSION}, which this program knows`,
    );
  }
  return headOf({
    program: textIn(program),
    domain: textIn(domain),
    created_at: countIn(created_at),
    database: nameIn(database),
    ...(without_mail === true ? { without_mail } : {}),
  });
}

function readFile(value: Record<string, unknown>): ManifestFile {
  const { path, octets, sha256 } = value;
  if (typeof path !== "string" || !isSafePath(path)) {
    throw new BackupFault("its manifest names a path outside of it");
  }
  return { path, octets: countIn(octets), sha256: hashIn(sha256) };
}

function readEnd(value: Record<string, unknown>): ManifestEnd {
  const { files, octets, accounts, messages, lost, sha256 } = value;
  if (!Array.isArray(lost)) throw new BackupFault("its manifest has no end");
  return {
    files: countIn(files),
    octets: countIn(octets),
    accounts: countIn(accounts),
    messages: countIn(messages),
    lost: lost.map(textIn),
    sha256: hashIn(sha256),
  };
}

function nameIn(value: unknown): string {
  const name = textIn(value);
  if (isSafePath(name) && !name.includes("/")) return name;
  throw new BackupFault("its manifest names a database outside of it");
}

function textIn(value: unknown): string {
  if (typeof value === "string" && value.length <= 1024) return value;
  throw new BackupFault("its manifest lacks a text");
}

function countIn(value: unknown): number {
  if (Number.isSafeInteger(value) && Number(value) >= 0) return Number(value);
  throw new BackupFault("its manifest lacks a number");
}

function hashIn(value: unknown): string {
  if (typeof value === "string" && SHA256.test(value)) return value;
  throw new BackupFault("its manifest lacks a SHA-256");
}
