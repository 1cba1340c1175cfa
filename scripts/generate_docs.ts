/**
 * Writes the documents that follow from tables in the sources; with `--check`
 * only says which of them are stale.
 *
 * @module
 */
import { CONDITIONS } from "../src/admin/conditions.ts";
import { noteOf } from "../src/admin/fields.ts";
import type { Operation } from "../src/admin/operation.ts";
import { OPERATIONS } from "../src/admin/operation_table.ts";
import { COMMANDS, GLOBAL_OPTIONS, GROUPS } from "../src/cli/commands.ts";
import type { Command, CommandOption } from "../src/cli/command.ts";
import { EXIT, EXIT_MEANINGS } from "../src/cli/exit_codes.ts";
import { exampleConfig } from "../src/config/example.ts";
import { LISTENER_NAMES } from "../src/config/listener_table.ts";
import { loadConfig } from "../src/config/load.ts";
import { OTHER_KEYS } from "../src/config/names/other_names.ts";
import {
  FAMILY_NAMES,
  familyNamed,
  PREFIX,
} from "../src/observe/metrics/families.ts";
import { SERIES_NAMES, seriesNamed } from "../src/observe/history/series.ts";
import { SETTING_NAMES, settingNamed } from "../src/settings/registry.ts";
import { adminResources } from "./documents/admin_resources.ts";
import { fail, print, REPOSITORY } from "./repository.ts";

const GENERATED =
  "<!-- Written by scripts/generate_docs.ts. Do not edit. -->\n\n";

/** Built-in values; the domain is only there because one must be. */
const BUILT_IN = loadConfig({
  path: "example.toml",
  text: '[server]\ndomain = "chat.example"',
}).values;

function configuration(): string {
  const overrides = new Map(SETTING_NAMES.map((name) => [
    settingNamed(name).toml as string,
    name,
  ]));
  const toml = exampleConfig((key) => {
    const setting = overrides.get(key);
    return setting === undefined ? "" : `; setting ${setting}`;
  });
  return `# Configuration

One TOML file. It is looked for at \`--config\`, then \`$POSTERN_CONFIG\`, then
\`./data/postern.toml\`, then \`/etc/postern/postern.toml\`. Only \`server.domain\`
must be there. \`postern config check\` reports everything that is wrong with the
file, with line and column, and starts nothing.
\`postern config show --effective\` prints it as it is understood.

- Sizes are octets, or texts such as \`"100M"\` and \`"1.5 GiB"\`; units are powers
  of 1024. Durations are seconds, or texts such as \`"20d"\` and \`"1d12h"\`.
- Some keys have a second name: ${otherNames()}.
- In place of any value, \`{ file = "/path" }\` and \`{ env = "NAME" }\` take it from
  a file or from the environment.
- The environment overrides the file: \`POSTERN_SET__server__domain=chat.example\`
  sets \`server.domain\`.
- A key marked with a setting can be changed while the server runs
  (\`postern settings set\`); see [settings](settings.md). The file holds its value
  until then.
- SIGHUP and \`postern reload\` read the file again and name every key that has
  changed. It is in force then, for new connections at the latest, but for keys
  that are marked as needing a restart: those keep their old value until then,
  and \`postern status\` reminds of them. A file with a mistake changes nothing.

This is the whole file with its built-in values.

\`\`\`toml
${toml}\`\`\`
`;
}

function otherNames(): string {
  return Object.entries(OTHER_KEYS)
    .map(([other, { key }]) => `\`${other}\` for \`${key}\``)
    .join(", ");
}

function settings(): string {
  const rows = SETTING_NAMES.map((name) => {
    const { kind, fallback, toml, effect, summary } = settingNamed(name);
    const value = kind.format(fallback(BUILT_IN));
    return [
      `\`${name}\``,
      summary,
      kind.name,
      value === "" ? "" : `\`${value}\``,
      toml === undefined ? "" : `\`${toml}\``,
      effect === "rebind" ? "listeners are opened anew" : "at once",
    ];
  });
  return `# Settings

What an admin changes while the server runs. A setting is a row in the database
and wins over the key of the [configuration file](configuration.md), which wins
over the built-in value. Changes are in force at once, also for sessions that
are open: \`postern settings set NAME VALUE\`; \`postern settings reset NAME\` goes
back. A change that cannot be put into effect, such as a port that another
program has, is refused and the old value stays.

${
    markdownTable(
      ["Setting", "Meaning", "Kind", "Built-in", "Key", "In force"],
      rows,
    )
  }`;
}

function commandLine(): string {
  const groups = GROUPS.map(({ name, aliases = [], summary }) => {
    const members = COMMANDS.filter(({ usage }) =>
      usage.startsWith(`${name} `)
    );
    const also = aliases.length === 0
      ? ""
      : ` Also: ${aliases.map((alias) => `\`${alias}\``).join(", ")}.`;
    return `## ${name}\n\n${summary}.${also}\n\n${
      members.map(section).join("")
    }`;
  });
  const alone = COMMANDS.filter(({ usage }) =>
    !GROUPS.some(({ name }) => usage.startsWith(`${name} `))
  );
  const exits = Object.entries(EXIT).map(([name, code]) => [
    String(code),
    EXIT_MEANINGS[name as keyof typeof EXIT],
  ]);
  return `# Command line

\`postern [options] <command>\`. Without a command the server runs. A running
server carries commands out itself, so they are in force at once; while none
runs, they work on the database. A server that runs and cannot be asked, since
its control socket is gone or not open to the user, keeps its store to itself:
nothing is read or written, and the command fails.

With \`--json\`, success is one line on standard output,
\`{"ok":true,"command":"…","data":{…}}\`, and failure one line on standard error,
\`{"ok":false,"error":"…","code":"…","exit":3}\`. Then nothing is asked: what needs
confirmation fails with exit code 10 unless \`--yes\` is given. Changes carry
\`"applied"\`: \`live\` or \`server-not-running\`. Times are seconds since 1970 UTC, sizes octets.

A user is an address; without \`@\` it is one of the server's domain.

## Options of every command

${options(GLOBAL_OPTIONS)}

## Exit codes

${markdownTable(["Code", "Meaning"], exits)}

## Commands

${alone.map(section).join("")}${groups.join("")}`;
}

function section(command: Command): string {
  const { usage, aliases = [], summary, options: own = [] } = command;
  const also = aliases.length === 0
    ? ""
    : ` Also: ${aliases.map((alias) => `\`${alias}\``).join(", ")}.`;
  const shown = own.length === 0 ? "" : `${options(own)}\n\n`;
  const alone = command.isDefault ? " Also when the group is named alone." : "";
  return `### \`${usage}\`\n\n${summary}.${alone}${also}\n\n${shown}`;
}

function options(list: readonly CommandOption[]): string {
  return list.map(({ flags, summary }) => `- \`${flags}\`: ${summary}`)
    .join("\n");
}

function conditions(): string {
  const rows = Object.entries(CONDITIONS).map(([code, { severity, text }]) => [
    `\`${code}\``,
    severity,
    text,
  ]);
  return `# What may be wrong

What \`postern status\` shows as \`warning\`, with \`--json\` as \`degraded\`: objects
of \`code\`, \`severity\`, \`message\` and \`detail\`. Its exit code stays 0 while the server runs.
The log has a line \`degraded part=CODE\` when one begins, also at the start, and
\`recovered part=CODE\` when it ends, whatever its level. An error means that
something is refused or broken now; a warning, that it will be or that it is not
as it should be.

${markdownTable(["Code", "Severity", "Meaning"], rows)}`;
}

function metrics(): string {
  const rows = FAMILY_NAMES.map((name) => {
    const { type, help, labels = [] } = familyNamed(name);
    return [
      `\`${PREFIX}${name}\``,
      type,
      labels.map((label) => `\`${label}\``).join(", "),
      help,
    ];
  });
  const series = SERIES_NAMES.map((name) => {
    const { unit, summary } = seriesNamed(name);
    return [`\`${name}\``, unit.replaceAll("_", " "), summary];
  });
  return `# Metrics

With \`metrics.listen = "127.0.0.1:9749"\` in the file a monitoring system finds
these at \`http://127.0.0.1:9749/metrics\`: in OpenMetrics 1.0.0 where it takes
that, else in the format of Prometheus 0.0.4. At any other address than loopback
\`metrics.token\` has to be set, or \`metrics.allow_public\`; the token is shown as
\`Authorization: Bearer TOKEN\` or as the password of any user. There is no TLS:
over a network that is not yours, use a reverse proxy or a tunnel.

No label holds anything about a user or another domain, and no family has more
than 500 series: what comes beyond is counted as \`other\`. A family is told once
a part counts or knows it. With \`privacy.counters = false\` all that is about
messages, accounts and logins is neither counted nor told.

\`metrics.compat_maddy = true\` tells \`maddy_smtp_started_transactions\`,
\`maddy_smtp_smtp_completed_transactions\`, \`maddy_smtp_aborted_transactions\`,
\`maddy_smtp_ratelimit_deferred\`, \`maddy_smtp_failed_logins\`,
\`maddy_smtp_failed_commands\` and \`maddy_queue_length\` too.

[monitoring/dashboard.json](monitoring/dashboard.json) is a board for Grafana,
[monitoring/alerts.yaml](monitoring/alerts.yaml) are rules for Prometheus.

\`\`\`yaml
scrape_configs:
  - job_name: chatmail
    basic_auth: { username: prometheus, password: TOKEN }
    static_configs: [{ targets: ["127.0.0.1:9749"] }]
\`\`\`

${markdownTable(["Name", "Type", "Labels", "What it is"], rows)}
## What is kept

The relay looks at itself every ten seconds, for the graphs of its panel, and
keeps what it sees: an hour of it in memory; by the minute for two days, by the
quarter of an hour for 30 and by the hour for two years in the database
(\`metrics.history_minutes_keep\`, \`history_quarters_keep\`,
\`history_hours_keep\`; \`metrics.history_enabled = false\` adds nothing any
more). The operation \`metrics.series\` lists what there is, \`metrics.history\`
gives it; what is a rate is one of a minute or a second whatever the step.

Of a time in which no server ran there is nothing, and a graph has a gap there;
a crash loses the minute in which it happened. When the machine's clock is set,
what was known of a time stays, and nothing is deleted for it: how long things
are kept is counted in time in which the server ran. None of it is about one
account or one other domain, and with \`privacy.counters = false\` what is about
messages, accounts and logins is neither kept nor told, and what was kept of it
is deleted.

${markdownTable(["Series", "Unit", "What it is"], series)}`;
}

function operations(): string {
  const sections = Object.entries<Operation>(OPERATIONS).map(operationSection);
  return `# Operations

What an admin can have done. The [command line](cli.md) and the control socket
call the same operations: the socket is \`control.sock\` in the state directory
(or in \`server.runtime_dir\`), open to the user and the group of the server. A
request is one line of JSON, \`{"id":1,"op":"accounts.info","args":{"username":"ann"}}\`,
the answer another:
\`{"id":1,"ok":true,"data":{…}}\` or
\`{"id":1,"ok":false,"code":"not_found","error":"…"}\`. Input that is wrong in
type or value, misses a field or has one too many is refused with
\`invalid_value\`, and \`field\` names it; nothing has been done then. Times are
seconds since 1970 UTC, sizes octets.

The scope is what a token needs at least: \`read\` shows, \`accounts\` also manages
people, \`full\` may do everything; whoever may open the socket has it. What is
marked as secret belongs in no record.

${sections.join("\n")}`;
}

function operationSection([name, operation]: [string, Operation]): string {
  const { summary, scope, changes, needsServer, input } = operation;
  const rows = Object.entries(input.entries).map(([field, schema]) => {
    const { kind, meaning, secret } = noteOf(schema);
    return [
      `\`${field}\``,
      secret ? `${kind}; secret` : kind,
      presence(schema),
      meaning,
    ];
  });
  const facts = [
    `Scope \`${scope}\``,
    changes ? "changes" : "only reads",
    ...(needsServer ? ["needs a server that runs"] : []),
    ...(operation.secretOutputs.length === 0 ? [] : [
      `secret in the result: ${
        operation.secretOutputs.map((field) => `\`${field}\``).join(", ")
      }`,
    ]),
  ];
  const header = ["Field", "Takes", "If absent", "Meaning"];
  const fields = rows.length === 0 ? "" : `\n${markdownTable(header, rows)}`;
  return `## \`${name}\`\n\n${summary}. ${facts.join("; ")}.\n${fields}`;
}

function presence(field: Operation["input"]["entries"][string]): string {
  if (field.type !== "optional") return "refused";
  const value = "default" in field ? field.default : undefined;
  return value === undefined ? "" : `\`${value}\``;
}

function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  return [header, header.map(() => "---"), ...rows].map((cells) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`
  ).join("\n") + "\n";
}

/** As `deno fmt` would have it, since the check for format reads it too. */
async function formatted(
  source: string,
  kind: "md" | "json",
): Promise<string> {
  const formatter = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", kind, "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = formatter.stdin.getWriter();
  await writer.write(new TextEncoder().encode(source));
  await writer.close();
  const { success, stdout } = await formatter.output();
  if (!success) throw new Error("deno fmt failed");
  return new TextDecoder().decode(stdout);
}

/** What settings do, for the panel: those that it says in no other words, and that no listener has like all others. */
async function settingWords(): Promise<string> {
  const file = `${REPOSITORY}/web/locales/en/panel.json`;
  const known = JSON.parse(await Deno.readTextFile(file));
  const words = SETTING_NAMES.filter((name) =>
    !(`service.${name}.text` in known) && !isOfListener(name)
  ).map((name) => [`summary.${name}`, settingNamed(name).summary]);
  return JSON.stringify(Object.fromEntries(words));
}

function isOfListener(setting: string): boolean {
  return LISTENER_NAMES.some((name) =>
    ["port", "local_only", "enabled"].some((what) =>
      setting === `${name}_${what}`
    )
  );
}

const DOCUMENTS = {
  "docs/configuration.md": configuration,
  "docs/settings.md": settings,
  "docs/cli.md": commandLine,
  "docs/conditions.md": conditions,
  "docs/operations.md": operations,
  "docs/admin-resources.md": adminResources,
  "docs/metrics.md": metrics,
};

/** Made by the same tables, for programs. */
const DATA = {
  "web/locales/en/settings.json": settingWords,
};

const checkOnly = Deno.args.includes("--check");
for (const [path, write] of Object.entries(DOCUMENTS)) {
  await renew(path, await formatted(GENERATED + write(), "md"));
}
for (const [path, write] of Object.entries(DATA)) {
  await renew(path, await formatted(await write(), "json"));
}

async function renew(path: string, text: string): Promise<void> {
  const file = `${REPOSITORY}/${path}`;
  const current = await Deno.readTextFile(file).catch(() => "");
  if (current === text) return;
  if (checkOnly) {
    fail(`${path} is stale: deno run -A scripts/generate_docs.ts`);
  } else {
    await Deno.writeTextFile(file, text);
    print(`wrote ${path}`);
  }
}
