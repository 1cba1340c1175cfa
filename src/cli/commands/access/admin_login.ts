/** A code that begins one session of the panel. @module */
import { qrText } from "../../../api/qr_text.ts";
import {
  type Call,
  type Command,
  type CommandResult,
  flagOption,
  textOption,
  withApplied,
} from "../../command.ts";
import { NAME } from "../../version.ts";
import { moment } from "../../text.ts";
import { panelPayload } from "./admin_token.ts";

async function login(call: Call): Promise<CommandResult> {
  if (flagOption(call, "permanent")) return await permanent(call);
  const lifetime = textOption(call, "lifetime");
  const made = await call.access.call(
    "admin.login",
    lifetime === undefined ? {} : { lifetime },
  );
  const data = await withApplied(call, made);
  const { url, code, expires_at, applied } = data;
  const text = url === null
    ? `code  ${code}\nThere is no panel to use it at: "${NAME} admin-web enable" shows it`
    : [
      ...call.options.qr === false ? [] : [qrText(url)],
      url,
      `Good for one session, until ${moment(expires_at)}`,
      ...applied === "live"
        ? []
        : ["The server does not run: the link leads nowhere before it does"],
    ].join("\n");
  return { data, text };
}

/** As panels of other relays take it: it holds the token. */
async function permanent(call: Call): Promise<CommandResult> {
  const root = await call.access.call("admin.token", {});
  const payload = panelPayload(root) ?? null;
  const data = { payload, api_url: root.api_url };
  if (payload === null) return { data, text: "The API is nowhere" };
  const text = call.options.qr === false
    ? payload
    : `${qrText(payload)}\n${payload}`;
  return { data, text };
}

export const ADMIN_LOGIN_COMMANDS: readonly Command[] = [{
  usage: "admin-login",
  summary: "A link to the panel that logs in once, and its code",
  options: [
    {
      flags: "--lifetime <duration>",
      summary: "for which it is good; else 5m",
    },
    {
      flags: "--permanent",
      summary:
        "what panels of other relays take: it holds the token, so keep it",
    },
    { flags: "--no-qr", summary: "without a QR code" },
  ],
  run: login,
}];
