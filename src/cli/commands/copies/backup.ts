/** Backups: made, proved, brought back. @module */
import { resolve } from "node:path";
import type { BackupShape } from "../../../admin/backup_control.ts";
import { roundedSize } from "../../../base/sizes.ts";
import { packBackup } from "../../../ops/backup/archive.ts";
import { encrypterFor } from "../../../ops/backup/encryption.ts";
import { writeArchive } from "../../../ops/backup/write_archive.ts";
import {
  type Call,
  type Command,
  type CommandResult,
  confirm,
  flagOption,
  numberOption,
  textOption,
} from "../../command.ts";
import { CliError, EXIT } from "../../exit_codes.ts";
import { counted, moment, table } from "../../text.ts";
import { PASSPHRASE_OPTION, passphraseOf } from "./backup_keys.ts";
import { PROOF_COMMANDS } from "./backup_proof.ts";

async function create(call: Call): Promise<CommandResult> {
  const output = textOption(call, "output");
  if (output !== undefined) return await createArchive(call, output);
  const directory = textOption(call, "dir");
  const made = await call.access.call(
    "backup.create",
    {
      without_mail: call.options.mail === false,
      ...(directory === undefined ? {} : { directory: resolve(directory) }),
    },
  );
  return {
    data: made,
    text: `Made ${made.path}\n${amounts(made)}${lostNote(made)}`,
  };
}

/** The server makes one as always; here it becomes one file, and goes. */
async function createArchive(
  call: Call,
  output: string,
): Promise<CommandResult> {
  const encrypt = await encryption(call);
  const isStream = output === "-";
  if (isStream && call.json) {
    throw new CliError(
      "usage",
      "--json and --output - both want standard output",
      EXIT.usage,
    );
  }
  if (isStream && !encrypt && !flagOption(call, "includeSecrets")) {
    throw new CliError(
      "usage",
      "A backup has keys and password hashes: encrypt it (--recipient, --passphrase-file), or say --include-secrets",
      EXIT.usage,
    );
  }
  const made = await call.access.call("backup.create", {
    without_mail: call.options.mail === false,
  });
  try {
    const packed = packBackup(made.path);
    const octets = encrypt ? await encrypt(packed) : packed;
    const path = isStream ? "-" : resolve(output);
    await writeArchive(octets, path, { overwrite: flagOption(call, "force") });
    const text = `Wrote ${path}\n${amounts(made)}${lostNote(made)}`;
    return {
      data: { ...made, path, encrypted: encrypt !== undefined },
      text: isStream ? "" : text,
    };
  } finally {
    await call.access.call("backup.remove", { name: made.name });
  }
}

/** Undefined: it stays as it is. */
async function encryption(call: Call) {
  const recipient = textOption(call, "recipient");
  const passphrase = await passphraseOf(call);
  if (recipient !== undefined && passphrase !== undefined) {
    throw new CliError(
      "usage",
      "Name a recipient or a passphrase, not both",
      EXIT.usage,
    );
  }
  try {
    if (passphrase !== undefined) return encrypterFor({ passphrase });
    if (recipient !== undefined) return encrypterFor({ recipient });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CliError("usage", error.message, EXIT.usage);
  }
  return undefined;
}

function lostNote({ lost }: BackupShape): string {
  return lost > 0
    ? `\n${
      counted(lost, "message body", "message bodies")
    } had been lost before`
    : "";
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
    one.mail ? String(one.messages) : "without mail",
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

export const BACKUP_COMMANDS: readonly Command[] = [
  {
    usage: "backup create",
    summary: "Make a backup, while mail goes on",
    timeout: "24h",
    options: [
      {
        flags: "--dir <dir>",
        summary: "below this directory, not the one in the file (backup.dir)",
      },
      {
        flags: "-o, --output <file>",
        summary:
          "as one file that only its owner can read; - is standard output",
      },
      {
        flags: "--recipient <age1...>",
        summary: "encrypt the file to this age recipient",
      },
      PASSPHRASE_OPTION,
      {
        flags: "--include-secrets",
        summary: "to standard output without encryption",
      },
      { flags: "--force", summary: "overwrite the file" },
      {
        flags: "--no-mail",
        summary:
          "accounts, settings and keys alone; UIDs go on where they were",
      },
    ],
    run: create,
  },
  {
    usage: "backup list",
    summary: "The backups there are",
    isDefault: true,
    run: list,
  },
  ...PROOF_COMMANDS,
  {
    usage: "backup prune",
    summary: "Remove all backups but the youngest",
    timeout: "1h",
    options: [{ flags: "--keep <n>", summary: "how many stay" }],
    run: prune,
  },
];
