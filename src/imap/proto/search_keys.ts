/** What SEARCH can ask of a message (RFC 3501 §6.4.4, RFC 5032 §3, RFC 7162 §3.1.5). @module */
import { ANSWERED, DELETED, DRAFT, FLAGGED, SEEN } from "../../mail/mailbox.ts";
import { parseImapDate } from "../../mail/date.ts";
import type { Scanner } from "./scanner.ts";
import type { SequenceSet } from "./sequence_set.ts";

/** Days since 1970, both included. */
export interface DayRange {
  readonly first: number;
  readonly last: number;
}

export type SearchKey =
  | { readonly kind: "all" | "none" }
  | { readonly kind: "flag"; readonly flag: number; readonly set: boolean }
  | { readonly kind: "keyword"; readonly name: string; readonly set: boolean }
  /** The Date field. */
  | ({ readonly kind: "sent" } & DayRange)
  /** INTERNALDATE. */
  | ({ readonly kind: "received" } & DayRange)
  | { readonly kind: "older" | "younger"; readonly seconds: number }
  | { readonly kind: "larger" | "smaller"; readonly octets: number }
  | { readonly kind: "uids" | "sequence_numbers"; readonly set: SequenceSet }
  | { readonly kind: "mod_seq"; readonly least: number }
  /** `field` in lower case. An empty text asks whether there is such a field. */
  | { readonly kind: "header"; readonly field: string; readonly text: string }
  | { readonly kind: "body" | "text"; readonly text: string }
  | { readonly kind: "not"; readonly key: SearchKey }
  | { readonly kind: "and" | "or"; readonly keys: readonly SearchKey[] };

const MAX_KEYS = 200;

const FLAG_KEYS: readonly (readonly [string, number])[] = [
  ["ANSWERED", ANSWERED],
  ["DELETED", DELETED],
  ["DRAFT", DRAFT],
  ["FLAGGED", FLAGGED],
  ["SEEN", SEEN],
];

/** Keys without arguments. We never set \Recent, so NEW finds nothing and OLD all. */
const CONSTANTS: ReadonlyMap<string, SearchKey> = new Map<string, SearchKey>([
  ["ALL", { kind: "all" }],
  ["OLD", { kind: "all" }],
  ["NEW", { kind: "none" }],
  ["RECENT", { kind: "none" }],
  ...FLAG_KEYS.flatMap(([name, flag]) =>
    [
      [name, { kind: "flag", flag, set: true }],
      [`UN${name}`, { kind: "flag", flag, set: false }],
    ] as const
  ),
]);

type DateKind = "sent" | "received";
type DateRelation = "BEFORE" | "ON" | "SINCE";

const DATE_KEYS: ReadonlyMap<string, readonly [DateKind, DateRelation]> =
  new Map([
    ["BEFORE", ["received", "BEFORE"]],
    ["ON", ["received", "ON"]],
    ["SINCE", ["received", "SINCE"]],
    ["SENTBEFORE", ["sent", "BEFORE"]],
    ["SENTON", ["sent", "ON"]],
    ["SENTSINCE", ["sent", "SINCE"]],
  ]);

const FIELD_KEYS: ReadonlySet<string> = new Set([
  "BCC",
  "CC",
  "FROM",
  "SUBJECT",
  "TO",
]);

/** All keys to the end of the command; a message must match each of them. */
export function scanSearchKeys(args: Scanner): SearchKey {
  return new KeyScanner(args).keys();
}

class KeyScanner {
  #count = 0;
  constructor(readonly args: Scanner) {}

  keys(): SearchKey {
    const keys = [this.#key()];
    while (this.args.accept(" ")) keys.push(this.#key());
    return conjunction(keys);
  }

  #key(): SearchKey {
    const { args } = this;
    if (++this.#count > MAX_KEYS) throw new SyntaxError("Too many search keys");
    if (args.isSequenceSetNext()) {
      return { kind: "sequence_numbers", set: args.sequenceSet() };
    }
    if (args.isNext("(")) {
      const keys = args.list(() => this.#key());
      if (keys.length === 0) throw new SyntaxError("Empty search list");
      return conjunction(keys);
    }
    const name = args.keyword();
    return CONSTANTS.get(name) ?? this.#withArguments(name);
  }

  #withArguments(name: string): SearchKey {
    const { args } = this;
    args.space();
    const date = DATE_KEYS.get(name);
    if (date) return this.#dateKey(...date);
    if (FIELD_KEYS.has(name)) {
      return {
        kind: "header",
        field: name.toLowerCase(),
        text: args.astring(),
      };
    }
    switch (name) {
      case "NOT":
        return { kind: "not", key: args.nested(() => this.#key()) };
      case "OR":
        return this.#either();
      case "HEADER":
        return this.#headerKey();
      case "BODY":
        return { kind: "body", text: args.astring() };
      case "TEXT":
        return { kind: "text", text: args.astring() };
      case "KEYWORD":
        return { kind: "keyword", name: args.atom(), set: true };
      case "UNKEYWORD":
        return { kind: "keyword", name: args.atom(), set: false };
      default:
        return this.#numberKey(name);
    }
  }

  #numberKey(name: string): SearchKey {
    const { args } = this;
    switch (name) {
      case "UID":
        return { kind: "uids", set: args.sequenceSet() };
      case "LARGER":
        return { kind: "larger", octets: args.number() };
      case "SMALLER":
        return { kind: "smaller", octets: args.number() };
      case "OLDER":
        return { kind: "older", seconds: args.nonZeroNumber() };
      case "YOUNGER":
        return { kind: "younger", seconds: args.nonZeroNumber() };
      case "MODSEQ":
        return this.#modSeqKey();
      default:
        throw new SyntaxError("Unknown search key");
    }
  }

  #either(): SearchKey {
    const { args } = this;
    return args.nested(() => {
      const first = this.#key();
      args.space();
      return { kind: "or", keys: [first, this.#key()] };
    });
  }

  #headerKey(): SearchKey {
    const field = this.args.astring().toLowerCase();
    this.args.space();
    return { kind: "header", field, text: this.args.astring() };
  }

  #dateKey(kind: DateKind, relation: DateRelation): SearchKey {
    const day = parseImapDate(this.args.astring());
    switch (relation) {
      case "BEFORE":
        return { kind, first: -Infinity, last: day - 1 };
      case "ON":
        return { kind, first: day, last: day };
      case "SINCE":
        return { kind, first: day, last: Infinity };
    }
  }

  /** The entry and type may be named, but mod-sequences here are the message's. */
  #modSeqKey(): SearchKey {
    const { args } = this;
    if (args.isNext('"')) {
      args.string();
      args.space();
      if (!["PRIV", "SHARED", "ALL"].includes(args.keyword())) {
        throw new SyntaxError("Invalid entry type");
      }
      args.space();
    }
    return { kind: "mod_seq", least: args.number64() };
  }
}

function conjunction(keys: readonly SearchKey[]): SearchKey {
  return keys.length === 1 ? keys[0]! : { kind: "and", keys };
}

/** Whether a key of this kind is anywhere in it. */
export function containsKind(
  key: SearchKey,
  kind: SearchKey["kind"],
): boolean {
  if (key.kind === kind) return true;
  if (key.kind === "not") return containsKind(key.key, kind);
  if (key.kind !== "and" && key.kind !== "or") return false;
  return key.keys.some((inner) => containsKind(inner, kind));
}
