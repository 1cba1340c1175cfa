/** Mail over HTTP: on or off, and for which web pages. @module */
import type { AdminOutput } from "../../../admin/operation_table.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  withApplied,
} from "../../command.ts";
import { withObstacles } from "../../warned.ts";
import { appliedNote, facts } from "../../text.ts";

type Status = AdminOutput<"webmail.status">;
type Service = "webimap" | "websmtp";

const NAMES: Readonly<Record<Service, string>> = {
  webimap: "WebIMAP",
  websmtp: "WebSMTP",
};

async function serviceStatus(
  call: Call,
  service: Service,
): Promise<CommandResult> {
  const status = await call.access.call("webmail.status", {});
  return serviceResult(service, status);
}

async function turn(
  call: Call,
  service: Service,
  enabled: boolean,
): Promise<CommandResult> {
  const status = await call.access.call("webmail.set", { service, enabled });
  const { applied } = await withApplied(call, {});
  const { data, text } = serviceResult(service, status);
  return withObstacles(
    { data: { ...data, applied }, text: text + appliedNote(applied) },
    enabled ? status : {},
  );
}

function serviceResult(service: Service, status: Status) {
  const enabled = status[`${service}_enabled`];
  return {
    data: { service, enabled },
    text: facts([[NAMES[service], enabled ? "on" : "off"]]),
  };
}

function serviceCommands(service: Service, what: string): readonly Command[] {
  return [
    {
      usage: `${service} status`,
      summary: `Whether ${what} over HTTP`,
      isDefault: true,
      run: (call) => serviceStatus(call, service),
    },
    {
      usage: `${service} enable`,
      aliases: ["on"],
      summary: `Let ${what} over HTTP`.replace(" is ", " be "),
      run: (call) => turn(call, service, true),
    },
    {
      usage: `${service} disable`,
      aliases: ["off"],
      summary: "Let nobody, and end what is open",
      run: (call) => turn(call, service, false),
    },
  ];
}

async function origins(call: Call): Promise<CommandResult> {
  const data = await call.access.call("webmail.status", {});
  return { data: withOrigins(data), text: originsText(data) };
}

type Change = "set" | "add" | "remove" | "reset";

async function change(
  call: Call,
  change: Change,
  origins: string[],
): Promise<CommandResult> {
  const input = { change, origins };
  const data = await withApplied(
    call,
    await call.access.call("webmail.origins", input),
  );
  const isOn = data.webimap_enabled || data.websmtp_enabled;
  const text = originsText(data) + appliedNote(data.applied);
  return withObstacles(
    { data: withOrigins(data), text },
    isOn || data.cors_origins_list.length === 0 ? data : {
      obstacles: [
        'neither WebIMAP nor WebSMTP is on: "webimap enable", "websmtp enable"',
      ],
    },
  );
}

/** With the names that scripts for other relays read. */
function withOrigins<T extends Status>(status: T) {
  return {
    origins: status.cors_origins_list,
    webimap: status.webimap_enabled,
    websmtp: status.websmtp_enabled,
    ...status,
  };
}

function originsText(status: Status): string {
  const { cors_origins_list: origins } = status;
  return facts([
    [
      "web pages of other origins",
      origins.length === 0
        ? "none"
        : origins.includes("*")
        ? "all (*)"
        : origins.join(", "),
    ],
    ["WebIMAP", status.webimap_enabled ? "on" : "off"],
    ["WebSMTP", status.websmtp_enabled ? "on" : "off"],
  ]);
}

export const WEBMAIL_COMMANDS: readonly Command[] = [
  ...serviceCommands("webimap", "mail is read"),
  ...serviceCommands("websmtp", "mail is sent"),
  {
    usage: "webmail-cors status",
    summary: "Which web pages of other origins may use mail over HTTP",
    isDefault: true,
    run: origins,
  },
  {
    usage: "webmail-cors enable [origin]",
    aliases: ["on"],
    summary: "Let pages of this origin use it; without one, all pages",
    run: (call) => {
      const [origin] = call.args;
      return origin === undefined
        ? change(call, "set", ["*"])
        : change(call, "add", [origin]);
    },
  },
  {
    usage: "webmail-cors disable",
    aliases: ["off"],
    summary: "Let no page of another origin use it",
    run: (call) => change(call, "set", []),
  },
  {
    usage: "webmail-cors set <origins>",
    summary: "Let pages of these origins use it, separated by commas",
    run: (call) =>
      change(
        call,
        "set",
        argument(call, 0).split(",").map((origin) => origin.trim())
          .filter((origin) => origin !== ""),
      ),
  },
  {
    usage: "webmail-cors add <origin>",
    summary: "Let pages of this origin use it too",
    run: (call) => change(call, "add", [argument(call, 0)]),
  },
  {
    usage: "webmail-cors remove <origin>",
    summary: "Let pages of this origin no longer use it",
    run: (call) => change(call, "remove", [argument(call, 0)]),
  },
  {
    usage: "webmail-cors reset",
    summary: "As the configuration file says",
    run: (call) => change(call, "reset", []),
  },
];
