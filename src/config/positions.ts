/**
 * Where each key of a TOML document stands, for messages with line and column.
 *
 * Reads documents that a TOML parser has already accepted, so it only has to
 * know where strings, comments and brackets begin and end. On any other text it
 * still ends, having found what it could.
 *
 * @module
 */
export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units as editors count. */
  readonly column: number;
}

/** Elements of arrays are path segments too: `["0"]`. */
export class KeyPositions {
  readonly #offsets = new Map<string, number>();
  readonly #lineStarts: number[] = [0];

  constructor(text: string) {
    for (
      let at = text.indexOf("\n");
      at >= 0;
      at = text.indexOf("\n", at + 1)
    ) {
      this.#lineStarts.push(at + 1);
    }
    let keys = 0;
    new KeyWalk(text, (path, offset) => {
      if (++keys > MAX_KEYS) return;
      const name = nameOf(path);
      if (!this.#offsets.has(name)) this.#offsets.set(name, offset);
    }).document();
  }

  /** Of the key, or of the innermost key around it that is written down. */
  find(path: readonly string[]): Position {
    for (let length = path.length; length > 0; length--) {
      const names = path.slice(0, length).reduce(below, NO_PATH);
      const offset = this.#offsets.get(nameOf(names));
      if (offset !== undefined) return this.#position(offset);
    }
    return { line: 1, column: 1 };
  }

  #position(offset: number): Position {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#lineStarts[low] ?? 0) + 1 };
  }
}

const MAX_KEYS = 10_000; // a file that means something has a few hundred

/**
 * Deeper keys count as part of the one around them, and of longer names only the
 * front counts: without a bound, many keys below a long one take quadratic time.
 */
const MAX_ELEMENTS = 1000; // of an array; a list has 256
const NO_PATH: readonly string[] = [];
const MAX_SEGMENTS = 8;
const MAX_NAME_LENGTH = 100;

/** No key has the separator. */
function nameOf(path: readonly string[]): string {
  return path.join("\0");
}

function below(path: readonly string[], name: string): readonly string[] {
  if (path.length === MAX_SEGMENTS) return path;
  return [...path, name.slice(0, MAX_NAME_LENGTH)];
}

type Found = (path: readonly string[], offset: number) => void;
type Valued = (path: readonly string[], start: number, end: number) => void;

/** From `start` up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where the value of a key stands; undefined if the key is not written down. */
export function valueSpan(
  text: string,
  path: readonly string[],
): Span | undefined {
  const wanted = nameOf(path);
  let found: Span | undefined;
  new KeyWalk(text, () => {}, (name, start, end) => {
    if (nameOf(name) === wanted) found ??= { start, end };
  }).document();
  return found;
}

/** Bounds recursion in text that nests without end. */
const MAX_DEPTH = 200;
const SPACES = /[ \t]*/y;
const SPACES_AND_COMMENTS = /(?:[ \t\r\n]+|#[^\n]*)*/y;
const BARE_KEY = /[A-Za-z0-9_-]+/y;
const BASIC_STRING = /"(?:[^"\\\n]|\\[^\n])*"?/y;
const LITERAL_STRING = /'[^'\n]*'?/y;
const LONG_BASIC_STRING =
  /"""(?:[^"\\]+|\\[^]|"(?!""))*(?:"""(?:"(?!")|""(?!"))?)?/y;
const LONG_LITERAL_STRING = /'''(?:[^']+|'(?!''))*(?:'''(?:'(?!')|''(?!'))?)?/y;
/** Numbers, booleans and dates. */
const WORD = /[^,\]}#\n]*/y;

class KeyWalk {
  #at = 0;
  readonly #arrayLengths = new Map<string, number>();

  constructor(
    readonly text: string,
    readonly found: Found,
    readonly valued: Valued = () => {},
  ) {}

  document(): void {
    let table: readonly string[] = [];
    for (;;) {
      this.#take(SPACES_AND_COMMENTS);
      if (this.#at >= this.text.length) return;
      const start = this.#at;
      if (this.text[start] === "[") table = this.#header();
      else this.#pair(table, 0);
      if (this.#at === start) this.#at++; // not TOML: go on behind it
    }
  }

  #header(): readonly string[] {
    const isArray = this.text.startsWith("[[", this.#at);
    this.#at += isArray ? 2 : 1;
    this.#take(SPACES);
    const start = this.#at;
    const segments = this.#keySegments();
    if (segments.length === 0) return []; // not TOML
    let path: readonly string[] = [];
    for (const segment of segments.slice(0, -1)) {
      path = this.#latestElement(below(path, segment.name));
      this.found(path, segment.offset);
    }
    path = below(path, segments.at(-1)?.name ?? "");
    this.found(path, start);
    if (isArray) {
      const name = nameOf(path);
      const index = this.#arrayLengths.get(name) ?? 0;
      this.#arrayLengths.set(name, index + 1);
      path = below(path, String(index));
      this.found(path, start);
    }
    this.#take(SPACES);
    while (this.text[this.#at] === "]") this.#at++;
    return path;
  }

  /** `[a.b]` below `[[a]]` belongs to the last element of a. */
  #latestElement(path: readonly string[]): readonly string[] {
    const length = this.#arrayLengths.get(nameOf(path));
    return length === undefined ? path : below(path, String(length - 1));
  }

  #pair(table: readonly string[], depth: number): void {
    const segments = this.#keySegments();
    let path = table;
    for (const { name, offset } of segments) {
      path = below(path, name);
      this.found(path, offset);
    }
    this.#take(SPACES);
    if (this.text[this.#at] !== "=") return;
    this.#at++;
    this.#take(SPACES);
    const start = this.#at;
    this.#value(path, depth);
    const written = this.text.slice(start, this.#at).trimEnd();
    this.valued(path, start, start + written.length);
  }

  #keySegments(): { name: string; offset: number }[] {
    const segments: { name: string; offset: number }[] = [];
    for (;;) {
      this.#take(SPACES);
      const offset = this.#at;
      const name = this.#keyName();
      if (name === undefined) return segments;
      segments.push({ name, offset });
      this.#take(SPACES);
      if (this.text[this.#at] !== ".") return segments;
      this.#at++;
    }
  }

  #keyName(): string | undefined {
    const quote = this.text[this.#at];
    if (quote === '"') return unescaped(this.#take(BASIC_STRING));
    if (quote === "'") return this.#take(LITERAL_STRING).slice(1, -1);
    return this.#take(BARE_KEY) || undefined;
  }

  #value(path: readonly string[], depth: number): void {
    this.#take(SPACES_AND_COMMENTS);
    switch (this.text[this.#at]) {
      case '"':
        this.#take(
          this.text.startsWith('"""', this.#at)
            ? LONG_BASIC_STRING
            : BASIC_STRING,
        );
        return;
      case "'":
        this.#take(
          this.text.startsWith("'''", this.#at)
            ? LONG_LITERAL_STRING
            : LITERAL_STRING,
        );
        return;
      case "[":
        return this.#array(path, depth + 1);
      case "{":
        return this.#inlineTable(path, depth + 1);
      default:
        this.#take(WORD);
    }
  }

  #array(path: readonly string[], depth: number): void {
    if (depth > MAX_DEPTH) return;
    this.#at++;
    for (let index = 0;; index++) {
      this.#take(SPACES_AND_COMMENTS);
      if (this.#ends("]")) return;
      const element = index < MAX_ELEMENTS ? below(path, String(index)) : path;
      const start = this.#at;
      this.found(element, start);
      this.#value(element, depth);
      if (this.#at === start) return; // not TOML
      this.#take(SPACES_AND_COMMENTS);
      if (this.text[this.#at] !== ",") return void this.#ends("]");
      this.#at++;
    }
  }

  #inlineTable(path: readonly string[], depth: number): void {
    if (depth > MAX_DEPTH) return;
    this.#at++;
    for (;;) {
      this.#take(SPACES_AND_COMMENTS);
      if (this.#ends("}")) return;
      this.#pair(path, depth);
      this.#take(SPACES_AND_COMMENTS);
      if (this.text[this.#at] !== ",") return void this.#ends("}");
      this.#at++;
    }
  }

  #ends(bracket: string): boolean {
    if (this.#at >= this.text.length) return true;
    if (this.text[this.#at] !== bracket) return false;
    this.#at++;
    return true;
  }

  /** What the pattern matches here, which may be nothing. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const matched = pattern.exec(this.text)?.[0] ?? "";
    this.#at += matched.length;
    return matched;
  }
}

/** The name that a quoted key stands for. */
function unescaped(quoted: string): string {
  if (!quoted.includes("\\")) return quoted.slice(1, -1);
  const ESCAPES: Readonly<Record<string, string>> = {
    b: "\b",
    t: "\t",
    n: "\n",
    f: "\f",
    r: "\r",
    e: "\x1b",
  };
  return quoted.slice(1, -1).replace(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|([^]))/g,
    (_, u4?: string, u8?: string, x2?: string, other?: string) => {
      const hex = u4 ?? u8 ?? x2;
      if (hex === undefined) return ESCAPES[other ?? ""] ?? other ?? "";
      const code = parseInt(hex, 16);
      return code <= 0x10_ffff ? String.fromCodePoint(code) : "\ufffd";
    },
  );
}
