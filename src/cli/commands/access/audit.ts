/** Who has changed what. @module */
import type { AdminOutput } from "../../../admin/operation_table.ts";
import {
  type Call,
  type Command,
  type CommandResult,
  numberOption,
  textOption,
} from "../../command.ts";
import { moment, table } from "../../text.ts";

const MOST = 1000;
const USUAL = 50;

type Row = AdminOutput<"audit.list">["entries"][number];

async function audit(call: Call): Promise<CommandResult> {
  const q = textOption(call, "search");
  const limit = numberOption(call, "limit", { min: 1, max: MOST }) ?? USUAL;
  const data = await call.access.call("audit.list", {
    limit,
    ...(q === undefined ? {} : { q }),
  });
  if (data.entries.length === 0) return { data, text: "Nothing is recorded" };
  const text = table(
    ["when", "who", "from", "what", "outcome"],
    data.entries.map((row) => [
      moment(row.ts),
      row.actor,
      row.ip ?? "",
      whatOf(row),
      row.status,
    ]),
  );
  return { data, text };
}

function whatOf({ method, resource, summary }: Row): string {
  return `${method} ${resource} ${summary}`.trim();
}

export const AUDIT_COMMANDS: readonly Command[] = [{
  usage: "audit",
  summary:
    "What was changed by command line, API and panel, and by whom; the newest first",
  options: [
    { flags: "--search <text>", summary: "only what has it" },
    { flags: "--limit <count>", summary: "so many, up to 1000; else 50" },
  ],
  run: audit,
}];
