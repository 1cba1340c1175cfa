/**
 * Reads the arguments of one command from left to right, in the words of
 * RFC 3501 §9. Whatever cannot be read is a SyntaxError, whose message never
 * repeats what the peer sent.
 *
 * @module
 */
import { fromLatin1 } from "../../base/octets.ts";
import {
  ASTRING_CHAR,
  ATOM_CHAR,
  isOf,
  LIST_CHAR,
  OCTET_CHAR,
  TAG_CHAR,
} from "./chars.ts";
import { literalHeader } from "./literal.ts";
import type { SequenceSet, SetRange } from "./sequence_set.ts";

/** One command as it came: lines, with the literals between them. */
export interface RawCommand {
  readonly lines: readonly string[];
  /** The literal that follows the line of the same index. */
  readonly literals: readonly Uint8Array[];
}

const MAX_DEPTH = 16;
const MAX_ELEMENTS = 1000;
const MAX_TAG = 64;
const MAX_NUMBER = 0xffff_ffff; // RFC 3501 §9, number: 32 bits
const MAX_NUMBER64_DIGITS = 19; // RFC 7162 §7, mod-sequence-value: 63 bits
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Each method reads what it is named after, or throws a SyntaxError: BAD. */
export class Scanner {
  #line: string;
  #index = 0; // of the line
  #at = 0;
  #depth = 0;
  #tag = "";

  constructor(readonly raw: RawCommand) {
    this.#line = raw.lines[0] ?? "";
  }

  /** The tag that has been read, for responses that name it (RFC 4466 §2.6.1). */
  get commandTag(): string {
    return this.#tag;
  }

  tag(): string {
    const tag = this.#run(TAG_CHAR);
    if (tag === "" || tag.length > MAX_TAG) {
      throw new SyntaxError("Invalid tag");
    }
    return this.#tag = tag;
  }

  /** In upper case, UID commands with both words: `UID FETCH`. */
  commandName(): string {
    const name = this.atom().toUpperCase();
    if (name !== "UID") return name;
    this.space();
    return `UID ${this.atom().toUpperCase()}`;
  }

  space(): void {
    if (!this.accept(" ")) throw new SyntaxError("Expected a space");
  }

  end(): void {
    if (!this.atEnd()) throw new SyntaxError("Too many arguments");
  }

  atEnd(): boolean {
    return this.#at === this.#line.length &&
      this.#index === this.raw.lines.length - 1;
  }

  /** Whether this text comes next, in any case of letters. Reads nothing. */
  isNext(text: string): boolean {
    if (text.length === 1) return this.#line[this.#at] === text; // marks have no case
    const next = this.#line.slice(this.#at, this.#at + text.length);
    return next === text || next.toUpperCase() === text.toUpperCase();
  }

  /** Reads this text if it comes next. */
  accept(text: string): boolean {
    if (!this.isNext(text)) return false;
    this.#at += text.length;
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) throw new SyntaxError(`Expected "${text}"`);
  }

  atom(): string {
    return this.#some(ATOM_CHAR, "Expected an atom");
  }

  /** An atom in upper case. */
  keyword(): string {
    return this.atom().toUpperCase();
  }

  /** The longest text of these characters, at least one. */
  #some(kind: number, complaint: string): string {
    const text = this.#run(kind);
    if (text === "") throw new SyntaxError(complaint);
    return text;
  }

  #run(kind: number): string {
    const start = this.#at;
    const line = this.#line;
    let at = start;
    while (at < line.length && isOf(line.charCodeAt(at), kind)) at++;
    this.#at = at;
    return line.slice(start, at);
  }

  astring(): string {
    return this.#isStringNext()
      ? this.string()
      : this.#some(ASTRING_CHAR, "Expected a string");
  }

  /** A LIST pattern as it was sent (list-mailbox). */
  listPattern(): string {
    return this.#isStringNext()
      ? this.string()
      : this.#some(LIST_CHAR, "Expected a mailbox pattern");
  }

  /** Quoted or literal; a literal's octets are read as UTF-8. */
  string(): string {
    if (this.#line[this.#at] === '"') return this.#quoted();
    return decoder.decode(this.#literal());
  }

  /**
   * A string as octets, whatever they are. As an atom it goes up to the next
   * space, with characters that RFC 3501 §9 wants quoted.
   */
  octets(): Uint8Array {
    if (this.#line[this.#at] === '"') return fromLatin1(this.#quoted());
    if (this.#line[this.#at] === "{") return this.#literal();
    return fromLatin1(this.#some(OCTET_CHAR, "Expected a string"));
  }

  /** A string; undefined for NIL. */
  nstring(): string | undefined {
    if (this.#isStringNext()) return this.string();
    if (this.keyword() !== "NIL") throw new SyntaxError("Expected a string");
    return undefined;
  }

  #isStringNext(): boolean {
    const next = this.#line[this.#at];
    return next === '"' || next === "{";
  }

  #quoted(): string {
    const line = this.#line;
    let text = "";
    let from = ++this.#at;
    for (let at = from; at < line.length; at++) {
      const character = line[at];
      if (character === '"') {
        this.#at = at + 1;
        return text + line.slice(from, at);
      }
      if (character === "\\") {
        text += line.slice(from, at);
        from = ++at;
        if (line[at] !== '"' && line[at] !== "\\") break;
      }
    }
    throw new SyntaxError("Invalid quoted string");
  }

  #literal(): Uint8Array {
    const octets = this.raw.literals[this.#index];
    const header = this.#line.slice(this.#at);
    if (!octets || header[0] !== "{" || !literalHeader(header)) {
      throw new SyntaxError("Expected a string");
    }
    if (header.indexOf("{", 1) > 0) throw new SyntaxError("Invalid literal");
    if (octets.includes(0)) throw new SyntaxError("Invalid characters");
    this.#index++;
    this.#line = this.raw.lines[this.#index] ?? "";
    this.#at = 0;
    return octets;
  }

  /** 32 bits. */
  number(): number {
    const digits = this.#digits();
    const value = Number(digits);
    if (value > MAX_NUMBER) throw new SyntaxError("Number is too large");
    return value;
  }

  nonZeroNumber(): number {
    const value = this.number();
    if (value === 0) throw new SyntaxError("Number must not be 0");
    return value;
  }

  /** 63 bits (RFC 7162 §7), rounded beyond 2^53, where no value of ours is. */
  number64(): number {
    const digits = this.#digits();
    if (digits.length > MAX_NUMBER64_DIGITS) {
      throw new SyntaxError("Number is too large");
    }
    return Number(digits);
  }

  #digits(): string {
    const line = this.#line;
    const start = this.#at;
    let at = start;
    while (at < line.length && line[at]! >= "0" && line[at]! <= "9") at++;
    if (at === start) throw new SyntaxError("Expected a number");
    this.#at = at;
    return line.slice(start, at);
  }

  /**
   * A parenthesised list, its elements separated by one space; it may be empty.
   *
   * @param element Reads one element; may read lists itself, 16 deep.
   */
  list<T>(element: () => T): T[] {
    return this.nested(() => {
      this.expect("(");
      const elements: T[] = [];
      if (this.accept(")")) return elements;
      do {
        if (elements.length === MAX_ELEMENTS) {
          throw new SyntaxError("Too many elements");
        }
        elements.push(element());
      } while (this.accept(" "));
      this.expect(")");
      return elements;
    });
  }

  /** Runs one level of a grammar that contains itself. */
  nested<T>(level: () => T): T {
    if (this.#depth === MAX_DEPTH) throw new SyntaxError("Nested too deeply");
    this.#depth++;
    const value = level();
    this.#depth--;
    return value;
  }

  isSequenceSetNext(): boolean {
    return /[0-9*]/.test(this.#line[this.#at] ?? "");
  }

  sequenceSet(): SequenceSet {
    const set: SetRange[] = [];
    do {
      const first = this.#setNumber();
      set.push({ first, last: this.accept(":") ? this.#setNumber() : first });
    } while (this.accept(","));
    return set;
  }

  #setNumber(): number | "*" {
    return this.accept("*") ? "*" : this.nonZeroNumber();
  }

  /** A system flag with its backslash, or a keyword, as written. */
  flag(): string {
    return this.accept("\\") ? `\\${this.atom()}` : this.atom();
  }

  /** In parentheses, or bare as STORE allows it (RFC 3501 §9, store-att-flags). */
  flags(): string[] {
    if (this.isNext("(")) return this.list(() => this.flag());
    const flags = [this.flag()];
    while (this.accept(" ")) {
      if (flags.length === MAX_ELEMENTS) {
        throw new SyntaxError("Too many elements");
      }
      flags.push(this.flag());
    }
    return flags;
  }
}
