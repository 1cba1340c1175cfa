/**
 * EXPUNGE (RFC 3501 §6.4.3) and UID EXPUNGE (RFC 4315 §2.1). The notices that
 * end every command tell which messages have gone.
 *
 * @module
 */
import type { ModSeq } from "../../../base/ids.ts";
import { Refusal } from "../../../base/refusal.ts";
import type { SequenceSet } from "../../proto/sequence_set.ts";
import type { ImapCommand } from "../command.ts";
import type { ImapSession } from "../session.ts";
import { parseNothing, SELECTED } from "./any_state.ts";

export const expunge: ImapCommand<void, ImapSession> = {
  states: SELECTED,
  needsUids: true,
  parse: parseNothing,
  async *run(session) {
    checkWritable(session);
    const { id } = session.selected;
    const { modSeq } = await session.account.mail.expunge(id);
    return completed(session, modSeq);
  },
};

export const uidExpunge: ImapCommand<SequenceSet, ImapSession> = {
  states: SELECTED,
  needsUids: true,
  parse(args) {
    args.space();
    return args.sequenceSet();
  },
  async *run(session, set) {
    checkWritable(session);
    const { selected, account } = session;
    const ranges = selected.uidRanges(selected.positions(set, "uid"));
    if (ranges.length === 0) return "EXPUNGE completed";
    const { modSeq } = await account.mail.expunge(selected.id, ranges);
    return completed(session, modSeq);
  },
};

function checkWritable(session: ImapSession): void {
  if (session.selected.readOnly) throw new Refusal("mailbox_read_only");
}

function completed(session: ImapSession, modSeq: ModSeq): string {
  const code = session.condstore ? `[HIGHESTMODSEQ ${modSeq}] ` : "";
  return `${code}EXPUNGE completed`;
}
