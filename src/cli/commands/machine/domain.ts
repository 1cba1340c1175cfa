/**
 * Domains that accounts are at: keys of the file, with what else has to be done
 * when one comes or goes.
 *
 * @module
 */
import {
  hostNameProblem,
  literalIp,
  parseDomain,
} from "../../../mail/address.ts";
import type { KeyName } from "../../../config/schema.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  confirm,
  flagOption,
} from "../../command.ts";
import { CliError, EXIT } from "../../exit_codes.ts";
import { counted, table } from "../../text.ts";
import { NAME } from "../../version.ts";
import { changeFile } from "./config_change.ts";

/** What a change comes to. */
interface Plan {
  readonly primary: string;
  readonly further: readonly string[];
  readonly steps: readonly string[];
}

async function list(call: Call): Promise<CommandResult> {
  const data = await call.access.call("domains.list", {});
  const rows = data.domains.map(({ name, primary, accounts }) => [
    name,
    primary ? "new accounts" : "further",
    String(accounts),
  ]);
  return { data, text: table(["domain", "for", "accounts"], rows) };
}

async function add(call: Call): Promise<CommandResult> {
  const name = newDomain(call);
  const { primary, further } = now(call);
  if (name === primary || further.includes(name)) {
    throw conflict("already_exists", `${name} is a domain of this server`);
  }
  return await carryOut(call, {
    primary,
    further: [...further, name],
    steps: comingSteps(name),
  });
}

async function remove(call: Call): Promise<CommandResult> {
  const name = domainArgument(call);
  const { primary, further } = now(call);
  if (name === primary) {
    throw conflict(
      "invalid_value",
      `${name} is where new accounts are: ${NAME} domain set NEW makes it another one`,
    );
  }
  if (!further.includes(name)) {
    throw new CliError(
      "not_found",
      `${name} is no domain of this server`,
      EXIT.not_found,
    );
  }
  await refuseWithAccounts(call, name);
  return await carryOut(call, {
    primary,
    further: further.filter((one) => one !== name),
    steps: [`Take the records of ${name} out of the DNS`],
  });
}

async function set(call: Call): Promise<CommandResult> {
  const name = newDomain(call);
  const { primary, further } = now(call);
  if (name === primary) {
    throw conflict("already_exists", `New accounts are at ${name} already`);
  }
  const keeps = flagOption(call, "keepOld");
  if (!keeps) await refuseWithAccounts(call, primary);
  const others = further.filter((one) => one !== name);
  return await carryOut(call, {
    primary: name,
    further: keeps ? [primary, ...others] : others,
    steps: [
      ...comingSteps(name),
      `Links and QR codes are for ${name} from then on: replace those that you gave away`,
      ...(keeps ? [] : [`Take the records of ${primary} out of the DNS`]),
      ...hostNote(call, primary),
    ],
  });
}

/** A host name that was written down does not follow the domain. */
function hostNote(call: Call, old: string): readonly string[] {
  const { given, values: { server } } = call.access.config;
  if (!given.has("server.hostname") || server.hostname !== old) return [];
  return [
    `server.hostname stays ${old}: ${NAME} config set server.hostname "" has it follow the domain`,
  ];
}

function comingSteps(name: string): readonly string[] {
  const isAddress = literalIp(name) !== undefined;
  return [
    `${NAME} restart: keys for DKIM and a certificate for ${name} are made then`,
    ...(isAddress ? [] : [
      `${NAME} dns records: publish those of ${name}`,
      `${NAME} dns check, then ${NAME} certificate get`,
    ]),
    `${NAME} doctor`,
  ];
}

async function carryOut(
  call: Call,
  { primary, further, steps }: Plan,
): Promise<CommandResult> {
  const dryRun = flagOption(call, "dryRun");
  const change = `server.domain = ${primary}, server.domains = ${
    further.join(", ") || "(none)"
  }`;
  if (!dryRun) {
    await confirm(call, `Change the configuration: ${change}?`);
    write(call, primary, further);
  }
  const data = { domain: primary, domains: further, steps, dry_run: dryRun };
  const text = [
    `${dryRun ? "Would change" : "Changed"}: ${change}`,
    "",
    ...steps.map((step, at) => `${at + 1}. ${step}`),
  ].join("\n");
  return { data, text };
}

/** The further ones first, without what becomes the primary one: no domain may be there twice at any moment. */
function write(
  call: Call,
  primary: string,
  further: readonly string[],
): void {
  const before = now(call);
  const put = (key: KeyName, value: unknown) => changeFile(call, key, value);
  const kept = before.further.filter((one) =>
    one !== primary && further.includes(one)
  );
  if (kept.length !== before.further.length) put("server.domains", kept);
  if (primary !== before.primary) put("server.domain", primary);
  if (further.join() !== kept.join()) put("server.domains", further);
}

/** By the file: the server may run by an earlier one. */
function now(call: Call): {
  readonly primary: string;
  readonly further: readonly string[];
} {
  const { server } = call.access.config.values;
  return { primary: server.domain, further: server.domains };
}

async function refuseWithAccounts(call: Call, name: string): Promise<void> {
  const { domains } = await call.access.call("domains.list", {});
  const accounts = domains.find((one) => one.name === name)?.accounts ?? 0;
  if (accounts === 0) return;
  throw conflict(
    "invalid_value",
    `${
      counted(accounts, "account is", "accounts are")
    } at ${name}, and would get no mail: domain set --keep-old keeps it`,
  );
}

/** @throws {CliError} invalid_value */
function domainArgument(call: Call): string {
  const written = argument(call, 0);
  try {
    return parseDomain(written.trim());
  } catch {
    throw conflict("invalid_value", `"${written}" is no domain and no address`);
  }
}

/** @throws {CliError} invalid_value, also where no host can be called so */
function newDomain(call: Call): string {
  const name = domainArgument(call);
  const { primary, further } = now(call);
  const problem = hostNameProblem(name);
  if (problem === undefined || [primary, ...further].includes(name)) {
    return name;
  }
  throw conflict("invalid_value", problem);
}

function conflict(code: string, message: string): CliError {
  return new CliError(code, message, EXIT.conflict);
}

const DRY_RUN = {
  flags: "--dry-run",
  summary: "say what would change, and change nothing",
};

export const DOMAIN_COMMANDS: readonly Command[] = [
  {
    usage: "domain list",
    summary: "All domains, and how many accounts are at each",
    isDefault: true,
    run: list,
  },
  {
    usage: "domain add <domain>",
    summary: "Have accounts at a further domain; in force after a restart",
    options: [DRY_RUN],
    run: add,
  },
  {
    usage: "domain remove <domain>",
    summary: "Have no accounts at it any more; there may be none",
    options: [DRY_RUN],
    run: remove,
  },
  {
    usage: "domain set <domain>",
    summary:
      "Have new accounts at another domain; says all that has to be done for it",
    options: [
      {
        flags: "--keep-old",
        summary: "the one before stays, with its accounts",
      },
      DRY_RUN,
    ],
    run: set,
  },
];
