/** CONNECT on the ports of HTTP: on or off, its password, and the link for clients. @module */
import type { AdminOutput } from "../../../admin/operation_table.ts";
import { type Call, type Command, type CommandResult } from "../../command.ts";
import { facts } from "../../text.ts";
import { trafficFacts } from "./traffic.ts";
import { changedTo, linkNote, QR_OPTION, showLink } from "./ways_in.ts";

type Status = AdminOutput<"http_proxy.status">;

async function status(call: Call): Promise<CommandResult> {
  const data = await call.access.call("http_proxy.status", {});
  return { data, text: statusText(data) };
}

async function change(
  call: Call,
  operation: "http_proxy.enable" | "http_proxy.disable" | "http_proxy.rotate",
): Promise<CommandResult> {
  return await changedTo(
    call,
    await call.access.call(operation, {}),
    (now) =>
      statusText(now) +
      linkNote(
        now.enabled && now.address !== null,
        "http-proxy url --qr",
      ),
  );
}

function statusText(
  { enabled, credentials_set, address, traffic }: Status,
): string {
  return facts([
    ["HTTP proxy", enabled ? "on" : "off"],
    ["user and password", credentials_set ? "set" : "not made yet"],
    ["reached at", address ?? "nowhere"],
    ...(traffic ? trafficFacts(traffic) : []),
  ]);
}

async function credentials(call: Call): Promise<CommandResult> {
  const data = await call.access.call("http_proxy.credentials", {});
  const text = facts([
    ["reached at", data.address ?? "nowhere"],
    ["user name", data.username],
    ["password", data.password],
  ]);
  return { data, text };
}

export const HTTP_PROXY_COMMANDS: readonly Command[] = [
  {
    usage: "http-proxy status",
    summary: "Whether clients may come through CONNECT, and how many do",
    isDefault: true,
    run: status,
  },
  {
    usage: "http-proxy enable",
    aliases: ["on"],
    summary: "Let clients come through CONNECT",
    run: (call) => change(call, "http_proxy.enable"),
  },
  {
    usage: "http-proxy disable",
    aliases: ["off"],
    summary: "Let nobody come through CONNECT, and end those who have",
    run: (call) => change(call, "http_proxy.disable"),
  },
  {
    usage: "http-proxy rotate",
    summary: "Make a new password; clients need the new link",
    run: (call) => change(call, "http_proxy.rotate"),
  },
  {
    usage: "http-proxy url",
    summary: "The link that brings a client everything it needs",
    options: [QR_OPTION],
    run: (call) => showLink(call, "http_proxy.url"),
  },
  {
    usage: "http-proxy credentials",
    summary: "The same for programs that take no link, one by one",
    run: credentials,
  },
];
