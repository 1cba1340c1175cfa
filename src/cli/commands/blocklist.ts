/** Names that may neither log in nor get mail. @module */
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  confirm,
  confirmed,
  reasonOf,
  withApplied,
} from "../command.ts";
import { appliedNote, moment, table } from "../text.ts";

async function list(call: Call): Promise<CommandResult> {
  const data = await call.access.call("blocklist.list", {});
  const rows = data.entries.map((entry) => [
    entry.username,
    moment(entry.blocked_at),
    entry.reason,
  ]);
  return { data, text: table(["name", "blocked", "reason"], rows) };
}

async function add(call: Call): Promise<CommandResult> {
  const reason = reasonOf(call) ?? "manually blocked via CLI";
  const added = await confirmed(
    call,
    (isConfirmed) =>
      call.access.call("blocklist.add", {
        username: argument(call, 0),
        reason,
        confirmed: isConfirmed,
      }),
  );
  const data = await withApplied(call, added);
  return { data, text: `Blocked ${data.username}${appliedNote(data.applied)}` };
}

async function remove(call: Call): Promise<CommandResult> {
  const name = argument(call, 0);
  await confirm(call, `Remove ${name} from the blocklist?`);
  const removed = await call.access.call("blocklist.remove", {
    username: name,
  });
  const data = await withApplied(call, removed);
  const text = `${data.username} is no longer blocked${
    appliedNote(data.applied)
  }`;
  return { data, text };
}

export const BLOCKLIST_COMMANDS: readonly Command[] = [
  {
    usage: "blocklist list",
    summary: "All blocked names",
    isDefault: true,
    run: list,
  },
  { usage: "ban-list", summary: "Same as blocklist list", run: list },
  { usage: "accounts ban-list", summary: "Same as blocklist list", run: list },
  {
    usage: "blocklist add <user> [reason]",
    summary: "Block an address, *@domain or prefix*@domain; mail is kept",
    options: [{ flags: "--reason <text>", summary: "why" }],
    run: add,
  },
  {
    usage: "blocklist remove <user>",
    summary: "Unblock",
    run: remove,
  },
];
