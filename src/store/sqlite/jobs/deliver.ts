/** Messages on their way in: delivery and APPEND. @module */
import { Refusal } from "../../../base/refusal.ts";
import type {
  AccountId,
  BlobId,
  MailboxId,
  Uid,
  UidValidity,
} from "../../../base/ids.ts";
import { SEEN, SYSTEM_FLAGS } from "../../../mail/mailbox.ts";
import type { Content } from "../../content.ts";
import type { Append, Delivery, DeliveryResult } from "../../mail.ts";
import type { JobContext } from "./context.ts";
import { growMailbox } from "./growth.ts";
import { keywordBits } from "./keywords.ts";
import { fits } from "./room.ts";

interface Accepted {
  readonly account: AccountId;
  readonly inbox: MailboxId;
}

/** One content, a row for each recipient who exists and has room. */
export function deliver(
  context: JobContext,
  delivery: Delivery,
): DeliveryResult[] {
  const results: DeliveryResult[] = [];
  const accepted: Accepted[] = [];
  const sizeOctets = sizeOf(delivery.content);
  for (const account of new Set(delivery.recipients)) {
    const found = context.accounts.recipient(account);
    if (!found || found.blocked === 1) {
      results.push({ account, outcome: "no_such_user" });
    } else if (
      !delivery.ignoreQuota &&
      !fits(context, { account, ...found }, sizeOctets, delivery.quota)
    ) {
      results.push({ account, outcome: "quota_exceeded" });
    } else {
      accepted.push({ account, inbox: found.inbox });
      results.push({ account, outcome: "delivered" });
    }
  }
  const copy = delivery.dependentCopy;
  if (accepted.every(({ account }) => account === copy)) {
    return results.map((result) =>
      result.outcome === "delivered"
        ? { ...result, outcome: "withheld" }
        : result
    );
  }
  const blob = context.blobs.add({
    content: delivery.content,
    headerOctets: delivery.headerOctets,
    refs: accepted.length,
    createdAt: context.nowSeconds,
  });
  for (const { account, inbox } of accepted) {
    context.usage.add(account, sizeOctets, 1);
    add(context, inbox, {
      ...PLAIN,
      blob,
      sizeOctets,
      arrivedAt: context.livedSeconds,
      internalDate: delivery.arrivedAt,
    });
  }
  return results;
}

const PLAIN = { flags: 0, keywords: 0 };

/** @throws {Refusal} `no_target_mailbox`, `quota_exceeded`, `too_many_keywords` */
export function append(
  context: JobContext,
  message: Append,
): { uidValidity: UidValidity; uid: Uid } {
  const mailbox = context.mailboxes.byId(message.mailbox);
  const owner = mailbox && context.accounts.recipient(mailbox.account);
  if (!mailbox?.selectable || !owner) throw new Refusal("no_target_mailbox");
  const room = { account: mailbox.account, ...owner };
  const sizeOctets = sizeOf(message.content);
  if (!fits(context, room, sizeOctets, message.quota)) {
    throw new Refusal("quota_exceeded");
  }
  const keywords = keywordBits(context, mailbox, message.keywords);
  const blob = context.blobs.add({
    content: message.content,
    headerOctets: message.headerOctets,
    refs: 1,
    createdAt: context.nowSeconds,
  });
  context.usage.add(mailbox.account, sizeOctets, 1);
  const flags = message.flags & SYSTEM_FLAGS;
  const uid = add(context, mailbox.id, {
    blob,
    sizeOctets,
    flags,
    keywords,
    arrivedAt: context.livedSeconds,
    internalDate: message.internalDate,
  });
  return { uidValidity: mailbox.uidValidity, uid };
}

interface Addition {
  readonly blob: BlobId;
  readonly sizeOctets: number;
  readonly flags: number;
  readonly keywords: number;
  readonly arrivedAt: number;
  readonly internalDate: number;
}

function add(
  context: JobContext,
  mailbox: MailboxId,
  message: Addition,
): Uid {
  const { flags, keywords, sizeOctets } = message;
  const { firstUid: uid, modSeq } = growMailbox(context, mailbox, {
    exists: 1,
    unseen: (flags & SEEN) === 0 ? 1 : 0,
    octets: sizeOctets,
  });
  context.messages.insert(mailbox, { ...message, uid, modSeq });
  context.changes.appended(mailbox, modSeq, { uid, flags, keywords, modSeq });
  return uid;
}

function sizeOf(content: Content): number {
  return content.kind === "inline" ? content.octets.length : content.sizeOctets;
}
