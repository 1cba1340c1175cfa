/** The operator's own pages: written, served, looked through, brought up to date. @module */
import { isAbsolute, resolve } from "node:path";
import {
  BACKUP_SUFFIX,
  carryOut,
  type Migration,
  planMigration,
} from "../../../api/overlay/migrate.ts";
import {
  checkSite,
  exportSite,
  type SiteProblem,
  type SiteReport,
} from "../../../api/overlay/site_tree.ts";
import { ConfigError } from "../../../config/problems.ts";
import { Refusal } from "../../../base/refusal.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  flagOption,
  textOption,
} from "../../command.ts";
import { CliError, EXIT } from "../../exit_codes.ts";
import { counted, facts } from "../../text.ts";
import { VERSION } from "../../version.ts";
import { changeFile } from "../machine/config_change.ts";

/** In place of a directory: the pages of the program. */
const EMBEDDED = "embedded";
const HINT =
  "Where {{ or {% are meant to be seen, write {% raw %} … {% endraw %} around them.";

async function exportPages(call: Call): Promise<CommandResult> {
  const directory = resolve(argument(call, 0));
  const only = textOption(call, "only");
  const data = await exportSite(directory, {
    version: VERSION,
    force: flagOption(call, "force"),
    ...(only === undefined ? {} : { only }),
  });
  const lines = [
    ...data.written.map((name) => `Exported: ${name}`),
    ...data.kept.map((name) => `Kept, since it differs: ${name}`),
  ];
  if (data.kept.length > 0) {
    lines.push("With --force they are replaced.");
  }
  if (lines.length === 0) lines.push("All of them are there already");
  return {
    data: {
      dest: directory,
      files: data.written.length,
      directory,
      ...data,
    },
    text: lines.join("\n"),
    exit: data.kept.length > 0 ? EXIT.partial : EXIT.ok,
  };
}

async function serve(call: Call): Promise<CommandResult> {
  const written = argument(call, 0);
  const directory = written === EMBEDDED ? "" : resolve(written);
  if (directory !== "") await checkReadable(call, directory);
  const path = changeFile(call, "web.www_dir", directory);
  const isLive = await reloaded(call);
  const what = directory === ""
    ? "The pages of the program"
    : `Pages in ${directory}, before those of the program`;
  const { problems } = directory === ""
    ? { problems: [] }
    : await looked(directory, () => checkSite(directory));
  return {
    data: {
      www_dir: directory,
      path,
      applied: isLive ? "live" : "server-not-running",
      problems,
    },
    text: [
      `${what}: written into ${path}`,
      isLive ? "In force now" : "In force when the server starts",
      ...problems.map(problemText),
    ].join("\n"),
  };
}

/** @throws {CliError} if it is no directory, or holds what the server cannot read */
async function checkReadable(call: Call, directory: string): Promise<void> {
  const found = await Deno.stat(directory).catch(() => undefined);
  if (!found?.isDirectory) {
    throw new CliError(
      "not_found",
      `There is no directory ${directory}`,
      EXIT.not_found,
    );
  }
  const { stateDir } = call.access.config.values.server;
  const server = await Deno.stat(stateDir).catch(() => undefined);
  const isOthers = server?.uid !== undefined && server.uid !== found.uid;
  const isClosed = ((found.mode ?? 0o777) & 0o005) !== 0o005;
  if (!isOthers || !isClosed || server?.uid === 0) return;
  throw new CliError(
    "permission_denied",
    `The server cannot read ${directory}: chmod o+rx ${directory}`,
    EXIT.permission,
  );
}

/** Whether a server has read it. */
async function reloaded(call: Call): Promise<boolean> {
  try {
    const report = await call.access.call("reload", { scope: "config" });
    if (report.invalid === undefined) return true;
    throw new CliError("config_invalid", report.invalid, EXIT.config_invalid);
  } catch (error) {
    if (error instanceof Refusal && error.code === "not_running") return false;
    throw error;
  }
}

/** What is served, unless another directory is named. */
function directoryOf(call: Call): string | undefined {
  const [named] = call.args;
  if (named !== undefined) return resolve(named);
  const { web, server } = call.access.config.values;
  if (web.wwwDir === "") return undefined;
  return isAbsolute(web.wwwDir)
    ? web.wwwDir
    : resolve(server.stateDir, web.wwwDir);
}

const NOTHING_OWN = "There are no pages of your own: web.www_dir is empty";

async function check(call: Call): Promise<CommandResult> {
  const directory = directoryOf(call);
  if (directory === undefined) {
    return { data: { directory: null, problems: [] }, text: NOTHING_OWN };
  }
  const report = await looked(directory, () => checkSite(directory));
  const isBroken = report.problems.some(({ severity }) => severity === "error");
  return {
    data: { directory, ...report },
    text: reportText(report),
    exit: isBroken ? EXIT.failed : EXIT.ok,
  };
}

function reportText(report: SiteReport): string {
  const lines = report.problems.map(problemText);
  if (report.problems.some(({ severity }) => severity === "error")) {
    lines.push(HINT);
  }
  for (const name of report.stale) {
    lines.push(
      `${name}: is as it was exported, and the program has a newer one: delete it, or export it with --force`,
    );
  }
  for (const name of report.both_changed) {
    lines.push(
      `${name}: was changed here, and in the program since: compare it with a fresh export`,
    );
  }
  const templates = counted(report.templates, "template", "templates");
  lines.push(`Looked at ${templates} among ${report.files} files`);
  return lines.join("\n");
}

function problemText({ file, line, problem, severity }: SiteProblem): string {
  const place = line === undefined ? file : `${file}:${line}`;
  return `${severity === "error" ? "broken" : "warning"}: ${place}: ${problem}`;
}

async function status(call: Call): Promise<CommandResult> {
  const data = await call.access.call("html.status", {});
  const lines = [
    facts([
      ["pages of your own", data.directory ?? "none: web.www_dir is empty"],
      ...(data.directory === null || data.readable ? [] : [[
        "directory",
        "is not there, or the server cannot read it",
      ]] as const),
      ["in place of ours", listed(data.overridden)],
      ["older than ours", listed(data.stale)],
      ["changed in both", listed(data.both_changed)],
      ["web site", data.site_url ?? "nowhere"],
    ]),
    ...data.problems.map(({ line, ...problem }) =>
      problemText(line === null ? problem : { ...problem, line })
    ),
  ];
  return { data, text: lines.join("\n") };
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}

async function migrate(call: Call): Promise<CommandResult> {
  const directory = directoryOf(call);
  if (directory === undefined) {
    return {
      data: {
        action: "noop_embedded",
        config: configPath(call),
        www_dir: null,
        scanned: 0,
        go_style_files: [],
        migrated: [],
        qr_legacy_files: [],
        qr_migrated: [],
        qrcode_js_copied: false,
        main_js_qr_helper_added: false,
        literal_brace_warnings: [],
        backups: [],
        errors: [],
        changed: [],
        notes: [],
      },
      text: NOTHING_OWN,
    };
  }
  const plan = await looked(directory, () => planMigration(directory));
  const action = await decided(call, plan);
  if (action === "migrated") await carryOut(directory, plan);
  const changed = plan.changed.map(({ file }) => file);
  return {
    data: {
      action,
      config: configPath(call),
      www_dir: directory,
      scanned: plan.scanned,
      go_style_files: changed,
      migrated: action === "migrated" ? changed : [],
      qr_legacy_files: plan.qrFiles,
      qr_migrated: action === "migrated"
        ? plan.qrFiles.filter((file) => changed.includes(file))
        : [],
      // pages draw their codes themselves here: no script is added to them
      qrcode_js_copied: false,
      main_js_qr_helper_added: false,
      literal_brace_warnings: plan.notes
        .filter(({ note }) => /\{[{%]/.test(note))
        .map(({ file, line, note }) => `${file}:${line}: ${note}`),
      errors: [],
      backups: action === "migrated"
        ? changed.map((file) => `${file}${BACKUP_SUFFIX}`)
        : [],
      directory,
      changed,
      notes: plan.notes,
    },
    text: migrationText(call, plan, action),
  };
}

/** One that is named needs no configuration. */
function configPath(call: Call): string | null {
  try {
    return call.access.config.path ?? null;
  } catch (error) {
    if (error instanceof ConfigError) return null;
    throw error;
  }
}

type Action =
  | "noop_already_migrated"
  | "skipped_noninteractive"
  | "declined"
  | "migrated";

async function decided(call: Call, { changed }: Migration): Promise<Action> {
  if (changed.length === 0) return "noop_already_migrated";
  if (call.yes) return "migrated";
  if (call.json || !call.terminal.isInteractive) {
    return "skipped_noninteractive";
  }
  const files = counted(changed.length, "file", "files");
  call.terminal.err(`Change ${files}, and keep the old ones beside? [y/N] `);
  const line = await call.terminal.readLine();
  const answer = new TextDecoder().decode(line ?? new Uint8Array()).trim();
  return /^y(?:es)?$/i.test(answer) ? "migrated" : "declined";
}

const ENDS: Readonly<Record<Action, string>> = {
  noop_already_migrated: "There is nothing to change",
  skipped_noninteractive: `Nothing was changed: say so with --yes`,
  declined: "Nothing was changed",
  migrated: "Changed; what was there before is beside, in *.go-template.bak",
};

function migrationText(call: Call, plan: Migration, action: Action): string {
  const lines: string[] = [];
  for (const { file, before, after } of plan.changed) {
    lines.push(file);
    if (flagOption(call, "diff")) lines.push(...differences(before, after));
  }
  for (const { file, line, note } of plan.notes) {
    lines.push(`${file}:${line}: ${note}`);
  }
  lines.push(ENDS[action]);
  return lines.join("\n");
}

/** Lines stay where they are, so that those of one number belong together. */
function differences(before: string, after: string): string[] {
  const [old, fresh] = [before.split("\n"), after.split("\n")];
  return old.flatMap((line, at) =>
    line === fresh[at] ? [] : [`- ${line}`, `+ ${fresh[at]}`]
  );
}

/** @throws {CliError} not_found */
async function looked<T>(
  directory: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new CliError(
      "not_found",
      `There is no directory ${directory}`,
      EXIT.not_found,
    );
  }
}

export const HTML_COMMANDS: readonly Command[] = [
  {
    usage: "html-export <directory>",
    summary: "Write the pages of the program there, to be changed",
    options: [
      { flags: "--force", summary: "also in place of files that differ" },
      { flags: "--only <pattern>", summary: "of these names alone, as *.html" },
    ],
    run: exportPages,
  },
  {
    usage: "html-serve <directory>",
    summary:
      `Serve the files there before those of the program; ${EMBEDDED}: the program's alone`,
    run: serve,
  },
  {
    usage: "html-status",
    summary: "Which pages of your own the server shows, and what is wrong",
    run: status,
  },
  {
    usage: "html-check [directory]",
    summary: "Render all pages of your own, and say what is wrong",
    run: check,
  },
  {
    usage: "html-migrate [directory]",
    summary: "Turn pages written for older relays into what is read here",
    options: [{ flags: "--diff", summary: "show each line that changes" }],
    run: migrate,
  },
];
