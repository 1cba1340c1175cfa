/** `upgrade` and `versions`: which version of the program is used. @module */
import { resolve } from "node:path";
import { backupOptions } from "../../app/backups.ts";
import { SYSTEM_CLOCK } from "../../app/system_time.ts";
import { placesOf } from "../../ops/install/places.ts";
import { UpgradeFailed } from "../../ops/upgrade/failure.ts";
import {
  isUrl,
  type ReleaseSource,
  releaseSource,
} from "../../ops/upgrade/fetch_release.ts";
import { parseKey, type ReleaseKey } from "../../ops/upgrade/release.ts";
import { getRelease } from "../../ops/upgrade/signed_release.ts";
import {
  type Planned,
  planUpgrade,
  planVersion,
  type Upgraded,
  upgradeFrom,
  type UpgradeParts,
  useVersion,
} from "../../ops/upgrade/upgrade.ts";
import {
  type KeptVersion,
  VersionTree,
} from "../../ops/upgrade/version_tree.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  confirm,
  flagOption,
  numberOption,
  textOption,
} from "../command.ts";
import { CliError, EXIT } from "../exit_codes.ts";
import { table } from "../text.ts";
import { builtReleaseKeys, NAME } from "../version.ts";
import { installedService, programFacts } from "./service.ts";

const INSTALL_ROOT_VARIABLE = "POSTERN_INSTALL_ROOT";
const KEPT_VERSIONS = 5;

const BINARY_OPTION = {
  flags: "--binary-path <path>",
  summary: "where the program is called (default /usr/local/bin/postern)",
} as const;

function treeOf(call: Call): VersionTree {
  const binary = textOption(call, "binaryPath");
  const places = placesOf({ name: NAME, ...(binary ? { binary } : {}) });
  return new VersionTree({
    name: NAME,
    root: Deno.env.get(INSTALL_ROOT_VARIABLE) ?? `/opt/${NAME}`,
    binary: resolve(places.binary),
  });
}

/** @throws {UpgradeFailed} `permission_denied` */
function checkRights({ places: { root, binary } }: VersionTree): void {
  if (Deno.uid() === 0 || Deno.env.get(INSTALL_ROOT_VARIABLE)) return;
  throw new UpgradeFailed(
    "permission_denied",
    `Only root may write to ${root} and ${binary}: run this as root`,
  );
}

/** Those that the program was built with, unless the file names others. */
function keysOf(call: Call): readonly ReleaseKey[] {
  const { keys } = call.access.config.values.upgrade;
  return (keys.length > 0 ? keys : builtReleaseKeys()).map(parseKey);
}

async function partsOf(call: Call, tree: VersionTree): Promise<UpgradeParts> {
  if (!flagOption(call, "dryRun")) checkRights(tree);
  const { values } = call.access.config;
  const { configFlag } = call.choice;
  const { binary } = tree.places;
  try {
    Deno.statSync(binary);
  } catch {
    throw new UpgradeFailed(
      "not_found",
      `There is no ${binary}: "${NAME} install" comes first, or --binary-path says where the program is`,
    );
  }
  return {
    tree,
    service: installedService({
      config: values,
      place: backupOptions(call.access.config, values).place,
      configArgs: configFlag === undefined
        ? []
        : ["--config", resolve(configFlag)],
      name: NAME,
    }),
    installed: { program: binary, facts: await programFacts(binary) },
    keys: keysOf(call),
    platform: { os: Deno.build.os, arch: Deno.build.arch },
    allowDowngrade: flagOption(call, "allowDowngrade"),
    now: () => SYSTEM_CLOCK.now(),
    tell(step) {
      if (!call.json && !call.quiet) call.terminal.err(`${step}\n`);
    },
  };
}

async function upgrade(call: Call): Promise<CommandResult> {
  const tree = treeOf(call);
  const isPlan = flagOption(call, "dryRun");
  if (flagOption(call, "rollback")) {
    if (!isPlan) checkRights(tree);
    const { previous } = tree;
    if (previous === undefined) {
      throw new UpgradeFailed("not_found", "There was no other version before");
    }
    if (!isPlan) return await switchTo(call, tree, previous);
    return plan(await planVersion(previous, await partsOf(call, tree)));
  }
  const source = {
    ...sourceOf(call, call.args[0] ?? "latest"),
    anyCertificate: flagOption(call, "acceptUnsafeHttps"),
  };
  if (isPlan) {
    return plan(await planUpgrade(source, await partsOf(call, tree)));
  }
  return result(await upgradeFrom(source, await partsOf(call, tree)));
}

/** @throws {CliError} where nothing says from where */
function sourceOf(call: Call, source: string): ReleaseSource {
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

async function switchTo(
  call: Call,
  tree: VersionTree,
  version: string,
): Promise<CommandResult> {
  return result(await useVersion(version, await partsOf(call, tree)));
}

function plan(planned: Planned): CommandResult {
  const { version, previous, changed, restarts, migrates } = planned;
  if (!changed) {
    return { data: planned, text: `Version ${version} is used already` };
  }
  const lines = [
    `Version ${version} would take the place of ${previous}; it runs here, and can use the configuration`,
    ...(migrates && restarts
      ? ["The database would be copied, and brought to another schema"]
      : migrates
      ? ["The database would be brought to another schema"]
      : []),
    restarts ? "The server would be restarted" : "No server runs",
    "Nothing was changed",
  ];
  return { data: planned, text: lines.join("\n") };
}

function result(done: Upgraded): CommandResult {
  const { version, previous, changed, restarted, copy } = done;
  if (!changed) {
    return { data: done, text: `Version ${version} is used already` };
  }
  const lines = [
    restarted
      ? `Version ${version} serves, in place of ${previous}`
      : `Version ${version} is in the place of ${previous}; no server runs`,
    ...(copy === undefined ? [] : [`A backup of before is ${copy}`]),
    `The way back: ${NAME} upgrade --rollback`,
  ];
  return { data: done, text: lines.join("\n") };
}

async function list(call: Call): Promise<CommandResult> {
  const tree = treeOf(call);
  const versions = tree.list();
  if (flagOption(call, "remote")) return await listRemote(call, tree, versions);
  const rows = versions.map(({ version, active, meta }) => [
    version,
    active ? "used" : "",
    meta?.installed_at ?? "",
    meta?.source ?? "",
  ]);
  return {
    data: { install_root: tree.places.root, versions },
    text: rows.length === 0
      ? "None is kept: the first upgrade keeps the one before"
      : table(["version", "", "since", "from"], rows),
  };
}

/** Also the one that `upgrade` would get. */
async function listRemote(
  call: Call,
  tree: VersionTree,
  kept: readonly KeptVersion[],
): Promise<CommandResult> {
  const source = sourceOf(call, "latest");
  const { base } = source;
  const { release } = await getRelease(
    source,
    keysOf(call),
    SYSTEM_CLOCK.now(),
  );
  const asset = release.assets.find(({ os, arch }) =>
    os === Deno.build.os && arch === Deno.build.arch
  );
  const isLatest = ({ meta }: KeptVersion) =>
    asset !== undefined && meta?.sha256 === asset.program.sha256;
  const local = kept.map((one) => ({
    version: one.version,
    source: isLatest(one) ? "both" : "local",
    active: one.active,
    installed: true,
    remote_latest: isLatest(one),
  }));
  const remote = {
    version: release.version,
    source: "remote",
    active: false,
    installed: false,
    remote_latest: true,
    published_at: release.published,
    ...(asset ? { asset: asset.name, asset_size: asset.size } : {}),
  };
  const versions = kept.some(isLatest) ? local : [...local, remote];
  const rows = versions.map(({ version, active, installed, source }) => [
    version,
    active ? "used" : installed ? "kept" : "",
    source === "local" ? "" : `published ${release.published}`,
  ]);
  return {
    data: { install_root: tree.places.root, remote: base, versions },
    text: table(["version", "", ""], rows),
  };
}

function current(call: Call): Promise<CommandResult> {
  const version = treeOf(call).current;
  if (version === undefined) {
    throw new UpgradeFailed("not_found", "None is kept");
  }
  return Promise.resolve({ data: { version }, text: version });
}

function path(call: Call): Promise<CommandResult> {
  const tree = treeOf(call);
  const version = call.args[0] ?? tree.current;
  if (version === undefined || !tree.has(version)) {
    throw new UpgradeFailed("not_found", "There is no such version here");
  }
  const binary = tree.binaryOf(version);
  return Promise.resolve({ data: { version, path: binary }, text: binary });
}

async function removeVersion(call: Call): Promise<CommandResult> {
  const tree = treeOf(call);
  checkRights(tree);
  const version = argument(call, 0);
  await confirm(call, `Remove version ${version}?`);
  tree.remove(version);
  return { data: { removed: [version] }, text: `Removed ${version}` };
}

async function prune(call: Call): Promise<CommandResult> {
  const tree = treeOf(call);
  checkRights(tree);
  const keep = numberOption(call, "keep", { min: 1, max: 100 }) ??
    KEPT_VERSIONS;
  const kept = new Set([tree.current, tree.previous]);
  const versions = tree.list().map(({ version }) => version);
  const removed = versions.slice(0, Math.max(0, versions.length - keep))
    .filter((version) => !kept.has(version));
  await confirm(call, `Remove ${removed.join(", ") || "nothing"}?`);
  for (const version of removed) tree.remove(version);
  return {
    data: { removed },
    text: removed.length === 0 ? "Nothing removed" : `Removed ${removed}`,
  };
}

export const UPGRADE_COMMANDS: readonly Command[] = [
  {
    usage: "upgrade [source]",
    aliases: ["update"],
    summary:
      "Put a signed release in the place of this program: latest, a URL, or a file of it",
    options: [
      { flags: "--rollback", summary: "back to the version before" },
      {
        flags: "--dry-run",
        summary:
          "get it and ask it, say what would be done, and change nothing",
      },
      {
        flags: "--allow-downgrade",
        summary: "also to an older version than this one",
      },
      {
        flags: "--accept-unsafe-https",
        summary:
          "also from a server whose certificate cannot be verified; the signature has to be right all the same",
      },
      BINARY_OPTION,
    ],
    run: upgrade,
  },
  {
    usage: "versions list",
    summary: "Which versions of the program are kept",
    isDefault: true,
    options: [
      { flags: "--remote", summary: "also the one that upgrade would get" },
      BINARY_OPTION,
    ],
    run: list,
  },
  {
    usage: "versions current",
    summary: "Which one is used",
    options: [BINARY_OPTION],
    run: current,
  },
  {
    usage: "versions use <version>",
    summary: "Use another one that is kept",
    options: [BINARY_OPTION],
    run: (call) => switchTo(call, treeOf(call), argument(call, 0)),
  },
  {
    usage: "versions path [version]",
    summary: "Where its program is",
    options: [BINARY_OPTION],
    run: path,
  },
  {
    usage: "versions remove <version>",
    summary: "Keep it no longer",
    options: [BINARY_OPTION],
    run: removeVersion,
  },
  {
    usage: "versions prune",
    summary: "Keep only the newest, the one that is used and the one before",
    options: [
      {
        flags: "--keep <number>",
        summary: `how many (default ${KEPT_VERSIONS})`,
      },
      BINARY_OPTION,
    ],
    run: prune,
  },
];
