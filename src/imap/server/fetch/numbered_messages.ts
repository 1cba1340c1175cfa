/** The stored messages behind the positions of a selected mailbox. @module */
import type { Uid } from "../../../base/ids.ts";
import type { PositionRange } from "../../proto/sequence_set.ts";
import type {
  AccountMail,
  ReadMessage,
  WantedContent,
} from "../../../mail/account_mail.ts";
import type { SelectedView } from "../command.ts";

export interface NumberedMessage {
  readonly sequenceNumber: number;
  readonly row: ReadMessage;
}

export interface MessageBatch {
  /** Ascending. */
  readonly messages: readonly NumberedMessage[];
  /** How many more there were that another session has removed. */
  readonly missing: number;
}

/** Rows read at once: fewer, where contents come along. */
const BATCH = { row: 256, header: 64, body: 16 } as const;
/** Reading so many rows for nothing costs less than asking the store again. */
const SMALL_GAP = 16;

/** Reads the rows of these positions, some at a time. */
export async function* numberedMessages(
  mail: AccountMail,
  selected: SelectedView,
  positions: readonly PositionRange[],
  want: WantedContent | undefined,
): AsyncGenerator<MessageBatch> {
  const limit = BATCH[want ?? "row"];
  const { uids } = selected;
  const isWanted = membership(positions);
  for (const { first, last } of withoutSmallGaps(positions)) {
    for (let position = first; position <= last;) {
      const rows = await mail.messages(
        selected.id,
        { first: uids[position - 1] as Uid, last: uids[last - 1] as Uid },
        limit,
        want,
      );
      // Fewer than asked for: nothing is left behind them.
      const lastUid = rows.length < limit ? Infinity : rows.at(-1)!.uid;
      const messages: NumberedMessage[] = [];
      let missing = 0;
      let next = 0;
      for (; position <= last; position++) {
        const uid = uids[position - 1]!;
        if (uid > lastUid) break;
        while (next < rows.length && rows[next]!.uid < uid) next++;
        if (!isWanted(position)) continue;
        const row = rows[next];
        if (row?.uid === uid) messages.push({ sequenceNumber: position, row });
        else missing++;
      }
      yield { messages, missing };
    }
  }
}

/**
 * Whether a position is in one of the ranges, asked in ascending order.
 *
 * @param ranges Ascending, not overlapping.
 */
export function membership(
  ranges: readonly PositionRange[],
): (position: number) => boolean {
  let next = 0;
  return (position) => {
    while (next < ranges.length && ranges[next]!.last < position) next++;
    const range = ranges[next];
    return range !== undefined && range.first <= position;
  };
}

function withoutSmallGaps(ranges: readonly PositionRange[]): PositionRange[] {
  const joined: PositionRange[] = [];
  for (const range of ranges) {
    const previous = joined.at(-1);
    if (previous && range.first - previous.last <= SMALL_GAP) {
      joined[joined.length - 1] = { first: previous.first, last: range.last };
    } else joined.push(range);
  }
  return joined;
}
