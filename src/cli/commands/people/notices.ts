/** What the operator has to say to people here. @module */
import type {
  AdminInput,
  AdminOutput,
} from "../../../admin/operation_table.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  confirmed,
  flagOption,
  textOption,
} from "../../command.ts";
import { CliError, EXIT } from "../../exit_codes.ts";
import { counted, facts, moment, table } from "../../text.ts";

type Notice = AdminInput<"notice.preview">;
type Sent = Pick<
  AdminOutput<"notice.send">,
  "sent" | "failed" | "total" | "state"
>;

async function status(call: Call): Promise<CommandResult> {
  const data = await call.access.call("notice.status", {});
  const text = facts([
    ["accounts", String(data.total_users)],
    ["with a known key", String(data.with_key)],
    ["sender", data.sender],
    ["last", data.last ? `${data.last.subject}: ${amount(data.last)}` : "none"],
  ]);
  return { data, text };
}

/** @throws {CliError} usage */
async function noticeOf(call: Call): Promise<Notice> {
  const age = textOption(call, "inactive");
  const audiences: Pick<Notice, "audience" | "inactive_for" | "recipient">[] = [
    ...(age === undefined
      ? []
      : [{ audience: "inactive", inactive_for: age } as const]),
    ...(flagOption(call, "never") ? [{ audience: "never" } as const] : []),
    ...(flagOption(call, "overQuota")
      ? [{ audience: "over_quota" } as const]
      : []),
    ...(textOption(call, "to") === undefined
      ? []
      : [{ recipient: textOption(call, "to") }]),
  ];
  if (audiences.length > 1) {
    throw new CliError(
      "usage",
      "Name one of --to, --inactive, --never and --over-quota",
      EXIT.usage,
    );
  }
  return {
    subject: argument(call, 0),
    body: await bodyOf(call),
    ...audiences[0],
  };
}

/** @throws {CliError} usage, unless it is given once */
async function bodyOf(call: Call): Promise<string> {
  const [, written] = call.args;
  const file = textOption(call, "file");
  if ((written === undefined) === (file === undefined)) {
    throw new CliError(
      "usage",
      "Give the text of the notice, or a --file that has it",
      EXIT.usage,
    );
  }
  if (written !== undefined) return written;
  try {
    return await Deno.readTextFile(file!);
  } catch {
    throw new CliError("not_found", `Cannot read ${file}`, EXIT.usage);
  }
}

async function preview(call: Call): Promise<CommandResult> {
  const data = await call.access.call("notice.preview", await noticeOf(call));
  const to = counted(data.recipients, "account", "accounts");
  return {
    data,
    text: `To ${to}, ${data.with_key} with a known key:\n\n${
      data.message.replaceAll("\r", "").trimEnd()
    }`,
  };
}

const LOOK_SECONDS = 1;

async function send(call: Call): Promise<CommandResult> {
  const notice = await noticeOf(call);
  const begun = await confirmed(
    call,
    (isConfirmed) =>
      call.access.call("notice.send", {
        ...notice,
        key: textOption(call, "key"),
        confirmed: isConfirmed,
        background: true,
      }),
  );
  if (begun.job) await ended(call, begun.job.id);
  const { notices } = await call.access.call("notice.history", {});
  const { body: _, ...data } = notices.find(({ id }) => id === begun.id)!;
  const again = begun.duplicate ? " before" : "";
  return {
    data: { ...data, duplicate: begun.duplicate },
    text: `Sent${again} to ${amount(data)}`,
  };
}

/** However long it takes: each look is a call of its own. */
async function ended(call: Call, id: string): Promise<void> {
  for (;;) {
    const { state } = await call.access.call("jobs.show", {
      id,
      wait: LOOK_SECONDS,
    });
    if (state !== "running") return;
  }
}

function amount({ sent, failed, total, state }: Sent): string {
  const all = counted(total, "account", "accounts");
  const rest = failed === 0 ? "" : `, ${failed} failed`;
  return state === "done"
    ? `${sent} of ${all}${rest}`
    : `${sent} of ${all}${rest} (${state})`;
}

async function history(call: Call): Promise<CommandResult> {
  const data = await call.access.call("notice.history", {});
  const rows = data.notices.map((notice) => [
    moment(notice.started_at),
    notice.audience,
    `${notice.sent} of ${notice.total}`,
    notice.state,
    notice.subject,
  ]);
  const header = ["sent", "to", "accounts", "state", "subject"];
  return { data, text: table(header, rows) };
}

const READERS = [
  { flags: "--to <user>", summary: "one account; all without it" },
  {
    flags: "--inactive <age>",
    summary: "those nobody logged in to for so long, as 60d",
  },
  { flags: "--never", summary: "those nobody ever logged in to" },
  { flags: "--over-quota", summary: "those that are full" },
  { flags: "--file <path>", summary: "has the text" },
];

export const NOTICE_COMMANDS: readonly Command[] = [
  {
    usage: "notice status",
    summary: "How many a notice would reach, and who would see it",
    isDefault: true,
    run: status,
  },
  {
    usage: "notice send <subject> [text]",
    summary: "Put a message into the INBOX of all accounts, or of some",
    options: [
      ...READERS,
      {
        flags: "--key <key>",
        summary:
          "a name of your choice: what has it is sent once, and goes on after an interruption",
      },
    ],
    run: send,
  },
  {
    usage: "notice preview <subject> [text]",
    summary: "The message as it would be; nothing is sent",
    options: READERS,
    run: preview,
  },
  {
    usage: "notice history",
    summary: "Notices that were sent",
    run: history,
  },
];
