/**
 * SEARCH and UID SEARCH (RFC 3501 §6.4.4, §6.4.8), with the extended response
 * of RFC 4731 where the client asks for it.
 *
 * @module
 */
import {
  containsKind,
  scanSearchKeys,
  type SearchKey,
} from "../../proto/search_keys.ts";
import {
  type PositionRange,
  positionsOfUids,
  positionsWithin,
} from "../../proto/sequence_set.ts";
import {
  searchResponse,
  type SearchResult,
  type SearchReturn,
} from "../../proto/search_response.ts";
import type { Scanner } from "../../proto/scanner.ts";
import {
  type CommandSession,
  EXPUNGE_ISSUED,
  type ImapCommand,
  ImapNo,
} from "../command.ts";
import { startCondstore } from "../condstore.ts";
import { MessageReader } from "../../../mail/reading/message_reader.ts";
import { numberedMessages } from "../fetch/numbered_messages.ts";
import {
  Candidate,
  conditionOf,
  matches,
  type SearchScope,
} from "../search/conditions.ts";
import { type TurnClock, type TurnLimit, Turns } from "../turns.ts";

export interface SearchArguments {
  readonly tag: string;
  readonly key: SearchKey;
  /** Given with RETURN: the response is ESEARCH. */
  readonly returns?: ReadonlySet<SearchReturn>;
}

interface SearchSession extends CommandSession {
  readonly context: TurnClock & { now(): number };
}

const RETURNS: ReadonlySet<string> = new Set<SearchReturn>([
  "MIN",
  "MAX",
  "ALL",
  "COUNT",
]);
const CHARSETS: ReadonlySet<string> = new Set(["US-ASCII", "UTF-8"]);

/** What is read of every message, by the cost of doing so: it comes with the rows. */
const CONTENTS = [undefined, "header", "body"] as const;

const LIMIT: TurnLimit = {
  limitMs: 5000,
  refusal: "[LIMIT] Search too expensive",
};

export const search = searchCommand("sequence_number");
export const uidSearch = searchCommand("uid");

function searchCommand(
  by: "uid" | "sequence_number",
): ImapCommand<SearchArguments, SearchSession> {
  return {
    states: ["selected"],
    needsUids: true,
    ...(by === "sequence_number" && { withholdsExpunge: true }),
    parse(args) {
      const returns = args.accept(" RETURN ") ? scanReturns(args) : undefined;
      args.space();
      if (args.accept("CHARSET ")) {
        checkCharset(args.astring());
        args.space();
      }
      const key = scanSearchKeys(args);
      return { tag: args.commandTag, key, ...(returns && { returns }) };
    },
    async *run(session, { tag, key, returns }) {
      const tellsModSeq = containsKind(key, "mod_seq");
      if (tellsModSeq) yield* startCondstore(session);
      const { results, missing } = await find(session, key, by);
      yield {
        text: searchResponse(results, {
          tag,
          uid: by === "uid",
          tellsModSeq,
          ...(returns && { returns }),
        }),
      };
      return missing > 0 && by === "sequence_number"
        ? `${EXPUNGE_ISSUED} SEARCH completed`
        : "SEARCH completed";
    },
  };
}

/** RFC 4731 §3.1: none named means ALL. */
function scanReturns(args: Scanner): ReadonlySet<SearchReturn> {
  const names = args.list(() => args.keyword());
  if (!names.every(isReturn)) throw new SyntaxError("Unknown RETURN option");
  return new Set(names.length === 0 ? ["ALL"] : names);
}

function isReturn(name: string): name is SearchReturn {
  return RETURNS.has(name);
}

function checkCharset(name: string): void {
  if (!CHARSETS.has(name.toUpperCase())) {
    throw new ImapNo("[BADCHARSET (US-ASCII UTF-8)] Unknown charset");
  }
}

async function find(
  session: SearchSession,
  key: SearchKey,
  by: "uid" | "sequence_number",
): Promise<{ results: SearchResult[]; missing: number }> {
  const { account: { mail }, selected, context } = session;
  const scope: SearchScope = {
    uids: selected.uids,
    keywords: selected.keywords,
    now: Math.floor(context.now() / 1000),
    turns: new Turns(context, LIMIT),
  };
  const condition = conditionOf(key, scope);
  const positions = positionsToLookAt(key, scope.uids);
  const results: SearchResult[] = [];
  let missing = 0;
  const want = CONTENTS[condition.leastCost];
  const batches = numberedMessages(mail, selected, positions, want);
  for await (const batch of batches) {
    missing += batch.missing;
    for (const { sequenceNumber, row } of batch.messages) {
      const message = new MessageReader(mail, selected.id, row);
      const candidate = new Candidate(sequenceNumber, message);
      if (await matches(condition, candidate)) {
        const number = by === "uid" ? row.uid : sequenceNumber;
        results.push({ number, modSeq: row.modSeq });
      }
      await scope.turns.checkpoint();
    }
  }
  return { results, missing };
}

/** All, or those of a set that each match must be in. */
function positionsToLookAt(key: SearchKey, uids: Uint32Array): PositionRange[] {
  const keys = key.kind === "and" ? key.keys : [key];
  for (const one of keys) {
    if (one.kind === "uids") return positionsOfUids(one.set, uids);
    if (one.kind === "sequence_numbers") {
      return positionsWithin(one.set, uids.length);
    }
  }
  return uids.length === 0 ? [] : [{ first: 1, last: uids.length }];
}
