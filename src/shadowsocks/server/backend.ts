/** What Shadowsocks needs of the relay; app/ passes the real thing in. @module */
import type { Access } from "../proto/share_link.ts";
import type { Aead } from "./aead.ts";
import type { Wire } from "./wire.ts";

export interface ShadowsocksBackend {
  /** What clients have to know; asked for each connection. undefined: nobody can know it. */
  access(): Access | undefined;
  /** What the octets of a connection are sealed and opened with. */
  aead(): Aead;
  /** Asked for each connection. */
  limits(): ShadowsocksLimits;
  /**
   * A connection to a service of ours that counts as the peer's own; undefined
   * if none may be had there.
   */
  reach(port: number, peerAddress: string): Promise<Wire | undefined>;
}

export interface ShadowsocksLimits {
  /** For a request to arrive. */
  readonly handshakeMs: number;
  /** Without an octet in either direction. */
  readonly idleMs: number;
}
