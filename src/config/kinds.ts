/**
 * Kinds of values an operator writes, in the TOML file, as a setting or on the
 * command line: one grammar each, whatever the way in.
 *
 * @module
 */
import { formatDuration, parseDuration } from "../base/durations.ts";
import { formatSize, parseSize } from "../base/sizes.ts";

/** How people write a value, and how it is stored. */
export interface Kind<T> {
  /** What is expected, for documents and messages: `duration`, `one of a, b`. */
  readonly name: string;
  /** @throws {SyntaxError | RangeError} */
  parse(text: string): T;
  /** A text that `parse` reads back. */
  format(value: T): string;
  /**
   * The value of a TOML key; a TOML type that cannot be meant is refused.
   *
   * @throws {SyntaxError | RangeError}
   */
  fromToml(value: unknown): T;
  /** The value as TOML text. */
  toToml(value: T): string;
  /** Names in the value by which this relay is reached, which a host has to be able to have. */
  hosts?(value: T): readonly string[];
  /** Whoever knows the value has access: lists of values only say whether there is one. */
  readonly secret?: true;
}

const TRUE = new Set(["true", "yes", "y", "1", "on", "enable", "enabled", "t"]);
const FALSE = new Set(
  ["false", "no", "n", "0", "off", "disable", "disabled", "f", ""],
);

export const flag: Kind<boolean> = {
  name: "true or false",
  parse(text) {
    const word = text.trim().toLowerCase();
    if (TRUE.has(word)) return true;
    if (FALSE.has(word)) return false;
    throw new SyntaxError(`must be true or false (got ${quote(text)})`);
  },
  format: String,
  fromToml(value) {
    if (typeof value === "boolean") return value;
    throw wrongType("true or false, without quotes", value);
  },
  toToml: String,
};

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Whole seconds. */
export function duration(range: Partial<Range> = {}): Kind<number> {
  return numeric("duration", parseDuration, formatDuration, range);
}

/** Milliseconds, written as `1500ms` or as a duration. */
export function milliseconds(range: Partial<Range> = {}): Kind<number> {
  return numeric("duration, ms too", parseMs, formatMs, range);
}

/** Octets. */
export function size(range: Partial<Range> = {}): Kind<number> {
  return numeric("size", parseSize, formatSize, range);
}

export function integer(min: number, max: number): Kind<number> {
  const name = `integer from ${min} to ${max}`;
  return {
    ...numeric(name, parseInteger, String, { min, max }),
    fromToml(value) {
      if (typeof value !== "number") throw wrongType(name, value);
      return within(parseInteger(String(value)), String, { min, max });
    },
  };
}

/** A number that may have a fraction. */
export function decimal(min: number, max: number): Kind<number> {
  const name = `number from ${min} to ${max}`;
  function parse(text: string): number {
    if (!/^\d{1,9}(?:\.\d{1,9})?$/.test(text.trim())) {
      throw new SyntaxError(`must be a number (got ${quote(text)})`);
    }
    return within(Number(text), String, { min, max });
  }
  return {
    name,
    parse,
    format: String,
    fromToml(value) {
      if (typeof value !== "number") throw wrongType(name, value);
      return parse(String(value));
    },
    toToml: String,
  };
}

export const percent: Kind<number> = {
  ...integer(1, 100),
  name: "percentage from 1 to 100",
};

export function choice<const T extends string>(
  ...words: readonly T[]
): Kind<T> {
  const name = `one of ${words.map((word) => word || '""').join(", ")}`;
  return textual<T>(name, (text) => {
    const found = words.find((word) => word === text.trim());
    if (found === undefined) {
      throw new SyntaxError(`must be ${name} (got ${quote(text)})`);
    }
    return found;
  });
}

/** One line for people, without control characters. */
export const text: Kind<string> = textual("text", (value) => {
  if (value.length > 4096) throw new RangeError("must be shorter than 4 KiB");
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f\x7f]/.test(value)) {
    throw new SyntaxError("must not contain control characters");
  }
  return value.trim();
});

/** Of a setting; whether there is one, the settings know. */
export const settingName: Kind<string> = textual(
  "name of a setting",
  (value) => {
    const name = value.trim();
    if (/^[a-z][a-z0-9_]{1,60}$/.test(name)) return name;
    throw new SyntaxError(
      `must be the name of a setting (got ${quote(value)})`,
    );
  },
);

/** As `text`, for a password or a key. */
export const secret: Kind<string> = { ...text, secret: true };

/** A path of the file system; relative ones are relative to the state directory. */
export const path: Kind<string> = textual("path", (value) => {
  if (value.includes("\0")) throw new SyntaxError("must not contain NUL");
  return value;
});

/** A kind whose TOML form is a string. */
export function textual<T extends string>(
  name: string,
  parse: (text: string) => T,
): Kind<T> {
  return {
    name,
    parse,
    format: String,
    fromToml(value) {
      if (typeof value !== "string") throw wrongType(`${name}, quoted`, value);
      return parse(value);
    },
    toToml: (value) => JSON.stringify(value),
  };
}

/** Several of a kind; as text, separated by commas. One alone needs no brackets. */
export function list<T>(
  kind: Kind<T>,
  { max }: { readonly max: number } = { max: 256 },
): Kind<readonly T[]> {
  function bounded(values: readonly T[]): readonly T[] {
    if (values.length <= max) return values;
    throw new RangeError(`must have at most ${max} entries`);
  }
  return {
    name: `list of ${kind.name}`,
    parse(value) {
      const parts = value.split(",").map((part) => part.trim());
      return bounded(
        parts.filter((part) => part !== "").map((part) => kind.parse(part)),
      );
    },
    format: (values) => values.map((value) => kind.format(value)).join(", "),
    fromToml(value) {
      if (value === "") return [];
      const values = Array.isArray(value) ? value : [value];
      return bounded(values.map((item) => kind.fromToml(item)));
    },
    toToml: (values) => `[${values.map((v) => kind.toToml(v)).join(", ")}]`,
    hosts: (values) => values.flatMap((value) => kind.hosts?.(value) ?? []),
  };
}

/** Absent as an empty text: the value then follows from something else. */
export function optional<T>(kind: Kind<T>): Kind<T | undefined> {
  return {
    name: `${kind.name}, or empty`,
    parse: (value) => value.trim() === "" ? undefined : kind.parse(value),
    format: (value) => value === undefined ? "" : kind.format(value),
    fromToml: (value) => value === "" ? undefined : kind.fromToml(value),
    toToml: (value) => value === undefined ? '""' : kind.toToml(value),
    hosts: (value) => value === undefined ? [] : kind.hosts?.(value) ?? [],
  };
}

/** For messages: what was read, in quotes and clipped. */
export function quote(value: string): string {
  const clipped = value.length > 60 ? `${value.slice(0, 60)}…` : value;
  return JSON.stringify(clipped);
}

export function wrongType(expected: string, value: unknown): SyntaxError {
  return new SyntaxError(`must be ${expected} (got ${tomlTypeOf(value)})`);
}

function tomlTypeOf(value: unknown): string {
  if (typeof value === "string") return `the string ${quote(value)}`;
  if (typeof value === "number") return `the number ${value}`;
  if (typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return "an array";
  return value instanceof Date ? "a date" : "a table";
}

function numeric(
  name: string,
  read: (text: string) => number,
  format: (value: number) => string,
  range: Partial<Range>,
): Kind<number> {
  function parse(value: string): number {
    return within(read(value), format, range);
  }
  return {
    name,
    parse,
    format,
    fromToml(value) {
      if (typeof value === "number" && Number.isSafeInteger(value)) {
        return parse(String(value));
      }
      if (typeof value === "string") return parse(value);
      throw wrongType(`a ${name}`, value);
    },
    toToml(value) {
      const written = format(value);
      return /^\d+$/.test(written) ? written : JSON.stringify(written);
    },
  };
}

/** A number alone is of seconds, as everywhere. */
function parseMs(value: string): number {
  const [, ms] = /^(\d{1,12}) ?ms$/.exec(value.trim()) ?? [];
  return ms === undefined ? parseDuration(value) * 1000 : Number(ms);
}

function formatMs(value: number): string {
  return value % 1000 === 0 ? formatDuration(value / 1000) : `${value}ms`;
}

function parseInteger(value: string): number {
  if (!/^\d{1,15}$/.test(value.trim())) {
    throw new SyntaxError(`must be an integer (got ${quote(value)})`);
  }
  return Number(value);
}

function within(
  value: number,
  format: (value: number) => string,
  { min = 0, max = Number.MAX_SAFE_INTEGER }: Partial<Range>,
): number {
  if (value >= min && value <= max) return value;
  const bounds = max === Number.MAX_SAFE_INTEGER
    ? `at least ${format(min)}`
    : `between ${format(min)} and ${format(max)}`;
  throw new RangeError(`must be ${bounds} (got ${quote(format(value))})`);
}
