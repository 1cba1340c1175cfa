/** Backups: made, proved, brought back. @module */
import { resolve } from "node:path";
import type { BackupShape } from "../../../admin/backup_control.ts";
import { backupOptions } from "../../../app/backups.ts";
import { InstanceLock } from "../../../app/instance_lock.ts";
import { SYSTEM_TIMERS } from "../../../app/system_time.ts";
import { roundedSize } from "../../../base/sizes.ts";
import { directorySource } from "../../../ops/backup/directory_source.ts";
import { restoreBackup } from "../../../ops/backup/restore.ts";
import { verifyBackup } from "../../../ops/backup/verify.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  confirm,
  numberOption,
  textOption,
} from "../../command.ts";
import { CliError, EXIT } from "../../exit_codes.ts";
import { counted, facts, moment, table } from "../../text.ts";

async function create(call: Call): Promise<CommandResult> {
  const directory = textOption(call, "dir");
  const made = await call.access.call(
    "backup.create",
    directory === undefined ? {} : { directory: resolve(directory) },
  );
  const lost = made.lost > 0
    ? `\n${
      counted(made.lost, "message body", "message bodies")
    } had been lost before`
    : "";
  return { data: made, text: `Made ${made.path}\n${amounts(made)}${lost}` };
}

function amounts({ accounts, messages, files, bytes }: BackupShape): string {
  return [
    counted(accounts, "account", "accounts"),
    counted(messages, "message", "messages"),
    counted(files, "file", "files"),
    roundedSize(bytes),
  ].join(", ");
}

async function list(call: Call): Promise<CommandResult> {
  const data = await call.access.call("backup.list", {});
  const rows = data.backups.map((one) => [
    one.name,
    moment(one.created_at),
    String(one.accounts),
    String(one.messages),
    roundedSize(one.bytes),
  ]);
  const broken = data.broken.map(({ name, reason }) => [name, reason]);
  const text = [
    `${data.directory}${
      data.periodic ? "" : ", none is made by itself (backup.every)"
    }`,
    table(["backup", "made", "accounts", "messages", "size"], rows),
    ...(broken.length > 0 ? [table(["broken", "why"], broken)] : []),
  ].join("\n\n");
  return { data, text, exit: broken.length > 0 ? EXIT.partial : EXIT.ok };
}

async function prune(call: Call): Promise<CommandResult> {
  const keep = numberOption(call, "keep", { min: 1, max: 10_000 });
  if (keep === undefined) {
    throw new CliError("usage", "Say how many stay: --keep N", EXIT.usage);
  }
  await confirm(call, `Remove all backups but the youngest ${keep}?`);
  const data = await call.access.call("backup.prune", { keep });
  const count = counted(data.removed.length, "backup", "backups");
  const text = [`Removed ${count}`, ...data.removed].join("\n");
  return { data, text };
}

async function verify(call: Call): Promise<CommandResult> {
  const path = resolve(argument(call, 0));
  const { head, end, problems } = await verifyBackup(path);
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
  const path = resolve(argument(call, 0));
  const { config } = call.access;
  const { place, domain } = backupOptions(config, config.values);
  const { stateDir } = place;
  const lock = await InstanceLock.take(stateDir, "command", SYSTEM_TIMERS);
  try {
    const restored = await restoreBackup(directorySource(path), place);
    const isSame = restored.domain === domain;
    const data = { ...restored, state_dir: stateDir, same_domain: isSame };
    const text = [
      `Restored ${counted(restored.accounts, "account", "accounts")} and ${
        counted(restored.messages, "message", "messages")
      } of ${moment(restored.created_at)} to ${stateDir}`,
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
    lock.release();
  }
}

async function checkDatabase(call: Call): Promise<CommandResult> {
  const data = await call.access.call("db.check", {});
  const text = data.ok
    ? `${data.place} is sound (${roundedSize(data.bytes)})`
    : `${data.place} is damaged: ${data.problem}`;
  return { data, text, exit: data.ok ? EXIT.ok : EXIT.failed };
}

export const BACKUP_COMMANDS: readonly Command[] = [
  {
    usage: "backup create",
    summary: "Make a backup, while mail goes on",
    timeout: "24h",
    options: [{
      flags: "--dir <dir>",
      summary: "below this directory, not the one in the file (backup.dir)",
    }],
    run: create,
  },
  {
    usage: "backup list",
    summary: "The backups there are",
    isDefault: true,
    run: list,
  },
  {
    usage: "backup verify <dir>",
    summary: "Read all of a backup, and prove that a relay can live on it",
    run: verify,
  },
  {
    usage: "backup restore <dir>",
    summary: "Bring a backup back, to a state directory without a relay",
    run: restore,
  },
  {
    usage: "backup prune",
    summary: "Remove all backups but the youngest",
    timeout: "1h",
    options: [{ flags: "--keep <n>", summary: "how many stay" }],
    run: prune,
  },
  {
    usage: "db check",
    summary: "Read all of the database, and say what is wrong with it",
    timeout: "24h",
    run: checkDatabase,
  },
];
