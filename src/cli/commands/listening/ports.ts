/** Where services listen, and for whom. @module */
import { ACCESS_MODES } from "../../../admin/operations/listening/ports.ts";
import type { ServicePort } from "../../../admin/operations/listening/ports.ts";
import {
  LISTENER_NAMES,
  type ListenerName,
} from "../../../config/listener_table.ts";
import { nearest } from "../../../config/nearest.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  withApplied,
} from "../../command.ts";
import { CliError, EXIT } from "../../exit_codes.ts";
import { appliedNote, table, yesNo } from "../../text.ts";

type Change = (
  call: Call,
  service: ListenerName,
  value: string | undefined,
) => Promise<ServicePort>;

const CHANGES: Readonly<Record<string, Change>> = {
  set: (call, service, value) =>
    call.access.call("ports.set", { service, port: portOf(value) }),
  reset: (call, service) => call.access.call("ports.reset", { service }),
  local: (call, service) =>
    call.access.call("ports.access", { service, access: "local" }),
  public: (call, service) =>
    call.access.call("ports.access", { service, access: "public" }),
  enable: (call, service) =>
    call.access.call("ports.enable", { service, enabled: true }),
  disable: (call, service) =>
    call.access.call("ports.enable", { service, enabled: false }),
};
const ACTIONS = ["status", ...Object.keys(CHANGES)];

async function port(call: Call): Promise<CommandResult> {
  const [name = "status", action = "status", value] = call.args;
  if (name === "status") return await shown(call, LISTENER_NAMES);
  const service = serviceNamed(name);
  if (action === "status") return await shown(call, [service]);
  const change = Object.hasOwn(CHANGES, action) ? CHANGES[action] : undefined;
  if (change === undefined) {
    throw usage(`name one of ${ACTIONS.join(", ")} (got "${action}")`);
  }
  return await changed(call, await change(call, service, value));
}

async function shown(
  call: Call,
  names: readonly ListenerName[],
): Promise<CommandResult> {
  const { services } = await call.access.call("ports.list", {});
  const chosen = services.filter(({ name }) => names.includes(name));
  return { data: { services: chosen }, text: portTable(chosen) };
}

async function changed(
  call: Call,
  service: ServicePort,
): Promise<CommandResult> {
  const data = await withApplied(call, service);
  return { data, text: portTable([service]) + appliedNote(data.applied) };
}

function portTable(services: readonly ServicePort[]): string {
  const rows = services.map(({ name, port, mode, enabled }) => [
    name,
    port === null ? "-" : String(port),
    mode,
    yesNo(enabled),
  ]);
  return table(["service", "port", "for", "listens"], rows);
}

/** As the peers' guides call them. */
const ALSO_CALLED: Readonly<Record<string, ListenerName>> = {
  ss: "shadowsocks",
  turns: "turn_tls",
};

/** `submission-tls` is `submission_tls`. @throws {CliError} usage */
function serviceNamed(written: string): ListenerName {
  const plain = written.replaceAll("-", "_");
  const name = ALSO_CALLED[plain] ?? plain;
  const service = LISTENER_NAMES.find((one) => one === name);
  if (service !== undefined) return service;
  const meant = nearest(name, LISTENER_NAMES);
  throw usage(
    `name one of ${LISTENER_NAMES.join(", ")} (got "${written}")${
      meant === undefined ? "" : ` (Did you mean ${meant}?)`
    }`,
  );
}

function portOf(written: string | undefined): number {
  if (written !== undefined && /^\d{1,5}$/.test(written)) {
    return Number(written);
  }
  throw usage(`give a port from 1 to 65535 (got "${written ?? ""}")`);
}

function usage(message: string): CliError {
  return new CliError("usage", message, EXIT.usage);
}

/** Both ports of submission together. */
const SUBMISSION = ["submission", "submission_tls"] as const;

async function submissionAccess(call: Call): Promise<CommandResult> {
  const [wanted = "status"] = call.args;
  if (wanted === "status") return await shown(call, SUBMISSION);
  const access = ACCESS_MODES.find((mode) => mode === wanted);
  if (access === undefined) {
    throw usage(`name one of status, local, public (got "${wanted}")`);
  }
  const services: ServicePort[] = [];
  for (const service of SUBMISSION) {
    services.push(await call.access.call("ports.access", { service, access }));
  }
  const data = await withApplied(call, { access, services });
  return { data, text: portTable(services) + appliedNote(data.applied) };
}

const NEVER =
  "Mail from one stranger to another is never taken: a relay that " +
  "does is used for spam within hours, and other servers then refuse its mail. " +
  "There is no switch";

function openRelay(call: Call): Promise<CommandResult> {
  const action = argument(call, 0);
  switch (action) {
    case "status":
    case "disable": {
      const data = {
        allowed: false,
        file_default: false,
        db_override: null,
        reload_required: false,
        state: "never",
      };
      return Promise.resolve({ data, text: `never\n${NEVER}` });
    }
    case "enable":
      throw new CliError("refused", NEVER, EXIT.conflict);
    default:
      throw usage(`name one of status, enable, disable (got "${action}")`);
  }
}

export const PORT_COMMANDS: readonly Command[] = [
  {
    usage: "port [service] [action] [port]",
    summary:
      "Where services listen: status, set <port>, reset, local (this machine only), public, enable or disable",
    run: port,
  },
  {
    usage: "submission-access [who]",
    summary:
      "Who may connect to both ports of submission: status, local (this machine only) or public",
    run: submissionAccess,
  },
  {
    usage: "openrelay <action>",
    summary: "status: mail from strangers to strangers is never taken",
    run: openRelay,
  },
];
