/**
 * Another version of the program in place of the one that runs. Nothing is
 * changed before the new one has shown that it runs here; the switch is one
 * rename; whoever is killed leaves the old version or the new one, whole.
 *
 * @module
 */
import { UpgradeFailed } from "./failure.ts";
import {
  fetchProgram,
  hashOf,
  isUrl,
  type ReleaseSource,
} from "./fetch_release.ts";
import {
  assetFor,
  type Release,
  RELEASE_FILE,
  type ReleaseKey,
} from "./release.ts";
import { type SwitchedService, switchServed } from "./switch.ts";
import type { SwitchGuard } from "./switch_guard.ts";
import { checkKept, getRelease, keepRelease } from "./signed_release.ts";
import type { VersionMeta, VersionTree } from "./version_tree.ts";
import { compareVersions } from "./versions.ts";

/** What a program says of itself. */
export interface ProgramFacts {
  readonly version: string;
  /** Of the database that it makes; undefined where it does not say. */
  readonly schema: number | undefined;
  /** It has looked at the database, and can open it. */
  readonly opensDatabase?: true;
  /** What is wrong with the operator's pages, in its words. */
  readonly brokenPages?: string;
}

/** The service that runs the program. */
export interface Service extends SwitchedService {
  /** What the program at a path says, if it runs here and can use the configuration. @throws {UpgradeFailed} `preflight` */
  examine(program: string): Promise<ProgramFacts>;
  /** A copy of the database; gives its name. */
  copyDatabase(): Promise<string>;
}

export interface UpgradeParts {
  readonly tree: VersionTree;
  readonly service: Service;
  readonly guard: SwitchGuard;
  /** The program that is installed now, and its hash. */
  readonly installed: {
    readonly program: string;
    readonly facts: ProgramFacts;
  };
  readonly keys: readonly ReleaseKey[];
  readonly platform: { readonly os: string; readonly arch: string };
  readonly allowDowngrade: boolean;
  now(): number;
  tell(step: string): void;
}

export interface Upgraded {
  readonly version: string;
  readonly previous: string;
  /** False: this version was used already. */
  readonly changed: boolean;
  readonly restarted: boolean;
  /** Where it came from. */
  readonly url: string;
  readonly signature_ok: boolean;
  readonly sha256: string;
  /** Of the database, if the new version brings it to another schema. */
  readonly copy?: string;
}

/** @throws {UpgradeFailed} */
export async function upgradeFrom(
  source: ReleaseSource,
  parts: UpgradeParts,
): Promise<Upgraded> {
  const { tree, installed: { facts }, keys } = parts;
  const place = source.base + RELEASE_FILE;
  parts.tell(`Getting ${place}`);
  const signed = await getRelease(source, keys, parts.now());
  const { release } = signed;
  const asset = assetFor(release, parts.platform);
  checkOrder(release, facts.version, parts.allowDowngrade);
  const previous = await keepInstalled(parts);
  const { sha256 } = asset.program;
  if (tree.meta(previous)?.sha256 === sha256) return unchanged(previous, tree);
  parts.tell(`Getting ${asset.name}, version ${release.version}`);
  const { os, arch, libc } = asset;
  const variant = libc === undefined ? arch : `${arch}-${libc}`;
  const meta = metaOf(parts, release.version, place, sha256);
  const version = await tree.add(
    { ...meta, os, variant, signature_ok: true },
    async (path) => {
      await fetchProgram(source, asset, path);
      keepRelease(path, signed, asset);
      checkVersion(await parts.service.examine(path), release.version);
    },
  );
  return await switchTo(version, previous, parts);
}

/** What an upgrade would do. */
export interface Planned {
  readonly dry_run: true;
  readonly version: string;
  readonly previous: string;
  /** False: this version is used already. */
  readonly changed: boolean;
  /** A server runs, and the new version would take over from it. */
  readonly restarts: boolean;
  /** The database would be copied, and brought to another schema. */
  readonly migrates: boolean;
}

/**
 * All that can be known before anything is changed: the release, its signature,
 * the program itself, and what that says of this machine and the configuration.
 *
 * @throws {UpgradeFailed}
 */
export async function planUpgrade(
  source: ReleaseSource,
  parts: UpgradeParts,
): Promise<Planned> {
  const { installed, keys, tell } = parts;
  tell(`Getting ${source.base + RELEASE_FILE}`);
  const { release } = await getRelease(source, keys, parts.now());
  const asset = assetFor(release, parts.platform);
  checkOrder(release, installed.facts.version, parts.allowDowngrade);
  if (await hashOf(installed.program) === asset.program.sha256) {
    return { ...planned(installed.facts, installed.facts), changed: false };
  }
  const directory = await Deno.makeTempDir({ prefix: "upgrade" });
  try {
    tell(`Getting ${asset.name}, version ${release.version}`);
    const program = `${directory}/program`;
    await fetchProgram(source, asset, program);
    return await planSwitch(program, release.version, parts);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** The same for a version that is kept. @throws {UpgradeFailed} */
export async function planVersion(
  version: string,
  parts: UpgradeParts,
): Promise<Planned> {
  const { tree, installed, keys } = parts;
  if (!tree.has(version)) throw notKept(version);
  if (tree.current === version) {
    return { ...planned(installed.facts, installed.facts), changed: false };
  }
  await checkKept(version, tree, keys);
  return await planSwitch(tree.binaryOf(version), undefined, parts);
}

async function planSwitch(
  program: string,
  version: string | undefined,
  { service, installed, tell }: UpgradeParts,
): Promise<Planned> {
  tell("Asking the new program about this machine and the configuration");
  const fresh = await service.examine(program);
  checkVersion(fresh, version ?? fresh.version);
  checkSchema(fresh, installed.facts);
  return {
    ...planned(fresh, installed.facts),
    restarts: await service.served() !== undefined,
  };
}

function planned(fresh: ProgramFacts, installed: ProgramFacts): Planned {
  return {
    dry_run: true,
    version: fresh.version,
    previous: installed.version,
    changed: true,
    restarts: false,
    migrates: migrates(fresh, installed),
  };
}

/** A version that is kept. @throws {UpgradeFailed} */
export async function useVersion(
  version: string,
  parts: UpgradeParts,
): Promise<Upgraded> {
  const { tree } = parts;
  if (!tree.has(version)) throw notKept(version);
  const previous = await keepInstalled(parts);
  if (previous === version) return unchanged(version, tree);
  await checkKept(version, tree, parts.keys);
  return await switchTo(version, previous, parts);
}

async function switchTo(
  version: string,
  previous: string,
  parts: UpgradeParts,
): Promise<Upgraded> {
  const { tree, service, installed } = parts;
  parts.tell("Asking the new program about this machine and the configuration");
  const fresh = await service.examine(tree.binaryOf(version));
  if (fresh.brokenPages !== undefined) {
    parts.tell(
      `Pages of your own that it cannot render, and will show its own in place of:\n${fresh.brokenPages}\n"html-migrate" turns pages written for older relays into what it reads`,
    );
  }
  const isRunning = await service.served() !== undefined;
  checkSchema(fresh, installed.facts);
  let copy: string | undefined;
  if (migrates(fresh, installed.facts) && isRunning) {
    parts.tell("Copying the database, whose schema changes");
    copy = await service.copyDatabase();
  }
  const done = { version, previous, changed: true, ...originOf(version, tree) };
  if (!isRunning) {
    tree.activate(version);
    return { ...done, restarted: false };
  }
  const says = { says: fresh.version, previous_says: installed.facts.version };
  await switchServed(
    { version, previous, ...says, copy: copy ?? null },
    parts,
  );
  return {
    ...done,
    restarted: true,
    ...(copy === undefined ? {} : { copy }),
  };
}

function unchanged(version: string, tree: VersionTree): Upgraded {
  return {
    version,
    previous: version,
    changed: false,
    restarted: false,
    ...originOf(version, tree),
  };
}

function originOf(version: string, tree: VersionTree) {
  const { source = "", signature_ok = false, sha256 = "" } =
    tree.meta(version) ?? {};
  return { url: source, signature_ok, sha256 };
}

function notKept(version: string): UpgradeFailed {
  return new UpgradeFailed(
    "not_found",
    `There is no version ${version} here: see "versions list"`,
  );
}

function migrates(fresh: ProgramFacts, installed: ProgramFacts): boolean {
  return fresh.schema === undefined || fresh.schema !== installed.schema;
}

/** @throws {UpgradeFailed} `preflight` */
function checkVersion(found: ProgramFacts, version: string): void {
  if (found.version === version) return;
  throw new UpgradeFailed(
    "preflight",
    `The program says that it is version ${found.version}, and not ${version}`,
  );
}

function checkOrder(
  { version, min_upgrade_from }: Release,
  installed: string,
  allowDowngrade: boolean,
): void {
  if (compareVersions(version, installed) < 0 && !allowDowngrade) {
    throw new UpgradeFailed(
      "unsuitable",
      `Version ${version} is older than ${installed}, which is installed: say --allow-downgrade if you mean it`,
    );
  }
  if (
    min_upgrade_from !== undefined &&
    compareVersions(installed, min_upgrade_from) < 0
  ) {
    throw new UpgradeFailed(
      "unsuitable",
      `Version ${version} follows ${min_upgrade_from} or a later one: go to that first`,
    );
  }
}

/** A program cannot open what a newer one has made of the database. */
function checkSchema(fresh: ProgramFacts, installed: ProgramFacts): void {
  if (fresh.opensDatabase) return;
  const { schema = 0 } = fresh;
  if (schema >= (installed.schema ?? 0)) return;
  throw new UpgradeFailed(
    "unsuitable",
    `Version ${fresh.version} cannot read the database of ${installed.version}: restore a backup that it has made`,
  );
}

/** The program that is used now as a version of the tree, which is the way back. */
async function keepInstalled(
  parts: UpgradeParts,
): Promise<string> {
  const { tree, installed: { program, facts } } = parts;
  const { current } = tree;
  if (current !== undefined && tree.isUsed) return current;
  const sha256 = await hashOf(program);
  const meta = metaOf(parts, facts.version, program, sha256);
  const version = await tree.add(
    { ...meta, signature_ok: false },
    (path) => copyProgram(program, path),
  );
  tree.activate(version);
  return version;
}

function metaOf(
  { now }: UpgradeParts,
  version: string,
  source: string,
  sha256: string,
): Omit<VersionMeta, "signature_ok"> {
  const installed_at = new Date(now()).toISOString();
  return {
    version,
    installed_at,
    source,
    ...(isUrl(source) ? { source_url: source } : {}),
    sha256,
  };
}

async function copyProgram(source: string, path: string): Promise<void> {
  await Deno.copyFile(source, path);
  await Deno.chmod(path, 0o755);
  using file = await Deno.open(path);
  await file.sync();
}
