/** What the relay has measured of itself, and what fills its disk. @module */
import { roundedSize } from "../../../base/sizes.ts";
import { nearest } from "../../../config/nearest.ts";
import { SERIES_NAMES } from "../../../observe/history/series.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  numberOption,
} from "../../command.ts";
import { CliError, EXIT } from "../../exit_codes.ts";
import { facts, moment, table } from "../../text.ts";

const HOUR = 3600;
const LONGEST_HOURS = 24 * 731;

async function list(call: Call): Promise<CommandResult> {
  const data = await call.access.call("metrics.series", {});
  const rows = data.series.map(({ key, unit, latest, summary }) => [
    key,
    unit.replaceAll("_", " "),
    latest === null ? "" : String(latest),
    summary,
  ]);
  return { data, text: table(["series", "unit", "now", "what it is"], rows) };
}

async function show(call: Call): Promise<CommandResult> {
  const series = seriesNamed(argument(call, 0));
  const hours = numberOption(call, "hours", { min: 1, max: LONGEST_HOURS });
  const to = Math.floor(Date.now() / 1000) + 1;
  const data = await call.access.call("metrics.history", {
    keys: [series],
    from: to - (hours ?? 1) * HOUR,
    to,
  });
  const rows = (data.series[series] ?? [])
    .map(([at, value]) => [moment(at), String(value)]);
  return { data, text: table(["time", series], rows) };
}

/** @throws {CliError} not_found */
function seriesNamed(written: string): string {
  const found = SERIES_NAMES.find((one) => one === written);
  if (found !== undefined) return found;
  const meant = nearest(written, SERIES_NAMES);
  throw new CliError(
    "not_found",
    `No series is named "${written}"${
      meant === undefined ? "" : `, did you mean ${meant}?`
    }: metrics list has all of them`,
    EXIT.not_found,
  );
}

async function usage(call: Call): Promise<CommandResult> {
  const data = await call.access.call("storage.usage", {
    accounts: numberOption(call, "accounts", { min: 0, max: 50 }),
  });
  const { disk } = data;
  const summary = facts([
    ["in all", roundedSize(data.total_bytes)],
    [
      "disk",
      disk === null
        ? ""
        : `${
          roundedSize(disk.available_bytes)
        } are free, ${disk.percent_used} % are used`,
    ],
    ["free in the database", roundedSize(data.database.free_bytes)],
  ]);
  const parts = data.parts.map(({ kind, bytes, files }) => [
    kind,
    roundedSize(bytes),
    String(files),
  ]);
  const accounts = data.accounts.map(({ username, used_bytes, messages }) => [
    username,
    roundedSize(used_bytes),
    String(messages),
  ]);
  return {
    data,
    text: [
      summary,
      table(["what", "size", "files"], parts),
      ...accounts.length === 0
        ? []
        : [table(["account", "size", "messages"], accounts)],
    ].join("\n\n"),
  };
}

export const MEASURE_COMMANDS: readonly Command[] = [
  {
    usage: "metrics list",
    summary: "What is measured and kept, and what it was last",
    isDefault: true,
    run: list,
  },
  {
    usage: "metrics show <series>",
    summary: "What was measured of one of them",
    options: [{ flags: "--hours <n>", summary: "until now (1)" }],
    run: show,
  },
  {
    usage: "storage usage",
    summary: "What fills the disk, and the accounts that hold most",
    isDefault: true,
    options: [{ flags: "--accounts <n>", summary: "how many (10)" }],
    run: usage,
  },
];
