/** Keys that sign our mail. @module */
import type { AdminOutput } from "../../admin/operation_table.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  textOption,
  withApplied,
} from "../command.ts";
import { CliError, EXIT } from "../exit_codes.ts";
import { appliedNote, day, facts, table } from "../text.ts";

type Key = AdminOutput<"dkim.show">["keys"][number];

const NO_KEYS =
  "This server has no domain but addresses: its mail has no signature, and there is nothing to publish";
const MAX_KEY_OCTETS = 65_536;

/** `{}` where no domain is named. */
function domainOf(call: Call): { domain?: string } {
  const domain = textOption(call, "domain");
  return domain === undefined ? {} : { domain };
}

async function show(call: Call): Promise<CommandResult> {
  const data = await call.access.call("dkim.show", domainOf(call));
  const text = data.keys.length === 0
    ? NO_KEYS
    : data.keys.map(keyText).join("\n\n");
  return { data, text };
}

function keyText({ name, value, zone, form, algorithm, state, domain }: Key) {
  const note = state === "pending" ? ", signs once it is in the DNS" : "";
  return facts([
    ["record", `TXT ${name} (${algorithm}${note})`],
    ["value", value ?? ""],
    ["zone file", zone],
    [
      "web form",
      `type ${form.type}, name ${form.host} (in ${domain}), value as above in one line`,
    ],
  ]);
}

async function list(call: Call): Promise<CommandResult> {
  const data = await call.access.call("dkim.list", domainOf(call));
  const rows = data.keys.map((key) => [
    key.domain,
    key.selector,
    key.algorithm,
    key.state,
    day(key.created_at),
  ]);
  const header = ["domain", "selector", "algorithm", "state", "made"];
  return { data, text: table(header, rows) };
}

async function check(call: Call): Promise<CommandResult> {
  const data = await call.access.call("dkim.check", domainOf(call));
  const exit = data.ok ? EXIT.ok : EXIT.failed;
  if (data.keys.length === 0) return { data, text: NO_KEYS, exit };
  const rows = data.keys.map(({ name, state, record, problem }) => [
    record,
    state,
    name,
    problem ?? "",
  ]);
  const lost = data.lost.map(({ name, why }) => `${name} cannot sign: ${why}`);
  const text = [
    table(["dns", "key", "record", "problem"], rows),
    ...lost,
    engineText(data.rsa),
  ].join("\n");
  return { data, text, exit };
}

function engineText({ library, fault }: AdminOutput<"dkim.check">["rsa"]) {
  if (library !== null) return `RSA signatures are made by ${library}`;
  const why = fault === null
    ? "the system has no OpenSSL 3 (libcrypto.so.3)"
    : `the system's OpenSSL is not used: ${fault}`;
  return `RSA signatures are made by this program, in three times the time: ${why}`;
}

async function rotate(call: Call): Promise<CommandResult> {
  const made = await call.access.call("dkim.rotate", domainOf(call));
  const data = await withApplied(call, made);
  const text = [
    data.keys.map(keyText).join("\n\n"),
    "",
    'Publish these beside the ones before. They sign from when the DNS shows them ("dkim check" looks at once); the ones before have to stay for seven days after that.',
  ].join("\n");
  return { data, text };
}

async function importKey(call: Call): Promise<CommandResult> {
  const path = argument(call, 0);
  const selector = textOption(call, "selector");
  if (selector === undefined) {
    throw new CliError(
      "usage",
      "--selector is missing: the name under which the key is published",
      EXIT.usage,
    );
  }
  const { size } = await Deno.stat(path);
  if (size > MAX_KEY_OCTETS) {
    throw new CliError(
      "invalid_value",
      `${path} is too long for a key`,
      EXIT.conflict,
    );
  }
  const taken = await call.access.call("dkim.import", {
    selector,
    key: await Deno.readTextFile(path),
    ...domainOf(call),
  });
  const data = await withApplied(call, taken);
  const text = data.state === "active"
    ? `${data.name} signs${appliedNote(data.applied)}`
    : `${
      keyText(data)
    }\n\nIt signs once the DNS shows it ("dkim check" looks at once)`;
  return { data, text };
}

const DOMAIN_OPTION = {
  flags: "--domain <domain>",
  summary: "one domain of this server",
};

export const DKIM_COMMANDS: readonly Command[] = [
  {
    usage: "dkim show",
    summary: "The DKIM records to publish, in every form that providers take",
    isDefault: true,
    options: [DOMAIN_OPTION],
    run: show,
  },
  {
    usage: "dkim check",
    aliases: ["status"],
    summary: "Ask the DNS for them; exit 1 if one is missing or wrong",
    options: [DOMAIN_OPTION],
    run: check,
  },
  {
    usage: "dkim list",
    summary: "All keys, those to come and those before too",
    options: [DOMAIN_OPTION],
    run: list,
  },
  {
    usage: "dkim rotate",
    summary: "Make new keys, which sign once the DNS shows them",
    options: [DOMAIN_OPTION],
    run: rotate,
  },
  {
    usage: "dkim import <file>",
    summary:
      "Take a key from elsewhere: RSA or Ed25519, PEM without a password",
    options: [
      {
        flags: "--selector <selector>",
        summary: "under which it is published",
      },
      DOMAIN_OPTION,
    ],
    run: importKey,
  },
];
