/**
 * Kept versions of the program. `/opt/NAME/current` leads to one of them, and
 * `/usr/local/bin/NAME` there; each change of the two is one rename. A version
 * has its name only when it is whole.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { TEMPORARY } from "../install/machine.ts";
import { UpgradeFailed } from "./failure.ts";
import { compareVersions, isVersionId } from "./versions.ts";

export interface VersionMeta {
  readonly version: string;
  /** RFC 3339. */
  readonly installed_at: string;
  readonly source: string;
  /** The same, if it was a URL. */
  readonly source_url?: string;
  readonly sha256: string;
  readonly os?: string;
  /** Machine and C library, as `x86_64-glibc2.28`. */
  readonly variant?: string;
  /** False for a program that was there before the first upgrade. */
  readonly signature_ok: boolean;
}

export interface KeptVersion {
  readonly version: string;
  readonly binary: string;
  readonly active: boolean;
  readonly meta?: VersionMeta;
}

export interface TreePlaces {
  /** Of the program. */
  readonly name: string;
  /** `/opt/NAME` */
  readonly root: string;
  /** What people and units call: `/usr/local/bin/NAME` */
  readonly binary: string;
}

export class VersionTree {
  constructor(readonly places: TreePlaces) {}

  binaryOf(version: string): string {
    return join(this.#directory(version), this.places.name);
  }

  has(version: string): boolean {
    return exists(this.binaryOf(version));
  }

  /** undefined before the first upgrade. */
  get current(): string | undefined {
    return this.#linked("current");
  }

  /** Whether who calls the program gets a version of these. */
  get isUsed(): boolean {
    return linkTarget(this.places.binary) === this.#target;
  }

  get #target(): string {
    return join(this.places.root, "current", this.places.name);
  }

  /** The one that was used before. */
  get previous(): string | undefined {
    return this.#linked("previous");
  }

  #linked(name: "current" | "previous"): string | undefined {
    const target = linkTarget(join(this.places.root, name));
    return target === undefined ? undefined : basename(target);
  }

  list(): KeptVersion[] {
    const { current } = this;
    const found: KeptVersion[] = [];
    for (const { name } of entries(join(this.places.root, "versions"))) {
      if (!isVersionId(name) || !this.has(name)) continue;
      const meta = this.meta(name);
      found.push({
        version: name,
        binary: this.binaryOf(name),
        active: name === current,
        ...(meta ? { meta } : {}),
      });
    }
    return found.sort((a, b) =>
      at(a) - at(b) || compareVersions(a.version, b.version)
    );
  }

  meta(version: string): VersionMeta | undefined {
    try {
      const path = join(this.#directory(version), "meta.json");
      return JSON.parse(Deno.readTextFileSync(path));
    } catch {
      return undefined;
    }
  }

  /**
   * Makes a version of what `fill` puts at a path of its own.
   *
   * @returns its name, with a suffix where another program has that one already
   */
  async add(
    meta: VersionMeta,
    fill: (path: string) => Promise<void>,
  ): Promise<string> {
    this.#sweep();
    const known = this.meta(meta.version);
    if (known?.sha256 === meta.sha256 && this.has(meta.version)) {
      return meta.version;
    }
    const version = known === undefined && !this.has(meta.version)
      ? meta.version
      : `${meta.version}+${Math.floor(Date.parse(meta.installed_at) / 1000)}`;
    const fresh = this.#directory(version) + TEMPORARY;
    Deno.mkdirSync(fresh, { recursive: true, mode: 0o755 });
    try {
      await fill(join(fresh, this.places.name));
    } catch (error) {
      Deno.removeSync(fresh, { recursive: true });
      throw error;
    }
    Deno.writeTextFileSync(
      join(fresh, "meta.json"),
      `${JSON.stringify({ ...meta, version }, null, 2)}\n`,
    );
    sync(join(fresh, "meta.json"));
    sync(fresh);
    Deno.renameSync(fresh, this.#directory(version));
    sync(join(this.places.root, "versions"));
    return version;
  }

  /** From now on, whoever calls the program gets this version. */
  activate(version: string): void {
    const { current } = this;
    if (current !== undefined && current !== version) {
      this.#remember(current);
    }
    this.#use(version);
  }

  /** As it was before another version turned out to be of no use. */
  goBack(version: string, previous: string | undefined): void {
    this.#remember(previous);
    this.#use(version);
  }

  #remember(previous: string | undefined): void {
    const link = join(this.places.root, "previous");
    if (previous !== undefined) replaceLink(link, join("versions", previous));
    else if (exists(link)) Deno.removeSync(link);
  }

  #use(version: string): void {
    if (!this.has(version)) throw notKept(version);
    replaceLink(
      join(this.places.root, "current"),
      join("versions", version),
    );
    if (!this.isUsed) replaceLink(this.places.binary, this.#target);
  }

  /** What leads to the program that ends a switch if need be, whatever is used meanwhile. */
  get wayBack(): string {
    return join(this.places.root, "way-back");
  }

  keepWayBack(version: string): void {
    if (!this.has(version)) throw notKept(version);
    const { name } = this.places;
    replaceLink(this.wayBack, join("versions", version, name));
  }

  dropWayBack(): void {
    if (exists(this.wayBack)) Deno.removeSync(this.wayBack);
  }

  /** @throws {UpgradeFailed} `unsuitable` for the one that is used */
  remove(version: string): void {
    if (!this.has(version)) throw notKept(version);
    if (version === this.current) {
      throw new UpgradeFailed("unsuitable", `Version ${version} is in use`);
    }
    Deno.removeSync(this.#directory(version), { recursive: true });
  }

  /** What an upgrade that was killed has left. */
  #sweep(): void {
    const directory = join(this.places.root, "versions");
    for (const { name } of entries(directory)) {
      if (!name.endsWith(TEMPORARY)) continue;
      Deno.removeSync(join(directory, name), { recursive: true });
    }
  }

  #directory(version: string): string {
    if (!isVersionId(version)) throw notKept(version);
    return join(this.places.root, "versions", version);
  }
}

/** When it came, in milliseconds since 1970. */
function at({ meta }: KeptVersion): number {
  return Date.parse(meta?.installed_at ?? "") || 0;
}

function notKept(version: string): UpgradeFailed {
  return new UpgradeFailed("not_found", `There is no version ${version} here`);
}

function replaceLink(path: string, target: string): void {
  const fresh = path + TEMPORARY;
  if (exists(fresh)) Deno.removeSync(fresh);
  Deno.symlinkSync(target, fresh);
  Deno.renameSync(fresh, path);
  sync(dirname(path));
}

function linkTarget(path: string): string | undefined {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return undefined;
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

function entries(directory: string): Deno.DirEntry[] {
  try {
    return Array.from(Deno.readDirSync(directory));
  } catch {
    return [];
  }
}

function sync(path: string): void {
  using file = Deno.openSync(path);
  file.syncSync();
}
