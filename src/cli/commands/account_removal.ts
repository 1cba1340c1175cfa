/** Accounts: delete, ban. Each says first how much there is. @module */
import { resolve } from "node:path";
import { roundedSize } from "../../base/sizes.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  confirm,
  reasonOf,
  textOption,
  withApplied,
} from "../command.ts";
import { describeFailure, EXIT } from "../exit_codes.ts";
import { appliedNote, counted } from "../text.ts";

async function remove(call: Call): Promise<CommandResult> {
  const name = argument(call, 0);
  const blocks = call.options.block !== false;
  const reason = textOption(call, "reason") ?? "account deleted via CLI";
  const directory = textOption(call, "export");
  await confirmRemoval(call, `Delete ${name} with all its mail`, "account");
  const removed = await call.access.call("accounts.delete", {
    username: name,
    block: blocks,
    reason,
    ...(directory === undefined ? {} : { export: resolve(directory) }),
  });
  const data = await withApplied(call, removed);
  const written = data.exported === null
    ? ""
    : `Wrote ${
      counted(data.exported, "message", "messages")
    } to ${directory}\n`;
  const text = `${written}Deleted ${data.username}${
    data.blocked ? " and blocked its name" : ""
  }${appliedNote(data.applied)}`;
  return { data, text };
}

async function ban(call: Call): Promise<CommandResult> {
  const name = argument(call, 0);
  const question = `Delete ${name} with all its mail and block the name`;
  await confirmRemoval(call, question, "name");
  const reason = reasonOf(call) ?? "banned via CLI";
  const banned = await call.access.call("accounts.ban", {
    username: name,
    reason,
  });
  const data = await withApplied(call, banned);
  return { data, text: `Banned ${data.username}${appliedNote(data.applied)}` };
}

async function unban(call: Call): Promise<CommandResult> {
  const name = argument(call, 0);
  await confirm(call, `Let ${name} sign up again?`);
  const unbanned = await call.access.call("blocklist.remove", {
    username: name,
  });
  const data = await withApplied(call, unbanned);
  const text = `${data.username} is no longer blocked${
    appliedNote(data.applied)
  }`;
  return { data, text };
}

async function deleteAll(call: Call): Promise<CommandResult> {
  const { login_count } = await call.access.call("accounts.status", {});
  const all = counted(login_count, "account", "accounts");
  await confirm(call, `Delete ALL accounts with all their mail (${all})?`);
  const deleted = await call.access.call("accounts.delete_all", {
    confirm: textOption(call, "confirm") ?? "",
    reason: "bulk delete via CLI",
  });
  const data = await withApplied(call, deleted);
  const failed = data.errors.length;
  const text = `Deleted ${counted(data.deleted, "account", "accounts")}${
    failed > 0 ? `, ${failed} failed:\n${data.errors.join("\n")}` : ""
  }`;
  return { data, text, exit: failed > 0 ? EXIT.partial : EXIT.ok };
}

/** Says first how much there is. @param of A name may be one that nobody has */
async function confirmRemoval(
  call: Call,
  question: string,
  of: "account" | "name",
): Promise<void> {
  if (call.yes) return;
  await confirm(call, `${question}${await amountOf(call, of)}?`);
}

async function amountOf(call: Call, of: "account" | "name"): Promise<string> {
  try {
    const username = argument(call, 0);
    const account = await call.access.call("accounts.info", { username });
    const mail = counted(account.messages, "message", "messages");
    return ` (${mail}, ${roundedSize(account.used_bytes)})`;
  } catch (error) {
    const isThere = describeFailure(error).exit !== EXIT.not_found;
    if (isThere || of === "account") throw error;
    return "";
  }
}

const NO_BLOCK = {
  flags: "--no-block",
  summary: "let the name be registered again",
};
const EXPORT = {
  flags: "--export <dir>",
  summary: "write all mail to this Maildir first",
};
const REASON = { flags: "--reason <text>", summary: "why, for the blocklist" };

export const REMOVAL_COMMANDS: readonly Command[] = [
  {
    usage: "accounts delete <user>",
    summary: "Delete an account with all its mail, and block its name",
    options: [REASON, NO_BLOCK, EXPORT],
    run: remove,
  },
  {
    usage: "delete <user>",
    summary: "Same as accounts delete",
    options: [REASON, NO_BLOCK, EXPORT],
    run: remove,
  },
  {
    usage: "accounts ban <user> [reason]",
    summary: "Delete the account if there is one, and block the name",
    options: [REASON],
    run: ban,
  },
  {
    usage: "accounts unban <user>",
    summary: "Remove the name from the blocklist",
    run: unban,
  },
  {
    usage: "accounts delete-all",
    summary: "Delete and block all accounts",
    options: [{
      flags: "--confirm <domain>",
      summary: "the domain of the server, so that nobody does this by accident",
    }],
    run: deleteAll,
  },
];
