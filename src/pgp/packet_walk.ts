/**
 * Walks over the packets of an encrypted message (RFC 9580 §10.3) without keeping them.
 *
 * It accepts session key packets, then one encrypted data packet that ends where the
 * data ends: nothing else can be in the message, so nothing in it is readable.
 *
 * @module
 */

// RFC 9580 §5
const PKESK = 1;
const SKESK = 3;
const SEIPD = 18;

const MAX_SESSION_KEYS = 2000;
const MAX_SESSION_KEY_OCTETS = 16 * 1024; // post-quantum keys fit
const MIN_PARTIAL_OCTETS = 512; // RFC 9580 §4.2.1.4
/** Shortest body by version, in octets: what RFC 9580 §5.13.1 and §5.13.2 always have. */
const MIN_SEIPD_OCTETS = [0, 33, 52];

export interface PacketWalkOptions {
  /** RFC 9580 §4.2.2, for session keys. */
  readonly acceptOldFormat: boolean;
}

export class PacketWalk {
  readonly #acceptOldFormat: boolean;
  #state: "header" | "length" | "version" | "body" | "end" | "failed" =
    "header";
  #tag = 0;
  #sessionKeys = 0;
  /** Octets that the length still takes, and its value so far. */
  #lengthOctets = 0;
  #length = 0;
  /** The length is one of two octets (RFC 9580 §4.2.1.2). */
  #twoOctets = false;
  #newFormat = true;
  #partial = false;
  #first = true; // of the chunks of a body
  /** Of the current chunk, not yet seen. */
  #bodyLeft = 0;
  /** Of all chunks of the body. */
  #bodyOctets = 0;
  #version = 0;

  constructor(options: PacketWalkOptions) {
    this.#acceptOldFormat = options.acceptOldFormat;
  }

  get failed(): boolean {
    return this.#state === "failed";
  }

  write(octets: Uint8Array): void {
    for (let at = 0; at < octets.length && this.#state !== "failed";) {
      if (this.#state !== "body") {
        this.#take(octets[at++]!);
        continue;
      }
      const skipped = Math.min(this.#bodyLeft, octets.length - at);
      this.#bodyLeft -= skipped;
      at += skipped;
      if (this.#bodyLeft === 0) this.#endChunk();
    }
  }

  /** Whether all that was written is one encrypted message. */
  finish(): boolean {
    return this.#state === "end";
  }

  #take(octet: number): void {
    if (this.#state === "header") this.#takeHeader(octet);
    else if (this.#state === "length") this.#takeLength(octet);
    else if (this.#state === "version") this.#takeVersion(octet);
    else this.#state = "failed"; // data after the end
  }

  #takeHeader(octet: number): void {
    this.#newFormat = (octet & 0xc0) === 0xc0;
    this.#tag = this.#newFormat ? octet & 0x3f : (octet >> 2) & 0x0f;
    const known = this.#tag === PKESK || this.#tag === SKESK ||
      (this.#tag === SEIPD && this.#sessionKeys > 0);
    const lengthType = octet & 3; // RFC 9580 §4.2.2; 3 is of indeterminate length
    const old = !this.#newFormat &&
      (!this.#acceptOldFormat || lengthType === 3);
    if ((octet & 0x80) === 0 || !known || old) {
      this.#state = "failed";
      return;
    }
    this.#first = true;
    this.#bodyOctets = 0;
    this.#lengthOctets = this.#newFormat ? 0 : 1 << lengthType;
    this.#length = 0;
    this.#state = "length";
  }

  /** RFC 9580 §4.2.1; `#lengthOctets` is 0 before the octet that says how many follow. */
  #takeLength(octet: number): void {
    this.#partial = false;
    if (this.#lengthOctets > 0) {
      this.#length = this.#length * 256 + octet;
      if (--this.#lengthOctets === 0) this.#startChunk();
    } else if (octet < 192) {
      this.#length = octet;
      this.#startChunk();
    } else if (octet < 224) {
      this.#length = octet - 192;
      this.#lengthOctets = 1;
      this.#twoOctets = true;
    } else if (octet === 255) {
      this.#length = 0;
      this.#lengthOctets = 4;
    } else {
      this.#length = 1 << (octet & 31);
      this.#partial = true;
      this.#startChunk();
    }
  }

  #startChunk(): void {
    if (this.#twoOctets) this.#length += 192;
    this.#twoOctets = false;
    const tooShort = this.#partial && this.#first &&
      this.#length < MIN_PARTIAL_OCTETS;
    const tooLong = this.#tag !== SEIPD &&
      (this.#partial || this.#length > MAX_SESSION_KEY_OCTETS);
    if (tooShort || tooLong) {
      this.#state = "failed";
      return;
    }
    this.#bodyLeft = this.#length >>> 0;
    this.#bodyOctets += this.#bodyLeft;
    if (this.#first) this.#state = this.#bodyLeft > 0 ? "version" : "failed";
    else this.#state = "body";
    this.#first = false;
    if (this.#state === "body" && this.#bodyLeft === 0) this.#endChunk();
  }

  #takeVersion(octet: number): void {
    this.#version = octet;
    this.#bodyLeft--;
    const known = this.#tag === PKESK
      ? octet === 3 || octet === 6 // RFC 9580 §5.1
      : this.#tag === SKESK
      ? octet >= 4 && octet <= 6 // RFC 9580 §5.3
      : octet === 1 || octet === 2; // RFC 9580 §5.13
    this.#state = known ? "body" : "failed";
    if (known && this.#bodyLeft === 0) this.#endChunk();
  }

  #endChunk(): void {
    if (this.#partial) {
      this.#lengthOctets = 0;
      this.#state = "length";
    } else if (this.#tag === SEIPD) {
      const enough = this.#bodyOctets >= MIN_SEIPD_OCTETS[this.#version]!;
      this.#state = enough ? "end" : "failed";
    } else {
      const allowed = ++this.#sessionKeys <= MAX_SESSION_KEYS;
      this.#state = allowed ? "header" : "failed";
    }
  }
}
