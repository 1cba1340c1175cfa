/**
 * What an exchanger's answer has, with the places of the bodies in it: one shape
 * for the three protocols that there are.
 *
 * @module
 */
import { JsonFault, JsonScanner, type ScannedValue } from "./json_scanner.ts";

export interface FetchedMessage {
  /** As JSON has it: it goes back as it came. */
  readonly id: string;
  /** Empty is the null reverse-path. */
  readonly reversePath: string;
  readonly recipients: readonly string[];
  readonly body: BodyPlace | undefined;
}

/** Of a JSON string in the answer, without its quotes. */
export interface BodyPlace {
  readonly start: number;
  readonly end: number;
  readonly encoding: "base64" | "text";
}

export interface FetchedAnswer {
  readonly messages: readonly FetchedMessage[];
  readonly more: boolean;
}

export interface AnswerShape {
  /** Of a message. */
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly encoding: BodyPlace["encoding"];
}

const MAX_MESSAGES = 10_000;
const MAX_RECIPIENTS = 1000;

interface Growing {
  id: string;
  reversePath: string;
  recipients: string[];
  body: BodyPlace | undefined;
}

export class AnswerIndex {
  readonly #shape: AnswerShape;
  readonly #scanner = new JsonScanner((value) => this.#note(value));
  readonly #messages: Growing[] = [];
  #more = false;
  #count: number | undefined;

  constructor(shape: AnswerShape) {
    this.#shape = shape;
  }

  /** @throws {JsonFault} */
  push(octets: Uint8Array): void {
    this.#scanner.push(octets);
  }

  /**
   * @param isLenient Of what is never given again, what there is is taken
   * @throws {JsonFault} if it is not whole, or has fewer or more messages than it says
   */
  finish(isLenient: boolean): FetchedAnswer {
    const messages = this.#messages.filter((one) => one !== undefined);
    if (isLenient && messages.length > 0) {
      return { messages, more: this.#more };
    }
    this.#scanner.finish();
    if (this.#count !== undefined && this.#count !== messages.length) {
      throw new JsonFault(
        `it says ${this.#count} messages and has ${messages.length}`,
      );
    }
    return { messages, more: this.#more };
  }

  #note(value: ScannedValue): void {
    const [first, at, name] = value.path;
    if (first === "messages" && typeof at === "number") {
      if (typeof name === "string") this.#noteField(at, name, value);
      return;
    }
    if (value.path.length !== 1) return;
    if (first === "more") this.#more = value.written === "true";
    if (first === "count") this.#count = Number(value.written);
  }

  #noteField(at: number, name: string, value: ScannedValue): void {
    if (at >= MAX_MESSAGES) throw new JsonFault("it has too many messages");
    const message = this.#messages[at] ??= {
      id: "null",
      reversePath: "",
      recipients: [],
      body: undefined,
    };
    const { from, to, body, encoding } = this.#shape;
    const depth = value.path.length;
    if (name === "id" && depth === 3) message.id = value.written ?? "null";
    if (name === from && depth === 3) message.reversePath = textIn(value);
    if (name === to && depth <= 4) {
      if (message.recipients.length === MAX_RECIPIENTS) {
        throw new JsonFault("a message has too many recipients");
      }
      message.recipients.push(textIn(value));
    }
    if (name === body && depth === 3 && isString(value)) {
      message.body = { start: value.start, end: value.end, encoding };
    }
  }
}

function isString({ written }: ScannedValue): boolean {
  return written === undefined || written.startsWith('"');
}

/** What is no text, or far too long for an address, is none. */
function textIn({ written }: ScannedValue): string {
  if (!written?.startsWith('"')) return "";
  try {
    return JSON.parse(written);
  } catch {
    throw new JsonFault("a string that cannot be read");
  }
}
