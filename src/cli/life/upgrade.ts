/** `upgrade`: another version of the program in the place of this one. @module */
import { UpgradeFailed } from "../../ops/upgrade/failure.ts";
import type { ReleaseSource } from "../../ops/upgrade/fetch_release.ts";
import {
  type Planned,
  planUpgrade,
  planVersion,
  upgradeFrom,
} from "../../ops/upgrade/upgrade.ts";
import type { VersionTree } from "../../ops/upgrade/version_tree.ts";
import {
  type Call,
  type Command,
  type CommandResult,
  confirm,
  flagOption,
} from "../command.ts";
import {
  alone,
  BINARY_OPTION,
  partsOf,
  result,
  sourceOf,
  switchTo,
  treeOf,
} from "./version_calls.ts";

async function upgrade(call: Call): Promise<CommandResult> {
  const tree = treeOf(call);
  const isPlan = flagOption(call, "dryRun");
  if (flagOption(call, "rollback")) {
    if (isPlan) {
      return plan(await planVersion(before(tree), await partsOf(call, tree)));
    }
    return await alone(call, tree, async (ended) => {
      const version = ended === "previous" ? tree.current : before(tree);
      return await switchTo(call, tree, version ?? before(tree));
    });
  }
  const source = {
    ...sourceOf(call, call.args[0] ?? "latest"),
    anyCertificate: flagOption(call, "acceptUnsafeHttps"),
  };
  return await trusted(
    call,
    source,
    async (source) =>
      isPlan
        ? plan(await planUpgrade(source, await partsOf(call, tree)))
        : await alone(
          call,
          tree,
          async () =>
            result(await upgradeFrom(source, await partsOf(call, tree)), tree),
        ),
  );
}

/** @throws {UpgradeFailed} `not_found` */
function before({ previous }: VersionTree): string {
  if (previous !== undefined) return previous;
  throw new UpgradeFailed("not_found", "There was no other version before");
}

/** Asks, where somebody can be asked, whether the certificate does not matter. */
async function trusted(
  call: Call,
  source: ReleaseSource,
  work: (source: ReleaseSource) => Promise<CommandResult>,
): Promise<CommandResult> {
  try {
    return await work(source);
  } catch (error) {
    if (!(error instanceof UpgradeFailed) || error.trouble !== "certificate") {
      throw error;
    }
    if (call.json || !call.terminal.isInteractive) {
      throw new UpgradeFailed(
        "certificate",
        `${error.message}. With --accept-unsafe-https it is taken from there all the same, if its signature is right`,
      );
    }
    await confirm(
      call,
      `${error.message}. Take the release from there all the same? Its signature has to be right`,
    );
    return await work({ ...source, anyCertificate: true });
  }
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
];
