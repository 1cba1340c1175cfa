/** Mailboxes and messages of another relay, with the UIDs that they had there. @module */
import type { MailboxId, UidValidity } from "../../../../base/ids.ts";
import { Refusal } from "../../../../base/refusal.ts";
import { type Mailbox, SEEN, SYSTEM_FLAGS } from "../../../../mail/mailbox.ts";
import type {
  TakenAs,
  TakenMailbox,
  TakenMessage,
  TakenSoFar,
} from "../../../mail.ts";
import { MAX_KEYWORDS } from "../../tables/mailbox_table.ts";
import type { JobContext } from "../context.ts";
import { growMailbox, LAST_UID } from "../growth.ts";
import { keywordBits } from "../keywords.ts";
import { createMailbox } from "../mailboxes.ts";
import { markOf, setMark, takeName, type TakeOverMark } from "./marks.ts";

/** Values are times: one far ahead of now would use up those of our own. */
const MAX_AHEAD_SECONDS = 86_400;
const NOTHING = { exists: 0, unseen: 0, octets: 0 };

/**
 * A mailbox of another relay, found or made, and how far it has been taken over.
 *
 * @throws {Refusal} `no_such_user` unless the account is one that can be used
 */
export function takeMailbox(
  context: JobContext,
  wanted: TakenMailbox,
): TakenSoFar {
  const { account, name, uidNext } = wanted;
  if (context.accounts.byId(account)?.state !== "active") {
    throw new Refusal("no_such_user");
  }
  const mailbox = foundOrMade(context, wanted);
  if (wanted.subscribed) context.mailboxes.setSubscribed(mailbox.id, true);
  const mark = markOf(context, mailbox.id) ?? begin(context, mailbox, wanted);
  const keepsUids = mark.uidValidity !== null &&
    mark.uidValidity === wanted.uidValidity;
  const now = context.mailboxes.find(account, name)!;
  if (keepsUids && uidNext !== undefined && isUid(uidNext)) {
    if (uidNext > now.uidNext) context.mailboxes.setUidNext(now.id, uidNext);
  }
  return { mailbox: now.id, keepsUids, lastUid: mark.lastUid };
}

function foundOrMade(context: JobContext, wanted: TakenMailbox): Mailbox {
  const { account, name, specialUse } = wanted;
  const found = context.mailboxes.find(account, name);
  if (found?.selectable) return found;
  return createMailbox(context, { account, name, specialUse });
}

function begin(
  context: JobContext,
  mailbox: Mailbox,
  { uidValidity }: TakenMailbox,
): TakeOverMark {
  const isUntouched = mailbox.uidNext === 1 && mailbox.exists === 0;
  const isTaken = isUntouched && uidValidity !== undefined &&
    isValidity(uidValidity, context.nowSeconds);
  if (isTaken) {
    const value = uidValidity as UidValidity;
    context.mailboxes.setUidValidity(mailbox.id, value);
    context.mailboxes.passUidValidity(value);
    const modSeq = context.mailboxes.touch(mailbox.id, NOTHING);
    context.changes.deleted(mailbox.id, modSeq); // sessions must select it anew
  }
  const mark = { uidValidity: isTaken ? uidValidity : null, lastUid: 0 };
  setMark(context, mailbox.id, mark);
  return mark;
}

function isValidity(value: number, nowSeconds: number): boolean {
  return Number.isInteger(value) && value > 0 &&
    value <= nowSeconds + MAX_AHEAD_SECONDS;
}

function isUid(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value <= LAST_UID;
}

export function takeMessages(
  context: JobContext,
  { mailbox, messages }: {
    readonly mailbox: MailboxId;
    readonly messages: readonly TakenMessage[];
  },
): TakenAs[] {
  return messages.map((message) => takeMessage(context, mailbox, message));
}

function takeMessage(
  context: JobContext,
  id: MailboxId,
  message: TakenMessage,
): TakenAs {
  const mailbox = context.mailboxes.byId(id);
  if (!mailbox?.selectable) throw new Refusal("no_target_mailbox");
  const mark = markOf(context, mailbox.id);
  const { uid, name } = message;
  if (!mark || uid === undefined || mark.uidValidity === null) {
    if (!takeName(context, mailbox.id, name)) return "known";
    add(context, mailbox, message);
    return "taken";
  }
  if (uid <= mark.lastUid) return "known";
  if (!isUid(uid)) throw new RangeError(`UID ${uid}`);
  setMark(context, mailbox.id, { ...mark, lastUid: uid });
  const isFree = uid >= mailbox.uidNext;
  if (isFree) context.mailboxes.setUidNext(mailbox.id, uid);
  add(context, mailbox, message);
  return isFree ? "taken" : "renumbered";
}

/** Under the next UID of the mailbox. */
function add(
  context: JobContext,
  mailbox: Mailbox,
  message: TakenMessage,
): void {
  const { content, headerOctets, internalDate } = message;
  const { nowSeconds, livedSeconds } = context;
  const sizeOctets = content.kind === "inline"
    ? content.octets.length
    : content.sizeOctets;
  const flags = message.flags & SYSTEM_FLAGS;
  const keywords = keywordsThatFit(context, mailbox, message.keywords);
  const blob = context.blobs.add({
    content,
    headerOctets,
    refs: 1,
    createdAt: nowSeconds,
  });
  context.usage.add(mailbox.account, sizeOctets, 1);
  const { firstUid: uid, modSeq } = growMailbox(context, mailbox.id, {
    exists: 1,
    unseen: (flags & SEEN) === 0 ? 1 : 0,
    octets: sizeOctets,
  });
  context.messages.insert(mailbox.id, {
    blob,
    sizeOctets,
    flags,
    keywords,
    internalDate,
    arrivedAt: livedSeconds - Math.max(nowSeconds - internalDate, 0),
    uid,
    modSeq,
  });
  const state = { uid, flags, keywords, modSeq };
  context.changes.appended(mailbox.id, modSeq, state);
}

function keywordsThatFit(
  context: JobContext,
  mailbox: Mailbox,
  keywords: readonly string[],
): number {
  const known = new Set(mailbox.keywords.map((name) => name.toLowerCase()));
  const fitting = keywords.filter((name) => {
    const folded = name.toLowerCase();
    if (!known.has(folded) && known.size >= MAX_KEYWORDS) return false;
    known.add(folded);
    return true;
  });
  return keywordBits(context, mailbox, fitting);
}
