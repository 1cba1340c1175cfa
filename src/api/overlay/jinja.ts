/**
 * What Jinja has and nunjucks has not: filters of lists and mappings, loops over
 * some of a list. Pages of other relays are written for it.
 *
 * @module
 */
import nunjucks from "nunjucks";
import { countTurns } from "./sandbox.ts";

/** More are too many for a list anyway. */
const MOST_PARTS = 100_000;
/** Of members within each other. */
const MOST_NAMES = 100;

type Filter = (this: unknown, ...args: unknown[]) => unknown;

interface Context {
  readonly env: { getFilter(name: string): Filter };
}

const runtime = nunjucks.runtime as unknown as {
  memberLookup(object: unknown, name: unknown): unknown;
  chosen: typeof chosen;
  readonly SafeString: new (text: string) => unknown;
};

export const JINJA_FILTERS: Readonly<Record<string, Filter>> = {
  bool: (value) => Boolean(value),
  count: (value) =>
    Array.isArray(value) || isText(value)
      ? value.length
      : Object.keys(Object(value)).length,
  items: (value) => isText(value) ? [] : Object.entries(Object(value)),
  lines: (value) => String(value ?? "").split(/\r?\n/, MOST_PARTS),
  map: mapped,
  max: (value) => first(value, (one, other) => isLess(other, one)),
  min: (value) => first(value, isLess),
  split: (value, separator) => {
    const text = String(value ?? "");
    return typeof separator === "string" && separator !== ""
      ? text.split(separator, MOST_PARTS)
      : text.trim().split(/\s+/, MOST_PARTS);
  },
  // that of nunjucks looks at each blank as often as there are others before it
  trim: (value) => {
    const text = String(value ?? "").trim();
    return value instanceof String ? new runtime.SafeString(text) : text;
  },
  unique: (value) => [...new Set(listOf(value))],
};

/** By the name of a filter, with what it is given, or by that of a member. */
function mapped(this: unknown, value: unknown, ...args: unknown[]): unknown[] {
  const named = args.at(-1) as Readonly<Record<string, unknown>> | undefined;
  const path = named !== null && typeof named === "object"
    ? named.attribute
    : undefined;
  if (path !== undefined) {
    const names = String(path).split(".", MOST_NAMES + 1);
    if (names.length > MOST_NAMES) {
      throw new RangeError(`map takes ${MOST_NAMES} names at most`);
    }
    return listOf(value).map((one) =>
      names.reduce(
        (found, name) => runtime.memberLookup(found, name),
        one,
      ) ?? named!.default
    );
  }
  const filter = (this as Context).env.getFilter(String(args[0]));
  return listOf(value).map((one) =>
    Reflect.apply(filter, this, [one, ...args.slice(1)])
  );
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === "string" ? [...value] : Object.keys(Object(value));
}

/** What is safe, too. */
function isText(value: unknown): value is { readonly length: number } {
  return typeof value === "string" || value instanceof String;
}

/** undefined of nothing. */
function first(
  value: unknown,
  isBefore: (one: unknown, other: unknown) => boolean,
): unknown {
  const [start, ...others] = listOf(value);
  return others.reduce(
    (best, one) => isBefore(one, best) ? one : best,
    start,
  );
}

function isLess(left: unknown, right: unknown): boolean {
  return typeof left === "number" && typeof right === "number"
    ? left < right
    : String(left) < String(right);
}

/** Of a list its members, of a mapping its pairs, for which `test` holds. */
function chosen(all: unknown, test: (member: unknown) => boolean): unknown {
  if (Array.isArray(all) || isText(all)) countTurns(all.length);
  if (Array.isArray(all)) return all.filter(test);
  const pairs = Object.entries(Object(all));
  countTurns(pairs.length);
  return Object.fromEntries(pairs.filter(test));
}

interface Frame {
  push(): Frame;
  set(name: string, code: string): void;
}

interface Name {
  readonly value: string;
  /** Of several. */
  readonly children?: readonly Name[];
}

interface Choice {
  readonly body: unknown;
  readonly cond: unknown;
  readonly else_: unknown;
  /** What the loop calls its members; absent: it is no loop's. */
  names?: Name;
}

interface Compiler {
  compileFor(
    node: { readonly name: Name; readonly arr: Choice },
    frame: Frame,
  ): void;
  compileInlineIf(node: Choice, frame: Frame): void;
  compile(node: unknown, frame: Frame): void;
  _emit(code: string): void;
  _tmpid(): string;
}

/** `for x in xs if x.ok`, which nunjucks reads as a loop over `xs if x.ok`. */
function prepareLoops(): void {
  runtime.chosen = chosen;
  const { InlineIf } = (nunjucks as unknown as {
    readonly nodes: { readonly InlineIf: new () => unknown };
  }).nodes;
  const { Compiler: { prototype } } = (nunjucks as unknown as {
    readonly compiler: { readonly Compiler: { readonly prototype: Compiler } };
  }).compiler;
  const { compileFor, compileInlineIf } = prototype;
  prototype.compileFor = function (node, frame) {
    const { name, arr } = node;
    if (arr instanceof InlineIf && !arr.else_) arr.names = name;
    Reflect.apply(compileFor, this, [node, frame]);
  };
  prototype.compileInlineIf = function (node, frame) {
    if (!node.names) {
      return Reflect.apply(compileInlineIf, this, [node, frame]);
    }
    const member = this._tmpid();
    const within = frame.push();
    const { children } = node.names;
    if (!children) within.set(node.names.value, member);
    for (const [at, { value }] of children?.entries() ?? []) {
      within.set(value, `${member}[${at}]`);
    }
    this._emit("runtime.chosen(");
    this.compile(node.body, frame);
    this._emit(`,function(${member}){return Boolean(`);
    this.compile(node.cond, within);
    this._emit(")})");
  };
}

prepareLoops();
