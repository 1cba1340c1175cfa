/** What the commands of all ways in have: a change and what it has come to, and a link, as a QR code too. @module */
import { qrText } from "../../../api/qr_text.ts";
import {
  type Call,
  type CommandResult,
  flagOption,
  withApplied,
} from "../../command.ts";
import { withObstacles } from "../../warned.ts";
import { appliedNote } from "../../text.ts";
import { NAME } from "../../version.ts";

export const QR_OPTION = {
  flags: "--qr",
  summary: "as a QR code too",
} as const;

/** How it is now, after a change. */
export async function changedTo<Status extends object>(
  call: Call,
  now: Status,
  text: (now: Status) => string,
): Promise<CommandResult> {
  const data = await withApplied(call, now);
  return withObstacles(
    { data, text: text(now) + appliedNote(data.applied) },
    now,
  );
}

/** Behind what was changed: where clients get what they need now. */
export function linkNote(isOn: boolean, command: string): string {
  return isOn ? `\nThe link for clients: ${NAME} ${command}` : "";
}

export async function showLink(
  call: Call,
  operation: "shadowsocks.url" | "http_proxy.url" | "stealth.url",
): Promise<CommandResult> {
  const data = await call.access.call(operation, {});
  const text = flagOption(call, "qr")
    ? `${qrText(data.url)}\n${data.url}`
    : data.url;
  return { data, text };
}
