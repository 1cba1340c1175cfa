/** The configuration file: is it right, what does it say? @module */
import { formatProblem } from "../../config/problems.ts";
import { KEY_NAMES, keyNamed, valueOf } from "../../config/schema.ts";
import {
  type Call,
  type Command,
  type CommandResult,
  flagOption,
} from "../command.ts";

function check(call: Call): Promise<CommandResult> {
  const { path, warnings } = call.access.config;
  const messages = warnings.map(formatProblem);
  const place = path ?? "the environment and built-in values";
  const data = { path: path ?? null, warnings: messages };
  const text = [...messages, `The configuration is valid: ${place}`].join("\n");
  return Promise.resolve({ data, text });
}

function show(call: Call): Promise<CommandResult> {
  const { values, given } = call.access.config;
  const all = flagOption(call, "effective");
  const shown = KEY_NAMES.filter((key) => all || given.has(key));
  const data = {
    config: Object.fromEntries(shown.map((key) => [
      key,
      keyNamed(key).kind.format(valueOf(values, key)),
    ])),
  };
  const lines: string[] = [];
  let section = "";
  for (const key of shown) {
    const [name = "", rest = ""] = key.split(".");
    if (name !== section) lines.push(`${section && "\n"}[${name}]`);
    section = name;
    lines.push(`${rest} = ${keyNamed(key).kind.toToml(valueOf(values, key))}`);
  }
  return Promise.resolve({ data, text: lines.join("\n") });
}

export const CONFIG_COMMANDS: readonly Command[] = [
  {
    usage: "config check",
    summary: "Report everything that is wrong with the configuration",
    isDefault: true,
    run: check,
  },
  {
    usage: "config show",
    summary: "Print the configuration as it is understood",
    options: [{
      flags: "--effective",
      summary: "built-in values too, not only what is written",
    }],
    run: show,
  },
];
