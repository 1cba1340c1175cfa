/** The configuration file: is it right, what does it say? @module */
import { openCertificates } from "../../app/certificates.ts";
import { SYSTEM_CLOCK } from "../../app/system_time.ts";
import { formatProblem } from "../../config/problems.ts";
import {
  type Config,
  KEY_NAMES,
  keyNamed,
  valueOf,
} from "../../config/schema.ts";
import {
  type Call,
  type Command,
  type CommandResult,
  flagOption,
} from "../command.ts";
import { CliError, describeFailure, EXIT } from "../exit_codes.ts";

async function check(call: Call): Promise<CommandResult> {
  const { path, values, warnings } = call.access.config;
  if (values.tls.mode === "file") await checkCertificate(values);
  const messages = warnings.map(formatProblem);
  const place = path ?? "the environment and built-in values";
  const data = { path: path ?? null, warnings: messages };
  const text = [...messages, `The configuration is valid: ${place}`].join("\n");
  return { data, text };
}

/** @throws {CliError} what is wrong with the files */
async function checkCertificate(values: Config): Promise<void> {
  try {
    await openCertificates(values, SYSTEM_CLOCK);
  } catch (error) {
    const { message } = describeFailure(error);
    throw new CliError(
      "config_invalid",
      `tls.mode is file: ${message}`,
      EXIT.config_invalid,
    );
  }
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
