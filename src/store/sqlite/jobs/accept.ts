/** Messages on their way in: what is accepted, for here or elsewhere, and APPEND. @module */
import { randomBytes } from "node:crypto";
import { Refusal } from "../../../base/refusal.ts";
import type {
  AccountId,
  BlobId,
  MailboxId,
  QueueId,
  Uid,
  UidValidity,
} from "../../../base/ids.ts";
import { SEEN, SYSTEM_FLAGS } from "../../../mail/mailbox.ts";
import type { Content } from "../../content.ts";
import type {
  Acceptance,
  Accepted,
  Append,
  RecipientResult,
} from "../../mail.ts";
import type { OutboundMessage } from "../../queue.ts";
import type { Recipient } from "../tables/account_table.ts";
import type { JobContext } from "./context.ts";
import { growMailbox } from "./growth.ts";
import { keywordBits } from "./keywords.ts";
import {
  hasHad,
  noteToldAgain,
  remember,
  resultsBefore,
} from "./known_messages.ts";
import { enqueue, takeReported } from "./queue/enqueue.ts";
import { fits, roomFor } from "./room.ts";

/** An account that takes the message. */
interface Taker {
  readonly account: AccountId;
  readonly inbox: MailboxId;
}

/** What is to be written of a message, and what is said of it. */
interface Plan {
  readonly results: readonly RecipientResult[];
  readonly takers: readonly Taker[];
  readonly outbound: OutboundMessage | undefined;
}

/** One content, a row for each recipient who exists and has room, and one in the queue for each elsewhere. */
export function accept(context: JobContext, message: Acceptance): Accepted {
  const { key, reports } = message;
  if (message.pretended) return pretend(context, message);
  if (reports && !takeReported(context, reports)) return NOTHING_NEW;
  const before = key && resultsBefore(context, key);
  if (before) {
    noteToldAgain(context, key);
    return { results: before, known: true };
  }
  const plan = planFor(context, message);
  const { results, takers, outbound } = plan;
  if (!isWorthKeeping(plan, message)) {
    const known = results.length > 0 &&
      results.every(({ outcome }) => outcome === "duplicate");
    return { results: results.map(withheld), known };
  }
  const { blob, queued } = write(context, message, plan);
  if (blob !== undefined) deliver(context, message, { takers, blob });
  if (key) remember(context, key, { results, outbound });
  return { results, known: false, ...(queued !== undefined && { queued }) };
}

const NOTHING_NEW: Accepted = { results: [], known: true };

/** A row that ends at once, and octets that are written and go again. */
function pretend(
  { accepted, blobs, livedSeconds, nowSeconds }: JobContext,
  { content, headerOctets }: Acceptance,
): Accepted {
  const name = randomBytes(PRETENDED_OCTETS);
  accepted.put(name, "", { until: livedSeconds, livedSeconds });
  if (content.kind !== "inline") return NOTHING_NEW; // its file was written
  const createdAt = nowSeconds;
  blobs.release(blobs.add({ content, headerOctets, refs: 1, createdAt }));
  return NOTHING_NEW;
}
const PRETENDED_OCTETS = 16;

function planFor(context: JobContext, message: Acceptance): Plan {
  const results: RecipientResult[] = [];
  const takers: Taker[] = [];
  for (const account of new Set(message.recipients)) {
    const found = context.accounts.recipient(account);
    const result = resultFor(context, message, account, found);
    results.push(result);
    if (result.outcome === "delivered") {
      takers.push({ account, inbox: found!.inbox });
    }
  }
  return { results, takers, outbound: newOutbound(context, message) };
}

function resultFor(
  context: JobContext,
  { key, content, quota, ignoreQuota }: Acceptance,
  account: AccountId,
  found: Recipient | undefined,
): RecipientResult {
  if (!found || found.blocked === 1) {
    return { account, outcome: "no_such_user" };
  }
  if (key && hasHad(context, key, String(account))) {
    return { account, outcome: "duplicate" };
  }
  if (ignoreQuota) return { account, outcome: "delivered" };
  const room = { account, ...found };
  switch (roomFor(context, room, sizeOf(content), quota)) {
    case "enough":
      return { account, outcome: "delivered" };
    case "crowded":
      return { account, outcome: "delivered", crowded: true };
    case "none":
      return { account, outcome: "quota_exceeded" };
  }
}

/** Without those who have had the message; undefined if there is nothing to keep. */
function newOutbound(
  context: JobContext,
  { key, outbound }: Acceptance,
): OutboundMessage | undefined {
  if (!outbound) return undefined;
  const recipients = outbound.recipients.filter(({ address, failure }) => {
    if (failure && outbound.account === undefined) return false;
    return !(key && hasHad(context, key, address));
  });
  return recipients.length > 0 ? { ...outbound, recipients } : undefined;
}

function isSendable({ recipients }: OutboundMessage): boolean {
  return recipients.some(({ failure }) => failure === undefined);
}

/** Somebody gets it for whom it is, or is told that nobody does. */
function isWorthKeeping(
  { takers, outbound }: Plan,
  { dependentCopy, keepFailures = false }: Acceptance,
): boolean {
  return outbound && (keepFailures || isSendable(outbound))
    ? true
    : takers.some(({ account }) => account !== dependentCopy);
}

function withheld(result: RecipientResult): RecipientResult {
  return result.outcome === "delivered"
    ? { account: result.account, outcome: "withheld" }
    : result;
}

function write(
  context: JobContext,
  { content, headerOctets }: Acceptance,
  { takers, outbound }: Plan,
): { blob: BlobId | undefined; queued: QueueId | undefined } {
  const isQueued = outbound !== undefined && isSendable(outbound);
  const refs = takers.length + (isQueued ? 1 : 0);
  const blob = refs === 0 ? undefined : context.blobs.add({
    content,
    headerOctets,
    refs,
    createdAt: context.nowSeconds,
  });
  const queued = outbound && enqueue(context, outbound, {
    blob: isQueued ? blob : undefined,
    sizeOctets: sizeOf(content),
  });
  return { blob, queued };
}

function deliver(
  context: JobContext,
  { content, arrivedAt }: Acceptance,
  { takers, blob }: {
    readonly takers: readonly Taker[];
    readonly blob: BlobId;
  },
): void {
  const sizeOctets = sizeOf(content);
  for (const { account, inbox } of takers) {
    context.usage.add(account, sizeOctets, 1);
    add(context, inbox, {
      ...PLAIN,
      blob,
      sizeOctets,
      arrivedAt: context.livedSeconds,
      internalDate: arrivedAt,
    });
  }
}

const PLAIN = { flags: 0, keywords: 0 };

/** @throws {Refusal} `no_target_mailbox`, `quota_exceeded`, `too_many_keywords` */
export function append(
  context: JobContext,
  message: Append,
): { uidValidity: UidValidity; uid: Uid } {
  const mailbox = context.mailboxes.byId(message.mailbox);
  const { account } = message;
  const owner = context.accounts.recipient(account);
  if (!mailbox?.selectable || mailbox.account !== account || !owner) {
    throw new Refusal("no_target_mailbox");
  }
  const room = { account, ...owner };
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
  context.usage.add(account, sizeOctets, 1);
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
