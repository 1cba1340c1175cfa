/** What clients send to each other. @module */
import { KEY_OCTETS } from "./frames.ts";

export interface Datagram {
  /** Of whom it is for, or from. */
  readonly key: Uint8Array;
  readonly data: Uint8Array;
}

/** Of the payload of `sendPacket` or `recvPacket`. */
export function readDatagram(payload: Uint8Array): Datagram {
  return {
    key: payload.subarray(0, KEY_OCTETS),
    data: payload.subarray(KEY_OCTETS),
  };
}

const DISCO_MAGIC = [0x54, 0x53, 0xf0, 0x9f, 0x92, 0xac]; // "TS💬"
const SHORTEST_DISCO = DISCO_MAGIC.length + KEY_OCTETS;

/** By which clients look for a way to each other: few, small, and waited for. */
export function isDisco(data: Uint8Array): boolean {
  return data.length >= SHORTEST_DISCO &&
    DISCO_MAGIC.every((octet, index) => data[index] === octet);
}
