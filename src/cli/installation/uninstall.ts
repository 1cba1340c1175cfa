/** `postern uninstall`: takes away what `install` has made. @module */
import { SYSTEM_CLOCK } from "../../app/system_time.ts";
import { reasonOf } from "../../base/system_errors.ts";
import { loadConfig } from "../../config/load.ts";
import { Machine, runHere } from "../../ops/install/machine.ts";
import { readManifest } from "../../ops/install/manifest.ts";
import { placesOf } from "../../ops/install/places.ts";
import { InstallRefused } from "../../ops/install/refused.ts";
import type { Part } from "../../ops/install/steps.ts";
import {
  otherOwner,
  type Removal,
  removalOf,
  remove,
} from "../../ops/install/uninstall.ts";
import {
  type Call,
  type Command,
  type CommandResult,
  confirm,
  flagOption,
} from "../command.ts";
import { CliError, EXIT } from "../exit_codes.ts";
import { textOf } from "../terminal.ts";
import { NAME } from "../version.ts";
import { pathOption, rootOption } from "./wishes.ts";

async function uninstall(call: Call): Promise<CommandResult> {
  const machine = new Machine(rootOption(call), runHere);
  const configDir = pathOption(call, "configDir");
  const places = placesOf({
    name: NAME,
    ...(configDir === undefined ? {} : { configDir }),
  });
  checkRights(call, machine);
  const manifest = readManifest(machine, places);
  if (manifest === undefined) {
    return {
      data: { found: false },
      text: `${NAME} is not installed here: there is no ${places.manifest}`,
    };
  }
  const isPurge = flagOption(call, "purge");
  const keep = new Set<Part>(isPurge ? [] : ["config", "data"]);
  if (flagOption(call, "keepData")) keep.add("data");
  if (flagOption(call, "keepConfig")) keep.add("config");
  if (flagOption(call, "keepBinary")) keep.add("binary");
  const request = {
    places,
    manifest,
    keep,
    keepUser: flagOption(call, "keepUser"),
  };
  const removal = removalOf(request);
  if (flagOption(call, "dryRun")) return dryRun(removal);
  if (!keep.has("data")) {
    const other = otherOwner(manifest, machine);
    if (other !== undefined) {
      throw new InstallRefused(
        "occupied",
        `${other} has the same state directory, ${manifest.stateDir}: nothing was taken away`,
      );
    }
  }
  await confirmRemoval(call, machine, places.config, !keep.has("data"));
  const log = pathOption(call, "logFile") ?? `/var/log/${NAME}-uninstall.log`;
  const removed = await remove(removal, request, machine);
  const warnings = writeLog(machine, log, removed);
  return {
    data: { found: true, removed, kept: [...keep], log, warnings },
    text: [
      ...removed.map((path) => `removed ${path}`),
      ...keep.has("data")
        ? [`${manifest.stateDir} with accounts and mail is left`]
        : [],
      ...keep.has("config")
        ? [`${places.configDir} with the configuration is left`]
        : [],
      ...isPurge ? [] : ["--purge takes away what is left, too"],
      ...warnings.map((warning) => `warning: ${warning}`),
    ].join("\n"),
  };
}

/** What has gone is gone, whether or not it can be written down. */
function writeLog(
  machine: Machine,
  path: string,
  removed: readonly string[],
): string[] {
  const at = new Date(SYSTEM_CLOCK.now()).toISOString();
  const lines = removed.map((what) => `${at} removed ${what}\n`);
  try {
    machine.appendFile(path, lines.join(""), 0o600);
    return [];
  } catch (error) {
    return [`${path} cannot be written: ${reasonOf(error)}`];
  }
}

/** @throws {InstallRefused} */
function checkRights(call: Call, { isLive }: Machine): void {
  if (!isLive || flagOption(call, "dryRun") || Deno.uid() === 0) return;
  throw new InstallRefused(
    "permission_denied",
    "Only root may take the service away: run this as root, or with --dry-run",
  );
}

function dryRun({ entries, user }: Removal): CommandResult {
  const paths = entries.map(({ path }) => path);
  return {
    data: { dry_run: true, found: true, would_remove: paths, user },
    text: [
      "Would take away:",
      ...paths.map((path) => `- ${path}`),
      ...user ? [`- user ${NAME}`] : [],
    ].join("\n"),
  };
}

/**
 * All mail is gone for good: that wants more than a keypress.
 *
 * @throws {CliError} exit 10
 */
async function confirmRemoval(
  call: Call,
  machine: Machine,
  config: string,
  withData: boolean,
): Promise<void> {
  if (flagOption(call, "force")) return;
  const domain = withData ? domainOf(machine, config) : undefined;
  if (call.yes && !withData) return;
  if (domain === undefined || call.yes) {
    return await confirm(
      call,
      withData
        ? "Delete all accounts and mail for good?"
        : `Take away the service ${NAME}?`,
    );
  }
  if (call.json || !call.terminal.isInteractive) {
    throw new CliError(
      "confirmation_required",
      "This deletes all accounts and mail for good. Say so with --force",
      EXIT.aborted,
    );
  }
  call.terminal.err(
    `This deletes all accounts and mail of ${domain} for good. Type the domain: `,
  );
  const line = await call.terminal.readLine();
  if (line !== undefined && textOf(line).trim() === domain) return;
  throw new CliError("aborted", "Aborted", EXIT.aborted);
}

/** Undefined where no configuration says it any more. */
function domainOf(machine: Machine, config: string): string | undefined {
  const text = machine.text(config);
  if (text === undefined) return undefined;
  try {
    return loadConfig({ path: config, text }).values.server.domain;
  } catch {
    return undefined;
  }
}

export const UNINSTALL_COMMANDS: readonly Command[] = [{
  usage: "uninstall",
  summary:
    "Take away what install has made; configuration, accounts and mail stay",
  options: [
    {
      flags: "--purge",
      summary: "configuration, accounts and mail too, and the user",
    },
    { flags: "--force", summary: "do not ask, not even for the domain" },
    { flags: "--keep-data", summary: "with --purge: not accounts and mail" },
    { flags: "--keep-config", summary: "with --purge: not the configuration" },
    { flags: "--keep-user", summary: "with --purge: not the user" },
    { flags: "--keep-binary", summary: "not the program" },
    { flags: "--config-dir <path>", summary: "else /etc/postern" },
    {
      flags: "--root <path>",
      summary: "from the file tree of another system",
    },
    {
      flags: "--log-file <path>",
      summary:
        "where to write what was taken away (default /var/log/postern-uninstall.log)",
    },
    { flags: "--dry-run", summary: "say what would go, and do nothing" },
  ],
  run: uninstall,
}];
