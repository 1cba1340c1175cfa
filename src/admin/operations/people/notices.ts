/** What the operator has to say to people here: a message in their INBOX. @module */
import { optional } from "valibot";
import { nowSeconds } from "../../../base/clock.ts";
import { Refusal } from "../../../base/refusal.ts";
import {
  encodedWords,
  noticeMessage,
} from "../../../delivery/notices/notice_message.ts";
import type { AccountId } from "../../../base/ids.ts";
import type { Account } from "../../../store/accounts.ts";
import type { AdminContext } from "../../context.ts";
import { choice, duration, flag, line, text, username } from "../../fields.ts";
import { accountNamed } from "../../names.ts";
import { invalidField, operation } from "../../operation.ts";
import type { NoticeRow } from "../../notices/notice_records.ts";
import {
  envelope,
  noticeSender,
  type Reader,
} from "../../notices/notice_sender.ts";
import { accountFilter } from "../accounts.ts";
import { startNotice } from "../../notices/notice_job.ts";

const MAX_SUBJECT = 200;
const MAX_BODY_OCTETS = 64 * 1024;
const AT_ONCE = 200;
const AUDIENCES = ["all", "inactive", "never", "over_quota"] as const;

const TEXT = {
  subject: line("of the message", MAX_SUBJECT),
  body: text("of the message: up to 64 KiB"),
};
const READERS = {
  recipient: optional(username()),
  audience: optional(
    choice(
      "where no recipient is named; inactive: nobody logged in for as long as inactive_for says",
      AUDIENCES,
    ),
    "all",
  ),
  inactive_for: optional(
    duration("since the last login, in whole days"),
    "60d",
  ),
};

interface Wanted {
  readonly subject: string;
  readonly body: string;
  readonly recipient?: string | undefined;
  readonly audience: (typeof AUDIENCES)[number];
  readonly inactive_for: number;
}

/** @throws {Refusal} `invalid_value` */
function checkText({ subject, body }: Wanted): void {
  if (subject.trim() === "") throw invalidField("subject", "it is missing");
  if (body.trim() === "") throw invalidField("body", "it is missing");
  if (new TextEncoder().encode(body).length > MAX_BODY_OCTETS) {
    throw invalidField("body", "may have up to 64 KiB");
  }
}

/** The one who is named. @throws {Refusal} `not_found`, `invalid_value` */
async function readerNamed(
  context: AdminContext,
  { recipient = "" }: Wanted,
): Promise<Reader | undefined> {
  if (recipient.trim() === "") return undefined;
  const { id, address } = await accountNamed(context, recipient);
  return { id, address };
}

async function countReaders(
  context: AdminContext,
  wanted: Wanted,
): Promise<number> {
  if (await readerNamed(context, wanted)) return 1;
  const { audience, inactive_for } = wanted;
  const filter = accountFilter(context, audience, inactive_for);
  const { total } = await context.store.accounts.list({
    ...(filter ? { filter } : {}),
    offset: 0,
    limit: 1,
  });
  return total;
}

/** Of those who would get it, who has a key that is known. */
async function countSeeing(
  context: AdminContext,
  wanted: Wanted,
): Promise<number> {
  const { accountKeys } = context.store;
  const reader = await readerNamed(context, wanted);
  if (reader) return (await accountKeys.of([reader.id])).size;
  const all = await accountKeys.count();
  if (all === 0 || wanted.audience === "all") return all;
  let seeing = 0;
  for await (const some of everyReader(context, wanted)) {
    seeing += (await accountKeys.of(some.map(({ id }) => id))).size;
    await context.timers.sleep(0);
  }
  return seeing;
}

/** Some at a time, by id; who comes meanwhile is told too. */
async function* everyReader(
  context: AdminContext,
  wanted: Wanted,
): AsyncGenerator<readonly Reader[]> {
  const { accounts } = context.store;
  const { audience, inactive_for } = wanted;
  const filter = accountFilter(context, audience, inactive_for);
  let after = 0 as AccountId;
  for (let offset = 0;; offset += AT_ONCE) {
    const page: readonly Account[] = filter
      ? (await accounts.list({ filter, offset, limit: AT_ONCE })).accounts
      : await accounts.page(after, AT_ONCE);
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.id;
    const active = page.filter(({ state }) => state === "active");
    if (active.length > 0) yield active;
  }
}

async function send(
  context: AdminContext,
  wanted: Wanted & {
    readonly key?: string | undefined;
    readonly confirmed: boolean;
    readonly background: boolean;
  },
) {
  checkText(wanted);
  const { notices, jobs } = context;
  const before = wanted.key === undefined
    ? undefined
    : notices.byKey(wanted.key);
  if (before && isOver(context, before[1])) {
    return { ...noticeShape(context, before), duplicate: true };
  }
  const reader = await readerNamed(context, wanted);
  const total = await countReaders(context, wanted);
  if (total === 0) {
    throw new Refusal("not_found", { explanation: "Nobody would get it" });
  }
  if (!reader && !wanted.confirmed) {
    throw new Refusal("confirmation_required", {
      explanation: `This would be sent to ${total} accounts`,
    });
  }
  const readers = reader ? [[reader]] : everyReader(context, wanted);
  const { id, job } = await startNotice(context, readers, {
    text: { subject: wanted.subject.trim(), body: wanted.body },
    audience: reader ? "one" : wanted.audience,
    total,
    key: wanted.key,
    before,
  });
  if (!wanted.background) await jobs.finished(job);
  return {
    ...noticeShape(context, [id, notices.get(id)!]),
    duplicate: false,
  };
}

/** It was sent whole, or is being sent; else it is gone on with. */
function isOver({ jobs }: AdminContext, { state, job }: NoticeRow): boolean {
  return state === "done" ||
    jobs.list().some(({ id, state }) => id === job && state === "running");
}

function noticeShape(
  { jobs }: AdminContext,
  [id, row]: readonly [string, NoticeRow],
) {
  const job = jobs.list().find((one) => one.id === row.job);
  const isLost = row.state === "running" && job?.state !== "running";
  return {
    id,
    key: row.key,
    subject: row.subject,
    audience: row.audience,
    total: row.total,
    sent: row.sent,
    encrypted: row.encrypted,
    failed: row.failed,
    /** `interrupted`: the process ended; the same key goes on with it. */
    state: isLost ? "interrupted" as const : row.state,
    started_at: row.started_at,
    finished_at: row.finished_at,
    job: job ?? null,
    errors: job?.errors ?? [],
  };
}

export const NOTICE_OPERATIONS = {
  "notice.status": operation({
    summary: "How many a notice would reach, and who would see it",
    scope: "read",
    changes: false,
    input: {},
    async run(context) {
      const { store, domains, notices } = context;
      const [last] = notices.list();
      const total = await store.accounts.countAbout();
      return {
        total_users: total,
        domain: domains.primary,
        sender: noticeSender(context),
        /** Accounts whose key is known: Delta Chat from 2.50 on shows them alone what is sent. */
        with_key: await store.accountKeys.count(),
        last: last ? noticeShape(context, last) : null,
      };
    },
  }),
  "notice.preview": operation({
    summary: "A notice as it would be, and how many would get it",
    scope: "read",
    changes: false,
    input: { ...TEXT, ...READERS },
    async run(context, wanted) {
      checkText(wanted);
      const reader = await readerNamed(context, wanted);
      const notice = { id: "preview", writtenAt: nowSeconds(context.clock) };
      const { octets } = noticeMessage(
        wanted,
        envelope(context, notice, reader?.address),
      );
      return {
        recipients: await countReaders(context, wanted),
        /** Of them, those who see it in Delta Chat from 2.50 on. */
        with_key: await countSeeing(context, wanted),
        subject: encodedWords(wanted.subject),
        bytes: octets.length,
        message: new TextDecoder().decode(octets),
      };
    },
  }),
  /** Refuses with `not_found`, `confirmation_required`, `task_running`. */
  "notice.send": operation({
    summary:
      "Put a message into the INBOX of one account, or of many; the same key is sent once",
    scope: "full",
    changes: true,
    input: {
      ...TEXT,
      ...READERS,
      key: optional(
        line(
          "of your choice: what has it is the same notice, and goes on",
          100,
        ),
      ),
      confirmed: optional(flag("so many are meant"), false),
      background: optional(flag("answer at once, with a job"), false),
    },
    run: send,
  }),
  "notice.history": operation({
    summary: "Notices that were sent, the last first",
    scope: "read",
    changes: false,
    input: {},
    run: (context) => ({
      notices: context.notices.list().map((one) => ({
        ...noticeShape(context, one),
        body: one[1].body,
      })),
    }),
  }),
} as const;
