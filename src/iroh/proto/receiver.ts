/**
 * Frames of a stream of octets, however it is cut. A frame that may not be is
 * known by its header, so that nothing is kept for it.
 *
 * @module
 */
import {
  type Frame,
  type FrameKind,
  frameKind,
  HEADER_OCTETS,
} from "./frames.ts";

/** The stream holds something that is no frame: nothing behind it can be read. */
export type FrameFault = "not_a_frame";

const FIRST_KEPT_OCTETS = 256;

export class FrameReceiver {
  /** The beginning of a frame whose end has not come. */
  #kept: Uint8Array | undefined;
  #keptOctets = 0;
  #octets = new Uint8Array(0);
  #at = 0;
  #only: FrameKind | undefined;

  /** @param first What the first frame has to be. */
  constructor(first?: FrameKind) {
    this.#only = first;
  }

  /** Gives the octets that came; all of the earlier ones must have been taken. */
  push(octets: Uint8Array): void {
    this.#octets = octets as Uint8Array<ArrayBuffer>;
    this.#at = 0;
  }

  /**
   * The next frame; undefined until more is pushed, and then nothing of what was
   * pushed is held. Its payload is good until the next push.
   */
  next(): Frame | FrameFault | undefined {
    if (this.#kept) return this.#continue(this.#kept);
    const rest = this.#octets.length - this.#at;
    if (rest < HEADER_OCTETS) return this.#keep(HEADER_OCTETS);
    const header = headerAt(this.#octets, this.#at);
    if (!this.#mayBe(header.kind)) return "not_a_frame";
    const end = HEADER_OCTETS + header.length;
    if (rest < end) return this.#keep(end);
    const begin = this.#at + HEADER_OCTETS;
    this.#at += end;
    this.#only = undefined;
    return {
      kind: header.kind,
      payload: this.#octets.subarray(begin, this.#at),
    };
  }

  /** Completes a frame that had begun in earlier octets. */
  #continue(kept: Uint8Array): Frame | FrameFault | undefined {
    if (this.#keptOctets < HEADER_OCTETS) {
      this.#fill(kept, HEADER_OCTETS);
      if (this.#keptOctets < HEADER_OCTETS) return undefined;
    }
    const { kind, length } = headerAt(kept, 0);
    if (!this.#mayBe(kind)) return "not_a_frame";
    const end = HEADER_OCTETS + length;
    const whole = this.#withRoom(kept, end);
    this.#fill(whole, end);
    if (this.#keptOctets < end) return undefined;
    this.#kept = undefined;
    this.#keptOctets = 0;
    this.#only = undefined;
    return { kind, payload: whole.subarray(HEADER_OCTETS, end) };
  }

  #mayBe(kind: FrameKind | undefined): kind is FrameKind {
    return kind !== undefined && (this.#only ?? kind) === kind;
  }

  /** Keeps what is there of a frame of so many octets. */
  #keep(wanted: number): undefined {
    const rest = this.#octets.length - this.#at;
    if (rest > 0) {
      const size = Math.max(FIRST_KEPT_OCTETS, Math.min(wanted, rest * 2));
      const kept = this.#kept = new Uint8Array(size);
      this.#fill(kept, wanted);
    }
    this.#octets = new Uint8Array(0);
    this.#at = 0;
    return undefined;
  }

  /** Memory grows with what has come, not with what was promised. */
  #withRoom(kept: Uint8Array, end: number): Uint8Array {
    const coming = this.#keptOctets + this.#octets.length - this.#at;
    const needed = Math.min(end, coming);
    if (needed <= kept.length) return kept;
    const larger = new Uint8Array(Math.min(end, needed * 2));
    larger.set(kept.subarray(0, this.#keptOctets));
    this.#kept = larger;
    return larger;
  }

  #fill(kept: Uint8Array, wanted: number): void {
    const count = Math.min(
      wanted - this.#keptOctets,
      this.#octets.length - this.#at,
    );
    kept.set(
      this.#octets.subarray(this.#at, this.#at + count),
      this.#keptOctets,
    );
    this.#keptOctets += count;
    this.#at += count;
  }
}

function headerAt(
  octets: Uint8Array,
  at: number,
): { readonly kind: FrameKind | undefined; readonly length: number } {
  const length = octets[at + 1]! * 2 ** 24 +
    (octets[at + 2]! << 16 | octets[at + 3]! << 8 | octets[at + 4]!);
  return { kind: frameKind(octets[at]!, length), length };
}
