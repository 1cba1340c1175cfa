/** Mail that waits to be sent: reads here, writes by the writer. @module */
import type { BlobId, QueueId } from "../../base/ids.ts";
import type { MessageOctets } from "../../mail/mailbox.ts";
import type { StoreClock } from "../clock.ts";
import type { MessageKey } from "../message_key.ts";
import type {
  Claim,
  DelayedMessage,
  DelayPlace,
  DeliveryNote,
  FailedMessage,
  FailedRecipient,
  LeasedUnit,
  QueueCursor,
  QueueDestination,
  QueuedRecipient,
  QueueQuery,
  QueueSelection,
  QueueStore,
  QueueSummary,
  SentMail,
  Settlement,
  SmallContent,
} from "../queue.ts";
import type { Connection } from "./database/connection.ts";
import type { BodyReader } from "./files/body.ts";
import { BEFORE_ALL } from "./jobs/queue/selection.ts";
import { QueueReads } from "./queue_reads.ts";
import type { QueueAction } from "./tables/queue_recipient_table.ts";
import type { Writer } from "./writer/writer.ts";

export interface QueueStoreParts {
  readonly reads: Connection;
  readonly writer: Writer;
  readonly bodies: BodyReader;
  readonly time: StoreClock;
}

export class SqliteQueueStore implements QueueStore {
  readonly #writer: Writer;
  readonly #bodies: BodyReader;
  readonly #reads: QueueReads;

  constructor({ reads, writer, bodies, time }: QueueStoreParts) {
    this.#writer = writer;
    this.#bodies = bodies;
    this.#reads = new QueueReads(reads, time);
  }

  claim(claim: Claim): Promise<LeasedUnit[]> {
    return this.#writer.submit("claimQueued", claim);
  }

  settle(settlements: readonly Settlement[]): Promise<number> {
    return this.#writer.submit("settleQueued", settlements);
  }

  nextDue(except: ReadonlySet<string>): Promise<number | undefined> {
    return Promise.try(() => this.#reads.nextDue(except));
  }

  resume(
    holder: string,
    spread: { readonly afterSeconds: number; readonly withinSeconds: number },
  ): Promise<void> {
    return this.#writer.submit("resumeQueued", { holder, ...spread });
  }

  expire(): Promise<{ expired: number; more: boolean }> {
    return this.#writer.submit("expireQueued", undefined);
  }

  small(message: QueueId): Promise<SmallContent | undefined> {
    return this.#read(message, (blob) => this.#bodies.small(blob, "body"));
  }

  body(message: QueueId): Promise<MessageOctets | undefined> {
    return this.#read(message, (blob) => this.#bodies.read(blob));
  }

  header(message: QueueId): Promise<Uint8Array | undefined> {
    return this.#read(message, (blob) => this.#bodies.header(blob));
  }

  failures(
    after: QueueId | undefined,
    limit: number,
  ): Promise<FailedMessage[]> {
    return Promise.try(() => this.#reads.failures(after, limit));
  }

  delayed(
    after: DelayPlace | undefined,
    withinSeconds: number,
    limit: number,
  ): Promise<DelayedMessage[]> {
    return Promise.try(() => this.#reads.delayed(after, withinSeconds, limit));
  }

  hold(selection: QueueSelection): Promise<number> {
    return this.#change("hold", selection);
  }

  release(selection: QueueSelection): Promise<number> {
    return this.#change("release", selection);
  }

  retry(selection: QueueSelection): Promise<number> {
    return this.#change("retry", selection);
  }

  remove(selection: QueueSelection, note?: DeliveryNote): Promise<number> {
    return this.#change(note ? "fail" : "remove", selection, note);
  }

  withdraw(
    message: QueueId,
    key?: MessageKey,
  ): Promise<FailedRecipient[] | undefined> {
    return this.#writer.submit("withdrawQueued", { message, key });
  }

  list(
    query: QueueQuery,
  ): Promise<{ recipients: QueuedRecipient[]; next?: QueueCursor }> {
    return Promise.try(() => this.#reads.list(query));
  }

  hasSent(mail: SentMail): Promise<boolean> {
    return Promise.try(() => this.#reads.hasSent(mail));
  }

  /** In steps, between which others have their turn: there may be very many. */
  async summary(): Promise<QueueSummary> {
    const all = {
      messages: 0,
      octets: 0,
      waiting: 0,
      deferred: 0,
      held: 0,
      failed: 0,
    };
    const overview = this.#reads.overview();
    let after: QueueId | undefined;
    do {
      if (after !== undefined) {
        await new Promise((resolve) => setTimeout(resolve));
      }
      const { last, ...some } = this.#reads.count(after);
      all.messages += some.messages;
      all.octets += some.octets;
      all.waiting += some.waiting;
      all.deferred += some.deferred;
      all.held += some.held;
      all.failed += some.failed;
      after = last;
    } while (after !== undefined);
    return { ...overview, ...all };
  }

  destinations(
    after: string | undefined,
    limit: number,
  ): Promise<QueueDestination[]> {
    return Promise.try(() => this.#reads.destinations(after, limit));
  }

  isHeld(destination: string): Promise<boolean> {
    return Promise.try(() => this.#reads.isHeld(destination));
  }

  destination(name: string): Promise<QueueDestination | undefined> {
    return Promise.try(() => this.#reads.destination(name));
  }

  async #read<T>(
    message: QueueId,
    work: (blob: BlobId) => T | undefined | Promise<T | undefined>,
  ): Promise<T | undefined> {
    const blob = await Promise.try(() => this.#reads.blob(message));
    return blob === undefined ? undefined : await work(blob);
  }

  async #change(
    action: QueueAction,
    selection: QueueSelection,
    note?: DeliveryNote,
  ): Promise<number> {
    let changed = 0;
    for (
      let after: QueueCursor | undefined = BEFORE_ALL;
      after;
    ) {
      const job = { action, selection, after, note };
      const step: Step = await this.#writer.submit("changeQueued", job);
      changed += step.changed;
      after = step.next;
    }
    return changed;
  }
}

interface Step {
  readonly changed: number;
  readonly next: QueueCursor | undefined;
}
