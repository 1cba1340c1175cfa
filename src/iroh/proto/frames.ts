/**
 * Frames of the iroh relay protocol, version 3, as iroh 0.35 speaks it: an octet
 * that says the type, the length in four octets, the payload. Over WebSockets a
 * message is one frame without its length.
 *
 * @module
 */

export const KEY_OCTETS = 32;
export const HEADER_OCTETS = 5;
/** Of a datagram, without what is around it. */
export const MAX_DATAGRAM_OCTETS = 65_536;
/** The largest message over WebSockets that is looked at. */
export const MAX_MESSAGE_OCTETS = 1024 * 1024;

const MAX_TEXT_OCTETS = 1024;
const MAX_INFO_OCTETS = 64;
/** Magic, key and signature. */
export const SHORTEST_INTRODUCTION = 9 + KEY_OCTETS + 64;

interface Row {
  readonly type: number;
  /** Of the payload. */
  readonly shortest: number;
  readonly longest: number;
}

/** What there is: anything else ends the connection. */
const FRAMES = {
  clientInfo: row(
    2,
    SHORTEST_INTRODUCTION,
    SHORTEST_INTRODUCTION + MAX_INFO_OCTETS,
  ),
  sendPacket: row(4, KEY_OCTETS, KEY_OCTETS + MAX_DATAGRAM_OCTETS),
  recvPacket: row(5, KEY_OCTETS, KEY_OCTETS + MAX_DATAGRAM_OCTETS),
  keepAlive: row(6, 0),
  notePreferred: row(7, 1),
  nodeGone: row(8, KEY_OCTETS),
  ping: row(12, 8),
  pong: row(13, 8),
  health: row(14, 0, MAX_TEXT_OCTETS),
  restarting: row(15, 8),
} as const satisfies Record<string, Row>;

export type FrameKind = keyof typeof FRAMES;

/** The payload may be part of a larger array that is used again: it is copied by who keeps it. */
export interface Frame {
  readonly kind: FrameKind;
  readonly payload: Uint8Array;
}

const KINDS: readonly (FrameKind | undefined)[] = Array.from(
  { length: 256 },
  (_, type) =>
    (Object.keys(FRAMES) as FrameKind[])
      .find((kind) => FRAMES[kind].type === type),
);

function row(type: number, shortest: number, longest = shortest): Row {
  return { type, shortest, longest };
}

/** What begins with these two; undefined if nothing may. */
export function frameKind(type: number, length: number): FrameKind | undefined {
  const kind = KINDS[type];
  if (kind === undefined) return undefined;
  const { shortest, longest } = FRAMES[kind];
  return length >= shortest && length <= longest ? kind : undefined;
}

/** A frame with its header, of a payload in pieces. */
export function encodeFrame(
  kind: FrameKind,
  ...parts: readonly Uint8Array[]
): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const octets = new Uint8Array(HEADER_OCTETS + length);
  octets[0] = FRAMES[kind].type;
  octets[1] = length >>> 24;
  octets[2] = length >>> 16;
  octets[3] = length >>> 8;
  octets[4] = length;
  let at = HEADER_OCTETS;
  for (const part of parts) {
    octets.set(part, at);
    at += part.length;
  }
  return octets;
}

/** Tells clients when to come back, and how long to try. */
export function encodeRestarting(
  reconnectInMs: number,
  tryForMs: number,
): Uint8Array<ArrayBuffer> {
  const payload = new Uint8Array(8);
  const view = new DataView(payload.buffer);
  view.setUint32(0, reconnectInMs);
  view.setUint32(4, tryForMs);
  return encodeFrame("restarting", payload);
}

/** The same frame as a message over WebSockets. */
export function messageOf(frame: Uint8Array): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(frame.length - HEADER_OCTETS + 1);
  message[0] = frame[0]!;
  message.set(frame.subarray(HEADER_OCTETS), 1);
  return message;
}

/** undefined if it is none. */
export function frameOfMessage(message: Uint8Array): Frame | undefined {
  const [type] = message;
  const kind = type === undefined
    ? undefined
    : frameKind(type, message.length - 1);
  return kind && { kind, payload: message.subarray(1) };
}
