/** What `upgrade` and `versions` have in common: where versions are, and how one takes over. @module */
import { dirname, resolve } from "node:path";
import { backupOptions } from "../../app/backups.ts";
import { SYSTEM_CLOCK } from "../../app/system_time.ts";
import { runHere } from "../../ops/install/machine.ts";
import { placesOf } from "../../ops/install/places.ts";
import { UpgradeFailed } from "../../ops/upgrade/failure.ts";
import {
  isUrl,
  type ReleaseSource,
  releaseSource,
} from "../../ops/upgrade/fetch_release.ts";
import { parseKey, type ReleaseKey } from "../../ops/upgrade/release.ts";
import {
  INSTALL_ROOT_VARIABLE,
  installRoot,
} from "../../ops/upgrade/install_root.ts";
import { endBegun } from "../../ops/upgrade/switch.ts";
import { switchGuard } from "../../ops/upgrade/switch_guard.ts";
import { SwitchMark } from "../../ops/upgrade/switch_mark.ts";
import {
  type Upgraded,
  type UpgradeParts,
  useVersion,
} from "../../ops/upgrade/upgrade.ts";
import { VersionTree } from "../../ops/upgrade/version_tree.ts";
import {
  type Call,
  type CommandResult,
  flagOption,
  textOption,
} from "../command.ts";
import { CliError, EXIT } from "../exit_codes.ts";
import { builtReleaseKeys, NAME } from "../version.ts";
import { installedService, programFacts } from "./service.ts";

const SETTLE = ["versions", "settle"];
export const BINARY_OPTION = {
  flags: "--binary-path <path>",
  summary: "where the program is called (default /usr/local/bin/postern)",
} as const;

export function treeOf(call: Call): VersionTree {
  const binary = textOption(call, "binaryPath");
  const places = placesOf({ name: NAME, ...(binary ? { binary } : {}) });
  return new VersionTree({
    name: NAME,
    root: installRoot(NAME),
    binary: resolve(places.binary),
  });
}

/** @throws {UpgradeFailed} `permission_denied` */
export function checkRights({ places: { root, binary } }: VersionTree): void {
  if (Deno.uid() === 0 || Deno.env.get(INSTALL_ROOT_VARIABLE)) return;
  throw new UpgradeFailed(
    "permission_denied",
    `Only root may write to ${root} and ${binary}: run this as root`,
  );
}

/** Those that the program was built with, unless the file names others. */
export function keysOf(call: Call): readonly ReleaseKey[] {
  const { keys } = call.access.config.values.upgrade;
  return (keys.length > 0 ? keys : builtReleaseKeys()).map(parseKey);
}

export async function partsOf(
  call: Call,
  tree: VersionTree,
): Promise<UpgradeParts> {
  const { binary } = tree.places;
  checkInstalled(binary);
  return {
    ...switchParts(call, tree),
    installed: { program: binary, facts: await programFacts(binary) },
    keys: keysOf(call),
    platform: { os: Deno.build.os, arch: Deno.build.arch },
    allowDowngrade: flagOption(call, "allowDowngrade"),
    now: () => SYSTEM_CLOCK.now(),
  };
}

function switchParts(call: Call, tree: VersionTree, isSettling = false) {
  const { values, path } = call.access.config;
  const { configFlag } = call.choice;
  function tell(step: string): void {
    if (!call.json && !call.quiet) call.terminal.err(`${step}\n`);
  }
  const root = Deno.env.get(INSTALL_ROOT_VARIABLE);
  return {
    tree,
    guard: switchGuard({
      tree,
      command: [
        ...path === undefined ? [] : ["--config", resolve(path)],
        ...SETTLE,
        "--binary-path",
        tree.places.binary,
      ],
      environment: root === undefined ? {} : { [INSTALL_ROOT_VARIABLE]: root },
      isItself: isSettling,
      run: runHere,
      tell,
    }),
    service: installedService({
      config: values,
      place: backupOptions(call.access.config, values).place,
      configArgs: configFlag === undefined
        ? []
        : ["--config", resolve(configFlag)],
      name: NAME,
    }),
    tell,
  };
}

/** @throws {UpgradeFailed} `not_found` */
function checkInstalled(binary: string): void {
  try {
    Deno.statSync(binary);
  } catch {
    throw new UpgradeFailed(
      "not_found",
      `There is no ${binary}: "${NAME} install" comes first, or --binary-path says where the program is`,
    );
  }
}

/**
 * Nobody else switches meanwhile, and what one that was killed has begun has
 * come to its end before.
 *
 * @param work Told which version that has left in its place.
 * @throws {UpgradeFailed}
 */
export async function alone(
  call: Call,
  tree: VersionTree,
  work: (ended: Awaited<ReturnType<typeof endBegun>>) => Promise<CommandResult>,
): Promise<CommandResult> {
  using directory = placeOfLock(tree);
  if (!directory.tryLockSync(true)) {
    throw new UpgradeFailed("unsuitable", "Another upgrade is under way");
  }
  return await work(await endBegun(switchParts(call, tree)));
}

/** The kernel ends the lock with the process. @throws {UpgradeFailed} */
function placeOfLock(tree: VersionTree): Deno.FsFile {
  checkRights(tree);
  const { binary } = tree.places;
  checkInstalled(binary);
  return Deno.openSync(dirname(binary));
}

/**
 * Waits until whoever switches has ended, and then ends what that has left.
 *
 * @throws {UpgradeFailed} if neither version serves then
 */
export async function settle(call: Call): Promise<CommandResult> {
  const tree = treeOf(call);
  using directory = placeOfLock(tree);
  const parts = switchParts(call, tree, true);
  if (!directory.tryLockSync(true)) {
    parts.tell("Waiting for the end of the upgrade that is under way");
    directory.lockSync(true);
  }
  const mark = new SwitchMark(tree.places.root);
  const begun = mark.read();
  try {
    const ended = await endBegun(parts);
    const used = ended === undefined ? undefined : tree.current;
    return {
      data: { settled: ended !== undefined, version: tree.current ?? null },
      text: used === undefined
        ? "No upgrade was interrupted"
        : `Version ${used} is used`,
    };
  } catch (error) {
    const isBack = mark.read() === undefined &&
      begun?.previous === tree.current;
    if (!(error instanceof UpgradeFailed) || !isBack) throw error;
    const data = { settled: true, version: tree.current ?? null };
    return { data, text: error.message };
  }
}

/** @throws {CliError} where nothing says from where */
export function sourceOf(call: Call, source: string): ReleaseSource {
  if (source !== "latest") {
    return releaseSource(isUrl(source) ? source : sourcePath(source));
  }
  const { url } = call.access.config.values.upgrade;
  if (url !== "") return releaseSource(url);
  throw new CliError(
    "no_source",
    "Nothing says where releases are: name a URL or a file, or set upgrade.url",
    EXIT.usage,
  );
}

/** A directory with a release, or one of its files. */
function sourcePath(path: string): string {
  const absolute = resolve(path);
  try {
    return Deno.statSync(absolute).isDirectory ? `${absolute}/` : absolute;
  } catch {
    throw new UpgradeFailed("not_found", `There is no ${path}`);
  }
}

export async function switchTo(
  call: Call,
  tree: VersionTree,
  version: string,
): Promise<CommandResult> {
  return result(await useVersion(version, await partsOf(call, tree)), tree);
}

export function result(done: Upgraded, tree: VersionTree): CommandResult {
  const { version, previous, changed, restarted, copy } = done;
  if (!changed) {
    return { data: done, text: `Version ${version} is used already` };
  }
  const lines = [
    restarted
      ? `Version ${version} serves, in place of ${previous}`
      : `Version ${version} is in the place of ${previous}; no server runs`,
    ...(copy === undefined ? [`The way back: ${NAME} upgrade --rollback`] : [
      `The database has another schema now. The way back to what was before, while no server runs: ${
        tree.binaryOf(previous)
      } backup restore ${copy} --force, then ${NAME} upgrade --rollback`,
    ]),
  ];
  return { data: done, text: lines.join("\n") };
}
