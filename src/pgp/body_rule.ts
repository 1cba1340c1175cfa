/**
 * One way in which a message's body may make it pass, and what becomes of the body.
 *
 * A rule writes the body anew as it reads it: boundaries, the headers of the parts
 * and short parts in the words of the relay, large parts as they came. What stands
 * around the parts is left out. So whoever reads the stored message finds in it what
 * the gate has found, and nothing else.
 *
 * @module
 */
import { CR, LF, utf8 } from "../base/octets.ts";
import type { Header } from "../mail/header.ts";
import { type ContentType, parameterOf } from "../mail/content_type.ts";
import { MultipartReader, type MultipartSink } from "./multipart.ts";
import { encodingOf } from "./part.ts";
import type { GatePass, MessageForm } from "./verdict.ts";

/** RFC 2046 §5.1.1, less a blank in front, which readers may trim. */
const BOUNDARY =
  /^[0-9A-Za-z'()+_,\-./:=?](?:[0-9A-Za-z'()+_,\-./:=? ]{0,68}[0-9A-Za-z'()+_,\-./:=?])?$/;

/** A rule for the parts of a multipart message. */
export abstract class PartsRule implements MultipartSink {
  abstract readonly as: GatePass;
  abstract readonly encoding: MessageForm["encoding"];
  /** Parameters of the Content-Type beside the boundary, as they will be written. */
  abstract readonly parameters: string;
  readonly #boundary: string;
  #failed = false;
  #written: Uint8Array[] = [];
  #text = ""; // behind it, not encoded yet
  #parts = 0;

  constructor(boundary: string) {
    this.#boundary = boundary;
  }

  /** The message cannot pass by this rule any more. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Parts so far. */
  get parts(): number {
    return this.#parts;
  }

  /** What has been written since the last call; valid as long as what was read. */
  takeWritten(): readonly Uint8Array[] {
    this.#encodeText();
    const written = this.#written;
    this.#written = [];
    return written;
  }

  /** After the last boundary: whether nothing is missing. Writes the end. */
  finish(): boolean {
    this.require(this.isWhole());
    if (!this.#failed) this.writeText(`\r\n--${this.#boundary}--\r\n`);
    return !this.#failed;
  }

  protected require(condition: boolean): void {
    if (!condition) this.#failed = true;
  }

  /** Begins a part. @param encoding Of the octets that follow. */
  protected writePart(contentType: string, encoding = "7bit"): void {
    const before = this.#parts++ === 0 ? "" : "\r\n";
    this.writeText(
      `${before}--${this.#boundary}\r\nContent-Type: ${contentType}\r\n` +
        `Content-Transfer-Encoding: ${encoding}\r\n\r\n`,
    );
  }

  protected write(octets: Uint8Array): void {
    if (this.#failed || octets.length === 0) return;
    this.#encodeText();
    this.#written.push(octets);
  }

  /** Writes text of a peer. */
  protected writeLines(octets: Uint8Array): void {
    this.requireLines(octets);
    this.write(octets);
  }

  /** A reader may end a line at a CR alone, and find a boundary behind it. */
  protected requireLines(octets: Uint8Array): void {
    this.require(!hasBareCr(octets));
  }

  protected writeText(text: string): void {
    if (!this.#failed) this.#text += text;
  }

  #encodeText(): void {
    if (this.#text === "") return;
    this.#written.push(utf8(this.#text));
    this.#text = "";
  }

  abstract preamble(octets: Uint8Array): void;
  abstract part(header: Header): void;
  abstract body(octets: Uint8Array): void;
  abstract partEnd(): void;
  abstract epilogue(octets: Uint8Array): void;
  /** After the last boundary: whether nothing is missing. */
  protected abstract isWhole(): boolean;
}

/** Pieces of a part do not end between CR and LF. */
function hasBareCr(octets: Uint8Array): boolean {
  let cr = octets.indexOf(CR);
  while (cr >= 0 && octets[cr + 1] === LF) cr = octets.indexOf(CR, cr + 1);
  return cr >= 0;
}

/** A body on its way through a rule. */
export class RuledBody {
  readonly form: MessageForm;
  readonly #rule: PartsRule;
  readonly #reader: MultipartReader;

  constructor(boundary: string, subtype: string, rule: PartsRule) {
    this.#rule = rule;
    this.#reader = new MultipartReader(boundary, rule);
    this.form = {
      as: rule.as,
      encoding: rule.encoding,
      contentType:
        `multipart/${subtype};${rule.parameters}\r\n boundary="${boundary}"`,
    };
  }

  get failed(): boolean {
    return this.#rule.failed || this.#reader.failed;
  }

  /** Gives what stays of it. */
  write(octets: Uint8Array): readonly Uint8Array[] {
    if (!this.failed) this.#reader.write(octets);
    return this.#rule.takeWritten();
  }

  /** What stays at the end of a message that passes; undefined for another. */
  finish(): readonly Uint8Array[] | undefined {
    const complete = this.#reader.finish() && !this.failed;
    return complete && this.#rule.finish()
      ? this.#rule.takeWritten()
      : undefined;
  }
}

/**
 * The boundary of a message that can only be read in one way as a multipart
 * (RFC 2046 §5.1); undefined otherwise.
 *
 * @param contentType The header's.
 */
export function boundaryOf(
  contentType: ContentType,
  header: Header,
): string | undefined {
  const encoding = encodingOf(header);
  if (contentType.type !== "multipart") return undefined;
  if (!["7bit", "8bit", "binary"].includes(encoding ?? "")) return undefined;
  const boundary = parameterOf(contentType.parameters, "boundary") ?? "";
  return BOUNDARY.test(boundary) ? boundary : undefined;
}
