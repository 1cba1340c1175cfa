/** The mail of one account, out of the relay. @module */
import { resolve } from "node:path";
import { roundedSize } from "../../../base/sizes.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  textOption,
} from "../../command.ts";
import { CliError, EXIT } from "../../exit_codes.ts";
import { counted } from "../../text.ts";

async function exportMail(call: Call): Promise<CommandResult> {
  const maildir = textOption(call, "maildir");
  const mbox = textOption(call, "mbox");
  const place = maildir ?? mbox;
  if (place === undefined || (maildir !== undefined && mbox !== undefined)) {
    throw new CliError(
      "usage",
      "Name one of --maildir DIR and --mbox FILE",
      EXIT.usage,
    );
  }
  const path = resolve(place);
  const done = await call.access.call("mail.export", {
    username: argument(call, 0),
    ...(maildir === undefined ? { mbox: path } : { maildir: path }),
    since: textOption(call, "since"),
  });
  const lost = done.lost > 0
    ? `\n${counted(done.lost, "message", "messages")} cannot be read`
    : "";
  const text = `Wrote ${counted(done.messages, "message", "messages")} of ${
    counted(done.mailboxes, "mailbox", "mailboxes")
  } (${roundedSize(done.bytes)}) of ${done.username} to ${path}${lost}`;
  return {
    data: { ...done, path },
    text,
    exit: done.lost > 0 ? EXIT.partial : EXIT.ok,
  };
}

export const MAIL_EXPORT_COMMANDS: readonly Command[] = [{
  usage: "mail export <user>",
  summary: "All mail of an account, as files; it stays here too",
  timeout: "24h",
  options: [
    {
      flags: "--maildir <dir>",
      summary: "one file for each message, with flags and UIDs",
    },
    { flags: "--mbox <file>", summary: "one file for all" },
    {
      flags: "--since <age>",
      summary: "only what came in the last so many days, as 30d",
    },
  ],
  run: exportMail,
}];
