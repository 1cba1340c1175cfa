/** Backups that are proved, and brought back. @module */
import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { backupOptions } from "../../../app/backups.ts";
import { InstanceLock } from "../../../app/instance_lock.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../../../app/system_time.ts";
import { nowSeconds } from "../../../base/clock.ts";
import { roundedSize } from "../../../base/sizes.ts";
import { asOwnerOf } from "../../../ops/as_owner.ts";
import { settleReplacements } from "../../settle_replacements.ts";
import { BackupFault } from "../../../ops/backup/manifest.ts";
import {
  type BackupSource,
  restoreBackup,
} from "../../../ops/backup/restore.ts";
import { type Replacement, replaceState } from "../../../ops/backup/replace.ts";
import { backupSource } from "../../../ops/backup/source.ts";
import { type Verification, verifyBackup } from "../../../ops/backup/verify.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  flagOption,
} from "../../command.ts";
import { CliError, EXIT } from "../../exit_codes.ts";
import { counted, facts, moment } from "../../text.ts";
import {
  decryptionKey,
  IDENTITY_OPTION,
  PASSPHRASE_OPTION,
} from "./backup_keys.ts";

/** A path, or else a name as `backup list` has it. */
function placeOf(call: Call): string {
  const named = argument(call, 0);
  if (named === "-") return named;
  if (named.trim() === "") {
    throw new CliError(
      "usage",
      "Name a backup as the list has it, or by its path",
      EXIT.usage,
    );
  }
  const path = resolve(named);
  if (named.includes("/") || existsSync(path)) return path;
  const { config } = call.access;
  const { directory } = backupOptions(config, config.values);
  const kept = join(directory, named);
  if (existsSync(kept)) return kept;
  throw new CliError(
    "not_found",
    `There is no ${path}, and no backup ${named} in ${directory}`,
    EXIT.not_found,
  );
}

async function sourceOf(call: Call): Promise<BackupSource> {
  // before another user's rights are taken, who may not read it
  const key = await decryptionKey(call);
  return await backupSource(placeOf(call), key);
}

/** One that is a file is unpacked first, and what comes of that goes again. */
async function proved(call: Call, path: string): Promise<Verification> {
  if (path !== "-" && (await Deno.stat(path)).isDirectory) {
    return await asOwnerOf(path, () => verifyBackup(path));
  }
  const source = await sourceOf(call);
  const scratch = await Deno.makeTempDir({ prefix: "backup-" });
  try {
    await source.unpack(`${scratch}/backup`, () => {});
    return await verifyBackup(`${scratch}/backup`);
  } catch (error) {
    if (!(error instanceof BackupFault)) throw error;
    return { head: undefined, end: undefined, problems: [error.message] };
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

async function verify(call: Call): Promise<CommandResult> {
  const path = placeOf(call);
  const { head, end, problems } = await proved(call, path);
  const data = {
    path,
    ok: problems.length === 0,
    problems,
    created_at: head?.created_at ?? null,
    domain: head?.domain ?? null,
    program: head?.program ?? null,
    files: end?.files ?? null,
    bytes: end?.octets ?? null,
    accounts: end?.accounts ?? null,
    messages: end?.messages ?? null,
    lost: end?.lost ?? [],
  };
  if (!data.ok) {
    const text = `${path} is not sound:\n${
      problems.map((problem) => `  ${problem}`).join("\n")
    }`;
    return { data, text, exit: EXIT.failed };
  }
  const text = `${path} is sound\n${
    facts([
      ["made", moment(data.created_at)],
      ["of", data.domain ?? ""],
      ["accounts", String(data.accounts)],
      ["messages", String(data.messages)],
      ["files", String(data.files)],
      ["size", roundedSize(data.bytes ?? 0)],
      ["lost before", String(data.lost.length)],
    ])
  }`;
  return { data, text };
}

async function restore(call: Call): Promise<CommandResult> {
  const source = await sourceOf(call);
  const { config } = call.access;
  const { place, domain } = backupOptions(config, config.values);
  const { stateDir } = place;
  await settleReplacements(stateDir);
  const locks: InstanceLock[] = [];
  const lock = async (directory: string) => {
    locks.push(
      await asOwnerOf(
        directory,
        () => InstanceLock.take(directory, "command", SYSTEM_TIMERS),
      ),
    );
  };
  await lock(stateDir);
  let replacement: Replacement | undefined;
  try {
    if (flagOption(call, "force")) {
      replacement = replaceState(place, nowSeconds(SYSTEM_CLOCK));
    }
    // that is where a server would look, from when it is in place
    if (replacement) await lock(replacement.place.stateDir);
    const target = replacement?.place ?? place;
    const made = await asOwnerOf(
      target.stateDir,
      () => restoreBackup(source, target),
    )
      .catch((error) => {
        if (!(error instanceof BackupFault)) throw error;
        const path = placeOf(call);
        throw new BackupFault(`${path}, nothing restored: ${error.message}`);
      });
    const old = replacement?.finish() ?? null;
    const restored = {
      ...made,
      others: made.others.map((path) =>
        inPlace(path, replacement?.place.stateDir ?? stateDir, stateDir)
      ),
    };
    const { domains } = config.values.server;
    const isSame = restored.domain === domain ||
      domains.includes(restored.domain);
    const data = { ...restored, state_dir: stateDir, old, same_domain: isSame };
    const text = [
      `Restored ${counted(restored.accounts, "account", "accounts")} and ${
        counted(restored.messages, "message", "messages")
      } of ${moment(restored.created_at)} to ${stateDir}`,
      ...(old === null ? [] : [`What was there is ${old}`]),
      ...(isSame ? [] : [
        `The backup is of ${restored.domain}, the configuration says ${domain}: nobody can log in before one of them is changed`,
      ]),
      ...(restored.others.length > 0
        ? ["From outside of the state directory there were:"]
        : []),
      ...restored.others.map((file) => `  ${file}`),
    ].join("\n");
    return { data, text, exit: isSame ? EXIT.ok : EXIT.partial };
  } finally {
    replacement?.giveUp();
    locks.forEach((lock) => lock.release());
  }
}

function inPlace(path: string, from: string, to: string): string {
  return join(to, relative(from, path));
}

export const PROOF_COMMANDS: readonly Command[] = [
  {
    usage: "backup verify <backup>",
    summary:
      "Read all of a backup, by its name or path, and prove that a relay can live on it",
    options: [IDENTITY_OPTION, PASSPHRASE_OPTION],
    run: verify,
  },
  {
    usage: "backup restore <backup>",
    summary:
      "Bring a backup back, by its name or path, to a state directory without a relay",
    options: [
      IDENTITY_OPTION,
      PASSPHRASE_OPTION,
      {
        flags: "--force",
        summary:
          "put a relay that is there aside: the directory gets another name, with .old- and the time at its end",
      },
    ],
    run: restore,
  },
];
