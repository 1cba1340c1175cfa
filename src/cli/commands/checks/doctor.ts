/** `postern doctor`, `postern health`: is all well, and what mends it? @module */
import {
  type Finding,
  type FindingStatus,
  RESTORE,
} from "../../../admin/doctor_control.ts";
import { USUAL_PEER } from "../../../admin/operations/checks/doctor.ts";
import { renamed } from "../../../base/program_name.ts";
import {
  type Call,
  type Command,
  type CommandResult,
  textOption,
} from "../../command.ts";
import { describeFailure, EXIT, type ExitCode } from "../../exit_codes.ts";
import { facts } from "../../text.ts";
import { NAME } from "../../version.ts";

async function doctor(call: Call): Promise<CommandResult> {
  const findings = (await examined(call)).map((finding) => ({
    ...finding,
    detail: renamed(finding.detail, NAME),
    remedy: finding.remedy === null ? null : renamed(finding.remedy, NAME),
  }));
  return { data: findings, text: report(findings), exit: exitOf(findings) };
}

async function examined(call: Call): Promise<readonly Finding[]> {
  const only = textOption(call, "only")?.split(",").map((id) => id.trim());
  const peer = textOption(call, "peer");
  const outside = call.options["outside"] === true;
  try {
    const { running } = await call.access.call("status", {});
    const server = running ? SERVER_RUNS : serverFinding("No server runs");
    // that one is looked at from here
    const others = only?.filter((id) => id !== server.id);
    if (others?.length === 0) return [server];
    const { findings } = await call.access.call("doctor", {
      ...(others === undefined ? {} : { only: others }),
      ...(peer === undefined ? {} : { peer }),
      ...(outside ? { outside } : {}),
    });
    return [server, ...findings];
  } catch (error) {
    const failure = describeFailure(error);
    const { code, message } = failure;
    if (code === "config_invalid") {
      return [{
        id: "config",
        status: "fail",
        detail: message,
        remedy: "postern config check",
      }];
    }
    if (code === "storage_read_only") {
      return [serverFinding("No server runs"), {
        id: "db",
        status: "fail",
        detail: message,
        remedy: RESTORE,
      }];
    }
    if (!UNREACHED.includes(code)) throw failure;
    return [serverFinding(message)];
  }
}

/** A server that runs and cannot be asked, or does not answer. */
const UNREACHED = ["no_response", "unreachable"];

const SERVER_RUNS: Finding = {
  id: "server",
  status: "pass",
  detail: "A server runs and answers",
  remedy: null,
};

function serverFinding(detail: string): Finding {
  return {
    id: "server",
    status: "fail",
    detail,
    remedy: "systemctl restart postern; journalctl -u postern -n 50",
  };
}

function exitOf(findings: readonly Finding[]): ExitCode {
  const has = (wanted: FindingStatus) =>
    findings.some(({ status }) => status === wanted);
  if (has("fail")) return EXIT.failed;
  return has("warn") ? EXIT.partial : EXIT.ok;
}

function report(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ id }) => id.length));
  const margin = " ".repeat(width + 8);
  const lines = findings.flatMap(({ id, status, detail, remedy }) => [
    `${status.toUpperCase()}  ${id.padEnd(width)}  ${
      detail.replaceAll("\n", `\n${margin}`)
    }`,
    ...(remedy === null ? [] : [`${margin}${remedy}`]),
  ]);
  const counted = (["fail", "warn", "pass", "skip"] as const).map((wanted) =>
    `${findings.filter(({ status }) => status === wanted).length} ${wanted}`
  );
  return [...lines, "", counted.join(", ")].join("\n");
}

async function health(call: Call): Promise<CommandResult> {
  try {
    const data = await call.access.call("health", {});
    return {
      data,
      text: data.ok ? "ok" : facts(Object.entries(data.checks)),
      exit: data.ok ? EXIT.ok : EXIT.failed,
    };
  } catch (error) {
    const { code, message } = describeFailure(error);
    return {
      data: { ok: false, checks: { server: code } },
      text: message,
      exit: EXIT.failed,
    };
  }
}

export const DOCTOR_COMMANDS: readonly Command[] = [
  {
    usage: "doctor",
    summary:
      "Walk the whole way of a message, look at all it needs, and say what mends what is wrong; exit 1 if something fails, 8 if something could be better",
    options: [
      {
        flags: "--only <checks>",
        summary: "only these checks, with commas, as imap,round-trip",
      },
      {
        flags: "--peer <domain>",
        summary: `try connections to this server (${USUAL_PEER})`,
      },
      {
        flags: "--outside",
        summary:
          "also ask that server, a relay with doctor.echo, to connect back to our ports",
      },
    ],
    timeout: "3m",
    run: doctor,
  },
  {
    usage: "health",
    summary:
      "Whether the server works, for what watches a container; exit 0 or 1",
    timeout: "5s",
    run: health,
  },
];
