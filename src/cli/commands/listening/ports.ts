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
  confirm,
  withApplied,
} from "../../command.ts";
import { warned } from "../../warned.ts";
import { CliError, EXIT } from "../../exit_codes.ts";
import { appliedNote, table, yesNo } from "../../text.ts";
import { NAME } from "../../version.ts";

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

/** Other relays have settings of these, too; where it is found here. */
const NO_LISTENERS: Readonly<Record<string, string>> = {
  http_proxy: `shares the ports of http and https: ${NAME} http-proxy`,
  metrics:
    `is where the file says: ${NAME} config set metrics.listen 127.0.0.1:9749`,
};
/** A setting there, and no service: what is set of it is taken, and means nothing. */
const SASL = "sasl";

async function port(call: Call): Promise<CommandResult> {
  const [name = "status", action = "status", value] = call.args;
  if (name === "status") return await shown(call, LISTENER_NAMES);
  if (name === SASL) {
    const data = { name, port: null, mode: "local", enabled: false };
    return { data, text: "sasl: there is no such service, and none is needed" };
  }
  const elsewhere = name.replaceAll("-", "_");
  if (Object.hasOwn(NO_LISTENERS, elsewhere)) {
    throw usage(`${name} ${NO_LISTENERS[elsewhere]}`);
  }
  const service = serviceNamed(name);
  if (action === "status") return await shown(call, [service]);
  const change = Object.hasOwn(CHANGES, action) ? CHANGES[action] : undefined;
  if (change === undefined) {
    throw usage(`name one of ${ACTIONS.join(", ")} (got "${action}")`);
  }
  if (action === "disable") await checkSiteStays(call, service);
  const made = await change(call, service, value);
  const closed = action === "public"
    ? closedByFile(made)
    : action === "enable"
    ? without(made)
    : undefined;
  return await changed(call, made, closed ?? lostBy(made));
}

/** A setting opens nothing that the file has for this machine alone. */
function closedByFile({ name, port, mode }: ServicePort): string | undefined {
  if (mode !== "local" || port === null) return undefined;
  return `the file has ${name} listen for this machine alone: ${NAME} config set listen.${name} :${port}; ${NAME} reload`;
}

/** It is switched on, and no port was ever named for it. */
function without({ name, enabled }: ServicePort): string | undefined {
  return enabled
    ? undefined
    : `without effect for now: nothing says where ${name} listens: ${NAME} port ${name} set PORT`;
}

/** @throws {CliError} exit 10: without both, nobody gets to the panel */
async function checkSiteStays(
  call: Call,
  service: ListenerName,
): Promise<void> {
  const other = service === "http"
    ? "https"
    : service === "https"
    ? "http"
    : undefined;
  if (other === undefined) return;
  const { services } = await call.access.call("ports.list", {});
  if (services.some(({ name, enabled }) => name === other && enabled)) return;
  await confirm(
    call,
    "Neither http nor https would listen: no web site, no panel, no mail from other relays over HTTPS. Go on?",
  );
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
  warning: string | undefined,
): Promise<CommandResult> {
  const data = await withApplied(call, service);
  const text = portTable([service]) + appliedNote(data.applied);
  return warned({ data, text }, warning === undefined ? [] : [warning]);
}

/** What others find at one port alone. */
const USUAL: Partial<
  Record<ListenerName, { readonly port: number; readonly lost: string }>
> = {
  http: {
    port: 80,
    lost:
      "an authority does not find it at port 80 (http-01) any more: certificates then need port 443 (tls-alpn-01), or dns-01",
  },
  https: {
    port: 443,
    lost:
      "nobody finds it at port 443 any more: other relays bring mail over SMTP only, an authority needs port 80 (http-01) or dns-01, and addresses of the web page have a port",
  },
};

function lostBy(
  { name, port, mode, enabled }: ServicePort,
): string | undefined {
  const usual = USUAL[name];
  if (usual === undefined) return undefined;
  const isThere = enabled && mode === "public" && port === usual.port;
  return isThere ? undefined : usual.lost;
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
  const text = portTable(services) + appliedNote(data.applied);
  const closed = access === "public" ? services.map(closedByFile) : [];
  return warned({ data, text }, closed.filter((one) => one !== undefined));
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
