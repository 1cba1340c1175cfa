/** Accounts: look, make, change. @module */
import type { AdminInput, AdminOutput } from "../../admin/operation_table.ts";
import { ACCOUNT_ORDERS } from "../../admin/operations/accounts.ts";
import { roundedSize } from "../../base/sizes.ts";
import {
  argument,
  type Call,
  choiceOption,
  type Command,
  type CommandResult,
  flagOption,
  numberOption,
  textOption,
  withApplied,
} from "../command.ts";
import { CliError, EXIT } from "../exit_codes.ts";
import { sizeArgument } from "../sizes.ts";
import { textOf } from "../terminal.ts";
import { REMOVAL_COMMANDS } from "./account_removal.ts";
import { MAILBOX_COMMANDS } from "./mailboxes/mailboxes.ts";
import { quotaText } from "./mailboxes/quotas.ts";
import {
  appliedNote,
  counted,
  day,
  facts,
  moment,
  table,
  yesNo,
} from "../text.ts";

async function status({ access }: Call): Promise<CommandResult> {
  const data = await access.call("accounts.status", {});
  const text = facts([
    ["accounts", String(data.login_count)],
    ["blocked names", String(data.blocklisted)],
    ["registration open", yesNo(data.registration_open)],
    ["sign-up by first login", yesNo(data.jit_enabled)],
    ["token required", yesNo(data.token_required)],
    ["state directory", data.state_dir],
    ["database", data.database],
  ]);
  return { data, text };
}

async function list(call: Call): Promise<CommandResult> {
  const range = { min: 0, max: 1_000_000_000 };
  const data = await call.access.call("accounts.list", {
    ...filterOf(call),
    search: textOption(call, "search"),
    sort: choiceOption(call, "sort", ACCOUNT_ORDERS),
    dir: choiceOption(call, "dir", ["asc", "desc"]),
    offset: numberOption(call, "offset", range),
    limit: numberOption(call, "limit", { min: 1, max: 100_000 }),
  });
  const rows = data.accounts.map((account) => [
    account.username,
    day(account.created_at),
    day(account.last_login_at),
    String(account.messages),
    roundedSize(account.used_bytes),
    roundedSize(account.quota_bytes),
  ]);
  const header = [
    "account",
    "created",
    "last login",
    "messages",
    "used",
    "quota",
  ];
  const rest = data.total - data.accounts.length;
  const text = `${table(header, rows)}\n${
    counted(data.total, "account", "accounts")
  }${rest > 0 ? `, ${data.accounts.length} shown` : ""}`;
  return { data, text };
}

/** @throws {CliError} usage, if there is more than one */
function filterOf(
  call: Call,
): Pick<AdminInput<"accounts.list">, "filter" | "inactive_for"> {
  const age = textOption(call, "inactive");
  const chosen = [
    ...(age === undefined
      ? []
      : [{ filter: "inactive", inactive_for: age } as const]),
    ...(flagOption(call, "never") ? [{ filter: "never" } as const] : []),
    ...(flagOption(call, "overQuota")
      ? [{ filter: "over_quota" } as const]
      : []),
    ...(flagOption(call, "blocked") ? [{ filter: "blocked" } as const] : []),
  ];
  if (chosen.length < 2) return chosen[0] ?? {};
  throw new CliError(
    "usage",
    "Name one of --inactive, --never, --over-quota and --blocked",
    EXIT.usage,
  );
}

async function info(call: Call): Promise<CommandResult> {
  const data = await call.access.call("accounts.info", {
    username: argument(call, 0),
  });
  const text = facts([
    ["account", data.username],
    ["exists", yesNo(data.credentials)],
    [
      "blocked",
      data.blocklisted ? `yes: ${data.block_reason ?? ""}` : "no",
    ],
    ["created", moment(data.created_at)],
    ["first login", moment(data.first_login_at)],
    ["last login", day(data.last_login_at)],
    ["messages", String(data.messages)],
    [
      "used",
      `${roundedSize(data.used_bytes)} of ${roundedSize(data.quota_bytes)}${
        data.is_default_quota ? "" : " (own quota)"
      }`,
    ],
    ["pinned", yesNo(data.pinned)],
  ]);
  return { data, text };
}

async function create(call: Call): Promise<CommandResult> {
  const password = await newPassword(call);
  const quota = textOption(call, "quota");
  const created = await call.access.call("accounts.create", {
    username: argument(call, 0),
    password,
    force: flagOption(call, "force"),
    pinned: flagOption(call, "pin"),
    quota_bytes: quota === undefined ? undefined : sizeArgument(quota),
  });
  const data = await withApplied(call, created);
  return { data, text: `Created ${data.username}${appliedNote(data.applied)}` };
}

async function createRandom(call: Call): Promise<CommandResult> {
  const created = await call.access.call("accounts.create_random", {});
  const data = await withApplied(call, created);
  if (flagOption(call, "jsonOnly")) {
    const raw = JSON.stringify({ dclogin: created.dclogin });
    return { data, text: "", raw };
  }
  const text = facts([
    ["address", data.email],
    ["password", data.password],
    ["link", data.dclogin],
  ]);
  return { data, text: text + appliedNote(data.applied) };
}

async function password(call: Call): Promise<CommandResult> {
  const chosen = await newPassword(call);
  const changed = await call.access.call("accounts.set_password", {
    username: argument(call, 0),
    password: chosen,
  });
  const data = await withApplied(call, changed);
  const text = `Changed the password of ${data.username}${
    appliedNote(data.applied)
  }`;
  return { data, text };
}

async function resetPassword(call: Call): Promise<CommandResult> {
  const changed = await call.access.call("accounts.reset_password", {
    username: argument(call, 0),
  });
  const data = await withApplied(call, changed);
  const text = facts([
    ["address", data.username],
    ["password", data.password],
    ["link", data.dclogin],
  ]);
  return { data, text: text + appliedNote(data.applied) };
}

async function quota(call: Call): Promise<CommandResult> {
  const [, size] = call.args;
  const shown = await quotaAfter(call, size);
  const data = size === undefined ? shown : await withApplied(call, shown);
  return { data, text: quotaText(shown) };
}

/** Sets the quota first, if there is a size. */
async function quotaAfter(
  call: Call,
  size: string | undefined,
): Promise<AdminOutput<"quota.get">> {
  const { access } = call;
  const username = argument(call, 0);
  if (size === undefined) return await access.call("quota.get", { username });
  return size === "reset"
    ? await access.call("quota.reset", { username })
    : await access.call("quota.set", {
      username,
      max_bytes: sizeArgument(size),
    });
}

async function pin(call: Call, pinned: boolean): Promise<CommandResult> {
  const changed = await call.access.call("accounts.set_pinned", {
    username: argument(call, 0),
    pinned,
  });
  const data = await withApplied(call, changed);
  const text = pinned
    ? `${data.username} is kept however long nobody logs in`
    : `${data.username} is deleted when nobody logs in for long`;
  return { data, text: text + appliedNote(data.applied) };
}

async function newPassword(call: Call): Promise<string> {
  const given = textOption(call, "password");
  if (given !== undefined) return given;
  if (flagOption(call, "passwordStdin")) {
    const line = await call.terminal.readLine();
    return line ? textOf(line) : "";
  }
  if (call.json && call.terminal.isInteractive) {
    throw new CliError(
      "password_required",
      "Give a password with --password or --password-stdin",
      EXIT.usage,
    );
  }
  const typed = textOf(await call.terminal.readHidden("Password: "));
  if (typed !== "" || call.terminal.isInteractive) return typed;
  throw new CliError(
    "password_required",
    "Nobody is there to type a password: give it with --password, or on standard input with --password-stdin",
    EXIT.usage,
  );
}

const PASSWORD_OPTIONS = [
  {
    flags: "-p, --password <text>",
    summary: "the password; other users of this machine may see it",
  },
  {
    flags: "--password-stdin",
    summary: "read the password from standard input",
  },
];
const JSON_ONLY = {
  flags: "--json-only",
  summary: 'print {"dclogin":"…"} and nothing else',
};

export const ACCOUNT_COMMANDS: readonly Command[] = [
  {
    usage: "accounts status",
    summary: "Numbers of accounts, and who may sign up",
    isDefault: true,
    run: status,
  },
  {
    usage: "accounts list",
    summary: "All accounts",
    options: [
      { flags: "--limit <n>", summary: "at most so many (default 1000)" },
      { flags: "--offset <n>", summary: "leave out so many" },
      { flags: "--search <text>", summary: "only names with this in them" },
      {
        flags: "--inactive <age>",
        summary: "only those nobody has logged in to for so long, as 60d",
      },
      {
        flags: "--never",
        summary: "only those nobody ever logged in to",
      },
      {
        flags: "--over-quota",
        summary: "only those that hold as much as they may",
      },
      {
        flags: "--sort <field>",
        summary: "by username, created, last_login, used or messages",
      },
      { flags: "--dir <way>", summary: "asc, or desc: the largest first" },
      { flags: "--blocked", summary: "only those the blocklist covers" },
    ],
    run: list,
  },
  {
    usage: "accounts info <user>",
    summary: "One account",
    run: info,
  },
  {
    usage: "accounts create <user>",
    summary: "Make an account; asks for the password",
    options: [
      ...PASSWORD_OPTIONS,
      { flags: "--quota <size>", summary: "a quota of its own" },
      { flags: "--pin", summary: "keep it however long nobody logs in" },
      {
        flags: "--force",
        summary: "whatever the length of the name, and reserved ones too",
      },
    ],
    run: create,
  },
  {
    usage: "accounts create-random",
    summary: "Make an account with a random name and password",
    options: [JSON_ONLY],
    run: createRandom,
  },
  {
    usage: "create-user",
    summary: "Same as accounts create-random",
    options: [JSON_ONLY],
    run: createRandom,
  },
  {
    usage: "accounts password <user>",
    aliases: ["passwd"],
    summary: "Change a password; asks for the new one",
    options: PASSWORD_OPTIONS,
    run: password,
  },
  {
    usage: "accounts reset-password <user>",
    summary: "Draw a new password, which is shown once; ends all sessions",
    run: resetPassword,
  },
  {
    usage: "accounts quota <user> [size]",
    summary: 'Show or set a quota; "reset" goes back to the default',
    run: quota,
  },
  {
    usage: "accounts pin <user>",
    summary: "Keep the account however long nobody logs in",
    run: (call) => pin(call, true),
  },
  {
    usage: "accounts unpin <user>",
    summary: "Undo pin",
    run: (call) => pin(call, false),
  },
  ...REMOVAL_COMMANDS,
  ...MAILBOX_COMMANDS,
];
