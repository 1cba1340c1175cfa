/** Messages of a mailbox by UID ranges, a bounded number at a time. @module */
import type { MailboxId, Uid } from "../../../base/ids.ts";
import type { UidRange } from "../../../mail/mailbox.ts";
import type { MessageRecord } from "../tables/message_table.ts";
import type { JobContext } from "./context.ts";

const ROWS_AT_ONCE = 1000;

/** The first messages in the ranges, and the ranges that are left. */
export function rowsIn(
  context: JobContext,
  mailbox: MailboxId,
  ranges: readonly UidRange[],
  limit = ROWS_AT_ONCE,
): { rows: MessageRecord[]; rest: readonly UidRange[] } {
  const rows: MessageRecord[] = [];
  for (let i = 0; i < ranges.length; i++) {
    const range = ranges[i]!;
    const left = limit - rows.length;
    const found = context.messages.range(mailbox, range, left);
    for (const row of found) rows.push(row);
    if (found.length === left) {
      return { rows, rest: restAfter(ranges, i, found.at(-1)!.uid) };
    }
  }
  return { rows, rest: [] };
}

/** What follows a UID that lies in the range at `index`. */
export function restAfter(
  ranges: readonly UidRange[],
  index: number,
  uid: Uid,
): readonly UidRange[] {
  const { last } = ranges[index]!;
  const following = ranges.slice(index + 1);
  if (uid >= last) return following;
  return [{ first: (uid + 1) as Uid, last }, ...following];
}
