/**
 * Search keys made ready to run: sets are resolved, and of several conditions
 * the cheap ones come first.
 *
 * @module
 */
import { localDay, parseMailDate } from "../../../mail/date.ts";
import { readAddresses } from "../../../mail/address_list.ts";
import { type Header, parseHeader } from "../../../mail/header.ts";
import type { DayRange, SearchKey } from "../../proto/search_keys.ts";
import {
  type PositionRange,
  positionsOfUids,
  positionsWithin,
} from "../../proto/sequence_set.ts";
import {
  MessageGone,
  type MessageReader,
} from "../../../mail/reading/message_reader.ts";
import { membership } from "../fetch/numbered_messages.ts";
import type { Turns } from "../turns.ts";
import { decodeWords } from "../../../mail/reading/encoded_words.ts";
import { Needle } from "../../../mail/reading/needle.ts";
import { folded, occursIn } from "../../../mail/reading/text_search.ts";

const ADDRESS_FIELDS: ReadonlySet<string> = new Set([
  "bcc",
  "cc",
  "from",
  "reply-to",
  "sender",
  "to",
]);
const DAY_SECONDS = 86_400;

/** What searching a mailbox needs to know besides the messages. */
export interface SearchScope {
  readonly uids: Uint32Array;
  /** Position is the keyword's bit. */
  readonly keywords: readonly string[];
  /** Seconds since 1970 UTC. */
  readonly now: number;
  readonly turns: Turns;
}

/** A message that may match. */
export class Candidate {
  #header: Promise<Header> | undefined;
  constructor(
    readonly sequenceNumber: number,
    readonly message: MessageReader,
  ) {}

  /** @throws {MessageGone} */
  header(): Promise<Header> {
    return this.#header ??= this.message.header().then(parseHeader);
  }
}

/** 0 looks at the row, 1 reads the header, 2 the message. */
type Cost = 0 | 1 | 2;

export interface Condition {
  /** At most. */
  readonly cost: Cost;
  /** Of every message. */
  readonly leastCost: Cost;
  holds(candidate: Candidate): boolean | Promise<boolean>;
}

/** Whether it matches; a message that is gone does not. @throws {ImapNo} */
export async function matches(
  condition: Condition,
  candidate: Candidate,
): Promise<boolean> {
  try {
    return await condition.holds(candidate);
  } catch (error) {
    if (error instanceof MessageGone) return false;
    throw error;
  }
}

export function conditionOf(key: SearchKey, scope: SearchScope): Condition {
  switch (key.kind) {
    case "not": {
      const inner = conditionOf(key.key, scope);
      return {
        cost: inner.cost,
        leastCost: inner.leastCost,
        holds(candidate) {
          const holds = inner.holds(candidate);
          return typeof holds === "boolean" ? !holds : holds.then((h) => !h);
        },
      };
    }
    case "and":
    case "or":
      return combined(
        key.keys.map((inner) => conditionOf(inner, scope)),
        key.kind,
      );
    case "header":
    case "sent":
      return {
        cost: 1,
        leastCost: 1,
        holds: headerCondition(key, scope.turns),
      };
    case "body":
    case "text": {
      const needle = new Needle(folded(key.text));
      const options = { place: key.kind, turns: scope.turns };
      return {
        cost: 2,
        leastCost: 2,
        holds: ({ message }) => occursIn(message, needle, options),
      };
    }
    default:
      return { cost: 0, leastCost: 0, holds: rowCondition(key, scope) };
  }
}

/** Stops at the first that decides, the cheap ones first. */
function combined(
  conditions: readonly Condition[],
  kind: "and" | "or",
): Condition {
  const sorted = [...conditions].sort((a, b) => a.cost - b.cost);
  const decisive = kind === "or";
  const from = (start: number, candidate: Candidate) => {
    for (let i = start; i < sorted.length; i++) {
      const holds = sorted[i]!.holds(candidate);
      if (typeof holds !== "boolean") return rest(i, holds, candidate);
      if (holds === decisive) return decisive;
    }
    return !decisive;
  };
  const rest = async (
    index: number,
    holds: Promise<boolean>,
    candidate: Candidate,
  ): Promise<boolean> =>
    await holds === decisive ? decisive : await from(index + 1, candidate);
  return {
    cost: sorted.at(-1)?.cost ?? 0,
    leastCost: sorted[0]?.leastCost ?? 0,
    holds: (candidate) => from(0, candidate),
  };
}

type RowKey = Exclude<
  SearchKey,
  { kind: "not" | "and" | "or" | "header" | "sent" | "body" | "text" }
>;

/** What the row alone decides. */
function rowCondition(
  key: RowKey,
  scope: SearchScope,
): (candidate: Candidate) => boolean {
  switch (key.kind) {
    case "all":
      return () => true;
    case "none":
      return () => false;
    case "uids":
      return isAmong(positionsOfUids(key.set, scope.uids));
    case "sequence_numbers":
      return isAmong(positionsWithin(key.set, scope.uids.length));
    case "flag":
      return ({ message: { row } }) => (row.flags & key.flag) !== 0 === key.set;
    case "keyword": {
      const bit = keywordBit(key.name, scope.keywords);
      return ({ message: { row } }) => (row.keywords & bit) !== 0 === key.set;
    }
    case "received":
      return ({ message: { row } }) =>
        isBetween(
          Math.floor(row.internalDate / DAY_SECONDS),
          key,
        );
    case "older":
      return ({ message: { row } }) =>
        row.internalDate <= scope.now - key.seconds;
    case "younger":
      return ({ message: { row } }) =>
        row.internalDate >= scope.now - key.seconds;
    case "larger":
      return ({ message: { row } }) => row.sizeOctets > key.octets;
    case "smaller":
      return ({ message: { row } }) => row.sizeOctets < key.octets;
    case "mod_seq":
      return ({ message: { row } }) => row.modSeq >= key.least;
  }
}

function headerCondition(
  key: Extract<SearchKey, { kind: "header" | "sent" }>,
  turns: Turns,
): (candidate: Candidate) => Promise<boolean> {
  if (key.kind === "sent") {
    return async (candidate) => {
      const date = (await candidate.header()).textOf("date");
      const day = date === undefined ? undefined : sentDay(date);
      return day !== undefined && isBetween(day, key);
    };
  }
  const needle = new Needle(folded(key.text));
  return async (candidate) => {
    const header = await candidate.header();
    await turns.checkpoint(); // it may be large, and the keys many
    return header.all(key.field).some((field) => {
      const text = header.text(field);
      return needle.isIn(folded(decodeWords(text))) ||
        ADDRESS_FIELDS.has(key.field) &&
          needle.isIn(folded(addressesIn(text)));
    });
  };
}

/** The addresses alone, without comments and blanks inside them. */
function addressesIn(text: string): string {
  const addresses = readAddresses(text).map((address) =>
    address.kind === "mailbox" ? `${address.localPart}@${address.domain}` : ""
  );
  return addresses.join(" ");
}

/** RFC 3501 §6.4.4 disregards time and zone. Undefined for what is no date. */
function sentDay(date: string): number | undefined {
  try {
    return localDay(parseMailDate(date));
  } catch {
    return undefined;
  }
}

function isBetween(
  day: number,
  { first, last }: DayRange,
): boolean {
  return day >= first && day <= last;
}

function isAmong(
  ranges: readonly PositionRange[],
): (candidate: Candidate) => boolean {
  const isMember = membership(ranges); // candidates come in ascending order
  return ({ sequenceNumber }) => isMember(sequenceNumber);
}

function keywordBit(name: string, keywords: readonly string[]): number {
  const lower = name.toLowerCase();
  const bit = keywords.findIndex((other) => other.toLowerCase() === lower);
  return bit < 0 ? 0 : 1 << bit;
}
