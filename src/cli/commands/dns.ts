/** What others have to find of this server in the DNS. @module */
import type { AdminOutput } from "../../admin/operation_table.ts";
import {
  type Call,
  type Command,
  type CommandResult,
  flagOption,
} from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { table } from "../text.ts";

type Checks = AdminOutput<"dns.check">;

const NO_RECORDS =
  "This server has no domain but addresses: there is nothing to publish";
const UNKNOWN = "(the public address of this server, or set server.public_ip)";

async function records(call: Call): Promise<CommandResult> {
  const data = await call.access.call("dns.records", {});
  if (data.records.length === 0) return { data, text: NO_RECORDS };
  if (flagOption(call, "zone")) {
    return { data, text: data.records.map(({ zone }) => zone).join("\n") };
  }
  const rows = data.records.map(({ need, type, name, value }) => [
    need,
    type,
    name,
    value ?? UNKNOWN,
  ]);
  const notes = [
    "Each value is one line: a provider that takes no more than 255 characters wants it as --zone has it.",
    "A dot at the end of a host name belongs to zone files; a form that adds the domain itself wants names below it (--json has both).",
  ];
  const text = [table(["need", "type", "name", "value"], rows), "", ...notes];
  return { data, text: text.join("\n") };
}

async function check(call: Call): Promise<CommandResult> {
  const data = await call.access.call("dns.check", {});
  const exit = data.ok ? EXIT.ok : EXIT.failed;
  if (data.records.length === 0) return { data, text: NO_RECORDS };
  return { data, text: checkText(data), exit };
}

function checkText({ records, hosts }: Checks): string {
  const rows = [
    ...records.map(({ state, need, type, name, problem }) => [
      state,
      need,
      `${type} ${name}`,
      problem ?? "",
    ]),
    ...hosts.map(({ host, state, problem }) => [
      state,
      "required",
      `https://${host}/mxdeliv`,
      problem ?? "",
    ]),
  ];
  return table(["state", "need", "what", "problem"], rows);
}

export const DNS_COMMANDS: readonly Command[] = [
  {
    usage: "dns records",
    summary: "Every record to publish",
    isDefault: true,
    options: [{ flags: "--zone", summary: "as lines of a zone file" }],
    run: records,
  },
  {
    usage: "dns check",
    summary:
      "Ask the DNS for each, and the hosts for mail for /mxdeliv; exit 1 if one that is needed is missing or wrong",
    run: check,
  },
];
