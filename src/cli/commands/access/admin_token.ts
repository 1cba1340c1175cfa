/** The token of the admin API, and those with names. @module */
import type { AdminOutput } from "../../../admin/operation_table.ts";
import { qrText } from "../../../api/qr_text.ts";
import {
  argument,
  type Call,
  choiceOption,
  type Command,
  type CommandResult,
  confirm,
  flagOption,
  textOption,
} from "../../command.ts";
import { day, facts, moment, table } from "../../text.ts";

type Root = AdminOutput<"admin.token">;

async function show(call: Call): Promise<CommandResult> {
  return shown(call, await call.access.call("admin.token", {}));
}

async function rotate(call: Call): Promise<CommandResult> {
  await confirm(
    call,
    "Whoever uses the token of now, and all sessions of the panel, are out. Make a new one?",
  );
  return shown(call, await call.access.call("admin.rotate", {}));
}

function shown(call: Call, root: Root): CommandResult {
  const data = { token: root.token, api_url: root.api_url };
  if (flagOption(call, "raw")) {
    return { data, text: root.token };
  }
  const lines = facts([
    ["token", root.token],
    ["API", root.api_url ?? "nowhere: neither HTTP nor HTTPS is listened for"],
  ]);
  if (call.options.qr === false) return { data, text: lines };
  const payload = panelPayload(root);
  return {
    data,
    text: payload === undefined ? lines : `${qrText(payload)}\n${lines}`,
  };
}

/** What panels of other relays read from a code; undefined where the API is nowhere. */
export function panelPayload(
  { token, api_url }: Root,
): string | undefined {
  if (api_url === null) return undefined;
  const json = JSON.stringify({ u: api_url, t: token });
  return new TextEncoder().encode(json)
    .toBase64({ alphabet: "base64url", omitPadding: true });
}

async function list(call: Call): Promise<CommandResult> {
  const data = await call.access.call("admin_tokens.list", {});
  if (data.tokens.length === 0) {
    return { data, text: "There is only the token of the file" };
  }
  const text = table(
    ["id", "name", "scope", "created", "last used", "ends"],
    data.tokens.map((one) => [
      one.id,
      one.name,
      one.scope,
      day(one.created_at),
      moment(one.last_used_at),
      moment(one.expires_at),
    ]),
  );
  return { data, text };
}

const SCOPES = ["read", "accounts", "full"] as const;

async function create(call: Call): Promise<CommandResult> {
  const expires = textOption(call, "expires");
  const data = await call.access.call("admin_tokens.create", {
    name: argument(call, 0),
    scope: choiceOption(call, "scope", SCOPES) ?? "read",
    ...(expires === undefined ? {} : { expires_in: expires }),
  });
  return { data, text: data.token };
}

async function remove(call: Call): Promise<CommandResult> {
  const id = argument(call, 0);
  const data = await call.access.call("admin_tokens.remove", { id });
  return { data, text: `Removed ${id}` };
}

export const ADMIN_TOKEN_COMMANDS: readonly Command[] = [
  {
    usage: "admin-token show",
    summary: "The token that may do everything, and where the API is",
    isDefault: true,
    options: [
      { flags: "--raw", summary: "the token alone" },
      { flags: "--no-qr", summary: "without the code for panels" },
    ],
    run: show,
  },
  {
    usage: "admin-token rotate",
    summary:
      "Make a new one; who has the one before, and all sessions of the panel, are out",
    options: [
      { flags: "--raw", summary: "the token alone" },
      { flags: "--no-qr", summary: "without the code for panels" },
    ],
    run: rotate,
  },
  {
    usage: "admin-token list",
    summary: "Tokens with names",
    run: list,
  },
  {
    usage: "admin-token create <name>",
    summary: "Make a token with a name, and show it this once",
    options: [
      {
        flags: "--scope <scope>",
        summary:
          "read (as it is unless told), accounts to manage people too, or full",
      },
      { flags: "--expires <duration>", summary: "ends after it, as 90d" },
    ],
    run: create,
  },
  {
    usage: "admin-token remove <id>",
    aliases: ["revoke"],
    summary: "Remove a token with a name",
    run: remove,
  },
];
