/** Hiding the web site: what strangers see, and the link for those who may. @module */
import type { AdminOutput } from "../../../admin/operation_table.ts";
import type { StealthMode } from "../../../config/web_kinds.ts";
import { type Call, type Command, type CommandResult } from "../../command.ts";
import { facts } from "../../text.ts";
import { changedTo, QR_OPTION, showLink } from "../tunnels/ways_in.ts";

type Status = AdminOutput<"stealth.status">;

const SEEN: Readonly<Record<StealthMode, string>> = {
  off: "off: everybody finds the site",
  minimal: "minimal: strangers find nothing",
  decoy: "decoy: strangers find another site",
};

async function status(call: Call): Promise<CommandResult> {
  const data = await call.access.call("stealth.status", {});
  return { data, text: statusText(data) };
}

async function set(call: Call, mode: StealthMode): Promise<CommandResult> {
  const now = await call.access.call("stealth.set", { mode });
  return await changedTo(call, now, statusText);
}

async function rotate(call: Call): Promise<CommandResult> {
  const now = await call.access.call("stealth.rotate", {});
  return await changedTo(call, now, statusText);
}

function statusText({ mode, gate }: Status): string {
  return facts([
    ["stealth", SEEN[mode]],
    ["link to the site", gate ? "there is one" : "there is none"],
  ]);
}

export const STEALTH_COMMANDS: readonly Command[] = [
  {
    usage: "stealth status",
    summary: "What strangers see of the web site",
    isDefault: true,
    run: status,
  },
  {
    usage: "stealth off",
    aliases: ["disable"],
    summary: "Show the web site to everybody",
    run: (call) => set(call, "off"),
  },
  {
    usage: "stealth minimal",
    summary: "Strangers find nothing: every address is unknown",
    run: (call) => set(call, "minimal"),
  },
  {
    usage: "stealth decoy",
    aliases: ["enable", "on"],
    summary: "Strangers find another site, that of web.decoy_dir",
    run: (call) => set(call, "decoy"),
  },
  {
    usage: "stealth rotate",
    summary: "Make a new key for the link; who came by the old one is out",
    run: rotate,
  },
  {
    usage: "stealth url",
    summary: "The link by which the hidden web site is found",
    options: [QR_OPTION],
    run: (call) => showLink(call, "stealth.url"),
  },
];
