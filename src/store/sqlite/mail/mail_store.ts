/** Mail of all accounts: reads here, writes by the writer. @module */
import type {
  AccountId,
  Cursor,
  MailboxId,
  Uid,
  UidValidity,
} from "../../../base/ids.ts";
import type { AccountMail } from "../../../mail/account_mail.ts";
import type { Usage } from "../../../mail/mailbox.ts";
import type { Content } from "../../content.ts";
import type {
  Acceptance,
  Accepted,
  Append,
  MailPolicy,
  MailStore,
  PruneRule,
  QuotaPolicy,
  TakenAs,
  TakenMailbox,
  TakenMessage,
  TakenSoFar,
  WalkStep,
} from "../../mail.ts";
import { type AccountMailParts, SqliteAccountMail } from "./account_mail.ts";
import { cursorOf, positionAt } from "../cursor.ts";
import type { DiskSpace } from "../files/disk_space.ts";
import type { FileStaging } from "../files/staging.ts";
import type { Health } from "../health.ts";
import type { AgeCursor } from "../jobs/retention.ts";
import { OutcomeUnknown } from "../writer/writer.ts";

export interface MailStoreParts extends AccountMailParts {
  readonly health: Health;
  readonly space: DiskSpace;
  readonly staging: FileStaging;
}

export class SqliteMailStore implements MailStore {
  readonly #parts: MailStoreParts;

  constructor(parts: MailStoreParts) {
    this.#parts = parts;
  }

  of(account: AccountId, policy: MailPolicy): AccountMail {
    return new SqliteAccountMail(account, policy, this.#parts);
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

  takeMailbox(mailbox: TakenMailbox): Promise<TakenSoFar> {
    return this.#parts.writer.submit("takeMailbox", mailbox);
  }

  async takeMessages(
    mailbox: MailboxId,
    messages: readonly TakenMessage[],
  ): Promise<TakenAs[]> {
    const contents = messages.map(({ content }) => content);
    return await this.#withContents(contents, async (whole) => {
      const job = {
        mailbox,
        messages: messages.map((message, i) => ({
          ...message,
          content: whole[i]!,
        })),
      };
      const value = await this.#parts.writer.submit("takeMessages", job, {
        octets: whole.reduce((sum, one) => sum + octetsInQueue(one), 0),
      });
      return { value, isTaken: value.map((as) => as !== "known") };
    });
  }

  async prune(rule: PruneRule, after?: Cursor): Promise<WalkStep> {
    const from = after && positionAt<AgeCursor>(after);
    const step = await this.#parts.writer.submit("prune", { rule, from });
    return { deleted: step.deleted, next: cursorOf(step.next) };
  }

  limitPurges(seconds: number | undefined): Promise<void> {
    return this.#parts.writer.submit("limitPurges", seconds);
  }

  purgeDue(): Promise<{ deleted: number; more: boolean }> {
    return this.#parts.writer.submit("purgeDue", undefined);
  }

  async trimToQuota(
    quota: QuotaPolicy,
    { dryRun, after }: { readonly dryRun: boolean; readonly after?: Cursor },
  ): Promise<WalkStep> {
    const from = after ? positionAt<AccountId>(after) : 0 as AccountId;
    const job = { quota, dryRun, after: from };
    const step = await this.#parts.writer.submit("trimSome", job);
    return { deleted: step.deleted, next: cursorOf(step.next) };
  }

  count(): Promise<number> {
    return Promise.try(() => this.#parts.reads.messageCount());
  }

  octets(): Promise<number> {
    return Promise.try(() => this.#parts.reads.octetCount());
  }

  /** Hands content to a job, and notes what of it the job has taken. */
  #withContent<T>(
    content: Content,
    work: (content: Content) => Promise<{ value: T; isTaken: boolean }>,
  ): Promise<T> {
    return this.#withContents([content], async ([only]) => {
      const { value, isTaken } = await work(only!);
      return { value, isTaken: [isTaken] };
    });
  }

  async #withContents<T>(
    contents: readonly Content[],
    work: (
      contents: readonly Content[],
    ) => Promise<{ value: T; isTaken: readonly boolean[] }>,
  ): Promise<T> {
    const { staging, writer, health, space } = this.#parts;
    writer.checkBacklog();
    if (health.state === "full") await space.checkAgain();
    for (const content of contents) staging.begin(content);
    let isTaken: readonly boolean[] = [];
    try {
      const done = await work(contents.map(whole));
      isTaken = done.isTaken;
      return done.value;
    } catch (error) {
      // a message may refer to it: whether one does is seen when contents are collected
      const isUnknown = error instanceof OutcomeUnknown;
      isTaken = contents.map(() => isUnknown);
      throw error;
    } finally {
      for (const [i, content] of contents.entries()) {
        staging.end(content, isTaken[i] ?? false);
      }
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
