/**
 * What makes two builds of one commit the same octets: which files of the
 * packages go into the executable, and no moment or place of the build.
 *
 * @module
 */
import { REPOSITORY, run } from "./repository.ts";

/** A package of npm, as `deno info` names it. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** Where its files are on this machine. */
  readonly localPath: string;
}

interface ModuleGraph {
  readonly modules: readonly { readonly npmPackage?: string }[];
  readonly npmPackages: Readonly<
    Record<string, NpmPackage & { readonly dependencies: readonly string[] }>
  >;
}

/** What a program can load. Anything else is read by the compiler in vain. */
const LOADABLE = /\.(?:[cm]?js|json|wasm|node)$/;

/** When a file was last changed, in the table of files that the compiler writes. */
const CHANGED_AT = /"t":\d{13}(?=[,}])/g;
const NO_TIME = '"t":1000000000000';

/** Packages that the entry points load, and all that these need. */
export async function listPackages(
  entryPoints: readonly string[],
): Promise<{ readonly direct: Set<string>; readonly all: NpmPackage[] }> {
  const direct = new Set<string>();
  const all = new Map<string, NpmPackage>();
  for (const entryPoint of entryPoints) {
    const { modules, npmPackages }: ModuleGraph = JSON.parse(
      await run(Deno.execPath(), ["info", "--json", entryPoint]),
    );
    const waiting = modules.flatMap(({ npmPackage }) => npmPackage ?? []);
    for (const id of waiting) direct.add(npmPackages[id]!.name);
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const one = npmPackages[id];
      if (!one || all.has(id)) continue;
      all.set(id, one);
      waiting.push(...one.dependencies);
    }
  }
  const sorted = [...all].sort(([a], [b]) => a < b ? -1 : 1);
  return { direct, all: sorted.map(([, one]) => one) };
}

/**
 * Files of the packages that no program loads. The compiler would parse them as
 * scripts and keep the errors, with the path they have on this machine.
 */
export async function unloadable(
  packages: readonly NpmPackage[],
): Promise<string[]> {
  const found: string[] = [];
  for (const { localPath } of packages) {
    for await (const path of filesBelow(localPath)) {
      if (!LOADABLE.test(path)) found.push(path);
    }
  }
  return found.sort();
}

/**
 * Takes the times of the files out of an executable.
 *
 * @throws {Error} if it names a place of this machine
 */
export async function withoutTraces(
  path: string,
  places: readonly string[],
): Promise<void> {
  const octets = await Deno.readFile(path);
  const text = new TextDecoder("latin1").decode(octets);
  const encoder = new TextEncoder();
  let times = 0;
  for (const { index } of text.matchAll(CHANGED_AT)) {
    octets.set(encoder.encode(NO_TIME), index);
    times++;
  }
  if (times === 0) throw new Error(`${path} has no table of files any more`);
  for (const place of places) {
    const at = text.indexOf(`${place}/`);
    if (at < 0) continue;
    throw new Error(
      `${path} names a place of this machine: ${text.slice(at, at + 120)}`,
    );
  }
  await Deno.writeFile(path, octets);
}

/** Where the tree and the packages are: nothing of it may be in an executable. */
export async function placesOfThisMachine(): Promise<string[]> {
  const { denoDir }: { denoDir: string } = JSON.parse(
    await run(Deno.execPath(), ["info", "--json"]),
  );
  return [REPOSITORY, denoDir];
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* filesBelow(path);
    else yield path;
  }
}
