/** `postern completion`: for shells that are set up by hand. @module */
import { SHELLS } from "../../ops/install/places.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
} from "../command.ts";
import { NAME, VERSION } from "../version.ts";
import { completion } from "./completions.ts";
import { manPage } from "./man_page.ts";
import { usage } from "./wishes.ts";

function show(call: Call): Promise<CommandResult> {
  const named = argument(call, 0);
  const shell = SHELLS.find((one) => one === named);
  if (shell === undefined) {
    throw usage(`name one of ${SHELLS.join(", ")} (got "${named}")`);
  }
  const text = completion(shell, call.table, NAME);
  return Promise.resolve({ data: { shell, text }, text: text.trimEnd() });
}

/** Under the name by which packagers know it. */
function showFish(call: Call): Promise<CommandResult> {
  const text = completion("fish", call.table, NAME);
  return Promise.resolve({
    data: { shell: "fish", text },
    text: text.trimEnd(),
  });
}

function showManPage(call: Call): Promise<CommandResult> {
  const text = manPage(call.table, NAME, VERSION);
  return Promise.resolve({ data: { text }, text: text.trimEnd() });
}

export const COMPLETION_COMMANDS: readonly Command[] = [
  {
    usage: "completion <shell>",
    summary: "Print what completes command lines in bash, zsh or fish",
    run: show,
  },
  {
    usage: "generate-man",
    summary: "Print the manual page",
    run: showManPage,
  },
  {
    usage: "generate-fish-completion",
    summary: "Same as completion fish",
    run: showFish,
  },
];
