/**
 * One message on its way in: through the encryption gate and, with its header
 * cleaned, into the staging area, in one pass. Of a message that cannot pass any
 * more nothing is kept.
 *
 * @module
 */
import { Refusal } from "../base/refusal.ts";
import type { Header } from "../mail/header.ts";
import { authorsOf } from "../pgp/from_rule.ts";
import { EncryptionGate } from "../pgp/gate.ts";
import type { GateFacts, GateOptions, GateRefusal } from "../pgp/verdict.ts";
import type { Content, ContentStaging, Staging } from "../store/content.ts";
import type { CleanHeader } from "./header_hygiene.ts";

export interface IntakeOptions {
  readonly facts: GateFacts;
  readonly gate: GateOptions;
  readonly staging: ContentStaging;
  /** Refusals of the gate that do not count. */
  readonly tolerates?: ReadonlySet<GateRefusal>;
  clean(header: Header): CleanHeader;
}

/** A message that has passed and is durable, but belongs to nobody yet. */
export interface StagedMessage {
  readonly content: Content;
  readonly headerOctets: number;
  readonly header: CleanHeader;
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

  async write(octets: Uint8Array): Promise<void> {
    const gate = this.#gate;
    const before = gate.sizeOctets;
    gate.write(octets);
    if (this.#refusal) return await this.discard();
    let from = 0;
    if (!this.#header) {
      if (!gate.header) return; // the gate holds it meanwhile
      await this.#writeHeader(gate.header);
      from = gate.header.octets.length - before;
    }
    if (from < octets.length) await this.#staging.write(octets.subarray(from));
  }

  /** @throws {Refusal} what the gate says, `storage_full` */
  async finish(): Promise<StagedMessage> {
    const verdict = this.#gate.finish();
    const { header } = this.#gate;
    if (!verdict.passes && (!header || !this.#tolerated(verdict.code))) {
      await this.discard();
      throw new Refusal(verdict.code, this.#detail(verdict.code));
    }
    if (!this.#header && header) await this.#writeHeader(header);
    const content = await this.#staging.finish();
    const clean = this.#header!;
    return { content, headerOctets: clean.octets.length, header: clean };
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

  async #writeHeader(header: Header): Promise<void> {
    this.#header = this.#options.clean(header);
    await this.#staging.write(this.#header.octets);
  }

  /** Who the message says it is from, where that is what is wrong with it. */
  #detail(code: GateRefusal): { address?: string } {
    const { header } = this.#gate;
    if (code !== "from_mismatch" || !header) return {};
    const [author] = authorsOf(header);
    return author ? { address: `${author.localPart}@${author.domain}` } : {};
  }
}
