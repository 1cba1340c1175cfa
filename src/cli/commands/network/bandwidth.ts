/** The octets that have passed. @module */
import type { AdminOutput } from "../../../admin/operation_table.ts";
import { roundedSize } from "../../../base/sizes.ts";
import {
  type Call,
  type Command,
  type CommandResult,
  flagOption,
  numberOption,
  textOption,
} from "../../command.ts";
import { CliError, EXIT } from "../../exit_codes.ts";
import { day, facts, moment, table } from "../../text.ts";

async function show(call: Call): Promise<CommandResult> {
  const month = textOption(call, "month");
  const top = numberOption(call, "top", { min: 1, max: 1000 });
  const data = await call.access.call(
    "bandwidth.show",
    month === undefined ? {} : { month },
  );
  if (top !== undefined) await checkThisMonth(call, data.period_start);
  const most = top === undefined
    ? undefined
    : await call.access.call("bandwidth.users", { limit: top });
  const cap = data.monthly_cap_bytes;
  const forecast = data.forecast_bytes_out;
  const summary = facts([
    ["month", `${day(data.period_start)} to ${day(data.period_end)}`],
    ["in", roundedSize(data.bytes_in_total)],
    ["out", roundedSize(data.bytes_out_total)],
    [
      "allowed out",
      cap === null
        ? "any amount"
        : `${roundedSize(cap)}, ${data.percent_used} % are used`,
    ],
    ["out by its end", forecast === null ? "" : roundedSize(forecast)],
  ]);
  const rows = Object.entries({
    ...data.by_category,
    ...(data.nic_total && { nic_total: data.nic_total }),
  }).map(([name, octets]) => row(name, octets));
  const off = data.counted
    ? ""
    : "Nothing is counted: bandwidth.enabled is off.\n\n";
  const text = `${off}${summary}\n\n${table(HEADER("what"), rows)}`;
  if (most === undefined) return { data, text };
  return {
    data: { ...data, ...most },
    text: `${text}\n\n${userTable(most.users)}`,
  };
}

/** @throws {CliError} usage: of a month that is over no account is known any more */
async function checkThisMonth(call: Call, start: number): Promise<void> {
  const now = await call.access.call("bandwidth.show", {});
  if (now.period_start === start) return;
  throw new CliError(
    "usage",
    "What single accounts have moved is kept for this month alone: --top goes with no other --month",
    EXIT.usage,
  );
}

async function history(call: Call): Promise<CommandResult> {
  const isHourly = flagOption(call, "hourly");
  const data = await call.access.call("bandwidth.timeseries", {
    days: numberOption(call, "days", { min: 1, max: 731 }),
    granularity: isHourly ? "hour" : "day",
  });
  const rows = data.buckets.map(({ bucket_start, ...octets }) =>
    row(isHourly ? moment(bucket_start) : day(bucket_start), octets)
  );
  return { data, text: table(HEADER(isHourly ? "hour" : "day"), rows) };
}

async function users(call: Call): Promise<CommandResult> {
  const data = await call.access.call("bandwidth.users", {
    limit: numberOption(call, "limit", { min: 1, max: 1000 }),
  });
  return { data, text: userTable(data.users) };
}

function userTable(found: AdminOutput<"bandwidth.users">["users"]): string {
  const rows = found.map(({ username, ...octets }) => row(username, octets));
  return table(HEADER("account"), rows);
}

const HEADER = (what: string) => [what, "in", "out"];

function row(
  name: string,
  { bytes_in, bytes_out }: {
    readonly bytes_in: number;
    readonly bytes_out: number;
  },
): string[] {
  return [name, roundedSize(bytes_in), roundedSize(bytes_out)];
}

export const BANDWIDTH_COMMANDS: readonly Command[] = [
  {
    usage: "bandwidth show",
    summary: "What has passed this month, and how much it will be by its end",
    isDefault: true,
    options: [
      {
        flags: "--month <month>",
        summary: "of another one, as 2026-07; up to two years are kept",
      },
      {
        flags: "--top <n>",
        summary:
          "also the accounts that have moved most, where bandwidth.per_user is on",
      },
    ],
    run: show,
  },
  {
    usage: "bandwidth history",
    summary: "What has passed, by day or hour",
    options: [
      { flags: "--days <n>", summary: "until now (30)" },
      { flags: "--hourly", summary: "by hour" },
    ],
    run: history,
  },
  {
    usage: "bandwidth users",
    summary:
      "Accounts that have moved most this month, where bandwidth.per_user is on",
    options: [{ flags: "--limit <n>", summary: "how many (20)" }],
    run: users,
  },
];
