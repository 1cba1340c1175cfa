/**
 * Reading a template has an end, too: nunjucks looks at some of it again and
 * again, and before that no time counts.
 *
 * @module
 */
import nunjucks from "nunjucks";

/** Reading one takes more than twice as long when it is twice as long. */
const MAX_TAG = 64 * 1024;
/** Before a tag that takes them away; so does this. */
const MAX_BLANKS = 1000;
/** Each slice is one: it is read as a list first. */
const MAX_FAILURES = 2000;

/** What is wrong with a template before it is read. */
export interface Unreadable {
  readonly line: number;
  readonly problem: string;
}

/** undefined: it can be read. */
export function unreadable(text: string): Unreadable | undefined {
  return longTag(text) ?? manyBlanks(text);
}

function longTag(text: string): Unreadable | undefined {
  const opening = /\{[{%]/g;
  for (let found = opening.exec(text); found; found = opening.exec(text)) {
    const begin = found.index;
    const end = text.indexOf(found[0] === "{{" ? "}}" : "%}", begin);
    const length = (end < 0 ? text.length : end) - begin;
    if (length > MAX_TAG) {
      const line = lineOf(text, begin);
      return { line, problem: "has a tag of more than 64 KiB" };
    }
    if (end < 0) return undefined;
    opening.lastIndex = end;
  }
  return undefined;
}

function manyBlanks(text: string): Unreadable | undefined {
  if (!/\{[{%#]-/.test(text)) return undefined;
  for (const { index, 0: blanks } of text.matchAll(/\s+/g)) {
    if (blanks.length <= MAX_BLANKS) continue;
    const problem = `has more than ${MAX_BLANKS} blanks in a row`;
    return { line: lineOf(text, index), problem };
  }
  return undefined;
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split("\n").length;
}

interface Parser {
  parseAggregate(): unknown;
  fail(problem: string, line?: number, column?: number): never;
}

/** Lists that are read anew as slices within others that are: each doubles the time. */
export function boundReading(): void {
  const { prototype } = (nunjucks as unknown as {
    readonly parser: { readonly Parser: { readonly prototype: Parser } };
  }).parser.Parser;
  const failures = new WeakMap<Parser, number>();
  const { parseAggregate, fail } = prototype;
  prototype.fail = function (...args) {
    failures.set(this, (failures.get(this) ?? 0) + 1);
    return Reflect.apply(fail, this, args) as never;
  };
  prototype.parseAggregate = function () {
    if ((failures.get(this) ?? 0) > MAX_FAILURES) {
      throw new RangeError(`There are more than ${MAX_FAILURES} slices`);
    }
    try {
      return Reflect.apply(parseAggregate, this, []);
    } catch (error) {
      // so deep that there is no room for more
      if (error instanceof RangeError) failures.set(this, Infinity);
      throw error;
    }
  };
}
