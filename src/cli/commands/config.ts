/** The configuration file: is it right, what does it say? @module */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import {
  machineResources,
  shortages,
} from "../../accounts/limits/resource_guard.ts";
import type { Facts } from "../../admin/condition_facts.ts";
import { degradedBy } from "../../admin/conditions.ts";
import { certificateNames, openCertificates } from "../../app/certificates.ts";
import { diskFacts, openFileFacts } from "../../app/running/facts.ts";
import { SYSTEM_CLOCK } from "../../app/system_time.ts";
import { raiseFileLimit } from "../../files/file_limit.ts";
import type { Certificate } from "../../tls/certificate.ts";
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
  const messages = warnings.map(formatProblem);
  const place = path ?? "the environment and built-in values";
  const degraded = degradedBy(await factsOf(values));
  const data = { path: path ?? null, warnings: messages, degraded };
  const text = [
    ...messages,
    ...degraded.map(({ code, message }) => `warning: ${code}: ${message}`),
    `The configuration is valid: ${place}`,
  ].join("\n");
  return { data, text };
}

/** What can be known of a server with this configuration without running it. */
async function factsOf(values: Config): Promise<Facts> {
  const { server, registration, storage } = values;
  const directory = existing(server.stateDir);
  const { freeDiskOctets } = await machineResources(directory);
  const signUpObstacles = registration.open
    ? shortages({ freeDiskOctets }, {
      maxLoad1m: 0,
      minAvailableMemoryOctets: 0,
      minFreeDiskOctets: registration.minFreeDisk,
    })
    : [];
  return {
    nowMs: SYSTEM_CLOCK.now(),
    ...await diskFacts(directory, storage.minFree),
    durability: storage.sync,
    signUpObstacles,
    ...openFileFacts(values, raiseFileLimit()),
    logLevel: values.log.level,
    // one of its own the server makes anew when it starts
    ...(values.tls.mode === "file"
      ? { certificates: await certificatesOf(values) }
      : {}),
  };
}

/** The directory, or the one above it that is there. */
function existing(path: string): string {
  for (let at = path;; at = dirname(at)) {
    if (at === dirname(at) || existsSync(at)) return at;
  }
}

/** What is served to who asks for which name. @throws {CliError} what is wrong with the files */
async function certificatesOf(
  values: Config,
): Promise<ReadonlyMap<string, Certificate>> {
  try {
    const store = await openCertificates(values, SYSTEM_CLOCK);
    return new Map(
      certificateNames(values).map((name) => [name, store.for(name)]),
    );
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
