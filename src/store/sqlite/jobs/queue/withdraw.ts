/** Mail of which nothing could be sent, taken back before its sender had a reply. @module */
import type { QueueId } from "../../../../base/ids.ts";
import type { MessageKey } from "../../../message_key.ts";
import type { FailedRecipient } from "../../../queue.ts";
import type { JobContext } from "../context.ts";
import { forget, wasToldAgain } from "../known_messages.ts";
import { removeQueued } from "./enqueue.ts";

export interface Withdrawal {
  readonly message: QueueId;
  readonly key: MessageKey | undefined;
}

/**
 * Of a message that has wholly failed, its failures; undefined of any other, and
 * of one that somebody who sent it again believes to be accepted.
 */
export function withdrawQueued(
  context: JobContext,
  { message, key }: Withdrawal,
): FailedRecipient[] | undefined {
  if (key && wasToldAgain(context, key)) return undefined;
  const rows = context.queueRecipients.of(message);
  const failed = rows.flatMap(({ n, address, state, note, triedAt }) =>
    state === "failed" && note
      ? [{
        n,
        address,
        note,
        ...(triedAt !== undefined && { lastAttemptAt: triedAt }),
      }]
      : []
  );
  if (failed.length === 0 || failed.length < rows.length) return undefined;
  removeQueued(context, [message]);
  if (key) forget(context, key);
  return failed;
}
