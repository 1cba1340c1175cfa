/** Mail that could not be sent in the time it had. @module */
import type { DeliveryNote } from "../../../queue.ts";
import type { QueueMessage } from "../../tables/queue_table.ts";
import type { QueueRow } from "../../tables/queue_recipient_table.ts";
import type { JobContext } from "../context.ts";
import { fail, Touched } from "./enqueue.ts";

const MESSAGES_AT_ONCE = 200;
const REMEMBERED_AT_ONCE = 1000;
const EXPIRED_STATUS = "5.4.7"; // RFC 3463 §3.5: delivery time expired
/** Of who was never as secure as has to be: that it took long is not why (RFC 3463 §3.8). */
const INSECURE_STATUS = "5.7.5";
const INSECURE_FOR_NOW = "4.7.5";

/** Fails those who wait and whom nobody is trying; the note of the last attempt stays. */
export function expireRows(
  context: JobContext,
  { account }: QueueMessage,
  rows: readonly QueueRow[],
): void {
  for (const row of rows) {
    const note: DeliveryNote = {
      text: "",
      ...row.note,
      status: row.note?.status === INSECURE_FOR_NOW
        ? INSECURE_STATUS
        : EXPIRED_STATUS,
    };
    const hasSender = account !== undefined;
    fail(context, row, { note, hasSender, attempts: row.attempts });
  }
}

/** One batch; what is remembered of mail that was sent or accepted goes with its time, too. */
export function expireQueued(
  context: JobContext,
): { expired: number; more: boolean } {
  const { queue, queueRecipients, livedSeconds } = context;
  const ids = queue.expired(livedSeconds, MESSAGES_AT_ONCE);
  const touched = new Touched(context);
  let expired = 0;
  for (const id of ids) {
    const rows = queueRecipients.of(id).filter(({ state, lease, dueAt }) =>
      state === "waiting" && (lease === undefined || dueAt <= livedSeconds)
    );
    expireRows(context, queue.find(id)!, rows);
    rows.forEach((row) => touched.add(row));
    expired += rows.length;
  }
  touched.settle();
  const forgotten = [context.sent, context.accepted].map((table) =>
    table.forget(livedSeconds, REMEMBERED_AT_ONCE)
  );
  const more = ids.length === MESSAGES_AT_ONCE ||
    forgotten.includes(REMEMBERED_AT_ONCE);
  return { expired, more };
}
