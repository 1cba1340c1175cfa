/** The stored messages behind the positions of a selected mailbox. @module */
import type { Uid } from "../../../base/ids.ts";
import type { MessageRow } from "../../../mail/mailbox.ts";
import type { PositionRange } from "../../proto/sequence_set.ts";
import type { ImapMail } from "../backend.ts";
import type { SelectedView } from "../command.ts";

export interface NumberedMessage {
  readonly sequenceNumber: number;
  readonly row: MessageRow;
}

export interface MessageBatch {
  /** Ascending. */
  readonly messages: readonly NumberedMessage[];
  /** How many more there were that another session has removed. */
  readonly missing: number;
}

const BATCH = 256;

/** Reads the rows of these positions, some at a time. */
export async function* numberedMessages(
  mail: ImapMail,
  selected: SelectedView,
  positions: readonly PositionRange[],
): AsyncGenerator<MessageBatch> {
  const { uids } = selected;
  for (const range of positions) {
    for (let position = range.first; position <= range.last;) {
      const rows = await mail.messages(
        selected.id,
        {
          first: uids[position - 1] as Uid,
          last: uids[range.last - 1] as Uid,
        },
        BATCH,
      );
      // Fewer than asked for: nothing is left behind them.
      const lastUid = rows.length < BATCH ? undefined : rows.at(-1)!.uid;
      const messages: NumberedMessage[] = [];
      let missing = 0;
      let next = 0;
      for (; position <= range.last; position++) {
        const uid = uids[position - 1]!;
        if (lastUid !== undefined && uid > lastUid) break;
        while (next < rows.length && rows[next]!.uid < uid) next++;
        const row = rows[next];
        if (row?.uid === uid) messages.push({ sequenceNumber: position, row });
        else missing++;
      }
      yield { messages, missing };
    }
  }
}
