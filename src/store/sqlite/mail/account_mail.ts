/** The mail of one account: reads here, writes by the writer. @module */
import { Refusal } from "../../../base/refusal.ts";
import type {
  AccountId,
  BlobId,
  MailboxId,
  ModSeq,
  Uid,
} from "../../../base/ids.ts";
import type {
  AccountMail,
  ReadMessage,
  WantedContent,
  WatchedMailbox,
} from "../../../mail/account_mail.ts";
import type {
  ChangesSince,
  Copied,
  FlagChange,
  FlagState,
  Mailbox,
  MailboxChange,
  MailboxSnapshot,
  MessageOctets,
  OctetRange,
  SpecialUse,
  UidRange,
  Usage,
} from "../../../mail/mailbox.ts";
import type { MailPolicy } from "../../mail.ts";
import type { ChangeHub } from "../changes.ts";
import { watchAll } from "./account_watch.ts";
import { CopySteps } from "./copy_steps.ts";
import type { BodyReader } from "../files/body.ts";
import type { MailReads } from "./mail_reads.ts";
import { canonicalMailboxName } from "../mailbox_name.ts";
import type { LazyJobs } from "../writer/lazy_jobs.ts";
import type { Weight, Writer } from "../writer/writer.ts";

const FEW_MESSAGES = 50;
/** Contents that come along with the rows of one call, and one more. */
const CONTENT_OCTETS = 64 * 1024;
const EVERYTHING: readonly UidRange[] = [
  { first: 1 as Uid, last: 0xffff_ffff as Uid },
];

export interface AccountMailParts {
  readonly reads: MailReads;
  readonly writer: Writer;
  readonly lazy: LazyJobs;
  readonly changes: ChangeHub;
  readonly bodies: BodyReader;
}

export class SqliteAccountMail implements AccountMail {
  readonly #account: AccountId;
  readonly #policy: MailPolicy;
  readonly #parts: AccountMailParts;
  /** The last one that was looked up: ids are not reused, and no mailbox changes hands. */
  #known: MailboxId | undefined;

  constructor(account: AccountId, policy: MailPolicy, parts: AccountMailParts) {
    this.#account = account;
    this.#policy = policy;
    this.#parts = parts;
  }

  find(name: string): Promise<Mailbox | undefined> {
    return Promise.try(() =>
      this.#parts.reads.find(this.#account, canonicalMailboxName(name))
    );
  }

  mailbox(id: MailboxId): Promise<Mailbox | undefined> {
    return Promise.try(() => this.#own(id));
  }

  list(): Promise<Mailbox[]> {
    return Promise.try(() => this.#parts.reads.list(this.#account));
  }

  create(name: string, specialUse?: SpecialUse): Promise<Mailbox> {
    const job = { ...this.#named(name), specialUse };
    return this.#parts.writer.submit("createMailbox", job);
  }

  async delete(name: string): Promise<void> {
    const job = this.#named(name);
    while (await this.#parts.writer.submit("deleteMailbox", job));
  }

  async rename(from: string, to: string): Promise<void> {
    const inbox = await this.#parts.writer.submit("renameMailbox", {
      ...this.#named(from),
      to: canonicalMailboxName(to),
    });
    if (inbox) await this.move(inbox.from, EVERYTHING, inbox.to);
  }

  setSubscribed(name: string, subscribed: boolean): Promise<void> {
    const job = { ...this.#named(name), subscribed };
    return this.#parts.writer.submit("setSubscribed", job);
  }

  select(
    name: string,
    listener: (change: MailboxChange) => void,
  ): Promise<WatchedMailbox | undefined> {
    return Promise.try(() => {
      const { reads, changes } = this.#parts;
      const found = reads.select(this.#account, canonicalMailboxName(name));
      // What is committed meanwhile is published later on this thread.
      return found &&
        { ...found, stop: changes.listen(found.mailbox.id, listener) };
    });
  }

  watchAll(listener: () => void): () => void {
    const { reads, changes } = this.#parts;
    return watchAll(this.#account, { reads, changes }, listener);
  }

  snapshot(mailbox: MailboxId): Promise<MailboxSnapshot> {
    return Promise.try(() => {
      this.#check(mailbox);
      return this.#parts.reads.snapshot(mailbox);
    });
  }

  changesSince(mailbox: MailboxId, modSeq: ModSeq): Promise<ChangesSince> {
    return Promise.try(() => {
      this.#check(mailbox);
      return this.#parts.reads.changesSince(mailbox, modSeq);
    });
  }

  totals(mailbox: MailboxId): Promise<{ octets: number; deleted: number }> {
    return Promise.try(() => {
      this.#check(mailbox);
      return this.#parts.reads.totals(mailbox);
    });
  }

  messages(
    mailbox: MailboxId,
    range: UidRange,
    limit: number,
    want?: WantedContent,
  ): Promise<ReadMessage[]> {
    return Promise.try(() => {
      if (!this.#owns(mailbox)) return [];
      const { reads, bodies } = this.#parts;
      if (!want) return reads.rows(mailbox, range, limit);
      let left = CONTENT_OCTETS;
      return reads.records(mailbox, range, limit).map(({ blob, ...row }) => {
        const content = left > 0 && bodies.small(blob, want);
        if (!content) return row;
        left -= content.octets.length;
        return { ...row, content };
      });
    });
  }

  header(mailbox: MailboxId, uid: Uid): Promise<Uint8Array | undefined> {
    return Promise.try(() => {
      const blob = this.#blob(mailbox, uid);
      return blob === undefined ? undefined : this.#parts.bodies.header(blob);
    });
  }

  body(
    mailbox: MailboxId,
    uid: Uid,
    range?: OctetRange,
  ): Promise<MessageOctets | undefined> {
    return Promise.try(() => {
      const blob = this.#blob(mailbox, uid);
      return blob === undefined
        ? undefined
        : this.#parts.bodies.read(blob, range);
    });
  }

  usage(): Promise<Usage & { readonly limitOctets: number }> {
    return Promise.try(() => {
      const usage = this.#parts.reads.usage(this.#account);
      const { defaultOctets } = this.#policy.quota();
      return { ...usage, limitOctets: usage.limitOctets ?? defaultOctets };
    });
  }

  async storeFlags(
    change: FlagChange,
  ): Promise<{ changed: FlagState[]; unmodified: Uid[] }> {
    const changed: FlagState[] = [];
    const unmodified: Uid[] = [];
    let uids = change.uids;
    const weight = this.#weight(uids, () => this.#exists(change.mailbox));
    const seenGrace = this.#policy.seenGraceSeconds();
    do {
      const job = { ...change, uids, account: this.#account, seenGrace };
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
    if (!this.#owns(mailbox)) return;
    const seenGrace = this.#policy.seenGraceSeconds();
    this.#parts.lazy.markFetched({ mailbox, uids: [...uids], seenGrace });
  }

  async copy(
    from: MailboxId,
    uids: readonly UidRange[],
    to: MailboxId,
  ): Promise<Copied> {
    const { writer } = this.#parts;
    const account = this.#account;
    const done = new CopySteps(this.#present(from, uids));
    try {
      do {
        const quota = done.isBegun ? undefined : this.#policy.quota();
        const job = { account, from, uids: done.left, to, quota };
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
      const job = { account: this.#account, from, uids: done.left, to };
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
      () => this.#owns(mailbox) ? this.#parts.reads.totals(mailbox).deleted : 0,
    );
    for (let left = uids ?? EVERYTHING;;) {
      const job = { account: this.#account, mailbox, uids: left };
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
    return this.#own(mailbox)?.exists;
  }

  /** Ranges without the UIDs still to come, so that no copy is copied again. */
  #present(id: MailboxId, uids: readonly UidRange[]): readonly UidRange[] {
    const mailbox = this.#own(id);
    if (!mailbox) throw new Refusal("no_such_mailbox");
    const last = mailbox.uidNext - 1;
    return uids.filter(({ first }) => first <= last).map((range) => ({
      first: range.first,
      last: Math.min(range.last, last) as Uid,
    }));
  }

  #named(name: string): { account: AccountId; name: string } {
    return { account: this.#account, name: canonicalMailboxName(name) };
  }

  #own(id: MailboxId): Mailbox | undefined {
    const mailbox = this.#parts.reads.mailbox(id);
    if (mailbox?.account !== this.#account) return undefined;
    this.#known = id;
    return mailbox;
  }

  /** True of a mailbox of this account, be it deleted since. */
  #owns(id: MailboxId): boolean {
    return id === this.#known || this.#own(id) !== undefined;
  }

  #check(id: MailboxId): void {
    if (!this.#owns(id)) throw new Refusal("no_such_mailbox");
  }

  #blob(mailbox: MailboxId, uid: Uid): BlobId | undefined {
    return this.#owns(mailbox)
      ? this.#parts.reads.blob(mailbox, uid)
      : undefined;
  }
}
