/** Mailboxes and messages: reads here, writes by the writer. @module */
import { Refusal } from "../../base/refusal.ts";
import type {
  AccountId,
  BlobId,
  MailboxId,
  ModSeq,
  Uid,
  UidValidity,
} from "../../base/ids.ts";
import type {
  ChangesSince,
  Copied,
  FlagChange,
  FlagState,
  Mailbox,
  MailboxChange,
  MailboxSnapshot,
  MessageOctets,
  MessageRow,
  OctetRange,
  SpecialUse,
  UidRange,
  Usage,
} from "../../mail/mailbox.ts";
import type { Content } from "../content.ts";
import type {
  Acceptance,
  Accepted,
  Append,
  MailStore,
  PruneRule,
  QuotaPolicy,
} from "../mail.ts";
import type { ChangeHub } from "./changes.ts";
import type { BodyReader } from "./files/body.ts";
import type { DiskSpace } from "./files/disk_space.ts";
import type { FileStaging } from "./files/staging.ts";
import type { Health } from "./health.ts";
import type { AgeCursor } from "./jobs/retention.ts";
import type { LazyJobs } from "./writer/lazy_jobs.ts";
import type { MailReads } from "./mail_reads.ts";
import { CopySteps } from "./copy_steps.ts";
import { canonicalMailboxName } from "./mailbox_name.ts";
import { OutcomeUnknown, type Weight, type Writer } from "./writer/writer.ts";

const FEW_MESSAGES = 50;
const EVERYTHING: readonly UidRange[] = [
  { first: 1 as Uid, last: 0xffff_ffff as Uid },
];

export interface MailStoreParts {
  readonly reads: MailReads;
  readonly writer: Writer;
  readonly lazy: LazyJobs;
  readonly changes: ChangeHub;
  readonly health: Health;
  readonly space: DiskSpace;
  readonly staging: FileStaging;
  readonly bodies: BodyReader;
}

export class SqliteMailStore implements MailStore {
  readonly #parts: MailStoreParts;
  readonly #pruning = new Map<string, AgeCursor>();
  #trimmedUpTo = 0 as AccountId;

  constructor(parts: MailStoreParts) {
    this.#parts = parts;
  }

  inbox(account: AccountId): Promise<Mailbox> {
    return Promise.try(() => {
      const mailbox = this.#parts.reads.find(account, "INBOX");
      if (!mailbox) throw new Refusal("no_such_mailbox");
      return mailbox;
    });
  }

  find(account: AccountId, name: string): Promise<Mailbox | undefined> {
    return Promise.try(() =>
      this.#parts.reads.find(account, canonicalMailboxName(name))
    );
  }

  mailbox(id: MailboxId): Promise<Mailbox | undefined> {
    return Promise.try(() => this.#parts.reads.mailbox(id));
  }

  list(account: AccountId): Promise<Mailbox[]> {
    return Promise.try(() => this.#parts.reads.list(account));
  }

  create(
    account: AccountId,
    name: string,
    specialUse?: SpecialUse,
  ): Promise<Mailbox> {
    const job = { account, name: canonicalMailboxName(name), specialUse };
    return this.#parts.writer.submit("createMailbox", job);
  }

  async delete(account: AccountId, name: string): Promise<void> {
    const job = { account, name: canonicalMailboxName(name) };
    while (await this.#parts.writer.submit("deleteMailbox", job));
  }

  async rename(account: AccountId, from: string, to: string): Promise<void> {
    const inbox = await this.#parts.writer.submit("renameMailbox", {
      account,
      name: canonicalMailboxName(from),
      to: canonicalMailboxName(to),
    });
    if (inbox) await this.move(inbox.from, EVERYTHING, inbox.to);
  }

  setSubscribed(
    account: AccountId,
    name: string,
    subscribed: boolean,
  ): Promise<void> {
    const job = { account, name: canonicalMailboxName(name), subscribed };
    return this.#parts.writer.submit("setSubscribed", job);
  }

  snapshot(mailbox: MailboxId): Promise<MailboxSnapshot> {
    return Promise.try(() => this.#parts.reads.snapshot(mailbox));
  }

  changesSince(
    mailbox: MailboxId,
    modSeq: ModSeq,
  ): Promise<ChangesSince> {
    return Promise.try(() => this.#parts.reads.changesSince(mailbox, modSeq));
  }

  firstUnseen(mailbox: MailboxId): Promise<number | undefined> {
    return Promise.try(() => this.#parts.reads.firstUnseen(mailbox));
  }

  totals(
    mailbox: MailboxId,
  ): Promise<{ octets: number; deleted: number }> {
    return Promise.try(() => this.#parts.reads.totals(mailbox));
  }

  messages(
    mailbox: MailboxId,
    range: UidRange,
    limit: number,
  ): Promise<MessageRow[]> {
    return Promise.try(() => this.#parts.reads.messages(mailbox, range, limit));
  }

  header(blob: BlobId): Promise<Uint8Array | undefined> {
    return this.#parts.bodies.header(blob);
  }

  body(
    blob: BlobId,
    range?: OctetRange,
  ): Promise<MessageOctets | undefined> {
    return this.#parts.bodies.read(blob, range);
  }

  usage(account: AccountId): Promise<Usage> {
    return Promise.try(() => this.#parts.reads.usage(account));
  }

  async accept(message: Acceptance): Promise<Accepted> {
    return await this.#withContent(message.content, async (content) => {
      const job = { ...message, content };
      const value = await this.#parts.writer.submit("accept", job, {
        octets: octetsInQueue(content),
      });
      const isTaken = value.queued !== undefined ||
        value.results.some(({ outcome }) => outcome === "delivered");
      return { value, isTaken: isTaken && !value.known };
    });
  }

  async append(
    message: Append,
  ): Promise<{ uidValidity: UidValidity; uid: Uid }> {
    return await this.#withContent(message.content, async (content) => {
      const job = { ...message, content };
      const value = await this.#parts.writer.submit("append", job, {
        octets: octetsInQueue(content),
      });
      return { value, isTaken: true };
    });
  }

  async storeFlags(
    change: FlagChange,
  ): Promise<{ changed: FlagState[]; unmodified: Uid[] }> {
    const changed: FlagState[] = [];
    const unmodified: Uid[] = [];
    let uids = change.uids;
    const weight = this.#weight(uids, () => this.#exists(change.mailbox));
    do {
      const job = { ...change, uids };
      const step = await this.#parts.writer.submit(
        "storeFlags",
        job,
        weight,
      );
      for (const state of step.changed) changed.push(state);
      for (const uid of step.unmodified) unmodified.push(uid);
      uids = step.rest;
    } while (uids.length > 0);
    return { changed, unmodified };
  }

  markFetched(mailbox: MailboxId, uids: readonly Uid[]): void {
    this.#parts.lazy.markFetched(mailbox, uids);
  }

  async copy(
    from: MailboxId,
    uids: readonly UidRange[],
    to: MailboxId,
    quota: QuotaPolicy,
  ): Promise<Copied> {
    const { writer } = this.#parts;
    const done = new CopySteps(this.#present(from, uids));
    try {
      do {
        const policy = done.isBegun ? undefined : quota;
        const job = { from, uids: done.left, to, quota: policy };
        done.add(
          await writer.submit(
            "copy",
            job,
            this.#weight(job.uids, () => this.#exists(from)),
          ),
        );
      } while (done.hasMore);
    } catch (error) {
      for (const some of done.targetSteps) {
        await writer.submit("undoCopy", { mailbox: to, uids: some });
      }
      throw error;
    }
    return done.result();
  }

  async move(
    from: MailboxId,
    uids: readonly UidRange[],
    to: MailboxId,
  ): Promise<Copied> {
    const done = new CopySteps(this.#present(from, uids));
    do {
      const job = { from, uids: done.left, to };
      done.add(
        await this.#parts.writer.submit(
          "move",
          job,
          this.#weight(job.uids, () => this.#exists(from)),
        ),
      );
    } while (done.hasMore);
    return done.result();
  }

  async expunge(
    mailbox: MailboxId,
    uids?: readonly UidRange[],
  ): Promise<{ uids: Uid[]; modSeq: ModSeq }> {
    const expunged: Uid[] = [];
    const weight = this.#weight(
      uids ?? EVERYTHING,
      () => this.#parts.reads.totals(mailbox).deleted,
    );
    for (let left = uids ?? EVERYTHING;;) {
      const job = { mailbox, uids: left };
      const step = await this.#parts.writer.submit(
        "expunge",
        job,
        weight,
      );
      for (const uid of step.uids) expunged.push(uid);
      left = step.rest;
      if (left.length === 0) return { uids: expunged, modSeq: step.modSeq };
    }
  }

  async prune(rule: PruneRule): Promise<{ deleted: number; more: boolean }> {
    const key = JSON.stringify(rule);
    const from = this.#pruning.get(key);
    const step = await this.#parts.writer.submit("prune", { rule, from });
    if (step.next) this.#pruning.set(key, step.next);
    else this.#pruning.delete(key);
    return { deleted: step.deleted, more: step.next !== undefined };
  }

  setSeenGrace(seconds: number | undefined): Promise<void> {
    return this.#parts.writer.submit("setSeenGrace", seconds);
  }

  purgeDue(): Promise<{ deleted: number; more: boolean }> {
    return this.#parts.writer.submit("purgeDue", undefined);
  }

  async trimToQuota(
    quota: QuotaPolicy,
    { dryRun } = { dryRun: false },
  ): Promise<{ deleted: number; more: boolean }> {
    const job = { quota, dryRun, after: this.#trimmedUpTo };
    const { deleted, next } = await this.#parts.writer.submit(
      "trimSome",
      job,
    );
    this.#trimmedUpTo = next ?? 0 as AccountId;
    return { deleted, more: next !== undefined };
  }

  count(): Promise<number> {
    return Promise.try(() => this.#parts.reads.messageCount());
  }

  onChange(
    mailbox: MailboxId,
    listener: (change: MailboxChange) => void,
  ): () => void {
    return this.#parts.changes.listen(mailbox, listener);
  }

  /** Whether a job on these messages may take long. */
  #weight(
    uids: readonly UidRange[],
    most: () => number | undefined,
  ): Weight {
    let span = 0;
    for (const { first, last } of uids) span += last - first + 1;
    const isBulk = span > FEW_MESSAGES && (most() ?? 0) > FEW_MESSAGES;
    return { isBulk };
  }

  #exists(mailbox: MailboxId): number | undefined {
    return this.#parts.reads.mailbox(mailbox)?.exists;
  }

  /** Ranges without the UIDs still to come, so that no copy is copied again. */
  #present(id: MailboxId, uids: readonly UidRange[]): readonly UidRange[] {
    const mailbox = this.#parts.reads.mailbox(id);
    if (!mailbox) throw new Refusal("no_such_mailbox");
    const last = mailbox.uidNext - 1;
    return uids.filter(({ first }) => first <= last).map((range) => ({
      first: range.first,
      last: Math.min(range.last, last) as Uid,
    }));
  }

  /** Hands content to a job, and notes whether the job has taken it. */
  async #withContent<T>(
    content: Content,
    work: (content: Content) => Promise<{ value: T; isTaken: boolean }>,
  ): Promise<T> {
    const { staging, writer, health, space } = this.#parts;
    writer.checkBacklog();
    if (health.state === "full") await space.checkAgain();
    staging.begin(content);
    let isTaken = false;
    try {
      const done = await work(whole(content));
      isTaken = done.isTaken;
      return done.value;
    } catch (error) {
      // a message may refer to it: whether one does is seen when contents are collected
      isTaken = error instanceof OutcomeUnknown;
      throw error;
    } finally {
      staging.end(content, isTaken);
    }
  }
}

/** A view into a larger buffer would take all of it along to the writer. */
function whole(content: Content): Content {
  if (content.kind !== "inline") return content;
  const { octets } = content;
  return octets.byteLength === octets.buffer.byteLength
    ? content
    : { kind: "inline", octets: octets.slice() };
}

function octetsInQueue(content: Content): number {
  return content.kind === "inline" ? content.octets.length : 0;
}
