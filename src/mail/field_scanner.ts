/**
 * Reads the value of a structured header field from left to right (RFC 5322 §3.2).
 *
 * Works on unfolded text. Comments nest to a limit; every method either moves on or
 * throws `SyntaxError`, so reading takes time in proportion to the text. Of a text
 * with more of them than a field can mean, the rest cannot be read.
 *
 * @module
 */
const MAX_COMMENT_DEPTH = 20;
const MAX_PIECES = 20_000; // words, marks and comments: those of 1300 addresses
const BLANKS = /[ \t]*/y;
// RFC 5322 §3.2.3, and anything above ASCII (RFC 6532 §3.2)
// deno-lint-ignore no-control-regex
const ATOM = /[^\x00-\x20"(),.:;<>@[\\\]\x7f]+/y;
// RFC 2045 §5.1
// deno-lint-ignore no-control-regex
const TOKEN = /[^\x00-\x20"(),/:;<=>?@[\\\]\x7f-\u{10ffff}]+/uy;
// deno-lint-ignore no-control-regex
const QUOTED = /"((?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\x00\r\n])*)"/y;
// deno-lint-ignore no-control-regex
const LITERAL = /\[[^[\]\\\x00-\x20\x7f]*\]/y;

export class FieldScanner {
  readonly #text: string;
  #at = 0;
  /** The comments skipped so far, without their parentheses. */
  readonly comments: string[] = [];
  #end = 0; // of what was read last
  #pieces = 0;
  #touches = false;

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether nothing, not even a blank, stood before what was read last. */
  get touchesPrevious(): boolean {
    return this.#touches;
  }

  /** Where the scanner stands, in UTF-16 units. */
  get position(): number {
    return this.#at;
  }

  /** The text from there to where the scanner stands, as it was written. */
  since(position: number): string {
    return this.#text.slice(position, this.#at);
  }

  /** Whether nothing is left but blanks and comments. */
  atEnd(): boolean {
    this.skip();
    return this.#at >= this.#text.length;
  }

  /** The next character that is neither blank nor comment; empty at the end. */
  peek(): string {
    this.skip();
    return this.#text.charAt(this.#at);
  }

  /** Takes that character if it comes next. */
  take(char: string): boolean {
    if (this.peek() !== char) return false;
    this.#count();
    this.#end = this.#at += char.length;
    return true;
  }

  /** @throws {SyntaxError} if something else comes next */
  expect(char: string): void {
    if (!this.take(char)) throw new SyntaxError(`Expected "${char}"`);
  }

  /** Atom without dots (RFC 5322 §3.2.3). */
  atom(): string {
    return this.#match(ATOM, "an atom");
  }

  /** RFC 2045 §5.1. */
  token(): string {
    return this.#match(TOKEN, "a token");
  }

  /** The text of a quoted string (RFC 5322 §3.2.4). */
  quoted(): string {
    const whole = this.#match(QUOTED, "a quoted string");
    const inside = whole.slice(1, -1);
    return inside.includes("\\") ? inside.replace(/\\([^])/g, "$1") : inside;
  }

  /** A domain literal with its brackets (RFC 5322 §3.4.1). */
  literal(): string {
    return this.#match(LITERAL, "a domain literal");
  }

  /** Blanks and comments (RFC 5322 §3.2.2). */
  skip(): void {
    for (;;) {
      BLANKS.lastIndex = this.#at;
      BLANKS.test(this.#text);
      this.#at = BLANKS.lastIndex;
      if (this.#text.charAt(this.#at) !== "(") return;
      this.#skipComment();
    }
  }

  /** Moves to the next such character, or to the end. For readers that forgive. */
  skipTo(char: string): void {
    const at = this.#text.indexOf(char, this.#at);
    this.#at = at < 0 ? this.#text.length : at;
  }

  #match(pattern: RegExp, what: string): string {
    this.#count();
    this.skip();
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (!match) throw new SyntaxError(`Expected ${what}`);
    this.#touches = match.index === this.#end;
    this.#end = this.#at = pattern.lastIndex;
    return match[0];
  }

  /** @throws {SyntaxError} when there are too many */
  #count(): void {
    if (++this.#pieces > MAX_PIECES) throw new SyntaxError("Too long");
  }

  #skipComment(): void {
    this.#count();
    const start = this.#at + 1;
    let depth = 0;
    for (; this.#at < this.#text.length; this.#at++) {
      const char = this.#text.charAt(this.#at);
      if (char === "\\") this.#at++;
      else if (char === "(" && ++depth > MAX_COMMENT_DEPTH) break;
      else if (char === ")" && --depth === 0) {
        this.comments.push(this.#text.slice(start, this.#at++));
        return;
      }
    }
    throw new SyntaxError("A comment does not end");
  }
}
