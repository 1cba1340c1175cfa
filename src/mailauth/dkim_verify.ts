/**
 * DKIM signatures on what arrives (RFC 6376), checked with `npm:mailauth`'s parts
 * behind bounds of ours: of a header of a bounded number of lines, those few
 * signatures that are worth checking. The body is hashed as it passes.
 *
 * @module
 */
import { CR, LF } from "../base/octets.ts";
import { type Dns, DnsFailure, type Freshness } from "../dns/answers.ts";
import { type Header, parseHeader } from "../mail/header.ts";
import { LineEnds } from "../pgp/line_ends.ts";
import { DkimBodyHash } from "./dkim_body_hash.ts";
import { holds, publicKeyOf } from "./dkim_key.ts";
import {
  type DkimSignature,
  type Form,
  signaturesOf,
  signedOctets,
} from "./dkim_signature.ts";

/** What one message's signatures say. */
export interface DkimVerdict {
  /** Domains (`d=`) of signatures that hold, lower case. */
  readonly passed: readonly string[];
  /** A key could not be looked up now: ask the sender to come again. */
  readonly temporary: boolean;
  /** There was a signature, whatever became of it. */
  readonly signed: boolean;
}

export interface DkimVerifyOptions {
  readonly dns: Dns;
  /** Seconds since 1970 UTC. */
  readonly nowSeconds: number;
  /** Whose signatures count, lower case: the first of theirs that holds is enough. All count without it. */
  readonly domain?: string;
}

const MAX_HEADER_LINES = 1000;
/** The package holds a line until its end comes. */
const MAX_LINE_OCTETS = 64 * 1024;

/** Takes a message's body as it passes, and says at its end which signatures hold. */
export class DkimVerification {
  readonly #options: DkimVerifyOptions;
  readonly #header: Header;
  readonly #isSigned: boolean;
  readonly #signatures: readonly DkimSignature[];
  readonly #hashes = new Map<Form, DkimBodyHash>();
  #lineOctets = 0;
  #hopeless = false;

  constructor(header: Header, options: DkimVerifyOptions) {
    const { nowSeconds, domain } = options;
    const lines = linesOf(header.octets);
    this.#options = options;
    this.#isSigned = header.first("dkim-signature") !== undefined;
    // signatures are made over CRLF (RFC 6376 §5.3)
    this.#header = lines.hasBareLf ? withCrlf(header) : header;
    this.#signatures = lines.count > MAX_HEADER_LINES
      ? []
      : signaturesOf(this.#header, nowSeconds).filter((signature) =>
        domain === undefined || signature.domain === domain
      );
    for (const { forms: [, form] } of this.#signatures) {
      if (this.#hashes.has(form)) continue;
      this.#hashes.set(form, new DkimBodyHash(form));
    }
  }

  /** @param octets Of the body, with CRLF at every line end. */
  write(octets: Uint8Array): void {
    if (this.#hopeless || this.#hashes.size === 0) return;
    this.#measureLines(octets);
    if (this.#hopeless) return;
    for (const hash of this.#hashes.values()) hash.update(octets);
  }

  /** Asks for the key that is wanted first, so that it is there when the body is. */
  lookAhead(): void {
    const [first] = this.#signatures;
    if (first) this.#record(first.keyName, "cached").catch(() => {}); // finish() asks again
  }

  async finish(): Promise<DkimVerdict> {
    const passed: string[] = [];
    let temporary = false;
    for (const signature of this.#overThisBody()) {
      const outcome = await this.#check(signature);
      if (outcome === "temporary") temporary = true;
      if (outcome !== "holds") continue;
      passed.push(signature.domain);
      if (this.#options.domain !== undefined) break;
    }
    return { passed, temporary, signed: this.#isSigned };
  }

  #overThisBody(): DkimSignature[] {
    if (this.#hopeless) return [];
    const digests = new Map<Form, string>();
    for (const [form, hash] of this.#hashes) {
      digests.set(form, hash.digest());
    }
    return this.#signatures.filter(({ bodyHash, forms: [, form] }) =>
      digests.get(form) === bodyHash
    );
  }

  /** With the key that is remembered; it may have been replaced since. */
  async #check(
    signature: DkimSignature,
  ): Promise<"holds" | "fails" | "temporary"> {
    const { keyName } = signature;
    const known = await this.#record(keyName, "cached");
    if (known.text === undefined) return known.problem;
    const octets = signedOctets(this.#header, signature);
    if (await isKeyOf(known.text, signature, octets)) return "holds";
    const { text } = await this.#record(keyName, "fresh");
    return text !== undefined && text !== known.text &&
        await isKeyOf(text, signature, octets)
      ? "holds"
      : "fails";
  }

  async #record(name: string, freshness: Freshness): Promise<KeyRecord> {
    try {
      const { values: [text] } = await this.#options.dns.texts(name, freshness);
      return text === undefined ? NO_RECORD : { text };
    } catch (error) {
      if (!(error instanceof DnsFailure)) throw error;
      return error.problem === "temporary"
        ? { text: undefined, problem: "temporary" }
        : NO_RECORD;
    }
  }

  #measureLines(octets: Uint8Array): void {
    if (this.#lineOctets + octets.length <= MAX_LINE_OCTETS) {
      const end = octets.lastIndexOf(LF);
      const before = end < 0 ? this.#lineOctets : 0;
      this.#lineOctets = before + octets.length - end - 1;
      return;
    }
    let at = 0;
    for (let end = octets.indexOf(LF); end >= 0; end = octets.indexOf(LF, at)) {
      this.#hopeless ||= this.#lineOctets + end - at > MAX_LINE_OCTETS;
      this.#lineOctets = 0;
      at = end + 1;
    }
    this.#lineOctets += octets.length - at;
    this.#hopeless ||= this.#lineOctets > MAX_LINE_OCTETS;
  }
}

type KeyRecord =
  | { readonly text: string }
  | { readonly text: undefined; readonly problem: "fails" | "temporary" };
const NO_RECORD: KeyRecord = { text: undefined, problem: "fails" };

async function isKeyOf(
  record: string,
  { algorithm, octets: signature }: DkimSignature,
  octets: Uint8Array,
): Promise<boolean> {
  const key = await publicKeyOf(record);
  return key !== undefined && holds(key, algorithm, signature, octets);
}

function linesOf(octets: Uint8Array): { count: number; hasBareLf: boolean } {
  let count = 0;
  let hasBareLf = false;
  for (let at = octets.indexOf(LF); at >= 0; at = octets.indexOf(LF, at + 1)) {
    count++;
    hasBareLf ||= at === 0 || octets[at - 1] !== CR;
  }
  return { count, hasBareLf };
}

function withCrlf({ octets }: Header): Header {
  return parseHeader(new LineEnds().convert(octets));
}
