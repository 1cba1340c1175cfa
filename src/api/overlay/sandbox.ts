/**
 * What keeps a template from more than rendering a page: no way from a value to
 * the language that runs it, and an end to everything, whoever wrote it: the
 * whole relay waits while a page is rendered.
 *
 * Loops, calls and files are counted; texts and lists have a largest size where
 * they are kept, put together or put out; what walks through a text with a
 * pattern takes short ones; and there is a time limit, looked at by all of these.
 *
 * @module
 */
import nunjucks from "nunjucks";
import "./operations.ts";
import { boundReading } from "./reading.ts";
import { confinedMembers, confinedNames, confineNames } from "./lookups.ts";

export const MAX_TURNS = 10_000;
const MAX_CALLS = 10_000;
const MAX_INCLUDES = 200;
const MAX_DEPTH = 8;
/** Of a page, and of any text on its way. */
const MAX_TEXT = 4 * 1024 * 1024;
/** Of all that is put out, into a macro too: it is kept until the page is whole. */
const MAX_OUTPUT = 16 * 1024 * 1024;
/** Of what patterns walk through again and again. */
const MAX_WALKED = 32 * 1024;
/** Of a list, with all that is within it. */
const MAX_MEMBERS = 20_000;
const MAX_MS = 1000;

interface Budget {
  turnsLeft: number;
  callsLeft: number;
  includesLeft: number;
  outputLeft: number;
  depth: number;
  readonly until: number;
}
let budget: Budget | undefined;

/** @throws {RangeError} it would be too much */
export function withinBounds(render: () => string): string {
  budget = {
    turnsLeft: MAX_TURNS,
    callsLeft: MAX_CALLS,
    includesLeft: MAX_INCLUDES,
    outputLeft: MAX_OUTPUT,
    depth: 0,
    until: performance.now() + MAX_MS,
  };
  try {
    return shortText(render());
  } finally {
    budget = undefined;
  }
}

function lookAtTime(): void {
  if (budget && performance.now() > budget.until) {
    throw new RangeError(`It takes longer than ${MAX_MS} ms`);
  }
}

function countCall(): void {
  lookAtTime();
  if (budget && --budget.callsLeft < 0) {
    throw new RangeError(`More than ${MAX_CALLS} calls`);
  }
}

export function countTurns(turns: number): void {
  lookAtTime();
  if (budget && (budget.turnsLeft -= Math.max(1, turns)) < 0) {
    throw new RangeError(`Loops have more than ${MAX_TURNS} turns`);
  }
}

function countOutput(length: number): void {
  if (budget && (budget.outputLeft -= length) < 0) {
    throw new RangeError("More than 16 MiB are put out");
  }
}

function shortText(text: string): string {
  if (text.length <= MAX_TEXT) return text;
  throw new RangeError("A text is longer than 4 MiB");
}

/** Whether a value can be kept, or made a text of, which walks through all of it. */
export function checkSize(value: unknown): void {
  lookAtTime();
  let members = 0;
  let length = 0;
  const open: unknown[] = [value];
  while (open.length > 0) {
    const one = open.pop();
    if (typeof one === "string" || one instanceof String) length += one.length;
    else if (typeof one === "object" && one !== null) {
      const within = Array.isArray(one) ? one : Object.values(one);
      if (SPEAKING.some((name) => isFunctionOf(one, name))) {
        throw new RangeError(
          "A mapping has a function that makes a text of it",
        );
      }
      members += within.length;
      // the same list may stand in it again and again
      if (members > MAX_MEMBERS) {
        throw new RangeError(`A list has more than ${MAX_MEMBERS} members`);
      }
      for (const member of within) {
        if (typeof member !== "number") open.push(member);
      }
    }
    if (length > MAX_TEXT) throw new RangeError("A text is longer than 4 MiB");
  }
}

/** What JavaScript calls: it would make of one text any number of them. */
const SPEAKING = ["toString", "toJSON", "valueOf"];

function isFunctionOf(object: object, name: string): boolean {
  return Object.hasOwn(object, name) &&
    typeof (object as Readonly<Record<string, unknown>>)[name] === "function";
}

function tooManyMembers(): RangeError {
  return new RangeError(`A list has more than ${MAX_MEMBERS} members`);
}

/** Filters whose numbers say how much they make. */
const SIZED = new Set(["batch", "center", "indent", "slice", "truncate"]);
const WALKING = new Set(["striptags", "title", "urlize", "wordcount"]);

type Filter = (this: unknown, ...args: unknown[]) => unknown;

function bounded(name: string, filter: Filter): Filter {
  return function (...args) {
    countCall();
    const given = args.flatMap((one) =>
      isKeywords(one) ? Object.values(one) : [one]
    );
    for (const one of given) checkSize(one);
    checkLength(given[0]);
    if (SIZED.has(name)) given.slice(1).forEach((one) => checkCount(name, one));
    if (WALKING.has(name) && String(given[0] ?? "").length > MAX_WALKED) {
      throw new RangeError(`${name} takes texts of 32 KiB at most`);
    }
    if (name === "join" || name === "replace") checkGrowth(name, given);
    const result = Reflect.apply(filter, this, args);
    checkSize(result);
    return result;
  };
}

/** A mapping may say that it has any number of members. */
function checkLength(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value) || value instanceof String) return;
  const { length } = value as { readonly length?: unknown };
  const isPlain = typeof length !== "object" && typeof length !== "function";
  const count = isPlain ? Number(length) : Infinity;
  if (count > MAX_MEMBERS || count < 0) throw tooManyMembers();
}

/** How many it is to be may be said by a text, too. */
function checkCount(filter: string, value: unknown): void {
  if (value === null) return;
  const isPlain = typeof value !== "object" || value instanceof String;
  const count = isPlain ? Number(value) : Infinity;
  if (count > MAX_TURNS || (count > 0 && !Number.isInteger(count))) {
    throw new RangeError(`${filter} takes whole numbers up to ${MAX_TURNS}`);
  }
}

/** What comes in between, or in place, counts as often as it may be there. */
function checkGrowth(name: string, [value, first, second]: unknown[]): void {
  const places = Array.isArray(value) ? value.length : String(value).length;
  const put = String((name === "join" ? first : second) ?? "").length;
  const replaced = name === "join" ? 1 : String(first ?? "").length || 1;
  if (places / replaced * put > 4 * MAX_TEXT) {
    throw new RangeError(`${name} would make a text longer than 4 MiB`);
  }
}

function isKeywords(value: unknown): value is object {
  return typeof value === "object" && value !== null &&
    Object.hasOwn(value, "__keywords");
}

/** Counts the files that an environment reads, and bounds its filters and names. */
export function confine(environment: nunjucks.Environment): void {
  const { getTemplate } = environment;
  environment.getTemplate = function (...args: unknown[]) {
    lookAtTime();
    if (budget && --budget.includesLeft < 0) {
      throw new RangeError(`More than ${MAX_INCLUDES} files are included`);
    }
    return Reflect.apply(getTemplate, environment, args);
  } as typeof getTemplate;
  const known = environment as unknown as {
    filters: Record<string, Filter>;
  };
  for (const [name, filter] of Object.entries(known.filters)) {
    known.filters[name] = bounded(name, filter);
  }
  confineNames(environment);
}

/** Of nunjucks, what templates are compiled to calls of. */
interface Runtime {
  memberLookup(object: unknown, name: unknown, ...slice: unknown[]): unknown;
  contextOrFrameLookup(context: unknown, frame: unknown, name: string): unknown;
  fromIterator(items: unknown): unknown;
  callWrap(...args: unknown[]): unknown;
  suppressValue(value: unknown, autoescape: boolean): unknown;
  inOperator(one: unknown, all: unknown): boolean;
  joined(left: unknown, right: unknown): string;
  operand(value: unknown): unknown;
  added(left: unknown, right: unknown): unknown;
  readonly Frame: {
    readonly prototype: {
      set(name: string, value: unknown, resolveUp?: boolean): void;
    };
  };
}

function prepareRuntime(): void {
  nunjucks.installJinjaCompat();
  boundReading();
  const runtime = nunjucks.runtime as unknown as Runtime;
  const {
    memberLookup,
    contextOrFrameLookup,
    fromIterator,
    callWrap,
    suppressValue,
    inOperator,
  } = runtime;
  const memberOf = confinedMembers(memberLookup);
  runtime.memberLookup = (object, name, ...slice) =>
    // then the name is where it starts
    slice.length === 2
      ? sliced(object, name, slice[0], slice[1])
      : memberOf(object, name);
  runtime.contextOrFrameLookup = confinedNames(contextOrFrameLookup);
  runtime.fromIterator = (items) => {
    countTurns(Array.isArray(items) ? items.length : sizeOf(items));
    const all = fromIterator(items);
    return Array.isArray(all) ? [...all] : all;
  };
  runtime.callWrap = (...args) => {
    countCall();
    return callWrap(...args);
  };
  runtime.suppressValue = (value, autoescape) => {
    if (typeof value !== "number") checkSize(value);
    const shown = suppressValue(value, autoescape);
    countOutput(String(shown).length);
    return shown;
  };
  runtime.inOperator = (one, all) => {
    lookAtTime();
    return inOperator(one, all);
  };
  runtime.operand = (value) => {
    // a text is read as a number, and a list is made a text
    if (typeof value !== "number") lookAtTime();
    return value;
  };
  runtime.joined = (left, right) => shortText(textOf(left) + textOf(right));
  runtime.added = (left, right) =>
    typeof left === "number" && typeof right === "number"
      ? left + right
      : Array.isArray(left) && Array.isArray(right)
      ? longer(left, right)
      : shortText(textOf(left) + textOf(right));
  const { prototype } = runtime.Frame;
  const { set } = prototype;
  prototype.set = function (name, value, resolveUp) {
    if (typeof value !== "number") checkSize(value);
    Reflect.apply(set, this, [name, value, resolveUp]);
  };
  prepareDepth();
}

function prepareDepth(): void {
  const { prototype } = nunjucks.Template as unknown as {
    readonly prototype: { render(...args: unknown[]): unknown };
  };
  const { render } = prototype;
  prototype.render = function (...args) {
    if (!budget) return Reflect.apply(render, this, args);
    // the page itself is none that is included
    if (++budget.depth > MAX_DEPTH + 1) {
      throw new RangeError(`Files include each other deeper than ${MAX_DEPTH}`);
    }
    const { depth } = budget;
    try {
      return Reflect.apply(render, this, args);
    } finally {
      if (budget) budget.depth = depth - 1;
    }
  };
}

function longer(
  left: readonly unknown[],
  right: readonly unknown[],
): unknown[] {
  lookAtTime();
  if (left.length + right.length > MAX_MEMBERS) throw tooManyMembers();
  return [...left, ...right];
}

function textOf(value: unknown): string {
  checkSize(value);
  return String(value ?? "");
}

function sizeOf(items: unknown): number {
  if (typeof items === "string") return items.length;
  return typeof items === "object" && items !== null
    ? Object.keys(items).length
    : 0;
}

/** As of Python, of the characters of a text or the members of a list. */
function sliced(
  object: unknown,
  start: unknown,
  stop: unknown,
  step: unknown,
): unknown {
  checkSize(object);
  const isText = typeof object === "string" || object instanceof String;
  const all: readonly unknown[] = isText
    ? Array.from(String(object))
    : Array.isArray(object)
    ? object
    : [];
  const by = step === null || step === undefined ? 1 : whole(step);
  if (by === 0) throw new RangeError("A slice goes on by 0");
  const least = by > 0 ? 0 : -1;
  const most = by > 0 ? all.length : all.length - 1;
  const bound = (given: unknown, initial: number) => {
    if (given === null || given === undefined) return initial;
    const at = whole(given);
    return Math.min(most, Math.max(least, at < 0 ? at + all.length : at));
  };
  const end = bound(stop, by > 0 ? most : least);
  const taken: unknown[] = [];
  for (
    let at = bound(start, by > 0 ? least : most);
    by > 0 ? at < end : at > end;
    at += by
  ) taken.push(all[at]);
  return isText ? taken.join("") : taken;
}

function whole(value: unknown): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw new RangeError("A slice is made by whole numbers");
}

prepareRuntime();
