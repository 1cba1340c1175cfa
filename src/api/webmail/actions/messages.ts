/** Messages: read, marked, moved and deleted. @module */
import * as v from "valibot";
import type { MailboxId, Uid } from "../../../base/ids.ts";
import { type FlagSet, parseFlags } from "../../../imap/proto/flags.ts";
import { DELETED, type Mailbox } from "../../../mail/mailbox.ts";
import {
  action,
  JsonPieces,
  mailbox,
  name,
  uid,
  uidOrNone,
  type Visit,
} from "../action.ts";
import { detailJson } from "../detail.ts";
import { badRequest, messageNotFound } from "../faults.ts";
import {
  findMessage,
  octetsOf,
  openMailbox,
  summariesAfter,
  summariesOf,
} from "../reading.ts";
import { flagNames, type MessageSummary } from "../views.ts";

const DEFAULT_LIMIT = 200;
export const MAX_LIMIT = 500;
const MAX_FLAGS = 40;
const MAX_FLAG = 64;
/** RFC 3501 §9: an atom, with a backslash before names of the system. */
const FLAG = /^\\?[!#$&'+-[^-z|}~]+$/;

export const listMessages = action({
  input: {
    mailbox,
    since_uid: uidOrNone,
    limit: v.optional(
      v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_LIMIT)),
      DEFAULT_LIMIT,
    ),
  },
  async run({ account }, { mailbox, since_uid, limit }) {
    const { mail } = account;
    const found = await openMailbox(mail, mailbox);
    return await summariesAfter(mail, found, since_uid, limit);
  },
});

export const fetch = action({
  input: {
    mailbox,
    uid,
    encoding: v.optional(v.picklist(["text", "base64"]), "text"),
  },
  async run({ account }, { mailbox, uid, encoding }) {
    const { mail } = account;
    const { found, row, summary } = await summaryOf(account, mailbox, uid);
    const source = () => octetsOf(mail, found.id, row);
    mail.markFetched(found.id, [row.uid]);
    account.countTraffic(0, row.sizeOctets);
    return new JsonPieces(
      await begun(detailJson(summary, source, encoding)),
      row.sizeOctets,
    );
  },
});

/** The same, whose beginning is there: what fails at once fails now. */
async function begun(
  pieces: AsyncGenerator<string>,
): Promise<AsyncGenerator<string>> {
  const first = await pieces.next();
  return (async function* () {
    if (first.done) return;
    yield first.value;
    yield* pieces;
  })();
}

const MODES: Readonly<Record<string, "add" | "remove" | "replace">> = {
  add: "add",
  remove: "remove",
  set: "replace",
};

export const flags = action({
  input: {
    mailbox,
    uid: uidOrNone,
    flags: v.optional(v.pipe(v.array(v.string()), v.maxLength(MAX_FLAGS)), []),
    op: v.optional(v.string(), ""),
  },
  async run({ account: { mail } }, { mailbox, uid, flags, op }) {
    const found = await openMailbox(mail, mailbox);
    const mode = Object.hasOwn(MODES, op) ? MODES[op] : undefined;
    if (!mode) throw badRequest("invalid op: must be add, remove, or set");
    const { changed: [state] } = await mail.storeFlags({
      mailbox: found.id,
      uids: only(uid),
      mode,
      ...readFlags(flags),
    });
    // what was so already is not changed
    const row = state ?? await findMessage(mail, found.id, uid);
    const known = (await mail.mailbox(found.id))?.keywords ?? found.keywords;
    return { status: "ok", flags: flagNames(row, known) } as const;
  },
});

export const deleteMessage = action({
  input: { mailbox, uid },
  async run({ account: { mail } }, { mailbox, uid }) {
    const { id } = await openMailbox(mail, mailbox);
    await findMessage(mail, id, uid);
    const uids = only(uid);
    await mail.storeFlags({
      mailbox: id,
      uids,
      mode: "add",
      flags: DELETED,
      keywords: [],
    });
    const removed = await mail.expunge(id, uids);
    if (removed.uids.length === 0) throw messageNotFound();
    return { status: "deleted" } as const;
  },
});

const target = { mailbox, uid, dest_mailbox: name, destination: name };

export const copy = action({
  input: target,
  async run(visit, { mailbox, uid, dest_mailbox, destination }) {
    const from = await openMailbox(visit.account.mail, mailbox);
    const to = await destinationOf(visit, dest_mailbox || destination);
    return await transferred(visit, "copy", { from: from.id, uid, to });
  },
});

export const move = action({
  input: target,
  async run(visit, { mailbox, uid, dest_mailbox, destination }) {
    const from = await openMailbox(visit.account.mail, mailbox);
    const to = await destinationOf(visit, dest_mailbox || destination);
    return await transferred(visit, "move", { from: from.id, uid, to });
  },
});

const STATUS = { copy: "copied", move: "moved" } as const;

async function transferred(
  { account: { mail } }: Visit,
  how: "copy" | "move",
  { from, uid, to }: {
    readonly from: MailboxId;
    readonly uid: number;
    readonly to: MailboxId;
  },
) {
  await findMessage(mail, from, uid);
  const { targetUids: [target] } = await mail[how](from, only(uid), to);
  if (target === undefined) throw messageNotFound();
  return { status: STATUS[how], uid: target };
}

/** @throws {WebmailFault} */
async function destinationOf(
  { account }: Visit,
  name: string,
): Promise<MailboxId> {
  if (name === "") throw badRequest("missing dest_mailbox");
  return (await openMailbox(account.mail, name)).id;
}

/** @throws {WebmailFault} */
export async function summaryOf(
  { mail }: Visit["account"],
  name: string,
  uid: number,
) {
  const found: Mailbox = await openMailbox(mail, name);
  const row = await findMessage(mail, found.id, uid);
  const [summary]: MessageSummary[] = await summariesOf(mail, found, [row]);
  if (!summary) throw messageNotFound();
  return { found, row, summary };
}

function only(uid: number) {
  return [{ first: uid as Uid, last: uid as Uid }];
}

/** @throws {WebmailFault} */
function readFlags(names: readonly string[]): FlagSet {
  for (const name of names) {
    if (name.length > MAX_FLAG || !FLAG.test(name)) {
      throw badRequest("invalid flag");
    }
  }
  try {
    return parseFlags(names);
  } catch {
    throw badRequest("invalid flag");
  }
}
