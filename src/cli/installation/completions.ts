/** What shells offer while a command line is typed. @module */
import type { CommandTable } from "../command.ts";
import type { Shell } from "../../ops/install/places.ts";
import { type OptionWord, type Place, places } from "./command_words.ts";

const WRITERS: Readonly<
  Record<Shell, (name: string, all: readonly Place[]) => string>
> = { bash, zsh, fish };

/** A script for the shell, complete with what a file of it begins with. */
export function completion(
  shell: Shell,
  table: CommandTable,
  name: string,
): string {
  return WRITERS[shell](name, places(table, name));
}

/** Names of functions have no hyphens in all shells. */
function functionName(name: string): string {
  return `_${name.replaceAll("-", "_")}`;
}

/** Options after which the next word is no command. */
function valued([outermost]: readonly Place[]): string {
  return (outermost?.options ?? []).filter(({ takesValue }) => takesValue)
    .flatMap(({ words }) => words).join("|");
}

function bash(name: string, all: readonly Place[]): string {
  const cases = all.map(({ words, next, options }) => {
    const offered = [
      ...next.map(({ word }) => word),
      ...options.flatMap(({ words }) => words),
    ];
    return `    ${pattern(words, next.length > 0)}) offered="${
      offered.join(" ")
    }" ;;`;
  });
  return `# bash completion of ${name}
${functionName(name)}() {
  local word offered="" words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
      ${valued(all)}) i=$((i + 1)) ;;
      -*) ;;
      *) words+="$word " ;;
    esac
  done
  case $words in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$offered" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F ${functionName(name)} ${name}
`;
}

/** Of words that each have a blank after them; a command's arguments follow it. */
function pattern(words: readonly string[], isGroup: boolean): string {
  const text = words.map((word) => `${word} `).join("");
  return isGroup ? `"${text}"` : `"${text}"*`;
}

function zsh(name: string, all: readonly Place[]): string {
  const cases = all.map(({ words, next, options }) =>
    [
      `    ${pattern(words, next.length > 0)})`,
      `      commands=(${
        next.map((one) => described(one.word, one.summary)).join(" ")
      })`,
      `      options=(${
        options.flatMap((option) =>
          option.words.map((word) => described(word, option.summary))
        ).join(" ")
      })`,
      "      ;;",
    ].join("\n")
  );
  return `#compdef ${name}
${functionName(name)}() {
  local word typed="" i
  local -a commands options
  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
    case $word in
      ${valued(all)}) i=$((i + 1)) ;;
      -*) ;;
      *) typed+="$word " ;;
    esac
  done
  case $typed in
${cases.join("\n")}
  esac
  if [[ $words[CURRENT] == -* ]]; then
    _describe -o option options
  elif ((\${#commands})); then
    _describe command commands
  else
    _files
  fi
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  ${functionName(name)} "$@"
else
  compdef ${functionName(name)} ${name}
fi
`;
}

/** `word:what it is`, as _describe reads it. */
function described(word: string, summary: string): string {
  return singleQuoted(`${word.replaceAll(":", "\\:")}:${summary}`);
}

function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function fish(name: string, all: readonly Place[]): string {
  const at = `_${functionName(name)}_at`;
  const lines = all.flatMap(({ words, next, options }) => {
    const isExact = next.length > 0 ? "exactly" : "after";
    const where = `-n '${at} ${isExact} ${words.join(" ")}'`;
    return [
      ...next.map(({ word, summary }) =>
        `complete -c ${name} -f ${where} -a ${word} -d ${fishQuoted(summary)}`
      ),
      ...options.map((option) =>
        `complete -c ${name} ${where} ${fishOption(option)} -d ${
          fishQuoted(option.summary)
        }`
      ),
    ];
  });
  const valuedWords = valued(all).split("|").join(" ");
  return `# fish completion of ${name}
function ${at}
  set -l typed
  set -l skip no
  for word in (commandline -opc)[2..-1]
    if test $skip = yes
      set skip no
    else if contains -- $word ${valuedWords}
      set skip yes
    else if not string match -q -- '-*' $word
      set -a typed $word
    end
  end
  if test $argv[1] = exactly
    test "$typed" = "$argv[2..-1]"
  else
    string match -q -- "$argv[2..-1] *" "$typed "
  end
end
${lines.join("\n")}
`;
}

function fishOption({ words, takesValue }: OptionWord): string {
  const flags = words.map((word) =>
    word.startsWith("--") ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`
  );
  return [...flags, ...takesValue ? ["-r"] : []].join(" ");
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
