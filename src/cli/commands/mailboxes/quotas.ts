/** How much accounts may hold, one by one and by default. @module */
import type { AdminOutput } from "../../../admin/operation_table.ts";
import { formatSize, roundedSize } from "../../../base/sizes.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  numberOption,
  withApplied,
} from "../../command.ts";
import { sizeArgument } from "../../sizes.ts";
import { appliedNote, counted, facts, table } from "../../text.ts";

async function status(call: Call): Promise<CommandResult> {
  const data = await call.access.call("quota.status", {});
  const text = facts([
    ["accounts", String(data.accounts_count)],
    ["mail", roundedSize(data.total_storage_bytes)],
    ["default quota", formatSize(data.default_quota_bytes)],
  ]);
  return { data, text };
}

async function list(call: Call): Promise<CommandResult> {
  const listed = await call.access.call("accounts.list", {
    sort: "used",
    limit: numberOption(call, "limit", { min: 1, max: 100_000 }),
  });
  const quotas = listed.accounts.map((account) => ({
    username: account.username,
    used_bytes: account.used_bytes,
    max_bytes: account.max_bytes,
    is_default: account.is_default_quota,
  }));
  const rows = quotas.map(({ username, used_bytes, max_bytes, is_default }) => [
    username,
    roundedSize(used_bytes),
    roundedSize(max_bytes),
    is_default ? "default" : "own",
  ]);
  const rest = listed.total - quotas.length;
  const text = [
    table(["account", "used", "quota", ""], rows),
    ...(rest > 0 ? [`${counted(rest, "more", "more")}`] : []),
  ].join("\n");
  return { data: { quotas, total: listed.total }, text };
}

async function get(call: Call): Promise<CommandResult> {
  const username = argument(call, 0);
  const data = await call.access.call("quota.get", { username });
  return { data, text: quotaText(data) };
}

async function set(call: Call): Promise<CommandResult> {
  return await changed(
    call,
    await call.access.call("quota.set", {
      username: argument(call, 0),
      max_bytes: sizeArgument(argument(call, 1)),
    }),
  );
}

async function reset(call: Call): Promise<CommandResult> {
  const username = argument(call, 0);
  return await changed(
    call,
    await call.access.call("quota.reset", {
      username,
    }),
  );
}

async function setDefault(call: Call): Promise<CommandResult> {
  const changed = await call.access.call("settings.set", {
    name: "default_quota",
    value: argument(call, 0),
  });
  const octets = sizeArgument(changed.value);
  const data = await withApplied(call, { default_quota_bytes: octets });
  const text = `The default quota is ${formatSize(octets)}${
    appliedNote(data.applied)
  }`;
  return { data, text };
}

async function changed(
  call: Call,
  quota: AdminOutput<"quota.get">,
): Promise<CommandResult> {
  const data = await withApplied(call, quota);
  return { data, text: quotaText(quota) };
}

export function quotaText(quota: AdminOutput<"quota.get">): string {
  return `${quota.username}: ${roundedSize(quota.used_bytes)} of ${
    roundedSize(quota.max_bytes)
  }${quota.is_default ? " (the default quota)" : ""}`;
}

export const QUOTA_COMMANDS: readonly Command[] = [
  {
    usage: "quota status",
    summary: "What all accounts hold, and the default quota",
    isDefault: true,
    run: status,
  },
  {
    usage: "quota list",
    summary: "What each account holds and may hold, the largest first",
    options: [{
      flags: "--limit <n>",
      summary: "at most so many (default 1000)",
    }],
    run: list,
  },
  { usage: "quota get <user>", summary: "One account", run: get },
  {
    usage: "quota set <user> <size>",
    summary: "Give an account a quota of its own",
    run: set,
  },
  {
    usage: "quota reset <user>",
    summary: "Give an account the default quota again",
    run: reset,
  },
  {
    usage: "quota set-default <size>",
    summary: "What an account may hold that has no quota of its own",
    run: setDefault,
  },
];
