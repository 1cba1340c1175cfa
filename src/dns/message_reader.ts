/**
 * The octets of a DNS message, read in order (RFC 1035 §4.1). Names may lead to
 * earlier ones, and those further on: a message that makes this a long way is
 * no message.
 *
 * @module
 */

/** Labels and pointers in all names that are read of one message. */
const MAX_STEPS = 32_768;
const MAX_NAME_OCTETS = 255; // RFC 1035 §2.3.4
const POINTER = 0xc0;

/** All throw `RangeError` where the octets end, or are no name. */
export class MessageReader {
  readonly #octets: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #stepsLeft = MAX_STEPS;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
    this.#view = new DataView(
      octets.buffer,
      octets.byteOffset,
      octets.byteLength,
    );
  }

  get at(): number {
    return this.#at;
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2));
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4));
  }

  octets(count: number): Uint8Array {
    const from = this.#advance(count);
    return this.#octets.subarray(from, from + count);
  }

  /** A string behind its length (RFC 1035 §3.3). */
  string(): Uint8Array {
    return this.octets(this.uint8());
  }

  /**
   * Lower case, without the dot at the end; the root is empty. What is in no
   * name of a host is escaped (RFC 1035 §5.1).
   */
  name(): string {
    const labels: string[] = [];
    let octets = 1;
    let from = this.#at;
    let end: number | undefined;
    for (;;) {
      if (--this.#stepsLeft < 0) throw new RangeError("Names lead on for ever");
      const length = this.#view.getUint8(from);
      if (length >= POINTER) {
        end ??= from + 2;
        const to = this.#view.getUint16(from) & 0x3fff;
        if (to >= from) throw new RangeError("A name leads to a later one");
        from = to;
        continue;
      }
      if (length >= 0x40) throw new RangeError("An unknown kind of label");
      octets += length + 1;
      if (octets > MAX_NAME_OCTETS + 1) throw new RangeError("A long name");
      if (length === 0) break;
      const label = this.#octets.subarray(from + 1, from + 1 + length);
      labels.push(presentable(label, LABEL_ESCAPED).toLowerCase());
      from += 1 + length;
    }
    this.#at = end ?? from + 1;
    return labels.join(".");
  }

  skipName(): void {
    for (;;) {
      if (--this.#stepsLeft < 0) throw new RangeError("Names lead on for ever");
      const length = this.uint8();
      if (length === 0) return;
      if (length >= POINTER) return void this.uint8();
      this.octets(length);
    }
  }

  /** Goes on from there. */
  seek(at: number): void {
    this.#at = at;
    this.#advance(0);
  }

  #advance(count: number): number {
    const from = this.#at;
    if (from + count > this.#octets.length) {
      throw new RangeError("The message ends early");
    }
    this.#at = from + count;
    return from;
  }
}

const LABEL_ESCAPED = /[^!-~]|[.\\]/g;
const TEXT_ESCAPED = /[^ -~]|["\\]/g;

/** Octets between quotation marks, as a zone file has them. */
export function quoted(octets: Uint8Array): string {
  return `"${presentable(octets, TEXT_ESCAPED)}"`;
}

function presentable(octets: Uint8Array, escaped: RegExp): string {
  return String.fromCharCode(...octets).replace(
    escaped,
    (one) => `\\${String(one.charCodeAt(0)).padStart(3, "0")}`,
  );
}
