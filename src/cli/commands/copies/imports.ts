/** Other relays, taken over. @module */
import { resolve } from "node:path";
import type { AdminOutput } from "../../../admin/operation_table.ts";
import { roundedSize } from "../../../base/sizes.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandOption,
  type CommandResult,
  flagOption,
  withApplied,
} from "../../command.ts";
import { EXIT } from "../../exit_codes.ts";
import { counted, facts } from "../../text.ts";

type Report = AdminOutput<"import.relay">;

const MAX_SHOWN = 20;

function restText(report: AdminOutput<"import.madmail">): string {
  const { settings_left_out: left } = report;
  return [
    facts([
      ["settings", String(report.settings)],
      ["invitations", String(report.tokens)],
      ["blocked names", String(report.blocked)],
      ["federation rules", String(report.rules)],
      ["dismissed domains", String(report.dismissed)],
      ["endpoint cache", String(report.overrides)],
      ["exchangers", String(report.exchangers)],
      ["DKIM keys", String(report.dkim_keys)],
    ]),
    ...(left.length > 0 ? [`Settings left out: ${left.join(", ")}`] : []),
  ].join("\n");
}

function reportText(report: Report, isDry: boolean, rest?: string): string {
  const { problems } = report;
  const shown = problems.slice(0, MAX_SHOWN).map((line) => `  ${line}`);
  const more = problems.length - shown.length;
  return [
    isDry ? "Nothing was changed. There is:" : "Taken over:",
    facts([
      ["accounts", String(report.accounts)],
      ["known before", String(report.known_accounts)],
      ["refused", String(report.refused_accounts)],
      ["mailboxes", String(report.mailboxes)],
      ["messages", `${report.messages} (${roundedSize(report.bytes)})`],
      ["known before", String(report.known_messages)],
      ["with new UIDs", String(report.renumbered)],
      ["unreadable", String(report.unreadable)],
      ["push tokens", String(report.push_tokens)],
    ]),
    ...(rest === undefined ? [] : [rest]),
    ...(problems.length > 0 ? ["What could not be taken as it was:"] : []),
    ...shown,
    ...(more > 0 ? [`  and ${counted(more, "other", "others")} (--json)`] : []),
  ].join("\n");
}

async function importResult(
  call: Call,
  report: Report,
  rest?: string,
): Promise<CommandResult> {
  const data = await withApplied(call, report);
  const isPartial = report.problems.length > 0;
  return {
    data,
    text: reportText(report, flagOption(call, "dryRun"), rest),
    exit: isPartial ? EXIT.partial : EXIT.ok,
  };
}

function importInput(call: Call) {
  return {
    directory: resolve(argument(call, 0)),
    force: flagOption(call, "force"),
    dry_run: flagOption(call, "dryRun"),
  };
}

async function importRelay(call: Call): Promise<CommandResult> {
  const report = await call.access.call("import.relay", importInput(call));
  return await importResult(call, report);
}

async function importMadmail(call: Call): Promise<CommandResult> {
  const report = await call.access.call("import.madmail", {
    ...importInput(call),
    settings: !flagOption(call, "mailOnly"),
  });
  return await importResult(call, report, restText(report));
}

const OPTIONS: readonly CommandOption[] = [
  { flags: "--dry-run", summary: "read and count, and change nothing" },
  { flags: "--force", summary: "whatever the lengths of names" },
];

export const IMPORT_COMMANDS: readonly Command[] = [
  {
    usage: "import-relay <dir>",
    summary:
      "Accounts, mail and push tokens of a chatmail/relay, from its mail directory",
    timeout: "24h",
    options: OPTIONS,
    run: importRelay,
  },
  {
    usage: "import-madmail <dir>",
    summary:
      "Accounts, mail, settings and keys of a madmail, from its state directory",
    timeout: "24h",
    options: [
      ...OPTIONS,
      {
        flags: "--mail-only",
        summary: "no settings, invitations, blocked names, rules and keys",
      },
    ],
    run: importMadmail,
  },
];
