/** What an account's mailboxes hold: numbers, and mail to be deleted. @module */
import type { AdminInput } from "../../../admin/operation_table.ts";
import { roundedSize } from "../../../base/sizes.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  confirm,
  flagOption,
  numberOption,
  textOption,
  withApplied,
} from "../../command.ts";
import { sizeArgument } from "../../sizes.ts";
import { counted, table, yesNo } from "../../text.ts";

async function purge(call: Call): Promise<CommandResult> {
  const input = purgeInput(call);
  if (flagOption(call, "dryRun")) {
    const data = await call.access.call("accounts.purge", {
      ...input,
      dry_run: true,
    });
    return { data, text: `Would delete ${amount(data)} of ${data.username}` };
  }
  await confirmPurge(call, input);
  const purged = await call.access.call("accounts.purge", input);
  const data = await withApplied(call, purged);
  return { data, text: `Deleted ${amount(data)} of ${data.username}` };
}

function purgeInput(call: Call): AdminInput<"accounts.purge"> {
  const older = textOption(call, "older");
  const larger = textOption(call, "larger");
  return {
    username: argument(call, 0),
    ...(older === undefined ? {} : { older_than: older }),
    ...(larger === undefined ? {} : { larger_than: sizeArgument(larger) }),
    only_read: flagOption(call, "read"),
  };
}

/** Says first how much there is. */
async function confirmPurge(
  call: Call,
  input: AdminInput<"accounts.purge">,
): Promise<void> {
  if (call.yes) return;
  const found = await call.access.call("accounts.purge", {
    ...input,
    dry_run: true,
  });
  const isAll = input.older_than === undefined &&
    input.larger_than === undefined && !input.only_read;
  await confirm(
    call,
    isAll
      ? `Delete all mail of ${found.username}: ${amount(found)}?`
      : `Delete ${amount(found)} of ${found.username}?`,
  );
}

function amount(
  { deleted, bytes }: { readonly deleted: number; readonly bytes: number },
): string {
  return `${counted(deleted, "message", "messages")} (${roundedSize(bytes)})`;
}

async function mailboxes(call: Call): Promise<CommandResult> {
  const username = argument(call, 0);
  const data = await call.access.call("mailboxes.list", { username });
  const rows = data.mailboxes.map(({ name, messages, unseen, bytes }) => [
    name,
    String(messages),
    String(unseen),
    roundedSize(bytes),
  ]);
  return { data, text: table(["mailbox", "messages", "unseen", "size"], rows) };
}

async function messages(call: Call): Promise<CommandResult> {
  const data = await call.access.call("mailboxes.messages", {
    username: argument(call, 0),
    mailbox: call.args[1] ?? "INBOX",
    after: numberOption(call, "after", { min: 0, max: 0xffff_ffff }),
    limit: numberOption(call, "limit", { min: 1, max: 10_000 }),
  });
  const rows = data.messages.map(({ uid, internal_date, bytes, seen }) => [
    String(uid),
    internal_date.slice(0, 16).replace("T", " "),
    roundedSize(bytes),
    yesNo(seen),
  ]);
  return { data, text: table(["uid", "date", "size", "read"], rows) };
}

export const MAILBOX_COMMANDS: readonly Command[] = [
  {
    usage: "accounts purge <user>",
    summary: "Delete mail of an account, not the account; all unless told",
    options: [
      { flags: "--older <age>", summary: "only what came longer ago, as 30d" },
      { flags: "--read", summary: "only what was read" },
      { flags: "--larger <size>", summary: "only what is larger, as 1M" },
      { flags: "--dry-run", summary: "only count" },
    ],
    run: purge,
  },
  {
    usage: "imap-mboxes <user>",
    summary: "Mailboxes of an account, with numbers",
    run: mailboxes,
  },
  {
    usage: "imap-msgs <user> [mailbox]",
    summary:
      "Messages of a mailbox (INBOX): when they came and how large they are; never what is in them",
    options: [
      { flags: "--limit <n>", summary: "at most so many (100)" },
      { flags: "--after <uid>", summary: "the next page" },
    ],
    run: messages,
  },
];
