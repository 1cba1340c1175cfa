/** Mail for other servers on its way into the queue, and its content out of it. @module */
import { randomBytes } from "node:crypto";
import type { BlobId, QueueId } from "../../../../base/ids.ts";
import type { ReportedFailures } from "../../../mail.ts";
import type { DeliveryNote, OutboundMessage } from "../../../queue.ts";
import type { QueueRow } from "../../tables/queue_recipient_table.ts";
import type { JobContext } from "../context.ts";

const MAIL_ID_OCTETS = 16;

export interface QueuedContent {
  /** With a reference for the queue; undefined if all recipients have failed. */
  readonly blob: BlobId | undefined;
  readonly sizeOctets: number;
}

export function enqueue(
  context: JobContext,
  outbound: OutboundMessage,
  content: QueuedContent,
): QueueId {
  const { queue, queueRecipients, queueDestinations, sent } = context;
  const { account, messageId } = outbound;
  const { livedSeconds, nowSeconds } = context;
  const id = queue.insert({
    outbound,
    mailId: randomBytes(MAIL_ID_OCTETS).toString("base64url"),
    ...content,
    queuedAt: nowSeconds,
    expiresAt: livedSeconds + outbound.lifetimeSeconds,
  });
  const destinations = new Set<string>();
  outbound.recipients.forEach(({ address, destination, failure }, n) => {
    queueRecipients.insert(id, {
      n,
      address,
      destination,
      state: failure ? "failed" : "waiting",
      dueAt: livedSeconds,
      ...(failure && { note: failure }),
    });
    if (!failure) destinations.add(destination);
  });
  for (const destination of destinations) {
    queueDestinations.wake(destination, livedSeconds);
    if (account === undefined) continue;
    sent.remember({ account, destination, messageId }, livedSeconds);
  }
  return id;
}

/** Messages and destinations of which rows have changed: what nobody needs any more goes. */
export class Touched {
  readonly #messages = new Set<QueueId>();
  readonly #destinations = new Set<string>();

  constructor(readonly context: JobContext) {}

  add({ queueId, destination }: Pick<QueueRow, "queueId" | "destination">) {
    this.#messages.add(queueId);
    this.#destinations.add(destination);
  }

  addDestination(destination: string): void {
    this.#destinations.add(destination);
  }

  settle(): void {
    for (const id of this.#messages) this.#settleMessage(id);
    for (const destination of this.#destinations) {
      this.context.queueDestinations.refresh(destination);
    }
  }

  #settleMessage(id: QueueId): void {
    const { queue, queueRecipients, blobs } = this.context;
    const { all, waiting } = queueRecipients.counts(id);
    if (waiting > 0) return;
    const blob = queue.blob(id);
    if (blob !== undefined) blobs.release(blob);
    if (all === 0) queue.remove(id);
    else if (blob !== undefined) queue.forgetContent(id);
  }
}

/** The recipient will not get it: its sender is told, where there is one here. */
export function fail(
  context: JobContext,
  row: QueueRow,
  { note, hasSender, attempts }: {
    readonly note: DeliveryNote;
    readonly hasSender: boolean;
    /** With the one that ended so, if one did. */
    readonly attempts: number;
  },
): void {
  if (!hasSender) return context.queueRecipients.remove(row);
  const triedAt = attempts > row.attempts ? context.nowSeconds : row.triedAt;
  context.queueRecipients.change(row, {
    state: "failed",
    dueAt: context.livedSeconds,
    attempts,
    note,
    ...(triedAt !== undefined && { triedAt }),
  });
}

/** Failures that somebody is told of now; false if somebody was before. */
export function takeReported(
  context: JobContext,
  { message, recipients }: ReportedFailures,
): boolean {
  const named = new Set(recipients);
  const rows = context.queueRecipients.failed(message)
    .filter(({ n }) => named.has(n));
  const touched = new Touched(context);
  for (const row of rows) {
    context.queueRecipients.remove(row);
    touched.add(row);
  }
  touched.settle();
  return rows.length > 0;
}

/** Nobody is told, and nothing is kept. */
export function removeQueued(context: JobContext, ids: readonly QueueId[]) {
  const touched = new Touched(context);
  for (const id of ids) {
    for (const row of context.queueRecipients.of(id)) {
      context.queueRecipients.remove(row);
      touched.add(row);
    }
  }
  touched.settle();
}
