/** STORE (RFC 3501 §6.4.6), with UNCHANGEDSINCE (RFC 7162 §3.1.3). @module */
import type { ModSeq } from "../../../base/ids.ts";
import { Refusal } from "../../../base/refusal.ts";
import type { FlagState } from "../../../mail/mailbox.ts";
import { type FlagSet, parseFlags } from "../../proto/flags.ts";
import { flagsResponse } from "../../proto/responses.ts";
import type { Scanner } from "../../proto/scanner.ts";
import {
  countBelow,
  countOf,
  formatSet,
  type SequenceSet,
} from "../../proto/sequence_set.ts";
import {
  EXPUNGE_ISSUED,
  type ImapCommand,
  ImapNo,
  SOME_EXPUNGED,
} from "../command.ts";
import { checkKeywords } from "../keywords.ts";
import type { ImapSession } from "../session.ts";
import { SELECTED } from "./any_state.ts";

type Mode = "replace" | "add" | "remove";

interface StoreArguments {
  readonly set: SequenceSet;
  readonly unchangedSince?: ModSeq;
  readonly mode: Mode;
  readonly silent: boolean;
  readonly flags: FlagSet;
}

const MODES: ReadonlyMap<string, Mode> = new Map([
  ["FLAGS", "replace"],
  ["+FLAGS", "add"],
  ["-FLAGS", "remove"],
]);
const SILENT = ".SILENT";

export const store = storing("number");
export const uidStore = storing("uid");

function storing(
  by: "uid" | "number",
): ImapCommand<StoreArguments, ImapSession> {
  return {
    states: SELECTED,
    needsUids: true,
    ...(by === "number" && { withholdsExpunge: true }),
    parse: parseStore,
    async *run(session, args) {
      const { selected, account } = session;
      if (selected.readOnly) throw new Refusal("mailbox_read_only");
      checkKeywords(args.flags);
      const positions = selected.positions(args.set, by);
      if (args.unchangedSince !== undefined) session.enableCondstore();
      if (positions.length === 0) return "STORE completed";
      const { changed, unmodified } = await account.mail.storeFlags({
        mailbox: selected.id,
        uids: selected.uidRanges(positions),
        mode: args.mode,
        flags: args.flags.flags,
        keywords: args.flags.keywords,
        ...(args.unchangedSince !== undefined &&
          { unchangedSince: args.unchangedSince }),
      });
      yield { text: storeResponse(session, changed, args, by) };
      const missing = by === "number" &&
        changed.length + unmodified.length < countOf(positions);
      if (unmodified.length > 0) {
        const failed = by === "uid"
          ? unmodified
          : unmodified.map((uid) => countBelow(selected.uids, uid) + 1);
        const code = `[MODIFIED ${formatSet(failed)}]`;
        if (missing) throw new ImapNo(`${code} Some messages were expunged`);
        return `${code} STORE completed`;
      }
      if (!missing) return "STORE completed";
      // RFC 2180 §4.2.1: who wants no responses has got what was wanted.
      if (!args.silent) throw new ImapNo(SOME_EXPUNGED);
      return `${EXPUNGE_ISSUED} STORE completed`;
    },
  };
}

function parseStore(args: Scanner): StoreArguments {
  args.space();
  const set = args.sequenceSet();
  args.space();
  const unchangedSince = args.accept("(") ? scanModifier(args) : undefined;
  const item = args.keyword();
  const silent = item.endsWith(SILENT);
  const mode = MODES.get(silent ? item.slice(0, -SILENT.length) : item);
  if (!mode) throw new SyntaxError("Expected FLAGS");
  args.space();
  return {
    set,
    mode,
    silent,
    flags: parseFlags(args.flags()),
    ...(unchangedSince !== undefined && { unchangedSince }),
  };
}

function scanModifier(args: Scanner): ModSeq {
  args.expect("UNCHANGEDSINCE ");
  const modSeq = args.number64() as ModSeq;
  args.expect(") ");
  return modSeq;
}

/** The new flags, or with SILENT what the client still needs to know of them. */
function storeResponse(
  { selected, condstore }: ImapSession,
  states: readonly FlagState[],
  { silent, unchangedSince }: StoreArguments,
  by: "uid" | "number",
): string {
  let text = selected.takeKeywords();
  for (const state of states) {
    const sequenceNumber = countBelow(selected.uids, state.uid) + 1;
    selected.flagsAnnounced(sequenceNumber, state);
    if (!silent) {
      text += flagsResponse(sequenceNumber, state, selected.keywords, {
        uid: by === "uid",
        modSeq: condstore,
      });
    } else if (unchangedSince !== undefined) { // RFC 7162 §3.1.3
      text +=
        `* ${sequenceNumber} FETCH (UID ${state.uid} MODSEQ (${state.modSeq}))\r\n`;
    }
  }
  return text;
}
