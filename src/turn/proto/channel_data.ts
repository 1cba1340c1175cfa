/** ChannelData messages (RFC 8656 §12.4): four octets before the data. @module */
import { padding } from "./message.ts";

export const CHANNEL_HEADER_OCTETS = 4;

/** RFC 8656 §12: 0x5000 and above are reserved; RFC 5766 §11 let clients have them. */
const FIRST_CHANNEL = 0x4000;
const LAST_CHANNEL = 0x7fff;

export function isChannelNumber(number: number): boolean {
  return number >= FIRST_CHANNEL && number <= LAST_CHANNEL;
}

/** Whether the octets begin as ChannelData does; the rest is not looked at. */
export function isChannelData(octets: Uint8Array): boolean {
  return octets[0]! >> 6 === 1;
}

export function channelOf(octets: Uint8Array): number {
  return octets[0]! << 8 | octets[1]!;
}

/** The data, as a view; undefined if less is there than is said. What follows is padding. */
export function channelPayload(octets: Uint8Array): Uint8Array | undefined {
  if (octets.length < CHANNEL_HEADER_OCTETS) return undefined;
  const end = CHANNEL_HEADER_OCTETS + (octets[2]! << 8 | octets[3]!);
  if (end > octets.length) return undefined;
  return octets.subarray(CHANNEL_HEADER_OCTETS, end);
}

/** Writes the header before `size` octets of data that stand from the fifth octet on. */
export function setChannelHeader(
  octets: Uint8Array,
  channel: number,
  size: number,
): void {
  octets[0] = channel >> 8;
  octets[1] = channel & 0xff;
  octets[2] = size >> 8;
  octets[3] = size & 0xff;
}

/** Padded to a multiple of four, as streams need it (RFC 8656 §12.5). */
export function encodeChannelData(
  channel: number,
  data: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(
    CHANNEL_HEADER_OCTETS + data.length + padding(data.length),
  );
  setChannelHeader(octets, channel, data.length);
  octets.set(data, CHANNEL_HEADER_OCTETS);
  return octets;
}
