/**
 * STUN and ChannelData messages out of a stream (RFC 8489 §6.2.2, RFC 8656
 * §12.5). It holds at most one message and what came in the same piece.
 *
 * @module
 */
import { CHANNEL_HEADER_OCTETS, isChannelData } from "./channel_data.ts";
import { HEADER_OCTETS, MAGIC_COOKIE, padding } from "./message.ts";

export type TurnInput =
  | { readonly kind: "message"; readonly octets: Uint8Array }
  | { readonly kind: "fault" };

const FIRST_CAPACITY = 2048;
const COOKIE_END = 8; // of a STUN header

export class TurnReceiver {
  #storage = new Uint8Array(FIRST_CAPACITY);
  #start = 0;
  #end = 0;

  /** The octets are copied. */
  push(octets: Uint8Array): void {
    if (this.#end + octets.length > this.#storage.length) {
      this.#makeRoom(octets.length);
    }
    this.#storage.set(octets, this.#end);
    this.#end += octets.length;
  }

  /** Octets that were pushed and not taken. */
  get pending(): number {
    return this.#end - this.#start;
  }

  /**
   * The next message with its padding, as a view that holds until the next
   * push; undefined until more is pushed. A fault is final.
   */
  next(): TurnInput | undefined {
    const size = this.#nextSize();
    if (size === "fault") return { kind: "fault" };
    if (size === undefined || size > this.pending) return undefined;
    const octets = this.#storage.subarray(this.#start, this.#start + size);
    this.#start += size;
    return { kind: "message", octets };
  }

  #makeRoom(count: number): void {
    const held = this.#storage.subarray(this.#start, this.#end);
    const needed = held.length + count;
    // twice the need, so that octets that come one by one are not moved each time
    const storage = needed * 2 <= this.#storage.length
      ? this.#storage
      : new Uint8Array(needed * 2);
    storage.set(held);
    this.#storage = storage;
    this.#start = 0;
    this.#end = held.length;
  }

  #nextSize(): number | "fault" | undefined {
    const size = this.pending;
    if (size === 0) return undefined;
    const buffer = this.#storage.subarray(this.#start, this.#end);
    if (buffer[0]! > 0x7f) return "fault"; // RFC 8656 §12
    if (size < CHANNEL_HEADER_OCTETS) return undefined;
    const length = buffer[2]! << 8 | buffer[3]!;
    if (isChannelData(buffer)) {
      return CHANNEL_HEADER_OCTETS + length + padding(length);
    }
    if (length % 4 !== 0) return "fault";
    if (size < COOKIE_END) return undefined;
    const view = new DataView(buffer.buffer, buffer.byteOffset);
    return view.getUint32(4) === MAGIC_COOKIE
      ? HEADER_OCTETS + length
      : "fault";
  }
}
