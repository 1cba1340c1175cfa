/** Short indexed reads of the queue, on the calling thread. @module */
import type { BlobId, QueueId } from "../../base/ids.ts";
import type { StoreClock } from "../clock.ts";
import {
  type DelayedMessage,
  type DelayPlace,
  type DeliveryNote,
  type FailedMessage,
  type QueueCursor,
  type QueueDestination,
  type QueuedRecipient,
  type QueueQuery,
  type QueueState,
  type QueueSummary,
  type SentMail,
  UNREACHED_TIMES,
} from "../queue.ts";
import { type Connection, readTogether } from "./database/connection.ts";
import { QueueDestinationTable } from "./tables/queue_destination_table.ts";
import {
  QueueRecipientTable,
  type QueueRow,
} from "./tables/queue_recipient_table.ts";
import { type QueueMessage, QueueTable } from "./tables/queue_table.ts";
import { SentTable } from "./tables/sent_table.ts";

const ROWS_AT_ONCE = 1000; // looked at for one page
const COUNTED_AT_ONCE = 1000;
const NOT_TRIED: DeliveryNote = { status: "4.0.0", text: "not tried yet" };
const START: QueueCursor = { message: 0 as QueueId, n: -1 };

type Counts =
  | "messages"
  | "octets"
  | "waiting"
  | "deferred"
  | "held"
  | "failed";

export type Overview = Omit<QueueSummary, Counts>;

export interface Counted extends Pick<QueueSummary, Counts> {
  /** There may be more after it. */
  readonly last?: QueueId;
}

export class QueueReads {
  readonly #messages: QueueTable;
  readonly #recipients: QueueRecipientTable;
  readonly #destinations: QueueDestinationTable;
  readonly #sent: SentTable;

  constructor(readonly db: Connection, readonly time: StoreClock) {
    this.#messages = new QueueTable(db);
    this.#recipients = new QueueRecipientTable(db);
    this.#sent = new SentTable(db);
    this.#destinations = new QueueDestinationTable(db);
  }

  hasSent(mail: SentMail): boolean {
    return this.#sent.has(mail, this.time.seconds());
  }

  blob(message: QueueId): BlobId | undefined {
    return this.#messages.blob(message);
  }

  nextDue(except: ReadonlySet<string>): number | undefined {
    const next = this.#destinations.next(except.size + 1)
      .find(({ destination }) => !except.has(destination));
    return next && Math.max(0, next.wakeAt - this.time.seconds());
  }

  failures(after: QueueId | undefined, limit: number): FailedMessage[] {
    return readTogether(
      this.db,
      () =>
        this.#recipients.messagesWithFailed(after ?? START.message, limit)
          .flatMap((id) => {
            const message = this.#messages.find(id);
            return message ? this.#failed(message) : [];
          }),
    );
  }

  #failed(message: QueueMessage): FailedMessage[] {
    const { id, account, reversePath, messageId, queuedAt } = message;
    if (account === undefined) return [];
    const rows = this.#recipients.failed(id);
    const since = Math.min(...rows.map(({ dueAt }) => dueAt));
    return [{
      message: id,
      account,
      reversePath,
      messageId,
      queuedAt,
      ageSeconds: Math.max(0, this.time.seconds() - since),
      waiting: this.#recipients.counts(id).waiting,
      recipients: rows.map(({ n, address, note, triedAt }) => ({
        n,
        address,
        note: note!,
        ...(triedAt !== undefined && { lastAttemptAt: triedAt }),
      })),
    }];
  }

  delayed(
    after: DelayPlace | undefined,
    withinSeconds: number,
    limit: number,
  ): DelayedMessage[] {
    return readTogether(this.db, () => {
      const now = this.time.seconds();
      const from = after ?? { expiresAt: 0, message: START.message };
      return this.#messages.ending(from, now + withinSeconds, limit)
        .map((id) => this.#delayed(this.#messages.find(id)!, now));
    });
  }

  #delayed(message: QueueMessage, now: number): DelayedMessage {
    const { id, account, reversePath, messageId, queuedAt, expiresAt } =
      message;
    const rows = this.#recipients.of(id)
      .filter(({ state }) => state === "waiting");
    return {
      message: id,
      account: account!,
      reversePath,
      messageId,
      queuedAt,
      ageSeconds: 0,
      waiting: rows.length,
      place: { expiresAt, message: id },
      expiresInSeconds: Math.max(0, expiresAt - now),
      recipients: rows.map(({ n, address, note, triedAt }) => ({
        n,
        address,
        note: note ?? NOT_TRIED,
        ...(triedAt !== undefined && { lastAttemptAt: triedAt }),
      })),
    };
  }

  list(
    query: QueueQuery,
  ): { recipients: QueuedRecipient[]; next?: QueueCursor } {
    return readTogether(this.db, () => {
      const now = this.time.seconds();
      const held = new Set(this.#destinations.held());
      const rows = this.#recipients.page(query.after ?? START, ROWS_AT_ONCE);
      const recipients: QueuedRecipient[] = [];
      let message: QueueMessage | undefined;
      for (const row of rows) {
        if (recipients.length === query.limit) {
          const last = recipients.at(-1)!;
          return { recipients, next: { message: last.message, n: last.n } };
        }
        if (message?.id !== row.queueId) {
          message = this.#messages.find(row.queueId)!;
        }
        const state = stateOf(row, { now, held });
        const shown = shownRow({ ...row, state }, message, now);
        if (isWanted(shown, query)) recipients.push(shown);
      }
      const last = rows.at(-1);
      if (!last || rows.length < ROWS_AT_ONCE) return { recipients };
      return { recipients, next: { message: last.queueId, n: last.n } };
    });
  }

  /** All but what has to be counted, message by message. */
  overview(): Overview {
    return readTogether(this.db, () => {
      const { oldestQueuedAt, firstExpiresAt } = this.#messages.first();
      const { held, unreached } = this.#destinations.counts(UNREACHED_TIMES);
      return {
        ...(oldestQueuedAt !== undefined && { oldestQueuedAt }),
        ...(firstExpiresAt !== undefined && {
          firstExpiryInSeconds: firstExpiresAt - this.time.seconds(),
        }),
        unreached,
        heldDestinations: held,
      };
    });
  }

  /** Of some messages after one. */
  count(after: QueueId | undefined): Counted {
    const from = after ?? START.message;
    return readTogether(this.db, () => {
      const { last, ...totals } = this.#messages.totals(from, COUNTED_AT_ONCE);
      const states = last === undefined
        ? new Map()
        : this.#recipients.byState(from, last, this.time.seconds());
      const deferred = states.get("deferred") ?? 0;
      return {
        ...totals,
        waiting: (states.get("waiting") ?? 0) + deferred,
        deferred,
        held: states.get("held") ?? 0,
        failed: states.get("failed") ?? 0,
        ...(totals.messages === COUNTED_AT_ONCE && last !== undefined &&
          { last }),
      };
    });
  }

  destinations(after: string | undefined, limit: number): QueueDestination[] {
    return readTogether(
      this.db,
      () =>
        this.#destinations.page(after ?? "", limit, this.time.seconds())
          .map((one) => this.#withLast(one)),
    );
  }

  isHeld(destination: string): boolean {
    return this.#destinations.find(destination)?.held === 1;
  }

  destination(name: string): QueueDestination | undefined {
    return readTogether(this.db, () => {
      const found = this.#destinations.one(name, this.time.seconds());
      return found && this.#withLast(found);
    });
  }

  #withLast(found: QueueDestination): QueueDestination {
    const { note, triedAt } = this.#recipients.next(found.destination) ?? {};
    return note === undefined || triedAt === undefined
      ? found
      : { ...found, last: { note, triedAt } };
  }
}

function shownRow(
  row: Omit<QueueRow, "state"> & { readonly state: QueueState },
  message: QueueMessage,
  now: number,
): QueuedRecipient {
  const { queueId, n, address, destination, attempts, note, triedAt } = row;
  const { state } = row;
  const { reversePath, origin, sizeOctets, queuedAt, expiresAt } = message;
  return {
    message: queueId,
    n,
    address,
    destination,
    attempts,
    reversePath,
    origin,
    sizeOctets,
    state,
    queuedAt,
    expiresInSeconds: expiresAt - now,
    ...(triedAt !== undefined && { lastAttemptAt: triedAt }),
    ...(state === "waiting" && { dueInSeconds: Math.max(0, row.dueAt - now) }),
    ...(note && { note }),
  };
}

/** What waits for a destination that is held is held, unless it is being tried. */
function stateOf(
  { state, lease, dueAt, destination }: QueueRow,
  { now, held }: { readonly now: number; readonly held: ReadonlySet<string> },
): QueueState {
  if (state !== "waiting") return state;
  if (lease !== undefined && dueAt > now) return "leased";
  return held.has(destination) ? "held" : "waiting";
}

function isWanted(
  shown: QueuedRecipient,
  { destination, reversePath, state }: QueueQuery,
): boolean {
  return (destination === undefined || shown.destination === destination) &&
    (reversePath === undefined || shown.reversePath === reversePath) &&
    (state === undefined || shown.state === state);
}
