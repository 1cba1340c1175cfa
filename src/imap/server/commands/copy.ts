/** COPY (RFC 3501 §6.4.7) and MOVE (RFC 6851 §3.1). @module */
import { Refusal } from "../../../base/refusal.ts";
import type { Copied } from "../../../mail/mailbox.ts";
import { scanMailboxName } from "../../proto/mailbox_name.ts";
import type { Scanner } from "../../proto/scanner.ts";
import { formatSet, type SequenceSet } from "../../proto/sequence_set.ts";
import { type ImapCommand, ImapNo, SOME_EXPUNGED } from "../command.ts";
import type { ImapSession } from "../session.ts";
import { SELECTED } from "./any_state.ts";

interface CopyArguments {
  readonly set: SequenceSet;
  readonly target: string;
}

export const copy = copying("number");
export const uidCopy = copying("uid");
export const move = moving("number");
export const uidMove = moving("uid");

function copying(
  by: "uid" | "number",
): ImapCommand<CopyArguments, ImapSession> {
  return {
    states: SELECTED,
    needsUids: true,
    parse: parseCopy,
    async *run(session, args) {
      const copied = await transfer(session, args, { by, how: "copy" });
      return `${copyUid(copied)}COPY completed`;
    },
  };
}

/** The notices of removed messages follow, as after every command. */
function moving(by: "uid" | "number"): ImapCommand<CopyArguments, ImapSession> {
  return {
    states: SELECTED,
    needsUids: true,
    parse: parseCopy,
    async *run(session, args) {
      if (session.selected.readOnly) throw new Refusal("mailbox_read_only");
      const moved = copyUid(
        await transfer(session, args, { by, how: "move" }),
      );
      if (moved) yield { text: `* OK ${moved}Moved\r\n` };
      return "MOVE completed";
    },
  };
}

function parseCopy(args: Scanner): CopyArguments {
  args.space();
  const set = args.sequenceSet();
  args.space();
  return { set, target: scanMailboxName(args) };
}

/**
 * All of the messages or, where some are gone that the client still counts,
 * none (RFC 2180 §4.4.1). Undefined if the set means no message.
 */
async function transfer(
  { selected, account: { mail } }: ImapSession,
  { set, target }: CopyArguments,
  { by, how }: { by: "uid" | "number"; how: "copy" | "move" },
): Promise<Copied | undefined> {
  const positions = selected.positions(set, by);
  if (by === "number" && await selected.misses(positions)) {
    throw new ImapNo(SOME_EXPUNGED);
  }
  const mailbox = await mail.find(target);
  if (!mailbox?.selectable) throw new Refusal("no_target_mailbox");
  if (positions.length === 0) return undefined;
  return await mail[how](
    selected.id,
    selected.uidRanges(positions),
    mailbox.id,
  );
}

/** The response code of RFC 4315 §3 and a space; empty if nothing was copied. */
function copyUid(copied: Copied | undefined): string {
  if (!copied || copied.sourceUids.length === 0) return "";
  const { uidValidity, sourceUids, targetUids } = copied;
  return `[COPYUID ${uidValidity} ${formatSet(sourceUids)} ${
    formatSet(targetUids)
  }] `;
}
