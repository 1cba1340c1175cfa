/**
 * What is learned of a message as it passes into the staging area: by which it
 * is known again, and what sending it needs.
 *
 * @module
 */
import { isAscii } from "node:buffer";
import { createHash } from "node:crypto";
import type { Header } from "../mail/header.ts";
import { authorsOf } from "../pgp/from_rule.ts";
import type { BodyHash } from "./outbound.ts";

export class MessageDigest {
  readonly #sha256 = createHash("sha256");
  readonly #bodyHash: BodyHash | undefined;
  #header: Header | undefined;
  #utf8 = false;
  #eightBit = false;

  /** @param bodyHash For signatures, if the message leaves. */
  constructor(readonly leaves: boolean, bodyHash: BodyHash | undefined) {
    this.#bodyHash = bodyHash;
  }

  /** @param stored What is kept of it. */
  header(header: Header, stored: Uint8Array): void {
    this.#header = header;
    if (this.leaves) this.#utf8 = !isAscii(stored);
  }

  body(octets: Uint8Array): void {
    this.#sha256.update(octets);
    if (!this.leaves) return;
    this.#bodyHash?.update(octets);
    this.#eightBit ||= !isAscii(octets);
  }

  /** Of the body. Once. */
  finish(): DigestedMessage {
    const bodyHash = this.#bodyHash?.digest();
    return {
      authors: () => this.#header ? namesOf(this.#header) : [],
      hashed: (text) => this.#sha256.update(`\0${text}`).digest(),
      ...(bodyHash !== undefined && { bodyHash }),
      eightBit: this.#eightBit || this.#utf8,
      utf8: this.#utf8,
      hops: () => this.#header ? hopsOf(this.#header) : 0,
    };
  }
}

export interface DigestedMessage {
  /** Who is in the From field. */
  authors(): readonly string[];
  /** SHA-256 of the body and this text, which holds no NUL. Once. */
  hashed(text: string): Uint8Array;
  /** As `bh=` of DKIM has it, if the message leaves and is to be signed. */
  readonly bodyHash?: string;
  /** Octets above 127, if the message leaves. */
  readonly eightBit: boolean;
  /** The same in its header. */
  readonly utf8: boolean;
  /** How many exchangers say that they have passed it on. */
  hops(): number;
}

function namesOf(header: Header): string[] {
  return authorsOf(header).map(({ localPart, domain }) =>
    `${localPart}@${domain}`
  );
}

/** Each writes a field with its number; some may write the same one anew. */
function hopsOf(header: Header): number {
  const fields = header.all("x-mail-hops");
  const numbers = fields.map((field) =>
    Number(/^[0-9]{1,6}$/.exec(header.text(field))?.[0] ?? 0)
  );
  return Math.max(fields.length, ...numbers);
}
