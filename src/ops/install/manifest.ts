/**
 * What an installation has made, for whoever takes it away again. It lies where
 * root alone may write, and is written before the first of its paths is made:
 * whatever ends an installation, nothing of it is left unnamed.
 *
 * @module
 */
import { isServiceName } from "../../base/program_name.ts";
import type { Machine } from "./machine.ts";
import type { Places } from "./places.ts";
import { type Part, PARTS } from "./steps.ts";

const FORMAT = 1;

export interface ManifestEntry {
  readonly path: string;
  readonly part: Part;
  /** A directory goes only when it is empty, but for data. */
  readonly directory: boolean;
}

export interface Manifest {
  readonly format: typeof FORMAT;
  readonly name: string;
  /** Whether the user was made by us. */
  readonly user: boolean;
  readonly stateDir: string;
  readonly entries: readonly ManifestEntry[];
}

/** @throws {SyntaxError} if there is one that cannot be read */
export function readManifest(
  machine: Machine,
  { manifest, name }: Pick<Places, "manifest" | "name">,
): Manifest | undefined {
  const text = machine.text(manifest);
  if (text === undefined) return undefined;
  const read = parsed(text);
  if (isManifest(read) && read.name === name) return read;
  throw new SyntaxError(
    `Cannot read ${manifest}: it is no list of what "${name} install" has made`,
  );
}

export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** An earlier one, and what a plan is about to make that nobody had before. */
export function extended(
  earlier: Manifest | undefined,
  { name, stateDir, user, entries }: Omit<Manifest, "format">,
): Manifest {
  const known = new Set(earlier?.entries.map(({ path }) => path));
  return {
    format: FORMAT,
    name,
    user: user || earlier?.user === true,
    stateDir,
    entries: [
      ...earlier?.entries ?? [],
      ...entries.filter(({ path }) => !known.has(path)),
    ],
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== "object" || value === null) return false;
  const { format, name, user, stateDir, entries } = value as Partial<Manifest>;
  return format === FORMAT && typeof name === "string" &&
    isServiceName(name) && typeof user === "boolean" &&
    isPath(stateDir) && Array.isArray(entries) && entries.every(isEntry);
}

function isEntry(value: unknown): value is ManifestEntry {
  if (typeof value !== "object" || value === null) return false;
  const { path, part, directory } = value as Partial<ManifestEntry>;
  return isPath(path) && PARTS.some((one) => one === part) &&
    typeof directory === "boolean";
}

function isPath(value: unknown): value is string {
  return typeof value === "string" && value.startsWith("/");
}
