/** Who may sign up: open or closed, by first login, with tokens. @module */
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  numberOption,
  textOption,
  withApplied,
} from "../command.ts";
import { withObstacles } from "../warned.ts";
import { CliError, EXIT } from "../exit_codes.ts";
import { appliedNote, facts, moment, table, yesNo } from "../text.ts";

async function status(call: Call): Promise<CommandResult> {
  const data = await call.access.call("registration.status", {});
  return { data, text: statusText(data) };
}

async function turn(
  call: Call,
  operation: "registration.open" | "registration.close",
): Promise<CommandResult> {
  const data = await withApplied(call, await call.access.call(operation, {}));
  const text = statusText(data) + appliedNote(data.applied);
  return withObstacles({ data, text }, data);
}

async function toggle(
  call: Call,
  operation: "registration.jit" | "registration.token_required",
): Promise<CommandResult> {
  const state = argument(call, 0);
  if (state !== "on" && state !== "off") {
    throw new CliError("usage", `Write on or off, not "${state}"`, EXIT.usage);
  }
  const changed = await call.access.call(operation, {
    enabled: state === "on",
  });
  const data = await withApplied(call, changed);
  return { data, text: statusText(data) + appliedNote(data.applied) };
}

function statusText(
  status: { open: boolean; jit_enabled: boolean; token_required: boolean },
): string {
  return facts([
    ["registration", status.open ? "open" : "closed"],
    ["sign-up by first login", status.jit_enabled ? "on" : "off"],
    ["token required", yesNo(status.token_required)],
  ]);
}

async function createToken(call: Call): Promise<CommandResult> {
  const put = await call.access.call("registration_tokens.create", {
    token: textOption(call, "token"),
    max_uses: numberOption(call, "maxUses", { min: 1, max: 1_000_000 }),
    comment: textOption(call, "comment"),
    public_note: textOption(call, "note"),
    expires_in: textOption(call, "expires"),
  });
  const data = await withApplied(call, put);
  const text = facts([
    ["token", data.token],
    // nothing where there is no web site
    ...(data.invite_url === null ? [] : [["link", data.invite_url] as const]),
    ["uses", String(data.max_uses)],
    ["expires", moment(data.expires_at)],
  ]);
  return { data, text };
}

async function listTokens(call: Call): Promise<CommandResult> {
  const data = await call.access.call("registration_tokens.list", {});
  const rows = data.tokens.map((token) => [
    token.token,
    token.status,
    `${token.uses}/${token.max_uses}`,
    moment(token.expires_at),
    token.comment,
  ]);
  const header = ["token", "status", "uses", "expires", "comment"];
  return { data, text: table(header, rows) };
}

async function tokenStatus(call: Call): Promise<CommandResult> {
  const data = await call.access.call("registration_tokens.status", {
    token: argument(call, 0),
  });
  const accounts = data.pending_accounts.map((
    account,
  ) => [account.username, account.status] as const);
  const text = facts([
    ["token", data.token],
    ["status", data.status],
    ["uses", `${data.uses} of ${data.max_uses}, ${data.available} left`],
    ["created", moment(data.created_at)],
    ["expires", moment(data.expires_at)],
    ["comment", data.comment],
    ["note", data.public_note],
    ...accounts,
  ]);
  return { data, text };
}

async function deleteToken(call: Call): Promise<CommandResult> {
  const deleted = await call.access.call("registration_tokens.delete", {
    token: argument(call, 0),
  });
  const data = await withApplied(call, deleted);
  return { data, text: `Deleted ${data.token}; accounts made with it stay` };
}

export const REGISTRATION_COMMANDS: readonly Command[] = [
  {
    usage: "registration status",
    summary: "Who may sign up",
    isDefault: true,
    run: status,
  },
  {
    usage: "registration open",
    summary: "Let anyone sign up",
    run: (call) => turn(call, "registration.open"),
  },
  {
    usage: "registration close",
    aliases: ["closed"],
    summary: "Let only holders of tokens sign up",
    run: (call) => turn(call, "registration.close"),
  },
  {
    usage: "registration jit <on|off>",
    summary: "Whether a first login makes the account",
    run: (call) => toggle(call, "registration.jit"),
  },
  {
    usage: "registration token-required <on|off>",
    summary: "Whether sign-up needs a token",
    run: (call) => toggle(call, "registration.token_required"),
  },
  {
    usage: "registration-tokens create",
    summary: "Make a token, or change one that exists",
    options: [
      { flags: "--token <text>", summary: "its text; random if not given" },
      { flags: "--max-uses <n>", summary: "accounts it is good for (1)" },
      { flags: "--comment <text>", summary: "what it is for" },
      {
        flags: "--note <text>",
        summary: "what whoever opens the invitation is told",
      },
      { flags: "--expires <duration>", summary: "how long it is good, as 72h" },
    ],
    run: createToken,
  },
  {
    usage: "registration-tokens list",
    summary: "All tokens",
    isDefault: true,
    run: listTokens,
  },
  {
    usage: "registration-tokens status <token>",
    summary: "One token, and the accounts made with it",
    run: tokenStatus,
  },
  {
    usage: "registration-tokens delete <token>",
    summary: "Delete a token",
    run: deleteToken,
  },
];
