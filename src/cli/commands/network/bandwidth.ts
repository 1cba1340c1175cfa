/** The octets that have passed. @module */
import { roundedSize } from "../../../base/sizes.ts";
import {
  type Call,
  type Command,
  type CommandResult,
  flagOption,
  numberOption,
} from "../../command.ts";
import { day, facts, moment, table } from "../../text.ts";

async function show(call: Call): Promise<CommandResult> {
  const data = await call.access.call("bandwidth.show", {});
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
  return { data, text: `${summary}\n\n${table(HEADER("what"), rows)}` };
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
  const rows = data.users.map(({ username, ...octets }) =>
    row(username, octets)
  );
  return { data, text: table(HEADER("account"), rows) };
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
