/**
 * The message of an APPEND on its way in (RFC 3501 §6.3.11): streamed, and with
 * CRLF at every line end when it arrives.
 *
 * @module
 */
import { concat, CR, LF } from "../../base/octets.ts";
import { Refusal } from "../../base/refusal.ts";
import { parseImapDateTime } from "../../mail/date.ts";
import { type FlagSet, parseFlags } from "../proto/flags.ts";
import { scanMailboxName } from "../proto/mailbox_name.ts";
import type { Scanner } from "../proto/scanner.ts";
import type { AppendReceiver } from "./backend.ts";
import { checkKeywords } from "./keywords.ts";
import type { ImapSession } from "./session.ts";

const NO_FLAGS: FlagSet = { flags: 0, keywords: [] };
const CR_ALONE = new Uint8Array([CR]);

/**
 * Reads APPEND up to its last announced literal and opens what takes the
 * message; undefined if that literal is the mailbox's name.
 *
 * @throws {SyntaxError}
 * @throws {Refusal} what can be known before the message: `no_target_mailbox`, `message_too_large`, `quota_exceeded`, …
 */
export async function beginUpload(
  session: ImapSession,
  args: Scanner,
  sizeOctets: number,
): Promise<Upload | undefined> {
  args.space();
  if (args.isNext("{") && args.raw.literals.length === 0) return undefined;
  const name = scanMailboxName(args);
  args.space();
  const { flags, keywords } = args.isNext("(") ? scanFlags(args) : NO_FLAGS;
  const internalDate = args.isNext('"') ? scanDate(args) : undefined;
  args.expect("{");
  if (sizeOctets === 0) throw new Refusal("message_empty");
  if (sizeOctets > session.backend.limits().maxMessageOctets) {
    throw new Refusal("message_too_large");
  }
  const { account } = session;
  const mailbox = await account.mail.find(name);
  if (!mailbox?.selectable) throw new Refusal("no_target_mailbox");
  return new Upload(
    await account.append({
      mailbox: mailbox.id,
      sizeOctets,
      flags,
      keywords,
      ...(internalDate !== undefined && { internalDate }),
    }),
  );
}

export class Upload {
  #afterCr = false; // the last octet was a CR, not yet passed on
  constructor(readonly receiver: AppendReceiver) {}

  /** @throws {SyntaxError} NUL, which no literal may have (RFC 3501 §9, CHAR8) */
  async write(octets: Uint8Array): Promise<void> {
    if (octets.includes(0)) throw new SyntaxError("Invalid characters");
    const held = this.#afterCr && octets.length > 0;
    const parts: Uint8Array[] = held && octets[0] !== LF ? [CR_ALONE] : [];
    if (octets.length > 0) this.#afterCr = octets.at(-1) === CR;
    const end = octets.length - (this.#afterCr ? 1 : 0);
    parts.push(...withCrlf(octets, end));
    if (parts.length > 0) await this.receiver.write(concat(parts));
  }

  /** The text of the OK, with UIDPLUS's response code (RFC 4315 §3). */
  async finish(): Promise<string> {
    if (this.#afterCr) await this.receiver.write(CR_ALONE);
    const { uidValidity, uid } = await this.receiver.finish();
    return `[APPENDUID ${uidValidity} ${uid}] APPEND completed`;
  }

  discard(): Promise<void> {
    return this.receiver.discard();
  }
}

const CRLF = new Uint8Array([CR, LF]);

/** The octets up to `end` in pieces, with a CR before each LF. */
function withCrlf(octets: Uint8Array, end: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (let at = octets.indexOf(LF); at >= 0; at = octets.indexOf(LF, at + 1)) {
    if (at > 0 && octets[at - 1] === CR) continue;
    if (at > from) parts.push(octets.subarray(from, at));
    parts.push(CRLF);
    from = at + 1;
  }
  if (end > from) parts.push(octets.subarray(from, end));
  return parts;
}

function scanFlags(args: Scanner): FlagSet {
  const set = parseFlags(args.list(() => args.flag()));
  args.space();
  checkKeywords(set);
  return set;
}

function scanDate(args: Scanner): number {
  const date = parseImapDateTime(args.string());
  args.space();
  return date;
}
