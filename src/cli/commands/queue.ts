/** Mail that waits to be sent to other servers. @module */
import type { AdminOutput } from "../../admin/operation_table.ts";
import { QUEUE_STATES } from "../../admin/operations/queue.ts";
import { roundedSize } from "../../base/sizes.ts";
import {
  argument,
  type Call,
  choiceOption,
  type Command,
  type CommandResult,
  confirm,
  flagOption,
  numberOption,
  textOption,
  withApplied,
} from "../command.ts";
import { CliError, EXIT } from "../exit_codes.ts";
import { appliedNote, counted, facts, moment, span, table } from "../text.ts";
import { destinationTable } from "./queue_destinations.ts";

type Entry = AdminOutput<"queue.list">["entries"][number];

async function status(call: Call): Promise<CommandResult> {
  const data = await call.access.call("queue.status", {});
  const summary = facts([
    ["messages", String(data.messages)],
    ["recipients", String(data.recipients)],
    ["size", roundedSize(data.bytes)],
    ["waiting", String(data.waiting)],
    ["held", String(data.held)],
    ["failed, not reported yet", String(data.failed)],
    [
      "oldest",
      data.oldest_age_secs === null ? "none" : span(data.oldest_age_secs),
    ],
    ["destinations not reached", String(data.unreached_destinations)],
    ["destinations held", String(data.held_destinations)],
    ["given up after", span(data.expires_after_secs)],
  ]);
  const text = data.by_dest.length === 0
    ? summary
    : `${summary}\n\n${destinationTable(data.by_dest)}`;
  return { data, text };
}

async function list(call: Call): Promise<CommandResult> {
  const data = await call.access.call("queue.list", {
    dest: textOption(call, "dest"),
    from: textOption(call, "from"),
    state: choiceOption(call, "state", QUEUE_STATES),
    after: textOption(call, "after"),
    limit: numberOption(call, "limit", { min: 1, max: 10_000 }),
  });
  const { entries, next } = data;
  const rows = entries.map((entry) => [
    entry.id,
    entry.state,
    entry.mail_from || "<>",
    entry.rcpt_to,
    String(entry.tries_count),
    moment(entry.queued_at_unix),
    nextTry(entry),
    entry.last_error ?? "",
  ]);
  const header = [
    "id",
    "state",
    "from",
    "to",
    "tries",
    "queued",
    "next",
    "last",
  ];
  const shown = table(header, rows);
  const text = next === null
    ? `${shown}\n${counted(entries.length, "entry", "entries")}`
    : `${shown}\nMore with --after ${next}`;
  return { data, text };
}

async function show(call: Call): Promise<CommandResult> {
  const data = await call.access.call("queue.show", {
    id: argument(call, 0),
    headers: flagOption(call, "headers"),
  });
  const text = [
    ...data.entries.map(entryText),
    ...(data.headers === null ? [] : [data.headers.trimEnd()]),
  ].join("\n\n");
  return { data, text };
}

function entryText(entry: Entry): string {
  return facts([
    ["id", entry.id],
    ["from", entry.mail_from || "<>"],
    ["to", entry.rcpt_to],
    ["goes to", entry.dest],
    ["state", entry.state],
    ["size", roundedSize(entry.size)],
    ["queued", moment(entry.queued_at_unix)],
    ["given up in", span(Math.max(0, entry.expires_after_secs))],
    ["tries", String(entry.tries_count)],
    ["last try", moment(entry.last_attempt_unix)],
    ["next try", nextTry(entry)],
    ["last heard", heard(entry)],
  ]);
}

function nextTry({ state, next_attempt_unix }: Entry): string {
  return state === "leased" ? "now" : moment(next_attempt_unix);
}

function heard(entry: Entry): string {
  const words = [
    entry.last_code,
    entry.last_status,
    entry.last_error,
    entry.last_host && `(${entry.last_host}, ${entry.last_transport ?? "?"})`,
  ];
  const known = words.filter((word) => word !== null);
  return known.length === 0 ? "nothing" : known.join(" ");
}

async function remove(call: Call): Promise<CommandResult> {
  const id = argument(call, 0);
  const bounce = flagOption(call, "bounce");
  await confirm(call, `Remove ${id} from the queue?`);
  const data = await withApplied(
    call,
    await call.access.call("queue.remove", { id, bounce }),
  );
  const told = bounce ? "; the sender gets a report" : "";
  const text = `Removed ${
    counted(data.deleted, "recipient", "recipients")
  }${told}${appliedNote(data.applied)}`;
  return { data, text };
}

async function purge(call: Call): Promise<CommandResult> {
  const dest = textOption(call, "dest");
  const whose = dest === undefined ? "all queued mail" : `all mail for ${dest}`;
  await confirm(call, `Remove ${whose}? Nobody is told.`);
  const data = await withApplied(
    call,
    await call.access.call("queue.purge", { dest }),
  );
  const text = `Removed ${counted(data.deleted, "recipient", "recipients")}${
    appliedNote(data.applied)
  }`;
  return { data, text };
}

interface Change {
  readonly operation: "queue.retry" | "queue.hold" | "queue.release";
  readonly done: string;
  /** What is meant if nothing is named. */
  readonly all: boolean;
}

async function change(
  call: Call,
  { operation, done, all }: Change,
): Promise<CommandResult> {
  const [id] = call.args;
  const dest = textOption(call, "dest");
  const isAll = flagOption(call, "all");
  if (!all && id === undefined && dest === undefined && !isAll) {
    throw new CliError("usage", "Name an entry, --dest or --all", EXIT.usage);
  }
  const changed = await call.access.call(operation, {
    id,
    dest,
    all: isAll || (id === undefined && dest === undefined),
  });
  const data = await withApplied(call, changed);
  const text = `${done} ${counted(data.changed, "recipient", "recipients")}${
    appliedNote(data.applied)
  }`;
  return { data, text };
}

const WHICH = [
  { flags: "--dest <domain>", summary: "all for one destination" },
  { flags: "--all", summary: "all there is" },
];

export const QUEUE_COMMANDS: readonly Command[] = [
  {
    usage: "queue status",
    summary: "How much waits to be sent, and for whom",
    isDefault: true,
    run: status,
  },
  {
    usage: "queue list",
    summary: "What waits, a row for each recipient",
    options: [
      { flags: "--dest <domain>", summary: "only for this destination" },
      { flags: "--from <address>", summary: "only of this sender" },
      {
        flags: "--state <state>",
        summary: `only ${QUEUE_STATES.join(", ")}`,
      },
      { flags: "--limit <n>", summary: "rows at most (100)" },
      { flags: "--after <id>", summary: "the next page" },
    ],
    run: list,
  },
  {
    usage: "queue show <id>",
    summary: "One entry, or a message with all its recipients; never its body",
    options: [{ flags: "--headers", summary: "with the header" }],
    run: show,
  },
  {
    usage: "queue remove <id>",
    aliases: ["delete"],
    summary: "Remove an entry, or a message with all its recipients",
    options: [{ flags: "--bounce", summary: "the sender gets a report" }],
    run: remove,
  },
  {
    usage: "queue purge",
    aliases: ["clear"],
    summary: "Remove all; nobody is told",
    options: [{
      flags: "--dest <domain>",
      summary: "only for one destination",
    }],
    run: purge,
  },
  {
    usage: "queue retry [id]",
    summary: "Try now, whatever was learned of the destination; else all",
    options: WHICH,
    run: (call) =>
      change(call, { operation: "queue.retry", done: "Due now:", all: true }),
  },
  {
    usage: "queue hold [id]",
    summary:
      "Keep from being sent; of a destination, also what is still to come",
    options: WHICH,
    run: (call) =>
      change(call, { operation: "queue.hold", done: "Held:", all: false }),
  },
  {
    usage: "queue release [id]",
    summary: "Let what was held be sent",
    options: WHICH,
    run: (call) =>
      change(call, {
        operation: "queue.release",
        done: "Released:",
        all: false,
      }),
  },
];
