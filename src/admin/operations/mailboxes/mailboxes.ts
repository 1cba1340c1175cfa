/** What an account's mailboxes hold: numbers, and messages to be deleted. @module */
import { optional } from "valibot";
import type { Uid } from "../../../base/ids.ts";
import { Refusal } from "../../../base/refusal.ts";
import type { AccountMail } from "../../../mail/account_mail.ts";
import {
  DELETED,
  type Mailbox,
  type MessageRow,
  SEEN,
} from "../../../mail/mailbox.ts";
import type { Account } from "../../../store/accounts.ts";
import type { MailPolicy } from "../../../store/mail.ts";
import type { AdminContext } from "../../context.ts";
import { duration, flag, integer, line, username } from "../../fields.ts";
import { accountNamed } from "../../names.ts";
import { operation } from "../../operation.ts";

const PAGE = 100;
const LAST_UID = 0xffff_ffff as Uid;

/** Which messages of an account; all conditions that are given must hold. */
export interface MailChoice {
  /** Stored longer ago than so many seconds that were lived through. */
  readonly olderThanSeconds?: number | undefined;
  readonly largerThanOctets?: number | undefined;
  readonly onlyRead?: boolean | undefined;
}

export interface PurgedMail {
  readonly username: string;
  /** Messages. */
  readonly deleted: number;
  readonly bytes: number;
  /** Nothing was deleted: so much would have been. */
  readonly dry_run: boolean;
}

/** Nothing is added here, so that no quota applies. */
const NOTHING_NEW: MailPolicy = {
  quota() {
    throw new TypeError("No mail is added here");
  },
  seenGraceSeconds: () => undefined,
};

function mailOf(context: AdminContext, account: Account): AccountMail {
  return context.store.mail.of(account.id, NOTHING_NEW);
}

/** Messages of a mailbox, a page at a time, ascending. */
async function* pages(
  mail: AccountMail,
  { id }: Mailbox,
  after = 0,
): AsyncGenerator<readonly MessageRow[]> {
  for (let first = after + 1; first <= LAST_UID;) {
    const range = { first: first as Uid, last: LAST_UID };
    const rows = await mail.messages(id, range, PAGE);
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    first = last.uid + 1;
  }
}

/** Deletes as a client would: sessions hear of it, and the quota has it back. */
async function purgeSome(
  context: AdminContext,
  account: Account,
  choice: MailChoice,
  dryRun: boolean,
): Promise<PurgedMail> {
  const mail = mailOf(context, account);
  const now = context.store.clock.seconds();
  let deleted = 0;
  let bytes = 0;
  for (const mailbox of await mail.list()) {
    if (!mailbox.selectable) continue;
    for await (const rows of pages(mail, mailbox)) {
      const chosen = rows.filter((row) => isChosen(row, choice, now));
      if (!dryRun) await expunge(mail, mailbox, chosen);
      deleted += chosen.length;
      bytes += chosen.reduce((sum, { sizeOctets }) => sum + sizeOctets, 0);
    }
  }
  return { username: account.address, deleted, bytes, dry_run: dryRun };
}

function isChosen(
  { arrivedAt, sizeOctets, flags }: MessageRow,
  { olderThanSeconds = 0, largerThanOctets = -1, onlyRead }: MailChoice,
  now: number,
): boolean {
  return now - arrivedAt >= olderThanSeconds &&
    sizeOctets > largerThanOctets &&
    (!onlyRead || (flags & SEEN) !== 0);
}

async function expunge(
  mail: AccountMail,
  { id }: Mailbox,
  rows: readonly MessageRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const uids = rows.map(({ uid }) => ({ first: uid, last: uid }));
  await mail.storeFlags({
    mailbox: id,
    uids,
    mode: "add",
    flags: DELETED,
    keywords: [],
  });
  await mail.expunge(id, uids);
}

function momentOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

export const MAILBOX_OPERATIONS = {
  "accounts.purge": operation({
    takesLong: true,
    summary: "Delete mail of an account, not the account; all unless told",
    scope: "accounts",
    changes: true,
    input: {
      username: username(),
      older_than: optional(duration("only what came longer ago")),
      larger_than: optional(
        integer("only what has more octets", {
          min: 0,
          max: Number.MAX_SAFE_INTEGER,
        }),
      ),
      only_read: optional(flag("only what was read"), false),
      dry_run: optional(flag("only count"), false),
    },
    async run(context, input): Promise<PurgedMail> {
      const account = await accountNamed(context, input.username);
      const { older_than, larger_than, only_read, dry_run } = input;
      const choosesAll = older_than === undefined &&
        larger_than === undefined && !only_read;
      if (choosesAll && !dry_run) {
        const { octets } = await context.store.mail.usage(account.id);
        const deleted = await context.accounts.purge(account);
        return {
          username: account.address,
          deleted,
          bytes: octets,
          dry_run: false,
        };
      }
      return await purgeSome(context, account, {
        olderThanSeconds: older_than,
        largerThanOctets: larger_than,
        onlyRead: only_read,
      }, dry_run);
    },
  }),
  "mailboxes.list": operation({
    summary: "Mailboxes of an account, with numbers",
    scope: "accounts",
    changes: false,
    input: { username: username() },
    async run(context, input) {
      const account = await accountNamed(context, input.username);
      const mail = mailOf(context, account);
      const mailboxes = await Promise.all(
        (await mail.list()).filter(({ selectable }) => selectable).map(
          async ({ id, name, exists, unseen }) => ({
            name,
            messages: exists,
            unseen,
            bytes: (await mail.totals(id)).octets,
          }),
        ),
      );
      return { username: account.address, mailboxes };
    },
  }),
  "mailboxes.messages": operation({
    summary:
      "Messages of a mailbox: when they came, how large they are; nothing of what is in them",
    scope: "accounts",
    changes: false,
    input: {
      username: username(),
      mailbox: line("its name, as mailboxes.list has it"),
      after: optional(
        integer("only those with a greater UID", {
          min: 0,
          max: 0xffff_ffff,
        }),
        0,
      ),
      limit: optional(integer("at most so many", { min: 1, max: 10_000 }), 100),
    },
    async run(context, { mailbox: name, after, limit, ...input }) {
      const account = await accountNamed(context, input.username);
      const mail = mailOf(context, account);
      const mailbox = await mail.find(name);
      if (!mailbox?.selectable) throw new Refusal("no_such_mailbox");
      const rows: MessageRow[] = [];
      for await (const page of pages(mail, mailbox, after)) {
        rows.push(...page);
        if (rows.length >= limit) break;
      }
      return {
        username: account.address,
        mailbox: mailbox.name,
        messages: rows.slice(0, limit).map((row) => ({
          uid: row.uid,
          bytes: row.sizeOctets,
          internal_date: momentOf(row.internalDate),
          seen: (row.flags & SEEN) !== 0,
        })),
      };
    },
  }),
} as const;
