/** The command table as words: what man page and completions are made from. @module */
import { renamed } from "../../base/program_name.ts";
import type { Command, CommandOption, CommandTable } from "../command.ts";

/** One place of a command line, and what may come next. */
export interface Place {
  /** Before it, options left out: `["accounts"]`. */
  readonly words: readonly string[];
  readonly next: readonly Word[];
  readonly options: readonly OptionWord[];
}

export interface Word {
  readonly word: string;
  readonly summary: string;
}

export interface OptionWord {
  /** `-p`, `--password` */
  readonly words: readonly string[];
  readonly takesValue: boolean;
  readonly summary: string;
}

/** Every place of a command line, the outermost first. */
export function places(
  { commands, groups, options }: CommandTable,
  name: string,
): readonly Place[] {
  const globals = options.map((option) => optionWord(option, name));
  const common = globals.filter(({ words }) =>
    ["--json", "--yes", "--quiet"].some((word) => words.includes(word))
  );
  const inGroups = groups.flatMap((group) =>
    named(group.name, group.aliases).map((word): Place => ({
      words: [word],
      next: commands.flatMap((command) => {
        const [first, second = ""] = wordsOf(command);
        return first === group.name && second !== ""
          ? [{ word: second, summary: renamed(command.summary, name) }]
          : [];
      }),
      options: common,
    }))
  );
  return [
    { words: [], next: outermost(commands, groups, name), options: globals },
    ...inGroups,
    ...commands.flatMap((command) =>
      spellings(command, groups).map((words): Place => ({
        words,
        next: [],
        options: [
          ...(command.options ?? []).map((option) => optionWord(option, name)),
          ...common,
        ],
      }))
    ),
  ];
}

function outermost(
  commands: CommandTable["commands"],
  groups: CommandTable["groups"],
  name: string,
): Word[] {
  const alone = commandsAlone({ commands, groups })
    .map((command) => ({
      word: wordsOf(command)[0] ?? "",
      summary: renamed(command.summary, name),
    }));
  return [
    ...alone,
    ...groups.map(({ name: word, summary }) => ({ word, summary })),
  ];
}

/** Those of no group. */
export function commandsAlone(
  { commands, groups }: Pick<CommandTable, "commands" | "groups">,
): Command[] {
  return commands.filter((command) => groupOf(command, groups) === undefined);
}

/** The words of a command, without its arguments: `accounts create`. */
export function wordsOf({ usage }: Command): string[] {
  return usage.split(" ").filter((word) => !/^[<[]/.test(word));
}

/** All the words by which it can be called. */
function spellings(
  command: Command,
  groups: CommandTable["groups"],
): string[][] {
  const [first = "", second] = wordsOf(command);
  if (second === undefined) {
    return named(first, command.aliases).map((word) => [word]);
  }
  const group = groupOf(command, groups);
  return named(first, group?.aliases).flatMap((one) =>
    named(second, command.aliases).map((other) => [one, other])
  );
}

function groupOf(command: Command, groups: CommandTable["groups"]) {
  const [first] = wordsOf(command);
  return groups.find(({ name }) => name === first);
}

function named(name: string, aliases: readonly string[] = []): string[] {
  return [name, ...aliases];
}

function optionWord(
  { flags, summary }: CommandOption,
  name: string,
): OptionWord {
  return {
    words: flags.split(/[ ,]+/).filter((word) => word.startsWith("-")),
    takesValue: flags.includes("<"),
    summary: renamed(summary, name),
  };
}
