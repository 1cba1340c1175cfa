/**
 * Reads the items of a JSON array one by one as its text arrives: `[…]`, or
 * the `users` of `{"users":[…]}` (RFC 8259 §2). It never holds more than one
 * item.
 *
 * @module
 */

/** A longer item is a mistake. */
const MAX_ITEM_LENGTH = 65_536;
const SPACE = new Set([" ", "\t", "\n", "\r"]);

type State =
  | "start"
  | "member" // a name, or the end of the object
  | "member_required"
  | "colon"
  | "member_value"
  | "after_member"
  | "item" // a value, or the end of the array
  | "item_required"
  | "after_item"
  | "end";

export class JsonItems {
  #state: State = "start";
  #isObject = false;
  #isUsers = false;
  #sawUsers = false;
  #value: ValueText | undefined;
  #count = 0;

  /** The items that are whole now. @throws {SyntaxError} */
  *push(text: string): Generator<unknown> {
    for (let i = 0; i < text.length; i++) {
      const character = text[i]!;
      if (this.#value) {
        const end = this.#value.take(character);
        if (end === "inside") continue;
        const item = this.#finish(this.#value);
        if (item !== undefined) yield item.value;
        if (end === "included") continue;
      }
      if (!SPACE.has(character)) this.#step(character);
    }
  }

  /** @throws {SyntaxError} if the text ended too early */
  end(): void {
    if (this.#state !== "end") throw this.#fault("it ends too early");
  }

  #step(character: string): void {
    switch (this.#state) {
      case "start":
        return this.#begin(character);
      case "member":
        if (character === "}") return this.#close();
        return this.#startValue(character, '"');
      case "member_required":
        return this.#startValue(character, '"');
      case "colon":
        return this.#expect(character, ":", "member_value");
      case "member_value":
        if (!this.#isUsers) return this.#startValue(character);
        return this.#expect(character, "[", "item");
      case "after_member":
        if (character === "}") return this.#close();
        return this.#expect(character, ",", "member_required");
      case "item":
        if (character === "]") return this.#closeArray();
        return this.#startValue(character);
      case "item_required":
        return this.#startValue(character);
      case "after_item":
        if (character === "]") return this.#closeArray();
        return this.#expect(character, ",", "item_required");
      case "end":
        throw this.#fault("something follows it");
    }
  }

  #begin(character: string): void {
    this.#isObject = character === "{";
    this.#state = this.#isObject ? "member" : "item";
    if (!this.#isObject && character !== "[") {
      throw this.#fault("it is no array");
    }
  }

  #expect(character: string, expected: string, next: State): void {
    if (character !== expected) throw this.#fault(`"${expected}" is missing`);
    this.#state = next;
  }

  #startValue(character: string, expected?: string): void {
    if (expected !== undefined && character !== expected) {
      throw this.#fault(`${expected} is missing`);
    }
    this.#value = new ValueText(character);
  }

  #closeArray(): void {
    this.#isUsers = false;
    this.#state = this.#isObject ? "after_member" : "end";
  }

  #close(): void {
    if (!this.#sawUsers) throw this.#fault('it has no "users"');
    this.#state = "end";
  }

  /** A value is whole: an item, a member's name, or a member that is skipped. */
  #finish({ text, isTooLong }: ValueText): { value: unknown } | undefined {
    this.#value = undefined;
    if (isTooLong) throw this.#fault("an item is too long");
    const value = this.#parse(text);
    if (this.#state === "item" || this.#state === "item_required") {
      this.#count++;
      this.#state = "after_item";
      return { value };
    }
    if (this.#state === "member_value") {
      this.#state = "after_member";
      return undefined;
    }
    this.#isUsers = value === "users";
    if (this.#isUsers && this.#sawUsers) throw this.#fault("users come twice");
    this.#sawUsers ||= this.#isUsers;
    this.#state = "colon";
    return undefined;
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      throw this.#fault("an item cannot be read");
    }
  }

  #fault(why: string): SyntaxError {
    return new SyntaxError(
      `Cannot read JSON after ${this.#count} items: ${why}`,
    );
  }
}

/** The text of one value, up to where it ends. */
class ValueText {
  #parts: string;
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  readonly #isScalar: boolean;
  isTooLong = false;

  constructor(first: string) {
    this.#parts = first;
    this.#isInString = first === '"';
    this.#depth = first === "{" || first === "[" ? 1 : 0;
    this.#isScalar = !this.#isInString && this.#depth === 0;
  }

  get text(): string {
    return this.#parts;
  }

  /** Whether the value goes on, ends with this character, or ended before it. */
  take(character: string): "inside" | "included" | "before" {
    if (this.#isScalar && ",]} \t\n\r".includes(character)) return "before";
    if (this.#parts.length >= MAX_ITEM_LENGTH) {
      this.isTooLong = true;
      return "included";
    }
    this.#parts += character;
    if (this.#isInString) this.#takeInString(character);
    else if (character === '"') this.#isInString = true;
    else if (character === "{" || character === "[") this.#depth++;
    else if (character === "}" || character === "]") this.#depth--;
    const isOpen = this.#isScalar || this.#isInString || this.#depth > 0;
    return isOpen ? "inside" : "included";
  }

  #takeInString(character: string): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (character === "\\") this.#isEscaped = true;
    else if (character === '"') this.#isInString = false;
  }
}

/** The items of a file or body. @throws {SyntaxError} */
export async function* jsonItems(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<unknown> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const items = new JsonItems();
  for await (const chunk of chunks) {
    yield* items.push(decoded(decoder, chunk));
  }
  yield* items.push(decoded(decoder));
  items.end();
}

function decoded(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return chunk
      ? decoder.decode(chunk as BufferSource, { stream: true })
      : decoder.decode();
  } catch {
    throw new SyntaxError("Cannot read JSON: it is not UTF-8");
  }
}
