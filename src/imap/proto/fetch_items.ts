/** What FETCH can be asked for (RFC 3501 §6.4.5, RFC 7162 §3.1.4). @module */
import { quoteAstring } from "./quote.ts";
import type { Scanner } from "./scanner.ts";

export type SectionKind =
  | "all"
  | "header"
  | "header_fields"
  | "header_fields_not"
  | "text"
  | "mime";

/** A part of a message's text (RFC 3501 §6.4.5, BODY[section]). */
export interface Section {
  /** Part numbers from the outermost; none for the message itself. */
  readonly part: readonly number[];
  readonly kind: SectionKind;
  /** In lower case, for the two kinds that name fields. */
  readonly fields: ReadonlySet<string>;
}

/** From `start`, `length` octets of a section. */
export interface OctetWindow {
  readonly start: number;
  readonly length: number;
}

export interface SectionItem {
  readonly kind: "section";
  /** How the response calls it: without PEEK, with the partial's origin only. */
  readonly name: string;
  readonly section: Section;
  readonly partial?: OctetWindow;
  /** Leaves \Seen alone. */
  readonly peek: boolean;
}

export type FetchItem =
  | { readonly kind: SimpleItemKind }
  | SectionItem;

type SimpleItemKind =
  | "uid"
  | "flags"
  | "internal_date"
  | "size"
  | "mod_seq"
  | "envelope"
  | "body"
  | "body_structure";

const SIMPLE: Record<SimpleItemKind, FetchItem> = {
  uid: { kind: "uid" },
  flags: { kind: "flags" },
  internal_date: { kind: "internal_date" },
  size: { kind: "size" },
  mod_seq: { kind: "mod_seq" },
  envelope: { kind: "envelope" },
  body: { kind: "body" },
  body_structure: { kind: "body_structure" },
};

const { flags, internal_date, size, envelope, body } = SIMPLE;
const MACROS: readonly (readonly [string, readonly FetchItem[]])[] = [
  ["ALL", [flags, internal_date, size, envelope]],
  ["FAST", [flags, internal_date, size]],
  ["FULL", [flags, internal_date, size, envelope, body]],
];

const NO_FIELDS: ReadonlySet<string> = new Set();
const WHOLE: Section = { part: [], kind: "all", fields: NO_FIELDS };

/** Longer names before what they begin with. */
const NAMES: readonly (readonly [string, FetchItem])[] = [
  ["UID", SIMPLE.uid],
  ["FLAGS", SIMPLE.flags],
  ["INTERNALDATE", SIMPLE.internal_date],
  ["MODSEQ", SIMPLE.mod_seq],
  ["ENVELOPE", SIMPLE.envelope],
  ["BODYSTRUCTURE", SIMPLE.body_structure],
  ["BODY", SIMPLE.body],
  ["RFC822.SIZE", SIMPLE.size],
  [
    "RFC822.HEADER",
    {
      kind: "section",
      name: "RFC822.HEADER",
      section: { ...WHOLE, kind: "header" },
      peek: true,
    },
  ],
  [
    "RFC822.TEXT",
    {
      kind: "section",
      name: "RFC822.TEXT",
      section: { ...WHOLE, kind: "text" },
      peek: false,
    },
  ],
  [
    "RFC822",
    { kind: "section", name: "RFC822", section: WHOLE, peek: false },
  ],
];

/**
 * One item, a list of items, or a macro. Each item once, in the order of the request.
 *
 * @throws {SyntaxError} BAD
 */
export function scanFetchItems(args: Scanner): FetchItem[] {
  if (args.isNext("(")) {
    const items = args.list(() => scanItem(args));
    if (items.length === 0) throw new SyntaxError("Nothing to fetch");
    return withoutRepetition(items);
  }
  for (const [name, items] of MACROS) if (args.accept(name)) return [...items];
  return [scanItem(args)];
}

/** The optional `(CHANGEDSINCE n)` behind the items. @returns n */
export function scanChangedSince(args: Scanner): number | undefined {
  if (!args.accept(" ")) return undefined;
  args.expect("(");
  args.expect("CHANGEDSINCE");
  args.space();
  const changedSince = args.number64();
  args.expect(")");
  return changedSince;
}

function scanItem(args: Scanner): FetchItem {
  if (args.accept("BODY.PEEK[")) return scanSectionItem(args, true);
  if (args.accept("BODY[")) return scanSectionItem(args, false);
  for (const [name, item] of NAMES) if (args.accept(name)) return item;
  throw new SyntaxError("Unknown FETCH item");
}

function scanSectionItem(args: Scanner, peek: boolean): SectionItem {
  const { section, spelling } = scanSection(args);
  args.expect("]");
  const name = `BODY[${spelling}]`;
  if (!args.accept("<")) return { kind: "section", name, section, peek };
  const start = args.number();
  args.expect(".");
  const length = args.nonZeroNumber();
  args.expect(">");
  return {
    kind: "section",
    name: `${name}<${start}>`,
    section,
    partial: { start, length },
    peek,
  };
}

function scanSection(args: Scanner): { section: Section; spelling: string } {
  if (args.isNext("]")) return { section: WHOLE, spelling: "" };
  const part: number[] = [];
  while (args.isSequenceSetNext()) {
    part.push(args.nonZeroNumber());
    if (!args.accept(".")) {
      const section: Section = { part, kind: "all", fields: NO_FIELDS };
      return { section, spelling: part.join(".") };
    }
  }
  const prefix = part.map((number) => `${number}.`).join("");
  const simple = (kind: SectionKind, spelling: string) => ({
    section: { part, kind, fields: NO_FIELDS },
    spelling: prefix + spelling,
  });
  if (args.accept("HEADER.FIELDS.NOT ")) {
    return scanFields(args, { part, kind: "header_fields_not" }, prefix);
  }
  if (args.accept("HEADER.FIELDS ")) {
    return scanFields(args, { part, kind: "header_fields" }, prefix);
  }
  if (args.accept("HEADER")) return simple("header", "HEADER");
  if (args.accept("TEXT")) return simple("text", "TEXT");
  if (part.length > 0 && args.accept("MIME")) return simple("mime", "MIME");
  throw new SyntaxError("Unknown section");
}

function scanFields(
  args: Scanner,
  section: Pick<Section, "part" | "kind">,
  prefix: string,
): { section: Section; spelling: string } {
  const names = args.list(() => args.astring());
  if (!names.every((name) => /^[ -~]+$/.test(name))) {
    throw new SyntaxError("Invalid header field name");
  }
  if (names.length === 0) throw new SyntaxError("No header field is named");
  const fields = new Set(names.map((name) => name.toLowerCase()));
  const keyword = section.kind === "header_fields"
    ? "HEADER.FIELDS"
    : "HEADER.FIELDS.NOT";
  const list = names.map(quoteAstring).join(" ");
  return {
    section: { ...section, fields },
    spelling: `${prefix}${keyword} (${list})`,
  };
}

function withoutRepetition(items: FetchItem[]): FetchItem[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const name = item.kind === "section"
      ? `${item.peek} ${item.name}`
      : item.kind;
    return seen.size < seen.add(name).size;
  });
}
