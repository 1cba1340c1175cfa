/**
 * What the client of a WebSocket sends (RFC 6455 §5): octets in, whole messages
 * and control frames out. Memory grows with what has come of a message, not with
 * what was promised. A close or a fault is final.
 *
 * @module
 */
import {
  isCloseCode,
  MAX_CONTROL_OCTETS,
  OPCODES,
} from "./web_socket_frames.ts";

/** With which close it is answered: RFC 6455 §7.4.1. */
export const WEB_SOCKET_FAULTS = {
  bad_frame: 1002,
  not_text: 1007,
  large_message: 1009,
} as const;
export type WebSocketFault = keyof typeof WEB_SOCKET_FAULTS;

export type WebSocketInput =
  | { readonly kind: "message"; readonly message: string | Uint8Array }
  | { readonly kind: "ping"; readonly octets: Uint8Array }
  | { readonly kind: "pong" }
  | { readonly kind: "close"; readonly code: number | undefined }
  | { readonly kind: "fault"; readonly fault: WebSocketFault };

/** A data frame, and what is still to come of it. */
interface Frame {
  readonly isLast: boolean;
  readonly mask: number;
  /** Octets that have come. */
  at: number;
  left: number;
}

interface Header {
  readonly isLast: boolean;
  readonly opcode: number;
  readonly size: number;
  readonly length: number;
  readonly mask: number;
}

/** A message that is not whole. */
interface Message {
  readonly isText: boolean;
  octets: Uint8Array;
  size: number;
}

const NOTHING: Uint8Array = new Uint8Array();
const MASKED = 0x80;
const LAST = 0x80;
const RESERVED = 0x70;
const MASK_OCTETS = 4;

export class WebSocketReceiver {
  readonly #maxMessageOctets: number;
  #octets = NOTHING;
  #frame: Frame | undefined;
  #message: Message | undefined;
  #isOver = false;

  constructor(maxMessageOctets: number) {
    this.#maxMessageOctets = maxMessageOctets;
  }

  /** Octets that have come of a message that is not whole. */
  get unfinishedOctets(): number {
    return this.#message?.size ?? 0;
  }

  /** Gives the octets that came; all of the earlier ones must have been taken. */
  push(octets: Uint8Array): void {
    if (this.#isOver) return;
    if (this.#octets.length === 0) this.#octets = octets;
    else {
      const joined = new Uint8Array(this.#octets.length + octets.length);
      joined.set(this.#octets);
      joined.set(octets, this.#octets.length);
      this.#octets = joined;
    }
  }

  /** The next input; undefined until more is pushed, and then nothing of what was pushed is held. */
  next(): WebSocketInput | undefined {
    for (;;) {
      const frame = this.#frame ?? this.#begin();
      if (frame === undefined) return this.#keepRest();
      if ("kind" in frame) return frame;
      this.#gather(frame);
      if (frame.left > 0) return this.#keepRest();
      this.#frame = undefined;
      if (frame.isLast) return this.#whole();
    }
  }

  /** Of a data frame its beginning, of others all; undefined until that is there. */
  #begin(): Frame | WebSocketInput | undefined {
    const header = readHeader(this.#octets);
    if (header === "fault") return this.#fail("bad_frame");
    if (header === undefined) return undefined;
    const isControl = header.opcode >= OPCODES.close;
    const fault = isControl ? controlFault(header) : this.#dataFault(header);
    if (fault !== undefined) return this.#fail(fault);
    const { size, length, mask, opcode, isLast } = header;
    if (isControl) {
      if (this.#octets.length < size + length) return undefined;
      this.#take(size);
      const payload = new Uint8Array(length);
      unmask(this.#take(length), payload, { mask, at: 0 });
      return this.#control(opcode, payload);
    }
    this.#take(size);
    this.#message ??= {
      isText: opcode === OPCODES.text,
      octets: NOTHING,
      size: 0,
    };
    return this.#frame = { isLast, mask, at: 0, left: length };
  }

  #dataFault({ opcode, length }: Header): WebSocketFault | undefined {
    const continues = opcode === OPCODES.continuation;
    if (
      opcode > OPCODES.binary || continues !== (this.#message !== undefined)
    ) {
      return "bad_frame";
    }
    const size = (this.#message?.size ?? 0) + length;
    return size > this.#maxMessageOctets ? "large_message" : undefined;
  }

  #control(opcode: number, payload: Uint8Array): WebSocketInput {
    switch (opcode) {
      case OPCODES.ping:
        return { kind: "ping", octets: payload };
      case OPCODES.pong:
        return { kind: "pong" };
      default:
        return this.#close(payload);
    }
  }

  #close(payload: Uint8Array): WebSocketInput {
    if (payload.length === 0) {
      return this.#end({ kind: "close", code: undefined });
    }
    const [high = 0, low] = payload;
    if (low === undefined) return this.#fail("bad_frame");
    const code = high << 8 | low;
    if (!isCloseCode(code)) return this.#fail("bad_frame");
    if (textOf(payload.subarray(2)) === undefined) {
      return this.#fail("not_text");
    }
    return this.#end({ kind: "close", code });
  }

  /** Moves what is there of a frame to its message. */
  #gather(frame: Frame): void {
    const octets = this.#take(frame.left);
    const message = this.#message!;
    const end = message.size + octets.length;
    if (end > message.octets.length) {
      const wanted = message.size + frame.left; // as far as it is known
      const larger = new Uint8Array(
        Math.min(wanted, Math.max(end, message.size * 2)),
      );
      larger.set(message.octets.subarray(0, message.size));
      message.octets = larger;
    }
    unmask(octets, message.octets.subarray(message.size), frame);
    message.size = end;
    frame.at += octets.length;
    frame.left -= octets.length;
  }

  #whole(): WebSocketInput {
    const { isText, octets, size } = this.#message!;
    this.#message = undefined;
    const payload = octets.length === size ? octets : octets.slice(0, size);
    if (!isText) return { kind: "message", message: payload };
    const message = textOf(payload);
    return message === undefined
      ? this.#fail("not_text")
      : { kind: "message", message };
  }

  #take(count: number): Uint8Array {
    const octets = this.#octets.subarray(0, count);
    this.#octets = count < this.#octets.length
      ? this.#octets.subarray(count)
      : NOTHING;
    return octets;
  }

  /** A beginning that says nothing yet: a header and a control frame at most. */
  #keepRest(): undefined {
    if (this.#octets.length > 0) this.#octets = this.#octets.slice();
    return undefined;
  }

  #fail(fault: WebSocketFault): WebSocketInput {
    return this.#end({ kind: "fault", fault });
  }

  #end(input: WebSocketInput): WebSocketInput {
    this.#isOver = true;
    this.#octets = NOTHING;
    this.#message = undefined;
    return input;
  }
}

/** undefined: more is needed. */
function readHeader(octets: Uint8Array): Header | "fault" | undefined {
  const [first, second] = octets;
  if (first === undefined) return undefined;
  if ((first & RESERVED) !== 0) return "fault"; // no extension was agreed on
  if (second === undefined) return undefined;
  if ((second & MASKED) === 0) return "fault"; // RFC 6455 §5.1
  const short = second & ~MASKED;
  const lengthOctets = short === 126 ? 2 : short === 127 ? 8 : 0;
  const size = 2 + lengthOctets + MASK_OCTETS;
  if (octets.length < size) return undefined;
  const view = new DataView(octets.buffer, octets.byteOffset, size);
  const length = lengthOctets === 0
    ? short
    : lengthOctets === 2
    ? view.getUint16(2)
    : view.getUint32(2) * 2 ** 32 + view.getUint32(6);
  // in the fewest octets that say it
  if (lengthOctets === 2 && length < 126) return "fault";
  if (lengthOctets === 8 && (length < 2 ** 16 || length >= 2 ** 63)) {
    return "fault";
  }
  return {
    isLast: (first & LAST) !== 0,
    opcode: first & 0x0f,
    size,
    length,
    mask: view.getUint32(2 + lengthOctets),
  };
}

function controlFault(
  { opcode, isLast, length }: Header,
): WebSocketFault | undefined {
  return opcode > OPCODES.pong || !isLast || length > MAX_CONTROL_OCTETS
    ? "bad_frame"
    : undefined;
}

/** @param from Where in its frame the first of the octets was: RFC 6455 §5.3. */
function unmask(
  octets: Uint8Array,
  into: Uint8Array,
  { mask, at }: { readonly mask: number; readonly at: number },
): void {
  for (let index = 0; index < octets.length; index++) {
    into[index] = octets[index]! ^ mask >>> (24 - (at + index & 3) * 8);
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** undefined if it is no UTF-8 (RFC 6455 §8.1). */
function textOf(octets: Uint8Array): string | undefined {
  try {
    return decoder.decode(octets);
  } catch {
    return undefined;
  }
}
