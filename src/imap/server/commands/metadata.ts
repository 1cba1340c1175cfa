/**
 * GETMETADATA and SETMETADATA (RFC 5464 §4). The server's entries are what
 * clients configure themselves by; the only one a client sets is its device
 * token, on INBOX.
 *
 * @module
 */
import { Refusal } from "../../../base/refusal.ts";
import { quote, quoteAstring } from "../../proto/quote.ts";
import { decodeMailboxName } from "../../proto/mailbox_name.ts";
import type { Scanner } from "../../proto/scanner.ts";
import { type ImapCommand, ImapNo } from "../command.ts";
import type { ImapSession } from "../session.ts";
import { LOGGED_IN } from "./any_state.ts";

const DEVICE_TOKEN = "/private/devicetoken";
const MAX_VALUE_OCTETS = 4096;
const encoder = new TextEncoder();

interface GetArguments {
  /** As the client wrote it: the response repeats it. */
  readonly mailbox: string;
  readonly entries: readonly string[];
  readonly maxSize: number;
}

interface SetArguments {
  readonly mailbox: string;
  readonly changes: readonly {
    readonly entry: string;
    readonly value: string | undefined;
  }[];
}

export const getMetadata: ImapCommand<GetArguments, ImapSession> = {
  states: LOGGED_IN,
  parse(args) {
    args.space();
    let maxSize = args.isNext("(") ? scanOptions(args) : Infinity;
    const mailbox = args.astring();
    args.space();
    if (args.isNext("(MAXSIZE ") || args.isNext("(DEPTH ")) {
      maxSize = scanOptions(args);
    }
    const entries = args.isNext("(")
      ? args.list(() => scanEntry(args))
      : [scanEntry(args)];
    return { mailbox, entries, maxSize };
  },
  async *run(session, { mailbox, entries, maxSize }) {
    await checkMailbox(session, mailbox);
    const found: string[] = [];
    let longest = 0;
    for (const entry of new Set(entries)) {
      const value = await valueOf(session, mailbox, entry.toLowerCase());
      const size = value ? encoder.encode(value).length : 0;
      if (size > maxSize) longest = Math.max(longest, size);
      else if (value !== undefined) {
        found.push(`${quoteAstring(entry)} ${formatValue(entry, value)}`);
      }
    }
    if (found.length > 0) {
      yield { text: `* METADATA ${quote(mailbox)} (${found.join(" ")})\r\n` };
    }
    const long = longest > 0 ? `[METADATA LONGENTRIES ${longest}] ` : "";
    return `${long}Getmetadata completed`;
  },
};

export const setMetadata: ImapCommand<SetArguments, ImapSession> = {
  states: LOGGED_IN,
  parse(args) {
    args.space();
    const mailbox = args.astring();
    args.space();
    const changes = args.list(() => {
      const entry = scanEntry(args);
      args.space();
      const value = args.nstring();
      if (args.isNext(" )")) args.space(); // some clients write it
      return { entry: entry.toLowerCase(), value };
    });
    if (changes.length === 0) throw new SyntaxError("Expected an entry");
    return { mailbox, changes };
  },
  async *run(session, { mailbox, changes }) {
    await checkMailbox(session, mailbox);
    for (const { entry, value } of changes) {
      checkChange(mailbox, entry, value);
    }
    if (session.backend.limits().push === "off") {
      throw new ImapNo("[CANNOT] Push notifications disabled");
    }
    const { metadata } = session.account;
    for (const { value } of changes) {
      if (value === undefined) await metadata.clearDeviceTokens();
      else await metadata.putDeviceToken(value);
    }
    return "Setmetadata completed";
  },
};

/** MAXSIZE in octets, Infinity without it; DEPTH finds nothing more: no entry has others below it. */
function scanOptions(args: Scanner): number {
  let maxSize = Infinity;
  args.list(() => {
    const option = args.keyword();
    args.space();
    if (option === "MAXSIZE") maxSize = args.number();
    else if (option !== "DEPTH" || !/^(?:0|1|INFINITY)$/.test(args.keyword())) {
      throw new SyntaxError("Unknown option");
    }
  });
  args.space();
  return maxSize;
}

/** @throws {SyntaxError} what is no entry name (RFC 5464 §3.2) */
function scanEntry(args: Scanner): string {
  const entry = args.astring();
  if (
    !/^\/[!-)+-~]+$/.test(entry) || entry.includes("%") ||
    entry.includes("//") || entry.endsWith("/")
  ) throw new SyntaxError("Invalid entry name");
  return entry;
}

/** The empty name is the server itself. @throws {Refusal} `no_such_mailbox` */
async function checkMailbox(
  session: ImapSession,
  mailbox: string,
): Promise<void> {
  if (mailbox === "") return;
  const found = await session.account.mail.find(decodeMailboxName(mailbox));
  if (!found) throw new Refusal("no_such_mailbox");
}

/** null: known, without a value. undefined: unknown. */
async function valueOf(
  { account: { metadata } }: ImapSession,
  mailbox: string,
  entry: string,
): Promise<string | null | undefined> {
  if (mailbox === "") return metadata.shared(entry);
  if (entry !== DEVICE_TOKEN || !isInbox(mailbox)) return undefined;
  return (await metadata.deviceTokens()).join(" ") || null;
}

/** Long values are literals, so that they start a line. */
function formatValue(entry: string, value: string | null): string {
  if (value === null) return "NIL";
  return /^\/private\/|\/appversions$/i.test(entry)
    ? `{${encoder.encode(value).length}}\r\n${value}`
    : quote(value);
}

function checkChange(
  mailbox: string,
  entry: string,
  value: string | undefined,
): void {
  if (entry.startsWith("/shared/")) {
    throw new ImapNo("[NOPERM] Permission denied");
  }
  if (entry !== DEVICE_TOKEN || !isInbox(mailbox)) {
    throw new ImapNo("[METADATA TOOMANY] Not supported");
  }
  if (value === undefined) return;
  if (encoder.encode(value).length > MAX_VALUE_OCTETS) {
    throw new ImapNo(`[METADATA MAXSIZE ${MAX_VALUE_OCTETS}] Value too long`);
  }
  if (!/^[!-~]+$/.test(value)) throw new SyntaxError("Invalid device token");
}

function isInbox(mailbox: string): boolean {
  return mailbox.toUpperCase() === "INBOX";
}
