/**
 * What tunnels lead to: our own services, whatever a client calls us. No name is
 * looked up, and no other machine is ever connected to.
 *
 * @module
 */
import {
  LISTENER_NAMES,
  type ListenerProtocol,
  listenerRow,
} from "../../config/listener_table.ts";
import type { CarriedPeers } from "../../net/carried_peers.ts";
import type { ListenAddress } from "../../net/listener.ts";
import { NativeConnection } from "../../net/native_connection.ts";
import { NativeWire } from "../../net/native_wire.ts";
import type { Wire } from "../../net/wire.ts";
import type { ServiceListeners } from "../service_listeners.ts";

const LOOPBACK = "127.0.0.1";
const DIAL_MS = 5000; // to ourselves
const READ_OCTETS = 4096;

/** What clients use. Not what takes mail of strangers, nor a tunnel's own port. */
const FOR_CLIENTS: Readonly<Record<ListenerProtocol, boolean>> = {
  mx: false,
  submission: true,
  imap: true,
  http: true,
  turn: true,
  shadowsocks: false,
};

export interface OwnServicesParts {
  readonly listeners: Pick<ServiceListeners, "bound">;
  readonly carried: CarriedPeers;
  /** Ports of this machine in place of those of our services; empty: ours. */
  allowedPorts(): readonly number[];
}

export class OwnServices {
  readonly #parts: OwnServicesParts;

  constructor(parts: OwnServicesParts) {
    this.#parts = parts;
  }

  /** A connection for this peer; undefined if there is nothing for it. */
  async reach(port: number, peerAddress: string): Promise<Wire | undefined> {
    const at = this.#where(port);
    if (!at) return undefined;
    try {
      const connection = await this.#parts.carried.carry(
        peerAddress,
        async () => {
          const signal = AbortSignal.timeout(DIAL_MS);
          const conn = await Deno.connect({ ...at, signal });
          conn.setNoDelay(true);
          return new NativeConnection(conn);
        },
      );
      return new NativeWire(connection, READ_OCTETS);
    } catch {
      return undefined; // nobody is there now
    }
  }

  /** Whether clients may have a connection there, and somebody listens. */
  leadsTo(port: number): boolean {
    return this.#where(port) !== undefined;
  }

  #where(port: number): ListenAddress | undefined {
    const bound = LISTENER_NAMES.flatMap((name) =>
      this.#parts.listeners.bound(name).map((at) => ({ name, at }))
    ).find(({ at }) => at.port === port);
    const allowed = this.#parts.allowedPorts();
    if (allowed.length > 0) {
      if (!allowed.includes(port)) return undefined;
      return bound ? reachable(bound.at) : { hostname: LOOPBACK, port };
    }
    return bound && FOR_CLIENTS[listenerRow(bound.name).protocol]
      ? reachable(bound.at)
      : undefined;
  }
}

function reachable({ hostname, port }: ListenAddress): ListenAddress {
  const isEvery = hostname === "::" || hostname === "0.0.0.0";
  return { hostname: isEvery ? LOOPBACK : hostname, port };
}
