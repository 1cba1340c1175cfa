/**
 * Frames of a WebSocket (RFC 6455 §5.2) as a server writes them, and what of
 * them is the same in both directions.
 *
 * @module
 */

export const OPCODES = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

/** Of a frame that interrupts messages: RFC 6455 §5.5. */
export const MAX_CONTROL_OCTETS = 125;
const MAX_SHORT = 125;
const MAX_MIDDLE = 0xffff;
const LAST = 0x80;

/** The beginning of a frame that is a whole message, for a payload of so many octets. */
function headerOf(opcode: number, length: number, room = 0): Uint8Array {
  const size = length <= MAX_SHORT ? 2 : length <= MAX_MIDDLE ? 4 : 10;
  const octets = new Uint8Array(size + room);
  octets[0] = LAST | opcode;
  if (size === 2) {
    octets[1] = length;
    return octets;
  }
  const view = new DataView(octets.buffer);
  octets[1] = size === 4 ? 126 : 127;
  if (size === 4) view.setUint16(2, length);
  else view.setBigUint64(2, BigInt(length));
  return octets;
}

/** Beyond it a copy costs more than a second piece. */
const JOINED_OCTETS = 64 * 1024;

/** A whole message or control frame, in pieces to be written one after another. */
export function encodeFrame(
  opcode: number,
  payload: Uint8Array,
): readonly Uint8Array[] {
  const { length } = payload;
  if (length > JOINED_OCTETS) return [headerOf(opcode, length), payload];
  const frame = headerOf(opcode, length, length);
  frame.set(payload, frame.length - length);
  return [frame];
}

const encoder = new TextEncoder();

/** @param code RFC 6455 §7.4; undefined: none is said. @param reason As far as it fits in. */
export function encodeClose(
  code?: number,
  reason = "",
): readonly Uint8Array[] {
  if (code === undefined) return encodeFrame(OPCODES.close, new Uint8Array());
  const payload = new Uint8Array(MAX_CONTROL_OCTETS);
  new DataView(payload.buffer).setUint16(0, code);
  const { written } = encoder.encodeInto(reason, payload.subarray(2));
  return encodeFrame(OPCODES.close, payload.subarray(0, 2 + written));
}

/** Whether a peer may close with it: RFC 6455 §7.4, and the registry that it began. */
export function isCloseCode(code: number): boolean {
  if (code >= 3000) return code < 5000;
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 &&
    code !== 1006;
}
