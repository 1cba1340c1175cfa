/** The manual page, from the command table: man(7). @module */
import { renamed } from "../../base/program_name.ts";
import { placesOf } from "../../ops/install/places.ts";
import type { Command, CommandOption, CommandTable } from "../command.ts";
import { EXIT, EXIT_MEANINGS } from "../exit_codes.ts";
import { commandsAlone, wordsOf } from "./command_words.ts";

/** @param version Stands in its footer. */
export function manPage(
  table: CommandTable,
  name: string,
  version: string,
): string {
  const { config, stateDir, unit } = placesOf({ name });
  const lines = [
    `.TH ${quoted(name.toUpperCase())} 1 "" ${quoted(`${name} ${version}`)}`,
    ".SH NAME",
    `${escaped(name)} \\- chatmail relay in one program`,
    ".SH SYNOPSIS",
    `.B ${escaped(name)}`,
    "[\\fIoptions\\fR] [\\fIcommand\\fR]",
    ".SH DESCRIPTION",
    "Without a command, the server runs. A running server carries commands out",
    "itself, so that they are in force at once; while none runs, they work on",
    "the database.",
    ".SH OPTIONS OF EVERY COMMAND",
    ...table.options.flatMap((option) => optionLines(option, name)),
    ".SH COMMANDS",
    ...commandsAlone(table).flatMap((command) => commandLines(command, name)),
    ...table.groups.flatMap((group) => [
      `.SS ${escaped(group.name)}`,
      sentence(group.summary, name),
      ...table.commands.filter((command) => wordsOf(command)[0] === group.name)
        .flatMap((command) => commandLines(command, name)),
    ]),
    ".SH EXIT STATUS",
    ...Object.entries(EXIT).flatMap(([exit, code]) => [
      ".TP",
      String(code),
      sentence(EXIT_MEANINGS[exit as keyof typeof EXIT], name),
    ]),
    ".SH FILES",
    ...[
      [config, "the configuration"],
      [stateDir, "accounts, mail, keys"],
      [unit, "the service"],
    ].flatMap(([path = "", what = ""]) => [
      ".TP",
      `.I ${escaped(path)}`,
      sentence(what, name),
    ]),
    ".SH SEE ALSO",
    ".BR systemctl (1),",
    ".BR journalctl (1)",
  ];
  return `${lines.join("\n")}\n`;
}

function commandLines(command: Command, name: string): string[] {
  return [
    ".TP",
    `.B ${escaped(command.usage)}`,
    sentence(command.summary, name),
    ...(command.options ?? []).length === 0 ? [] : [
      ".RS",
      ...(command.options ?? []).flatMap((option) => optionLines(option, name)),
      ".RE",
    ],
  ];
}

function optionLines({ flags, summary }: CommandOption, name: string) {
  return [".TP", `.B ${escaped(flags)}`, sentence(summary, name)];
}

/** A line of text, which begins with no request. */
function sentence(text: string, name: string): string {
  const line = escaped(renamed(text, name));
  return /^[.']/.test(line) ? `\\&${line}` : line;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-");
}

function quoted(text: string): string {
  return `"${escaped(text).replaceAll('"', "\\(dq")}"`;
}
