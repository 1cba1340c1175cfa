/**
 * One message on its way in: through the encryption gate and, with its header
 * cleaned and its body as the gate writes it, into the staging area, in one pass. Of
 * a message that cannot pass any more nothing is kept.
 *
 * @module
 */
import { concat } from "../base/octets.ts";
import { Refusal } from "../base/refusal.ts";
import type { Header } from "../mail/header.ts";
import { authorsOf } from "../pgp/from_rule.ts";
import { EncryptionGate } from "../pgp/gate.ts";
import type {
  GateFacts,
  GateOptions,
  GatePass,
  GateRefusal,
  MessageForm,
  Verdict,
} from "../pgp/verdict.ts";
import type { Content, ContentStaging, Staging } from "../store/content.ts";
import type { CleanHeader } from "./header_hygiene.ts";
import type { Examination } from "./inbound.ts";
import type { MessageDigest } from "./message_digest.ts";

export interface IntakeOptions {
  readonly facts: GateFacts;
  readonly gate: GateOptions;
  readonly staging: ContentStaging;
  /** A longer message is refused as `busy`. */
  readonly maxOctets?: number;
  /** Refusals of the gate that do not count; with it messages are stored as they came. */
  readonly tolerates?: ReadonlySet<GateRefusal>;
  /** Sees what is stored as it passes. */
  readonly digest?: MessageDigest;
  /** Sees what came. With it, a header has to end. */
  readonly witness?: Pick<Examination, "header" | "body">;
  clean(header: Header, form: MessageForm): CleanHeader;
}

/** A message that has passed and is durable, but belongs to nobody yet. */
export interface StagedMessage {
  readonly content: Content;
  readonly headerOctets: number;
  readonly header: CleanHeader;
  /** undefined for one that did not pass and is tolerated. */
  readonly as: GatePass | undefined;
  /** Of the message that a report is about, with angle brackets. */
  readonly reportedId: string | undefined;
}

export class MessageIntake {
  readonly #options: IntakeOptions;
  readonly #gate: EncryptionGate;
  readonly #staging: Staging;
  #header: CleanHeader | undefined;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#gate = new EncryptionGate(options.facts, options.gate);
    this.#staging = options.staging.stage();
  }

  /** @throws {Refusal} `busy`, `storage_full` */
  async write(octets: Uint8Array): Promise<void> {
    const gate = this.#gate;
    const before = gate.sizeOctets;
    const { maxOctets = Infinity } = this.#options;
    if (before + octets.length > maxOctets) throw new Refusal("busy");
    const written = gate.write(octets);
    await this.#show(octets, before);
    if (this.#refusal) return await this.discard();
    if (!gate.header) return; // the gate holds it meanwhile
    const isFirst = !this.#header;
    if (isFirst) await this.#writeHeader(gate.header);
    if (!this.#options.tolerates) return await this.#writeAll(written);
    const from = isFirst ? gate.header.octets.length - before : 0;
    if (from >= octets.length) return;
    const body = octets.subarray(from);
    this.#options.digest?.body(body);
    await this.#staging.write(body);
  }

  /** @throws {Refusal} what the gate says, `storage_full` */
  async finish(): Promise<StagedMessage> {
    const verdict = this.#finishGate();
    const { header } = this.#gate;
    if (!verdict.passes && (!header || !this.#tolerated(verdict.code))) {
      await this.discard();
      throw new Refusal(verdict.code, this.#detail(verdict.code));
    }
    if (!this.#header && header) await this.#writeHeader(header);
    if (verdict.passes && !this.#options.tolerates) {
      await this.#writeAll(verdict.rest);
    }
    const content = await this.#staging.finish();
    const clean = this.#header!;
    return {
      content,
      headerOctets: clean.octets.length,
      header: clean,
      as: verdict.passes ? verdict.as : undefined,
      reportedId: this.#gate.reportedId,
    };
  }

  /** Safe to repeat, also after `finish`. */
  discard(): Promise<void> {
    return this.#staging.discard();
  }

  get #refusal(): GateRefusal | undefined {
    const { refusal } = this.#gate;
    return refusal && !this.#tolerated(refusal) ? refusal : undefined;
  }

  #tolerated(refusal: GateRefusal): boolean {
    return this.#options.tolerates?.has(refusal) ?? false;
  }

  async #show(octets: Uint8Array, before: number): Promise<void> {
    const { witness } = this.#options;
    const { header, refusal } = this.#gate;
    if (!witness || !header) return;
    const taken = header.octets.length - before;
    if (taken > 0) await witness.header(header);
    if (refusal || taken >= octets.length) return;
    witness.body(taken > 0 ? octets.subarray(taken) : octets);
  }

  /** Of a message without an empty line nobody can say what its header is. */
  #finishGate(): Verdict {
    const wasEnded = this.#gate.header !== undefined;
    const verdict = this.#gate.finish();
    if (wasEnded || !this.#options.witness || !this.#gate.header) {
      return verdict;
    }
    return { passes: false, code: "header_malformed" };
  }

  async #writeHeader(header: Header): Promise<void> {
    const { form } = this.#gate;
    this.#header = form && !this.#options.tolerates
      ? this.#options.clean(header, form)
      : unchanged(header);
    this.#options.digest?.header(header, this.#header.octets);
    const { octets } = this.#header;
    await this.#staging.write(octets, octets !== header.octets);
  }

  async #writeAll(pieces: readonly Uint8Array[]): Promise<void> {
    const [only, ...more] = pieces;
    if (!only) return;
    const isCopy = more.length > 0;
    const octets = isCopy ? concat(pieces) : only;
    this.#options.digest?.body(octets);
    await this.#staging.write(octets, isCopy);
  }

  /** Who the message says it is from, where that is what is wrong with it. */
  #detail(code: GateRefusal): { address?: string } {
    const { header } = this.#gate;
    if (code !== "from_mismatch" || !header) return {};
    const [author] = authorsOf(header);
    return author ? { address: author.written } : {};
  }
}

function unchanged(header: Header): CleanHeader {
  const messageId = header.textOf("message-id");
  return {
    octets: header.octets,
    messageId: messageId ?? "",
    givenMessageId: messageId,
  };
}
