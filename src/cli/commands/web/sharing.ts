/** Short links to contacts of Delta Chat. @module */
import type { AdminOutput } from "../../../admin/operation_table.ts";
import { qrText } from "../../../api/qr_text.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  confirm,
  flagOption,
  textOption,
  withApplied,
} from "../../command.ts";
import { withObstacles } from "../../warned.ts";
import { appliedNote, counted, facts, moment, table } from "../../text.ts";

type Status = AdminOutput<"sharing.status">;
type Shape = AdminOutput<"sharing.info">;

async function status(call: Call): Promise<CommandResult> {
  const data = await call.access.call("sharing.status", {});
  return { data, text: statusText(data) };
}

async function turn(call: Call, on: boolean): Promise<CommandResult> {
  const now = await call.access.call(
    on ? "sharing.enable" : "sharing.disable",
    {},
  );
  const data = await withApplied(call, now);
  const text = statusText(data) + appliedNote(data.applied);
  return withObstacles({ data, text }, data);
}

function statusText({ enabled, visible, count, reserved }: Status): string {
  return facts([
    [
      "sharing",
      !enabled ? "off" : visible ? "on" : "on, but hidden with the site",
    ],
    ["links", String(count)],
    ["reserved endings", String(reserved)],
  ]);
}

async function list(call: Call): Promise<CommandResult> {
  const search = textOption(call, "search");
  const data = await call.access.call("sharing.list", {
    ...(search === undefined ? {} : { search }),
  });
  const rows = data.shares.map((share) => [
    share.slug,
    share.kind,
    share.name,
    String(share.views),
    moment(share.created_at),
  ]);
  const text = table(["slug", "kind", "name", "views", "created"], rows);
  return {
    data: { links: data.shares, total: data.total },
    text: `${text}\n${counted(data.total, "entry", "entries")}`,
  };
}

async function info(call: Call): Promise<CommandResult> {
  const slug = argument(call, 0);
  const data = await call.access.call("sharing.info", { slug });
  const link = data.link ?? "";
  const text = flagOption(call, "qr") && link !== ""
    ? `${qrText(link)}\n${shareText(data)}`
    : shareText(data);
  return { data, text };
}

async function create(call: Call): Promise<CommandResult> {
  const [slug = "", url = "", name] = call.args;
  // as other relays take it: a link that is this word is none
  const made = url.toLowerCase() === "reserved"
    ? await call.access.call("sharing.reserve", { slug })
    : await call.access.call("sharing.create", {
      slug,
      url,
      ...(name === undefined ? {} : { name }),
    });
  return await changed(call, made);
}

async function reserve(call: Call): Promise<CommandResult> {
  const slug = argument(call, 0);
  return await changed(
    call,
    await call.access.call("sharing.reserve", { slug }),
  );
}

async function edit(call: Call): Promise<CommandResult> {
  const [slug = "", url, name] = call.args;
  return await changed(
    call,
    await call.access.call("sharing.edit", {
      slug,
      ...(url === undefined ? {} : { url }),
      ...(name === undefined ? {} : { name }),
    }),
  );
}

async function remove(call: Call): Promise<CommandResult> {
  const slug = argument(call, 0);
  await confirm(call, `Remove the link ${slug}?`);
  const removed = await call.access.call("sharing.remove", { slug });
  const data = await withApplied(call, removed);
  return { data, text: `Removed ${data.deleted}${appliedNote(data.applied)}` };
}

async function changed(call: Call, share: Shape): Promise<CommandResult> {
  const data = await withApplied(call, share);
  return { data, text: shareText(data) + appliedNote(data.applied) };
}

function shareText(share: Shape): string {
  if (share.reserved) return facts([["reserved", share.slug]]);
  return facts([
    ["slug", share.slug],
    ["link", share.link ?? "there is no web site"],
    ["kind", share.kind],
    ["name", share.name],
    ["leads to", share.invite_link ?? ""],
    ["views", String(share.views)],
  ]);
}

export const SHARING_COMMANDS: readonly Command[] = [
  {
    usage: "sharing status",
    summary: "Whether contacts are shared here, and how many",
    isDefault: true,
    run: status,
  },
  {
    usage: "sharing enable",
    aliases: ["on"],
    summary: "Let anybody make short links to contacts",
    run: (call) => turn(call, true),
  },
  {
    usage: "sharing disable",
    aliases: ["off"],
    summary: "Neither make nor show them; they are kept",
    run: (call) => turn(call, false),
  },
  {
    usage: "sharing list",
    summary: "All short links and reserved endings",
    options: [{ flags: "--search <text>", summary: "part of ending or name" }],
    run: list,
  },
  {
    usage: "sharing show <slug>",
    summary: "One short link",
    options: [{ flags: "--qr", summary: "as a QR code too" }],
    run: info,
  },
  {
    usage: "sharing create <slug> <url> [name]",
    summary: "Make a short link of an invite link",
    run: create,
  },
  {
    usage: "sharing reserve <slug>",
    summary: "Let nobody have this ending",
    run: reserve,
  },
  {
    usage: "sharing edit <slug> [url] [name]",
    summary: "Have it lead elsewhere; without a name that stays",
    run: edit,
  },
  {
    usage: "sharing remove <slug>",
    aliases: ["delete"],
    summary: "Remove a short link or a reserved ending",
    run: remove,
  },
];
