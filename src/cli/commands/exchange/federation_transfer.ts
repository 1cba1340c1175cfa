/** Rules, overrides and exchangers out of this relay and into it. @module */
import { resolve } from "node:path";
import type { AdminOutput } from "../../../admin/operation_table.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  withApplied,
} from "../../command.ts";
import { CliError, EXIT } from "../../exit_codes.ts";
import { appliedNote, counted } from "../../text.ts";

type Document = AdminOutput<"federation.export">;
type Report = AdminOutput<"federation.import">;

const LISTS = ["rules", "dismissed", "exchangers", "overrides"] as const;
const MAX_OCTETS = 16 * 1024 * 1024;
/** The socket takes no long lines. */
const AT_ONCE = 200;

async function exportAll(call: Call): Promise<CommandResult> {
  const data = await call.access.call("federation.export", {});
  return { data, text: JSON.stringify(data, undefined, 2) };
}

async function importAll(call: Call): Promise<CommandResult> {
  const document = await read(resolve(argument(call, 0)));
  const reports: Report[] = [];
  for (const list of LISTS) {
    const entries = document[list] ?? [];
    for (let from = 0; from < entries.length; from += AT_ONCE) {
      const report = await call.access.call("federation.import", {
        [list]: entries.slice(from, from + AT_ONCE),
      });
      const errors = report.errors.map((one) => ({
        ...one,
        index: from + one.index,
      }));
      reports.push({ ...report, errors });
    }
  }
  const sum = {
    imported: reports.reduce((all, { imported }) => all + imported, 0),
    failed: reports.reduce((all, { failed }) => all + failed, 0),
    errors: reports.flatMap(({ errors }) => errors),
    tokens: reports.flatMap(({ tokens }) => tokens),
  };
  const data = await withApplied(call, sum);
  const text = [
    `Took ${counted(sum.imported, "entry", "entries")}, refused ${sum.failed}` +
    appliedNote(data.applied),
    ...sum.errors.map(({ list, index, error }) =>
      `  ${list} ${index}: ${error}`
    ),
    ...sum.tokens.map(({ name, token }) =>
      `The token of the exchanger ${name}, shown once: ${token}`
    ),
  ].join("\n");
  return { data, text, exit: sum.failed > 0 ? EXIT.partial : EXIT.ok };
}

async function read(
  path: string,
): Promise<Partial<Record<keyof Document, readonly unknown[]>>> {
  const { size } = await Deno.stat(path);
  if (size > MAX_OCTETS) throw failure(`${path} is too long`);
  let document: unknown;
  try {
    document = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw failure(`${path} is not JSON`);
  }
  const isObject = typeof document === "object" && document !== null &&
    !Array.isArray(document);
  const lists = isObject
    ? document as Record<string, unknown>
    : {} as Record<string, unknown>;
  const known: Record<string, readonly unknown[]> = {};
  for (const list of LISTS) {
    const found = lists[list];
    if (Array.isArray(found)) known[list] = found;
  }
  if (Object.keys(known).length > 0) return known;
  throw failure(`${path} has none of the lists ${LISTS.join(", ")}`);
}

function failure(message: string): CliError {
  return new CliError("invalid_value", message, EXIT.conflict);
}

export const FEDERATION_TRANSFER_COMMANDS: readonly Command[] = [
  {
    usage: "federation export",
    summary:
      "Rules, dismissed domains, endpoint cache and exchangers as JSON, without tokens",
    run: exportAll,
  },
  {
    usage: "federation import <document>",
    summary:
      'Take what "federation export" wrote; what is not in it stays as it is',
    run: importAll,
  },
];
