/** What became of mail that was handed out. @module */
import type { DeliveryNote, Reach, Settlement } from "../../../queue.ts";
import type { RecipientOutcome } from "../../../queue.ts";
import type {
  QueueRow,
  RowChange,
} from "../../tables/queue_recipient_table.ts";
import type { JobContext } from "../context.ts";
import { fail, Touched } from "./enqueue.ts";

/** What was handed out comes before what was not, where the destination is well: its turn was sooner. */
const BEFORE_OTHERS = 0;

/** Only of rows that the holder has; gives how many those were. */
export function settleQueued(
  context: JobContext,
  settlements: readonly Settlement[],
): number {
  const touched = new Touched(context);
  let settled = 0;
  for (const settlement of settlements) {
    const { holder, message, destination, reach } = settlement;
    const hasSender = context.queue.hasSender(message);
    for (const { n, outcome } of settlement.recipients) {
      const row = context.queueRecipients.find(message, n);
      if (row?.lease !== holder || row.destination !== destination) continue;
      settleOne(context, row, outcome, hasSender);
      touched.add(row);
      settled++;
    }
    if (reach) note(context, destination, reach);
    touched.addDestination(destination);
  }
  touched.settle();
  return settled;
}

function settleOne(
  context: JobContext,
  row: QueueRow,
  outcome: RecipientOutcome,
  hasSender: boolean,
): void {
  const { queueRecipients, livedSeconds: now } = context;
  const attempts = row.attempts + 1;
  switch (outcome.kind) {
    case "delivered":
      return queueRecipients.remove(row);
    case "failed":
      return fail(context, row, { note: outcome.note, hasSender, attempts });
    case "untried":
      return queueRecipients.change(row, {
        ...row,
        dueAt: isFailing(context, row) ? now : BEFORE_OTHERS,
      });
    case "unreached":
      return queueRecipients.change(row, tried(context, row, outcome.note));
    case "retry":
      return queueRecipients.change(row, {
        ...tried(context, row, outcome.note),
        dueAt: now + outcome.afterSeconds,
      });
    case "held":
      return queueRecipients.change(row, {
        ...tried(context, row, outcome.note),
        state: "held",
      });
  }
}

function isFailing(
  { queueDestinations }: JobContext,
  { destination }: QueueRow,
): boolean {
  return (queueDestinations.find(destination)?.failStreak ?? 0) > 0;
}

/** What an admin has put on hold meanwhile stays so. */
function tried(
  { livedSeconds, nowSeconds }: JobContext,
  { state, attempts }: QueueRow,
  note: DeliveryNote,
): RowChange {
  return {
    state,
    dueAt: livedSeconds,
    attempts: attempts + 1,
    triedAt: nowSeconds,
    note,
  };
}

function note(context: JobContext, destination: string, reach: Reach): void {
  const { queueDestinations, livedSeconds } = context;
  if (reach.kind === "reached") return queueDestinations.reached(destination);
  const { afterSeconds, text } = reach;
  queueDestinations.unreached(destination, livedSeconds + afterSeconds, text);
}

/** A run has begun: what this holder had was not finished, and not all that is due begins at once. */
export function resumeQueued(
  context: JobContext,
  { holder, afterSeconds, withinSeconds }: {
    holder: string;
    afterSeconds: number;
    withinSeconds: number;
  },
): void {
  const { queueRecipients, queueDestinations, livedSeconds } = context;
  const touched = new Touched(context);
  for (const row of queueRecipients.leasedTo(holder)) {
    queueRecipients.change(row, { ...row, dueAt: livedSeconds });
    touched.add(row);
  }
  touched.settle();
  const from = livedSeconds + afterSeconds;
  queueDestinations.spread(livedSeconds, from, from + withinSeconds);
}
