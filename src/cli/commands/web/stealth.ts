/** Hiding the web site: what strangers see, and the link for those who may. @module */
import type { AdminOutput } from "../../../admin/operation_table.ts";
import type { StealthMode } from "../../../admin/operations/web/stealth.ts";
import { qrText } from "../../../api/qr_text.ts";
import {
  type Call,
  type Command,
  type CommandResult,
  flagOption,
  withApplied,
} from "../../command.ts";
import { appliedNote, facts } from "../../text.ts";

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
  return await changed(call, await call.access.call("stealth.set", { mode }));
}

async function rotate(call: Call): Promise<CommandResult> {
  return await changed(call, await call.access.call("stealth.rotate", {}));
}

async function changed(call: Call, now: Status): Promise<CommandResult> {
  const data = await withApplied(call, now);
  return { data, text: statusText(data) + appliedNote(data.applied) };
}

function statusText({ mode, gate }: Status): string {
  return facts([
    ["stealth", SEEN[mode]],
    ["link to the site", gate ? "there is one" : "there is none"],
  ]);
}

async function url(call: Call): Promise<CommandResult> {
  const data = await call.access.call("stealth.url", {});
  const text = flagOption(call, "qr")
    ? `${qrText(data.url)}\n${data.url}`
    : data.url;
  return { data, text };
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
    options: [{ flags: "--qr", summary: "as a QR code too" }],
    run: url,
  },
];
