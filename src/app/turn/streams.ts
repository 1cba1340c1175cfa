/**
 * TCP and TLS of the TURN thread. A connection without an allocation ends soon;
 * one whose peer reads too slowly loses what does not fit, as datagrams do.
 *
 * @module
 */
import { plainAddress } from "../../base/peer_address.ts";
import type { TransportAddress } from "../../turn/proto/address.ts";
import { TurnReceiver } from "../../turn/proto/receiver.ts";
import type { TurnPeer } from "../../turn/server/ports.ts";
import type { TurnServer } from "../../turn/server/server.ts";
import { ConnectionCounts } from "../../net/connection_counts.ts";
import type { OnBug } from "./udp.ts";

const READ_OCTETS = 16_384;
const MAX_WAITING_OCTETS = 256 * 1024;
const IDLE_MS = 60_000;
const LIMITS = { total: 4000, perAddress: 100 };

class StreamClient implements TurnPeer {
  readonly isStream = true;
  readonly address: TransportAddress;
  readonly startedMs = performance.now();
  #waitingOctets = 0;
  #written: Promise<void> = Promise.resolve();

  constructor(readonly key: string, readonly connection: Deno.Conn) {
    const { hostname, port } = connection.remoteAddr as Deno.NetAddr;
    this.address = { hostname: plainAddress(hostname), port };
  }

  /** Nobody waits for it: what others send to this client would wait too. */
  send(octets: Uint8Array): undefined {
    if (this.#waitingOctets + octets.length > MAX_WAITING_OCTETS) return;
    this.#waitingOctets += octets.length;
    this.#written = this.#written.then(() => this.#write(octets));
  }

  close(): void {
    try {
      this.connection.close();
    } catch {
      // it was closed before
    }
  }

  async #write(octets: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < octets.length;) {
        at += await this.connection.write(octets.subarray(at));
      }
    } catch {
      this.close();
    }
    this.#waitingOctets -= octets.length;
  }
}

export class TurnStreams {
  readonly #server: TurnServer;
  readonly #onBug: OnBug;
  readonly #counts = new ConnectionCounts(() => LIMITS);
  readonly #clients = new Set<StreamClient>();
  #nextId = 0;

  constructor(server: TurnServer, onBug: OnBug) {
    this.#server = server;
    this.#onBug = onBug;
  }

  /** Serves a connection to its end. */
  async serve(connection: Deno.Conn): Promise<void> {
    const client = new StreamClient(`stream ${this.#nextId++}`, connection);
    const { hostname } = client.address;
    if (!this.#counts.enter(hostname)) return client.close();
    this.#clients.add(client);
    try {
      await this.#read(client);
    } catch (error) {
      this.#onBug(error);
    }
    this.#server.gone(client);
    client.close();
    this.#clients.delete(client);
    this.#counts.leave(hostname);
  }

  /** To be called about once a second. */
  sweep(): void {
    const nowMs = performance.now();
    for (const client of this.#clients) {
      if (nowMs - client.startedMs < IDLE_MS) continue;
      if (this.#server.clientOf(client.key) === undefined) client.close();
    }
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }

  async #read(client: StreamClient): Promise<void> {
    const receiver = new TurnReceiver();
    const buffer = new Uint8Array(READ_OCTETS);
    while (true) {
      const size = await readOrEnd(client.connection, buffer);
      if (size === null) return;
      receiver.push(buffer.subarray(0, size));
      for (let input = receiver.next(); input; input = receiver.next()) {
        if (input.kind === "fault") return;
        const sent = this.#server.receive(client, input.octets);
        if (sent) await sent;
      }
    }
  }
}

async function readOrEnd(
  connection: Deno.Conn,
  buffer: Uint8Array<ArrayBuffer>,
): Promise<number | null> {
  try {
    return await connection.read(buffer);
  } catch {
    return null; // it was reset, closed by us, or no TLS
  }
}
