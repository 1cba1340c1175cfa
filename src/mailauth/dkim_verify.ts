/**
 * DKIM signatures on what arrives (RFC 6376), checked by `npm:mailauth` behind
 * bounds of ours: it is given a header of a bounded number of lines, and of its
 * signatures only those that are worth checking.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash, verify } from "node:crypto";
import { DkimVerifier } from "mailauth/lib/dkim/dkim-verifier.js";
import { getPublicKey } from "mailauth/lib/tools.js";
import { concat, LF } from "../base/octets.ts";
import type { Dns, Freshness } from "../dns/answers.ts";
import type { Header, HeaderField } from "../mail/header.ts";
import { asNodeError } from "./node_answers.ts";

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
}

const MAX_SIGNATURES = 5;
const MAX_HEADER_LINES = 1000;
const MAX_SIGNATURE_OCTETS = 4096;
const MAX_SIGNED_NAMES = 200;
const MIN_RSA_BITS = 1024; // RFC 8301 §3.2
const CLOCK_SKEW_SECONDS = 600;
/** The package holds a line until its end comes. */
const MAX_LINE_OCTETS = 64 * 1024;

/** Takes a message's body as it passes, and says at its end which signatures hold. */
export class DkimVerification {
  readonly #options: DkimVerifyOptions;
  readonly #signed: boolean;
  /** Absent when there is nothing to check. */
  readonly #verifier: DkimVerifier | undefined;
  #lineOctets = 0;
  #hopeless = false;

  constructor(header: Header, options: DkimVerifyOptions) {
    this.#options = options;
    const worthwhile = signaturesOf(header, options.nowSeconds);
    this.#signed = header.first(SIGNATURE) !== undefined;
    if (worthwhile.length === 0 || lineCount(header) > MAX_HEADER_LINES) return;
    this.#verifier = new DkimVerifier({
      resolver: keyResolver(options.dns),
      minBitLength: MIN_RSA_BITS,
      curTime: new Date(options.nowSeconds * 1000),
    });
    this.#push(withSignatures(header, worthwhile));
  }

  /** @param octets Of the body, with CRLF at every line end. */
  async write(octets: Uint8Array): Promise<void> {
    if (this.#hopeless || !this.#verifier) return;
    this.#measureLines(octets);
    if (this.#hopeless) return;
    await this.#push(octets.slice());
  }

  async finish(): Promise<DkimVerdict> {
    const verifier = this.#verifier;
    if (!verifier || this.#hopeless) {
      return { passed: [], temporary: false, signed: this.#signed };
    }
    await new Promise<void>((resolve, reject) => {
      verifier.once("error", reject);
      verifier.end(resolve);
    });
    const results: readonly MailauthResult[] = verifier.results;
    const passed: string[] = [];
    for (const result of results) {
      const { status, signingDomain } = result;
      const holds = status.result === "pass" ||
        (status.result === "fail" && await this.#holdsWithFreshKey(result));
      if (holds) passed.push(signingDomain.toLowerCase());
    }
    return {
      passed,
      temporary: results.some(({ status }) => status.result === "temperror"),
      signed: this.#signed,
    };
  }

  /** A remembered key may have been replaced since. */
  async #holdsWithFreshKey(result: MailauthResult): Promise<boolean> {
    const { selector, signingDomain, algo, signature, signingHeaders } = result;
    try {
      const { publicKey, rr } = await getPublicKey(
        "DKIM",
        `${selector}._domainkey.${signingDomain}`,
        MIN_RSA_BITS,
        keyResolver(this.#options.dns, "fresh"),
      );
      if (rr === result.rr) return false;
      const signed = Buffer.from(signingHeaders.canonicalizedHeader, "base64");
      const isRsa = algo.toLowerCase().startsWith("rsa");
      return verify(
        isRsa ? "sha256" : null,
        isRsa ? signed : createHash("sha256").update(signed).digest(),
        publicKey,
        Buffer.from(signature, "base64"),
      );
    } catch {
      return false; // no key, or none that fits: it failed before
    }
  }

  #push(octets: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) =>
      this.#verifier!.write(
        Buffer.from(octets.buffer, octets.byteOffset, octets.length),
        (error: Error | null | undefined) => error ? reject(error) : resolve(),
      )
    );
  }

  #measureLines(octets: Uint8Array): void {
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

interface MailauthResult {
  readonly signingDomain: string;
  readonly selector: string;
  readonly algo: string;
  readonly signature: string;
  /** The key's record. */
  readonly rr?: string;
  readonly signingHeaders: { readonly canonicalizedHeader: string };
  readonly status: { readonly result: string };
}

const SIGNATURE = "dkim-signature";

/** Those that could count: of a bounded size, over the whole body, with SHA-256, not from the future. */
function signaturesOf(header: Header, nowSeconds: number): HeaderField[] {
  return header.all(SIGNATURE).filter((field) => {
    if (field.end - field.start > MAX_SIGNATURE_OCTETS) return false;
    const tags = parseTags(header.text(field));
    const signedAt = Number(tags.get("t") ?? 0);
    const expiresAt = Number(tags.get("x") ?? Infinity);
    return !tags.has("l") && !tags.get("a")?.endsWith("sha1") &&
      (tags.get("h") ?? "").split(":", MAX_SIGNED_NAMES + 1).length <=
        MAX_SIGNED_NAMES &&
      signedAt <= nowSeconds + CLOCK_SKEW_SECONDS && expiresAt >= nowSeconds;
  }).slice(0, MAX_SIGNATURES);
}

/** A tag list (RFC 6376 §3.2) of bounded size. */
function parseTags(text: string): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const part of text.split(";")) {
    const [name, ...value] = part.split("=");
    tags.set(name!.trim().toLowerCase(), value.join("=").trim());
  }
  return tags;
}

/** The header with these signatures alone, and without those of mailing lists (ARC). */
function withSignatures(
  header: Header,
  worthwhile: readonly HeaderField[],
): Uint8Array {
  const kept = header.fields.filter((field) =>
    field.name === SIGNATURE
      ? worthwhile.includes(field)
      : !field.name.startsWith("arc-")
  );
  return concat([...kept.map((field) => header.raw(field)), END]);
}
const END = new Uint8Array([13, 10]);

function lineCount(header: Header): number {
  let count = 0;
  for (
    let at = header.octets.indexOf(LF);
    at >= 0;
    at = header.octets.indexOf(LF, at + 1)
  ) count++;
  return count;
}

/** What mailauth expects of a resolver: `node:dns` answers, and errors with its codes. */
function keyResolver(dns: Dns, freshness: Freshness = "cached") {
  return async (name: string): Promise<string[][]> => {
    try {
      const { values } = await dns.texts(name, freshness);
      return values.map((text) => [text]);
    } catch (error) {
      throw asNodeError(error);
    }
  };
}
