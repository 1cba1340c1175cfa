/** The admin panel: whether there is one, where, and who else may ask the API. @module */
import type { AdminOutput } from "../../../admin/operation_table.ts";
import { webOrigin } from "../../../config/web_kinds.ts";
import {
  type Call,
  type Command,
  type CommandResult,
  confirm,
  flagOption,
  withApplied,
} from "../../command.ts";
import { withObstacles } from "../../warned.ts";
import { CliError, EXIT } from "../../exit_codes.ts";
import { appliedNote, facts } from "../../text.ts";

type Status = AdminOutput<"admin_web.status">;

async function status(call: Call): Promise<CommandResult> {
  const data = await call.access.call("admin_web.status", {});
  return withObstacles({ data, text: statusText(data) }, data);
}

async function set(call: Call, enabled: boolean): Promise<CommandResult> {
  return await changed(
    call,
    await call.access.call("admin_web.set", { enabled }),
  );
}

async function path(call: Call): Promise<CommandResult> {
  const [wanted] = call.args;
  const isReset = flagOption(call, "reset");
  if (wanted !== undefined && isReset) {
    throw new CliError("usage", "Give a path or --reset", EXIT.usage);
  }
  if (wanted === undefined && !isReset) return await status(call);
  const input = wanted === undefined ? {} : { path: wanted };
  return await changed(call, await call.access.call("admin_web.path", input));
}

/** `allow-origin URL`, `allow-origin list`, `allow-origin remove URL`. */
async function allow(call: Call): Promise<CommandResult> {
  const [first = "", second] = call.args;
  if (first === "list" && second === undefined) return await origins(call);
  if (first === "remove" && second !== undefined) {
    const input = { origin: second };
    const now = await call.access.call("admin_web.remove_origin", input);
    return await changed(call, now);
  }
  if (second !== undefined || first === "remove") {
    throw new CliError(
      "usage",
      'Say allow-origin and a URL, "list", or "remove" and a URL',
      EXIT.usage,
    );
  }
  understoodOrigin(first);
  await confirm(
    call,
    `Pages of ${first} may then call the API for whoever types a token there. Go on?`,
  );
  const input = { origin: first };
  const now = await call.access.call("admin_web.allow_origin", input);
  return await changed(call, now);
}

/** Before anybody is asked about it. @throws {CliError} invalid_value */
function understoodOrigin(written: string): void {
  try {
    webOrigin.parse(written);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new CliError("invalid_value", problem, EXIT.conflict);
  }
}

async function origins(call: Call): Promise<CommandResult> {
  const { origins } = await call.access.call("admin_web.status", {});
  const text = origins.length === 0
    ? "No other web site may call the API"
    : origins.join("\n");
  return { data: { origins }, text };
}

async function changed(call: Call, now: Status): Promise<CommandResult> {
  const data = await withApplied(call, now);
  const text = statusText(data) + appliedNote(data.applied);
  return withObstacles({ data, text }, data);
}

function statusText(status: Status): string {
  const { enabled, path, url, api_path, api_url, origins } = status;
  return facts([
    [
      "panel",
      enabled ? url ?? "nowhere" : `off (it would be at ${path}/)`,
    ],
    ["API", api_url ?? api_path],
    ["other web sites", origins.length === 0 ? "none" : origins.join(", ")],
  ]);
}

export const ADMIN_WEB_COMMANDS: readonly Command[] = [
  {
    usage: "admin-web status",
    summary: "Whether there is a panel, and where",
    isDefault: true,
    run: status,
  },
  {
    usage: "admin-web enable",
    aliases: ["on"],
    summary: "Show the panel",
    run: (call) => set(call, true),
  },
  {
    usage: "admin-web disable",
    aliases: ["off"],
    summary: "Show no panel",
    run: (call) => set(call, false),
  },
  {
    usage: "admin-web path [path]",
    summary: "Where the panel is; with a path, move it there and show it",
    options: [{ flags: "--reset", summary: "back to that of the file" }],
    run: path,
  },
  {
    usage: "admin-web allow-origin <site> [origin]",
    summary:
      'Let pages of another web site call the API with a token; "list" says which may, "remove URL" ends it',
    run: allow,
  },
];
