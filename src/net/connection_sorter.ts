/**
 * Looks at what connections to a TLS port begin with, before TLS does: some are
 * for somebody else than the service of that port. All others are joined with a
 * second port of the service, on the loopback, octet by octet; there they count
 * as the peer's.
 *
 * Nothing is decrypted here, and what is refused is refused by the service, as if
 * nobody had looked.
 *
 * @module
 */
import type { Clock, Timers } from "../base/clock.ts";
import { GatheredOctets } from "../base/gathered_octets.ts";
import { type CarriedPeers, incomingOf } from "./carried_peers.ts";
import {
  ConnectionCounts,
  type ConnectionLimits,
} from "./connection_counts.ts";
import { joinWires } from "./joined_wires.ts";
import type { ListenAddress } from "./listener.ts";
import { NativeConnection } from "./native_connection.ts";
import { NativeWire } from "./native_wire.ts";
import type { Wire } from "./wire.ts";

/** Whose one connection is, as far as it has been heard. */
export interface Beginning {
  /** undefined: more has to be heard; else who takes it to its end. */
  push(
    octets: Uint8Array,
  ): "service" | ((wire: Wire) => Promise<void>) | undefined;
}

/** As `NativeListener` has it, which accepts and closes. */
export interface Sorter {
  /**
   * Resolves when it is known whose it is: true if the service has one more
   * connection. Never rejects.
   *
   * @param service Where the service takes it.
   */
  sort(connection: Deno.TcpConn, service: ListenAddress): Promise<boolean>;
}

export interface ConnectionSorterOptions {
  readonly carried: CarriedPeers;
  readonly clock: Clock;
  readonly timers: Pick<Timers, "every">;
  /** Of those that have not said enough; asked at each. */
  limits(): ConnectionLimits & { readonly patienceMs: number };
  /** For one more. */
  beginning(): Beginning;
  /** Whether there is room for the descriptors of one more. */
  hasRoom(): boolean;
  /** A descriptor that is used until then. */
  hold(gone: Promise<void>): void;
  /** One was too many. */
  onRefused(): void;
}

const READ_OCTETS = 2048; // most ClientHellos fit in
const DIAL_MS = 5000; // to ourselves
const PATIENCE = { takeMs: 60_000, stayMs: 5000 };

export class ConnectionSorter implements Sorter {
  readonly #options: ConnectionSorterOptions;
  readonly #counts: ConnectionCounts;
  readonly #unsorted = new Set<NativeConnection>();

  constructor(options: ConnectionSorterOptions) {
    this.#options = options;
    this.#counts = new ConnectionCounts(() => options.limits());
  }

  async sort(
    conn: Deno.TcpConn,
    service: ListenAddress,
  ): Promise<boolean> {
    const { hasRoom, hold, limits, onRefused } = this.#options;
    if (!hasRoom()) {
      conn.close();
      return false;
    }
    const connection = new NativeConnection(conn, await this.#peerOf(conn));
    hold(connection.gone);
    const { address } = connection.remote;
    if (!this.#counts.enter(address)) {
      onRefused();
      connection.abort();
      return false;
    }
    const limit = setTimeout(() => connection.abort(), limits().patienceMs);
    this.#unsorted.add(connection);
    try {
      return await this.#lead(connection, service);
    } catch {
      connection.abort(); // it is lost, or has broken off
      return false;
    } finally {
      clearTimeout(limit);
      this.#unsorted.delete(connection);
      this.#counts.leave(address);
    }
  }

  /** Ends those that have not said enough yet. */
  shutdown(): void {
    for (const connection of this.#unsorted) connection.abort();
  }

  #peerOf(conn: Deno.TcpConn): Promise<string | undefined> {
    return new Promise((resolve) =>
      this.#options.carried.whose(incomingOf(conn), resolve)
    );
  }

  async #lead(
    connection: NativeConnection,
    service: ListenAddress,
  ): Promise<boolean> {
    const wire = new NativeWire(connection, READ_OCTETS);
    const beginning = this.#options.beginning();
    const head = new GatheredOctets();
    for (;;) {
      const octets = await wire.read();
      if (!octets) {
        wire.close(); // it has said too little, and says no more
        return false;
      }
      head.add(octets);
      const taker = beginning.push(octets);
      if (taker === undefined) continue;
      if (taker === "service") {
        await this.#join(wire, head.octets, service);
        return true;
      }
      await taker(wire);
      wire.close();
      return false;
    }
  }

  async #join(
    wire: Wire,
    head: Uint8Array,
    { hostname, port }: ListenAddress,
  ): Promise<void> {
    const { carried, hold, clock, timers } = this.#options;
    const inner = await carried.carry(wire.peerAddress, async () => {
      const signal = AbortSignal.timeout(DIAL_MS);
      const conn = await Deno.connect({ hostname, port, signal });
      conn.setNoDelay(true);
      return new NativeConnection(conn);
    });
    hold(inner.gone);
    const service = new NativeWire(inner, READ_OCTETS);
    await service.write(head);
    // who is silent for too long is known to the service; who is there when it has given up is not
    void joinWires(wire, service, { patience: PATIENCE, clock, timers });
  }
}
