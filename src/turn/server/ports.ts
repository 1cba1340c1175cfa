/** The sockets that a TURN server works with; app/ passes them in. @module */
import type { Family, TransportAddress } from "../proto/address.ts";

/** Undefined when it is done at once; otherwise who sends on waits for it. Never rejects. */
export type Sent = Promise<void> | undefined;

/** The other end of a 5-tuple (RFC 8656 §2). */
export interface TurnPeer {
  /** Of this 5-tuple alone. */
  readonly key: string;
  readonly address: TransportAddress;
  /** Over TCP or TLS: messages are padded, and end with the connection. */
  readonly isStream: boolean;
  /** The octets may be written over once it is done. */
  send(octets: Uint8Array): Sent;
}

/** Where a relayed address sends to, in the form that its socket takes. */
export interface RelayTarget {
  readonly transport: "udp";
  readonly hostname: string;
  readonly port: number;
}

export interface RelaySocket {
  send(octets: Uint8Array, to: RelayTarget): Sent;
  close(): void;
}

/** Octets before those of a datagram, for the header that goes before them. */
export const HEADROOM = 4;

export interface RelayEvents {
  /**
   * @param buffer Holds the datagram from `HEADROOM` on; it is written over
   * once the result is done.
   */
  onDatagram(
    buffer: Uint8Array,
    size: number,
    hostname: string,
    port: number,
  ): Sent;
}

export interface RelaySockets {
  /** undefined when the system does not give it, because somebody has the port or otherwise. */
  open(
    family: Family,
    port: number,
    events: RelayEvents,
  ): RelaySocket | undefined;
}
