/**
 * One way in which a message's body may make it pass.
 *
 * @module
 */
import type { Header } from "../mail/header.ts";
import { parameterOf } from "../mail/content_type.ts";
import { MultipartReader, type MultipartSink } from "./multipart.ts";
import { contentTypeOf, encodingOf } from "./part.ts";
import type { GatePass } from "./verdict.ts";

const MAX_BOUNDARY_OCTETS = 70; // RFC 2046 §5.1.1

/** A rule for the parts of a multipart message. */
export abstract class PartsRule implements MultipartSink {
  abstract readonly as: GatePass;
  #failed = false;

  /** The message cannot pass by this rule any more. */
  get failed(): boolean {
    return this.#failed;
  }

  protected fail(): void {
    this.#failed = true;
  }

  protected require(condition: boolean): void {
    if (!condition) this.#failed = true;
  }

  abstract preamble(octets: Uint8Array): void;
  abstract part(header: Header): void;
  abstract body(octets: Uint8Array): void;
  abstract partEnd(): void;
  abstract epilogue(octets: Uint8Array): void;
  /** After the last boundary: whether nothing is missing. */
  abstract isWhole(): boolean;
}

/** A body on its way through a rule. */
export class RuledBody {
  readonly #rule: PartsRule;
  readonly #reader: MultipartReader;

  constructor(boundary: string, rule: PartsRule) {
    this.#rule = rule;
    this.#reader = new MultipartReader(boundary, rule);
  }

  get failed(): boolean {
    return this.#rule.failed || this.#reader.failed;
  }

  write(octets: Uint8Array): void {
    if (!this.failed) this.#reader.write(octets);
  }

  /** What the message passes as; undefined if it does not. */
  finish(): GatePass | undefined {
    const complete = this.#reader.finish() && !this.failed;
    return complete && this.#rule.isWhole() && !this.#rule.failed
      ? this.#rule.as
      : undefined;
  }
}

/**
 * The boundary of a message that can only be read in one way as a multipart
 * (RFC 2046 §5.1); undefined otherwise.
 */
export function boundaryOf(header: Header): string | undefined {
  const contentType = contentTypeOf(header);
  const encoding = encodingOf(header);
  if (contentType?.type !== "multipart") return undefined;
  if (!["7bit", "8bit", "binary"].includes(encoding ?? "")) return undefined;
  const boundary = parameterOf(contentType.parameters, "boundary") ?? "";
  const usable = /^[\x20-\x7e]*[\x21-\x7e]$/.test(boundary) &&
    boundary.length <= MAX_BOUNDARY_OCTETS;
  return usable ? boundary : undefined;
}
