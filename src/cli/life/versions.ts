/** `versions`: which ones of the program are kept, and used. @module */
import { SYSTEM_CLOCK } from "../../app/system_time.ts";
import { UpgradeFailed } from "../../ops/upgrade/failure.ts";
import { getRelease } from "../../ops/upgrade/signed_release.ts";
import {
  settleCommand,
  SwitchMark,
  unfinishedText,
} from "../../ops/upgrade/switch_mark.ts";
import type {
  KeptVersion,
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
} from "../command.ts";
import { table } from "../text.ts";
import { NAME } from "../version.ts";
import {
  alone,
  BINARY_OPTION,
  checkRights,
  keysOf,
  settle,
  sourceOf,
  switchTo,
  treeOf,
} from "./version_calls.ts";

const KEPT_VERSIONS = 5;

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
  const begun = new SwitchMark(tree.places.root).read();
  const lines = [
    rows.length === 0
      ? "None is kept: the first upgrade keeps the one before"
      : table(["version", "", "since", "from"], rows),
    ...(begun === undefined ? [] : [
      `${unfinishedText(begun)}: "${
        settleCommand(tree.places.root, NAME)
      }" ends it`,
    ]),
  ];
  const unfinished = begun === undefined
    ? null
    : { version: begun.version, previous: begun.previous, back: begun.back };
  return {
    data: { install_root: tree.places.root, versions, unfinished },
    text: lines.join("\n"),
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

export const VERSION_COMMANDS: readonly Command[] = [
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
    run: async (call) => {
      const tree = treeOf(call);
      return await alone(
        call,
        tree,
        () => switchTo(call, tree, argument(call, 0)),
      );
    },
  },
  {
    usage: "versions settle",
    summary:
      "End an upgrade that was killed: the new version stays if it serves, else the one before comes back",
    options: [BINARY_OPTION],
    run: settle,
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
