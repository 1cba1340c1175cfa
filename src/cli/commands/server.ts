/** The server as a whole: is it there, what is it, what does it go by. @module */
import { join } from "node:path";
import {
  type LogShape,
  type ProtectionShape,
  RELOAD_SCOPES,
  type ReloadReport,
} from "../../admin/live_server.ts";
import type { ServerStatus } from "../../admin/operations/status.ts";
import { STATUS_FILE } from "../../control/control_protocol.ts";
import { roundedSize } from "../../base/sizes.ts";
import {
  argument,
  type Call,
  choiceOption,
  type Command,
  type CommandResult,
  flagOption,
} from "../command.ts";
import { CliError, describeFailure, EXIT } from "../exit_codes.ts";
import { counted, facts, moment, span, table } from "../text.ts";
import { installRoot } from "../../ops/upgrade/install_root.ts";
import {
  settleCommand,
  SwitchMark,
  unfinishedText,
} from "../../ops/upgrade/switch_mark.ts";
import { NAME, thirdPartyNotices, versionFacts } from "../version.ts";

function licenses(): Promise<CommandResult> {
  const text = thirdPartyNotices();
  return Promise.resolve({ data: { licenses: text }, text });
}

async function version(call: Call): Promise<CommandResult> {
  if (flagOption(call, "licenses")) return await licenses();
  // only now: no other command needs an engine to say what it is
  const { SCHEMA_VERSION: schema } = await import("../../store/open.ts");
  const data = { ...versionFacts(), schema };
  return { data, text: `${data.name} ${data.version}` };
}

async function status(call: Call): Promise<CommandResult> {
  const upgrade = unfinishedUpgrade();
  try {
    const result = await serverStatus(call);
    if (upgrade === null) return withUpgrade(result, null);
    const { text, command } = upgrade;
    const row: [string, string][] = [[
      "upgrade",
      `${text}: "${command}" ends it`,
    ]];
    return {
      ...withUpgrade(result, upgrade),
      text: `${facts(row)}\n${result.text}`,
    };
  } catch (error) {
    if (upgrade !== null) {
      const { text, command } = upgrade;
      call.terminal.err(`${NAME}: warning: ${text}: "${command}" ends it\n`);
    }
    throw error;
  }
}

/** One that was begun and has not ended. */
function unfinishedUpgrade() {
  const root = installRoot(NAME);
  const begun = new SwitchMark(root).read();
  if (begun === undefined) return null;
  const { version, previous, back } = begun;
  const command = settleCommand(root, NAME);
  return { version, previous, back, command, text: unfinishedText(begun) };
}

function withUpgrade(
  result: CommandResult,
  upgrade: ReturnType<typeof unfinishedUpgrade>,
): CommandResult {
  return { ...result, data: { ...result.data as object, upgrade } };
}

async function serverStatus(call: Call): Promise<CommandResult> {
  let data: ServerStatus;
  try {
    data = await call.access.call("status", {});
  } catch (error) {
    const left = isSilent(error) ? leftStatus(call) : undefined;
    if (left === undefined) throw error;
    return staleStatus(call, left, describeFailure(error).message);
  }
  const text = statusText(data, flagOption(call, "details"));
  return { data, text, exit: data.running ? EXIT.ok : EXIT.not_running };
}

/** What a server has left beside its socket. */
type LeftStatus = ServerStatus & { readonly written_at: number };

/** A server runs, and does not answer. */
function isSilent(error: unknown): boolean {
  return error instanceof CliError &&
    ["unreachable", "no_response"].includes(error.code);
}

function leftStatus(call: Call): LeftStatus | undefined {
  try {
    const { runtimeDir } = call.access.config.values.server;
    const text = Deno.readTextFileSync(join(runtimeDir, STATUS_FILE));
    const left = JSON.parse(text);
    return typeof left.written_at === "number" ? left : undefined;
  } catch {
    return undefined; // the error says enough
  }
}

function staleStatus(
  call: Call,
  left: LeftStatus,
  why: string,
): CommandResult {
  const text = [
    why,
    "",
    `How it was at ${moment(left.written_at)}:`,
    statusText(left, flagOption(call, "details")),
  ].join("\n");
  return { data: { ...left, problem: why }, text, exit: EXIT.failed };
}

function statusText(status: ServerStatus, details: boolean): string {
  const { queue, storage, bandwidth } = status;
  const rows: [string, string][] = [
    ["server", serverLine(status)],
    ["accounts", String(status.registered_users)],
    ...(status.stealth === "off"
      ? []
      : [["stealth", status.stealth] satisfies [string, string]]),
    [
      "storage",
      `${storage.state}, database ${roundedSize(storage.database_bytes)}`,
    ],
    [
      "queue",
      `${queue.messages} messages: ${queue.waiting} waiting, ${queue.held} held, ${queue.failed} failed`,
    ],
    ["this month", bandwidthLine(bandwidth)],
  ];
  for (const service of status.services) {
    rows.push([service.name, serviceLine(service)]);
  }
  if (status.log) rows.push(["log", logLine(status.log)]);
  for (const { code, message } of status.degraded) {
    rows.push(["warning", `${code}: ${message}`]);
  }
  if (!details) return facts(rows);
  if (status.protection) {
    rows.push(["budgets used", budgetLine(status.protection)]);
  }
  for (const listener of status.listeners) {
    const at = `${listener.address}:${listener.port}`;
    const trouble = listener.error === undefined ? "" : `: ${listener.error}`;
    rows.push([
      `listen ${listener.name} (${listener.transport})`,
      `${at} ${listener.tls} ${listener.state}${trouble}`,
    ]);
  }
  for (const { name, state, error } of status.parts) {
    if (state === "running") continue;
    rows.push([
      `part ${name}`,
      error === undefined ? state : `${state}: ${error}`,
    ]);
  }
  for (const certificate of status.tls) {
    rows.push([
      `certificate ${certificate.name}`,
      `until ${moment(certificate.not_after)}, from ${certificate.issuer}`,
    ]);
  }
  return facts(rows);
}

function serviceLine(
  { connections, unique_ips, refused, cut }: ServerStatus["services"][number],
): string {
  return [
    `${connections} connections from ${unique_ips} addresses`,
    ...(refused > 0 ? [`${refused} refused`] : []),
    ...(cut > 0 ? [`${cut} cut for what the peer did`] : []),
  ].join(", ");
}

function bandwidthLine(
  { bytes_in, bytes_out, percent_used }: ServerStatus["bandwidth"],
): string {
  const passed = `${roundedSize(bytes_in)} in, ${roundedSize(bytes_out)} out`;
  return percent_used === null
    ? passed
    : `${passed}, ${percent_used} % of what may`;
}

function budgetLine(
  { enabled, refused, budgets }: ProtectionShape,
): string {
  const shares =
    Object.entries(budgets).map(([name, share]) =>
      `${name} ${Math.round(share * 100)} %`
    ).join(", ") || "not read yet";
  if (!enabled) return `${shares}; protection is off, nothing is refused`;
  return refused.length === 0
    ? shares
    : `${shares}; refused: ${refused.join(", ")}`;
}

function serverLine(status: ServerStatus): string {
  if (!status.running) return "not running";
  return `version ${status.version}, pid ${status.pid}, up ${
    span(status.uptime_seconds ?? 0)
  }`;
}

function logLine({ level, configured, locked }: LogShape): string {
  const notes = [
    ...(level === configured ? [] : [`the file says ${configured}`]),
    ...(locked ? ["locked"] : []),
  ];
  return notes.length === 0 ? level : `${level} (${notes.join(", ")})`;
}

async function reload(call: Call): Promise<CommandResult> {
  const scope = choiceOption(call, "scope", RELOAD_SCOPES);
  const report = await call.access.call("reload", { scope });
  const { invalid, ...shown } = report;
  if (invalid !== undefined) {
    throw new CliError("config_invalid", invalid, EXIT.config_invalid);
  }
  const data = { reloaded: report.errors.length === 0, ...shown };
  const exit = data.reloaded ? EXIT.ok : EXIT.failed;
  return { data, text: reloadText(report), exit };
}

function reloadText({ changed, restart, hidden, errors }: ReloadReport) {
  const lines = [
    ...(changed.length === 0 ? [] : [`In force now: ${changed.join(", ")}`]),
    ...(restart.length === 0
      ? []
      : [`In force after a restart: ${restart.join(", ")}`]),
    ...hidden.map(({ key, setting }) =>
      `Not in force: ${key}, since the setting ${setting} stands in front of it`
    ),
    ...errors.map((error) => `Not in force: ${error}`),
  ];
  return lines.length === 0 ? "Nothing changed" : lines.join("\n");
}

async function sessions(call: Call): Promise<CommandResult> {
  const data = await call.access.call("sessions.list", {});
  const rows = data.sessions.map((session) => [
    session.account,
    session.kind,
    String(session.sessions),
  ]);
  return { data, text: table(["account", "kind", "sessions"], rows) };
}

async function lockedNetworks(call: Call): Promise<CommandResult> {
  const data = await call.access.call("sessions.locked", {});
  const counts = facts([
    ["wrong passwords", String(data.bad_credentials)],
    ["turned away", String(data.too_many_attempts)],
    [
      "networks locked now",
      `${data.locked_total}${data.hidden ? ", not named: no log is kept" : ""}`,
    ],
  ]);
  if (data.locked.length === 0) return { data, text: counts };
  const rows = data.locked.map(({ network, seconds }) => [
    network,
    `${seconds} s`,
  ]);
  return { data, text: `${counts}\n\n${table(["network", "for"], rows)}` };
}

async function endSessions(call: Call): Promise<CommandResult> {
  const data = await call.access.call("sessions.kill", {
    username: argument(call, 0),
  });
  return { data, text: `Ended ${counted(data.ended, "session", "sessions")}` };
}

async function stop(call: Call): Promise<CommandResult> {
  const data = await call.access.call("stop", {});
  return { data, text: "The server stops when its sessions have ended" };
}

export const SERVER_COMMANDS: readonly Command[] = [
  {
    usage: "version",
    summary: "Name and version of this program",
    options: [{
      flags: "--licenses",
      summary: "as licenses does",
    }],
    run: version,
  },
  {
    usage: "licenses",
    summary: "What is in this program of others, and under which terms",
    run: licenses,
  },
  {
    usage: "status",
    summary: "Whether the server runs, and how it is",
    timeout: "5s",
    options: [{
      flags: "-d, --details",
      summary: "listeners and certificates too",
    }],
    run: status,
  },
  {
    usage: "reload",
    summary: "Read configuration file and certificate again",
    options: [{
      flags: "--scope <scope>",
      summary: "all, config or tls (default all)",
    }],
    run: reload,
  },
  { usage: "stop", summary: "Ask the server to stop", run: stop },
  {
    usage: "sessions list",
    summary: "Who is connected now",
    isDefault: true,
    run: sessions,
  },
  {
    usage: "sessions locked",
    summary: "Networks that may not log in now, and how often logins failed",
    run: lockedNetworks,
  },
  {
    usage: "sessions end <user>",
    summary: "Disconnect an account; it may come back",
    run: endSessions,
  },
];
