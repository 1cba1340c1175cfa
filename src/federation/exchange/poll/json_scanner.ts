/**
 * Reads JSON (RFC 8259) as it comes, and tells of each value where it is and
 * where it stands; of long strings only that. So an answer with whole messages
 * in it is never in memory.
 *
 * @module
 */
export class JsonFault extends Error {
  override readonly name = "JsonFault";
}

export interface ScannedValue {
  /** Names and numbers of all around it. */
  readonly path: readonly (string | number)[];
  /** Of a string without its quotes: the first octet, and the one after the last. */
  readonly start: number;
  readonly end: number;
  /** As it was written, of a string with its quotes; undefined for a long one. */
  readonly written: string | undefined;
}

/** What is longer is not kept. */
const MAX_KEPT_OCTETS = 4096;
const MAX_DEPTH = 8;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Space, tab, LF, CR. */
const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
const PRIMITIVE =
  /^(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)$/;

/** An object or array that is not closed yet. */
interface Open {
  readonly kind: "object" | "array";
  /** Of the value that comes next or came last. */
  name: string | number;
}

/** What may come next. */
type Expected =
  | "value"
  | "value_or_end"
  | "key"
  | "key_or_end"
  | "colon"
  | "comma_or_end"
  | "nothing";

/** A string or other value that is being read. */
interface Current {
  readonly isString: boolean;
  readonly start: number;
  kept: number[] | undefined;
  isEscaped: boolean;
}

export class JsonScanner {
  readonly #onValue: (value: ScannedValue) => void;
  readonly #open: Open[] = [];
  #expected: Expected = "value";
  #current: Current | undefined;
  #at = 0;

  /** @param onValue Told of every string, number, true, false and null that is no name. */
  constructor(onValue: (value: ScannedValue) => void) {
    this.#onValue = onValue;
  }

  /** @throws {JsonFault} */
  push(octets: Uint8Array): void {
    for (let i = 0; i < octets.length; i++) {
      if (this.#current?.isString && !this.#current.kept) {
        i = this.#skip(octets, i);
        if (i === octets.length) return;
      }
      this.#octet(octets[i]!);
      this.#at++;
    }
  }

  /** @throws {JsonFault} if it is not whole */
  finish(): void {
    if (this.#current && !this.#current.isString) this.#endPrimitive();
    if (this.#current || this.#expected !== "nothing") {
      throw new JsonFault("it ends too early");
    }
  }

  /** To the next octet of a long string that means something. */
  #skip(octets: Uint8Array, from: number): number {
    let i = from;
    while (
      i < octets.length && !this.#current!.isEscaped &&
      octets[i] !== QUOTE && octets[i] !== BACKSLASH && octets[i]! >= 0x20
    ) i++;
    this.#at += i - from;
    return i;
  }

  #octet(octet: number): void {
    const current = this.#current;
    if (current?.isString) return this.#inString(current, octet);
    if (current) {
      if (!isEndOfPrimitive(octet)) return keep(current, octet);
      this.#endPrimitive();
    }
    if (BLANKS.has(octet)) return;
    this.#begin(octet);
  }

  #inString(current: Current, octet: number): void {
    if (octet < 0x20) throw new JsonFault("a control character in a string");
    if (octet === QUOTE && !current.isEscaped) return this.#endString(current);
    current.isEscaped = octet === BACKSLASH && !current.isEscaped;
    keep(current, octet);
  }

  #begin(octet: number): void {
    switch (String.fromCharCode(octet)) {
      case "{":
      case "[":
        return this.#enter(octet === 0x7b ? "object" : "array");
      case "}":
      case "]":
        return this.#leave(octet === 0x7d ? "object" : "array");
      case ":":
        return this.#pass("colon", "value");
      case ",":
        return this.#comma();
      default:
        this.#current = {
          isString: octet === QUOTE,
          start: this.#at + (octet === QUOTE ? 1 : 0),
          kept: octet === QUOTE ? [] : [octet],
          isEscaped: false,
        };
        if (octet !== QUOTE) this.#checkValue();
    }
  }

  #enter(kind: Open["kind"]): void {
    this.#checkValue();
    if (this.#open.length === MAX_DEPTH) throw new JsonFault("it is too deep");
    this.#open.push({ kind, name: kind === "object" ? "" : 0 });
    this.#expected = kind === "object" ? "key_or_end" : "value_or_end";
  }

  #leave(kind: Open["kind"]): void {
    const mayEnd = this.#expected === "comma_or_end" ||
      this.#expected === (kind === "object" ? "key_or_end" : "value_or_end");
    if (!mayEnd || this.#open.pop()?.kind !== kind) {
      throw new JsonFault("it is not nested");
    }
    this.#afterValue();
  }

  #comma(): void {
    const around = this.#open.at(-1);
    if (this.#expected !== "comma_or_end" || !around) {
      throw new JsonFault("a comma where none may be");
    }
    if (typeof around.name === "number") around.name++;
    this.#expected = around.kind === "object" ? "key" : "value";
  }

  #pass(from: Expected, to: Expected): void {
    if (this.#expected !== from) throw new JsonFault("it is not in order");
    this.#expected = to;
  }

  #endString(current: Current): void {
    this.#current = undefined;
    const written = current.kept && `"${textOf(current.kept)}"`;
    if (this.#expected === "key" || this.#expected === "key_or_end") {
      this.#open.at(-1)!.name = nameIn(written);
      this.#expected = "colon";
      return;
    }
    this.#checkValue();
    this.#tell(current, written);
  }

  #endPrimitive(): void {
    const current = this.#current!;
    this.#current = undefined;
    const written = textOf(current.kept ?? []);
    if (!PRIMITIVE.test(written)) throw new JsonFault("no value");
    this.#tell(current, written);
  }

  #tell({ start }: Current, written: string | undefined): void {
    const path = this.#open.map(({ name }) => name);
    this.#afterValue();
    this.#onValue({ path, start, end: this.#at, written });
  }

  #checkValue(): void {
    if (this.#expected !== "value" && this.#expected !== "value_or_end") {
      throw new JsonFault("a value where none may be");
    }
  }

  #afterValue(): void {
    this.#expected = this.#open.length === 0 ? "nothing" : "comma_or_end";
  }
}

function keep(current: Current, octet: number): void {
  if (!current.kept) return;
  current.kept.push(octet);
  if (current.kept.length <= MAX_KEPT_OCTETS) return;
  if (!current.isString) throw new JsonFault("a number that is too long");
  current.kept = undefined;
}

function isEndOfPrimitive(octet: number): boolean {
  return BLANKS.has(octet) || ',:]}[{"'.includes(String.fromCharCode(octet));
}

function textOf(octets: readonly number[]): string {
  return new TextDecoder().decode(Uint8Array.from(octets));
}

function nameIn(written: string | undefined): string {
  try {
    return JSON.parse(written ?? "");
  } catch {
    throw new JsonFault("a name that cannot be read");
  }
}
