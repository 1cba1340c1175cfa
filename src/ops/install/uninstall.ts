/** Takes away what an installation has made, and nothing else. @module */
import { guardFiles } from "../upgrade/switch_guard.ts";
import { type Machine, TEMPORARY } from "./machine.ts";
import { type Manifest, type ManifestEntry, manifestText } from "./manifest.ts";
import type { Places } from "./places.ts";
import { InstallRefused } from "./refused.ts";
import type { Part } from "./steps.ts";

export interface UninstallRequest {
  readonly places: Pick<Places, "name" | "manifest" | "configDir" | "versions">;
  readonly manifest: Manifest;
  /** Parts that stay. */
  readonly keep: ReadonlySet<Part>;
  readonly keepUser: boolean;
}

export interface Removal {
  /** In their order. */
  readonly entries: readonly ManifestEntry[];
  readonly user: boolean;
  /** What another `uninstall` can still take away. */
  readonly left: Manifest | undefined;
}

/** Files before the directories that they are in. */
const ORDER: readonly Part[] = [
  "service",
  "documents",
  "binary",
  "config",
  "data",
];

/** A user whose files stay has to stay: another one could be given its number. */
export function removalOf(request: UninstallRequest): Removal {
  const { manifest, keep, keepUser } = request;
  const entries = manifest.entries.filter(({ part }) => !keep.has(part));
  const stays = manifest.entries.filter(({ part }) => keep.has(part));
  const user = manifest.user && !keepUser && !keep.has("data");
  const isNothingLeft = stays.length === 0 && (user || !manifest.user);
  return {
    entries: ORDER.flatMap((part) =>
      entries.filter((entry) => entry.part === part).toSorted(innermostFirst)
    ),
    user,
    left: isNothingLeft
      ? undefined
      : { ...manifest, entries: stays, user: manifest.user && !user },
  };
}

function innermostFirst(one: ManifestEntry, other: ManifestEntry): number {
  return Number(one.directory) - Number(other.directory) ||
    other.path.length - one.path.length;
}

/** Another service that has the same data, by its own manifest. */
export function otherOwner(
  { name, stateDir }: Manifest,
  machine: Machine,
): string | undefined {
  return machine.list("/etc").find((other) => {
    if (other === name || !machine.look(`/etc/${other}`)?.isDirectory) {
      return false;
    }
    const text = machine.text(`/etc/${other}/install-manifest.json`) ?? "";
    return text.includes(JSON.stringify(stateDir));
  });
}

/**
 * @returns what was taken away, in words
 * @throws {InstallRefused} if the service cannot be stopped
 */
export async function remove(
  removal: Removal,
  { places }: UninstallRequest,
  machine: Machine,
): Promise<string[]> {
  const { name } = places;
  const removed: string[] = [];
  const service = removal.entries.some(({ part }) => part === "service");
  if (service) {
    removed.push(...await removeGuard(name, machine));
    await stop(name, machine);
  }
  for (const { path, part, directory } of removal.entries) {
    if (part === "binary" && leadsTo(path, places.versions, machine)) {
      machine.remove(places.versions, { recursive: true });
      removed.push(places.versions);
    }
    if (removeEntry(path, { part, directory }, machine)) removed.push(path);
    if (part === "config" && !directory) {
      removed.push(...removeVersions(path, machine));
    }
  }
  if (service && machine.isLive) {
    await machine.run("systemctl", ["daemon-reload"]);
  }
  if (removal.user && machine.account(name) !== undefined) {
    await removeUser(name, machine);
    removed.push(`user ${name}`);
  }
  if (removal.left === undefined) {
    machine.remove(places.manifest);
    removeIfEmpty(places.configDir, machine);
  } else {
    machine.writeFile(
      places.manifest,
      manifestText(removal.left),
      0o600,
      machine.rootOwner,
    );
  }
  return removed;
}

function removeEntry(
  path: string,
  { part, directory }: Omit<ManifestEntry, "path">,
  machine: Machine,
): boolean {
  machine.remove(path + TEMPORARY); // of an installation that was killed
  const there = machine.look(path);
  if (there === undefined) return false;
  if (!directory) {
    // it never stands where a directory was listed, nor the other way round
    return !there.isDirectory && machine.remove(path);
  }
  if (!there.isDirectory) return false;
  return part === "data"
    ? machine.remove(path, { recursive: true })
    : removeIfEmpty(path, machine);
}

/** What installations have written beside a configuration, or kept of it. */
function removeVersions(path: string, machine: Machine): string[] {
  const [, directory = "", file = ""] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
  if (!machine.look(directory)?.isDirectory) return [];
  return machine.list(directory)
    .filter((name) =>
      name.startsWith(`${file}.`) &&
      /^(?:new|bak-\d+)$/.test(name.slice(file.length + 1))
    )
    .map((name) => `${directory}/${name}`)
    .filter((version) => machine.remove(version));
}

/** Whether an upgrade has made a link of it, to the version that is used. */
function leadsTo(path: string, versions: string, machine: Machine): boolean {
  if (!machine.look(path)?.isSymlink) return false;
  return Deno.readLinkSync(machine.at(path)).startsWith(`${versions}/current/`);
}

function removeIfEmpty(path: string, machine: Machine): boolean {
  if (!machine.look(path)?.isDirectory) return false;
  return machine.list(path).length === 0 && machine.remove(path);
}

async function stop(name: string, machine: Machine): Promise<void> {
  const unit = `${name}.service`;
  const where = machine.isLive ? [] : [`--root=${machine.root}`];
  // one that was never enabled, or whose file is gone, is no reason to stop here
  await machine.run("systemctl", [...where, "disable", "--quiet", unit]);
  if (!machine.isLive) return;
  await machine.run("systemctl", ["stop", unit]);
  const { ok } = await machine.run("systemctl", ["is-active", unit]);
  if (!ok) return;
  throw new InstallRefused(
    "failed",
    `${unit} does not stop: nothing was taken away`,
  );
}

/** What an upgrade has left that was killed: it would bring the service back. */
async function removeGuard(name: string, machine: Machine): Promise<string[]> {
  const { unit, file, wanted } = guardFiles(name);
  if (machine.isLive && machine.look(file) !== undefined) {
    await machine.run("systemctl", ["stop", unit]);
  }
  return [wanted, file].filter((path) => machine.remove(path));
}

/** Its group goes with it. */
async function removeUser(name: string, machine: Machine): Promise<void> {
  const where = machine.isLive ? [] : ["--prefix", machine.root];
  const { ok, output } = await machine.run("userdel", [...where, name]);
  if (ok) return;
  throw new InstallRefused(
    "failed",
    `The user ${name} cannot be deleted: ${output}`,
  );
}
