/** Frames as the client of a WebSocket makes them, right and wrong (RFC 6455 §5.2). @module */

export interface FrameOptions {
  readonly opcode?: number;
  /** Of several for one message. */
  readonly isLast?: boolean;
  readonly reserved?: number;
  readonly mask?: readonly number[] | null;
  /** In so many octets, whatever it is. */
  readonly lengthOctets?: 0 | 2 | 8;
  /** In place of what comes. */
  readonly length?: number;
}

export function clientFrame(
  payload: string | Uint8Array,
  options: FrameOptions = {},
): Uint8Array<ArrayBuffer> {
  const octets = typeof payload === "string"
    ? new TextEncoder().encode(payload)
    : payload;
  const {
    opcode = typeof payload === "string" ? 1 : 2,
    isLast = true,
    reserved = 0,
    mask = [0x12, 0xfe, 0, 0x81],
    length = octets.length,
    lengthOctets = length < 126 ? 0 : length < 65_536 ? 2 : 8,
  } = options;
  const header = new Uint8Array(2 + lengthOctets);
  const view = new DataView(header.buffer);
  header[0] = (isLast ? 0x80 : 0) | reserved << 4 | opcode;
  header[1] = (mask ? 0x80 : 0) |
    (lengthOctets === 0 ? length : lengthOctets === 2 ? 126 : 127);
  if (lengthOctets === 2) view.setUint16(2, length);
  if (lengthOctets === 8) view.setBigUint64(2, BigInt(length));
  return new Uint8Array([
    ...header,
    ...mask ?? [],
    ...octets.map((octet, at) => octet ^ (mask?.[at % 4] ?? 0)),
  ]);
}
