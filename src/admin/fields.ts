/**
 * The kinds of fields that inputs of operations have. Each says what it takes,
 * for documents, and refuses everything else in words without the value.
 *
 * @module
 */
import * as v from "valibot";
import { checkUnit, parseDuration } from "../base/durations.ts";

/** What a field says of itself besides its schema. */
export interface FieldNote {
  /** What it takes, for people. */
  readonly kind: string;
  readonly meaning: string;
  /** No record and no log may hold its value. */
  readonly secret: boolean;
  /** It names somebody: no record holds it while nothing about people is logged. */
  readonly person: boolean;
}

export interface IntegerRange {
  readonly min: number;
  readonly max: number;
}

const LONGEST_LINE = 500;
const LONGEST_TEXT = 10_000;
const NO_CONTROLS = /^[^\p{Cc}]*$/u;

/** @param maxLength in UTF-16 code units */
export function line(meaning: string, maxLength = LONGEST_LINE) {
  return v.pipe(
    v.string("must be a text"),
    v.maxLength(maxLength, `may have up to ${maxLength} characters`),
    v.regex(NO_CONTROLS, "must be one line without control characters"),
    note({ kind: `text of up to ${maxLength} characters`, meaning }),
  );
}

/** Its own rules decide what the text may be. */
export function text(meaning: string) {
  return v.pipe(boundedText(), note({ kind: "text", meaning }));
}

/** It names somebody, or several. */
export function person(meaning: string) {
  return v.pipe(boundedText(), note({ kind: "text", meaning, person: true }));
}

export function secretText(meaning: string) {
  return v.pipe(
    boundedText(),
    note({ kind: "text", meaning, secret: true }),
  );
}

export function flag(meaning: string) {
  return v.pipe(
    v.boolean("must be true or false"),
    note({ kind: "true or false", meaning }),
  );
}

export function integer(meaning: string, { min, max }: IntegerRange) {
  const bounds = max === Number.MAX_SAFE_INTEGER
    ? `${min} or more`
    : `from ${min} to ${max}`;
  const problem = `must be a whole number, ${bounds}`;
  return v.pipe(
    v.number(problem),
    v.safeInteger(problem),
    v.minValue(min, problem),
    v.maxValue(max, problem),
    note({ kind: `whole number, ${bounds}`, meaning }),
  );
}

export function choice<const T extends readonly string[]>(
  meaning: string,
  options: T,
) {
  const list = options.join(", ");
  return v.pipe(
    v.picklist(options, `must be one of ${list}`),
    note({ kind: `one of ${list}`, meaning }),
  );
}

/** A duration longer than nothing, as `20d`; in seconds when it has been read. */
export function duration(meaning: string) {
  return v.pipe(
    boundedText(),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const read = readDuration(dataset.value);
      if (typeof read === "number") return read;
      addIssue({ message: read });
      return NEVER;
    }),
    note({ kind: "duration, as 20d or 12h", meaning }),
  );
}

/** RFC 3339 §5.6, or seconds since 1970 UTC; null for none. */
export function moment(meaning: string) {
  const problem = "must be a time, as 2030-01-31T12:00:00Z, or null";
  return v.pipe(
    v.nullable(v.union([v.string(), v.number()], problem)),
    v.check(
      (value) => typeof value !== "string" || value.length <= LONGEST_LINE,
      problem,
    ),
    note({ kind: "RFC 3339 time, seconds since 1970 UTC, or null", meaning }),
  );
}

/** Of an account: an address, or a name in the primary domain. */
export function username() {
  return v.pipe(
    boundedText(),
    note({
      kind: "text",
      meaning: "an address; without @ it is one of the server's domain",
      person: true,
    }),
  );
}

/** `12/0` is one recipient of a queued message, `12` all of them. */
export function queueEntry(meaning: string) {
  return v.pipe(
    v.string("must be a text"),
    v.regex(
      /^\d{1,15}(?:\/\d{1,9})?$/,
      "must be as queue.list shows it, 12/0, or 12 for the whole message",
    ),
    note({ kind: "queue entry, as 12/0 or 12", meaning }),
  );
}

/** Entries are looked at one by one while they are read. */
export function secretList(meaning: string) {
  return v.pipe(
    v.array(v.unknown(), "must be a list"),
    note({ kind: "list", meaning, secret: true }),
  );
}

/** Up to so many values, which the operation looks at one by one. */
export function list(meaning: string, max: number) {
  return v.pipe(
    v.array(v.unknown(), "must be a list"),
    v.maxLength(max, `may have up to ${max} entries`),
    note({ kind: "list", meaning }),
  );
}

/** Up to so many texts. */
export function texts(meaning: string, max: number) {
  return v.pipe(
    v.array(boundedText(), "must be a list of texts"),
    v.maxLength(max, `may have up to ${max} texts`),
    note({ kind: "list of texts", meaning }),
  );
}

/** Texts by name; null takes back what was there. */
export function secretEntries(meaning: string, max: number) {
  const problem = "must be an object of texts and nulls";
  return v.pipe(
    v.record(v.string(), v.nullable(boundedText()), problem),
    v.check(
      (entries) => Object.keys(entries).length <= max,
      `may have up to ${max} entries`,
    ),
    note({ kind: "object of texts, or null", meaning, secret: true }),
  );
}

/** The note of a field, optional or not. */
export function noteOf(field: v.ObjectEntries[string]): FieldNote {
  const inner = "wrapped" in field
    ? field.wrapped as v.GenericSchema
    : field as v.GenericSchema;
  return v.getMetadata(inner) as unknown as FieldNote;
}

function boundedText() {
  return v.pipe(
    v.string("must be a text"),
    v.maxLength(LONGEST_TEXT, `may have up to ${LONGEST_TEXT} characters`),
  );
}

function note<Value>(
  { kind, meaning, secret = false, person = false }: {
    readonly kind: string;
    readonly meaning: string;
    readonly secret?: boolean;
    readonly person?: boolean;
  },
) {
  return v.metadata<Value, { [K in keyof FieldNote]: FieldNote[K] }>({
    kind,
    meaning,
    secret,
    person,
  });
}

/** Seconds, or why there are none. */
function readDuration(written: string): number | string {
  try {
    checkUnit(written);
    const seconds = parseDuration(written);
    return seconds > 0 ? seconds : "must be longer than 0s";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
