/**
 * UDP of the TURN thread: sockets that clients send to, and one for each relayed
 * address. A datagram is read when the one before it has been sent on, so that
 * none is kept in memory of ours.
 *
 * @module
 */
import { plainAddress } from "../../base/peer_address.ts";
import { withReceiveBuffer } from "../../net/listening_options.ts";
import { systemError } from "../../base/system_errors.ts";
import type { Family, TransportAddress } from "../../turn/proto/address.ts";
import {
  HEADROOM,
  type RelayEvents,
  type RelaySocket,
  type RelaySockets,
  type RelayTarget,
  type Sent,
  type TurnPeer,
} from "../../turn/server/ports.ts";
import type { TurnServer } from "../../turn/server/server.ts";

const MAX_DATAGRAM_OCTETS = 65_535;
/** Of what peers send: media and data channels keep below 1500, and each socket has a buffer. */
const MAX_RELAYED_OCTETS = 16_384;
const PAUSE_AFTER_FAILURE_MS = 10;
/** What 50 calls send in half a second. */
const RECEIVE_BUFFER_OCTETS = 4 * 1024 * 1024;

/** Told of what only a mistake of ours throws. */
export type OnBug = (error: unknown) => void;

class UdpClient implements TurnPeer {
  readonly isStream = false;

  constructor(
    readonly key: string,
    readonly socket: Deno.DatagramConn,
    readonly from: RelayTarget,
  ) {}

  get address(): TransportAddress {
    const { hostname, port } = this.from;
    return { hostname: plainAddress(hostname), port };
  }

  send(octets: Uint8Array): Sent {
    return sendQuietly(this.socket, octets, this.from);
  }
}

/**
 * To be asked of all addresses before any of them is listened at: sockets that
 * share a port would not notice another program, and this would notice them.
 *
 * @throws {Deno.errors} when another program has the port
 */
export function checkUnused(hostname: string, port: number): void {
  bind(hostname, port).close();
}

/** Several sockets on one port share its clients, and each has a buffer of the kernel's. */
export class UdpListener {
  readonly #sockets: readonly Deno.DatagramConn[];

  /** @throws {Deno.errors} when the address cannot be bound */
  constructor(
    server: TurnServer,
    onBug: OnBug,
    { hostname, port, count }: {
      readonly hostname: string;
      readonly port: number;
      readonly count: number;
    },
  ) {
    const sockets: Deno.DatagramConn[] = [];
    try {
      withReceiveBuffer(RECEIVE_BUFFER_OCTETS, () => {
        for (let opened = 0; opened < count; opened++) {
          sockets.push(bind(hostname, port, true));
        }
      });
    } catch (error) {
      sockets.forEach((socket) => socket.close());
      throw error;
    }
    this.#sockets = sockets;
    for (const socket of sockets) void serve(socket, hostname, server, onBug);
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }
}

async function serve(
  socket: Deno.DatagramConn,
  bound: string,
  server: TurnServer,
  onBug: OnBug,
): Promise<void> {
  const buffer = new Uint8Array(MAX_DATAGRAM_OCTETS);
  await readAll(socket, buffer, onBug, (octets, from) => {
    const key = `${bound} ${from.hostname} ${from.port}`;
    const client = server.clientOf(key) ?? new UdpClient(key, socket, from);
    return server.receive(client, octets);
  });
}

/** Until the socket is closed. */
async function readAll(
  socket: Deno.DatagramConn,
  buffer: Uint8Array,
  onBug: OnBug,
  take: (octets: Uint8Array, from: RelayTarget) => Sent,
): Promise<void> {
  while (true) {
    try {
      const [octets, from] = await socket.receive(buffer);
      const sent = take(octets, from as RelayTarget);
      if (sent) await sent;
    } catch (error) {
      if (error instanceof Deno.errors.BadResource) return; // closed
      if (error instanceof Deno.errors.Interrupted) return; // closed as it waited
      onBug(error);
      await new Promise((resolve) =>
        setTimeout(resolve, PAUSE_AFTER_FAILURE_MS)
      );
    }
  }
}

/** Datagrams get lost: one that cannot be sent is no different. */
async function sendQuietly(
  socket: Deno.DatagramConn,
  octets: Uint8Array,
  to: RelayTarget,
): Promise<void> {
  try {
    await socket.send(octets, to);
  } catch {
    // the peer cannot be reached from here, or the socket was closed
  }
}

/** Where relayed addresses are bound, by family. */
export type RelayHosts = Readonly<Partial<Record<Family, string>>>;

export class UdpRelaySockets implements RelaySockets {
  readonly #hosts: () => RelayHosts;
  readonly #onBug: OnBug;

  constructor(hosts: () => RelayHosts, onBug: OnBug) {
    this.#hosts = hosts;
    this.#onBug = onBug;
  }

  open(
    family: Family,
    port: number,
    events: RelayEvents,
  ): RelaySocket | undefined {
    const hostname = this.#hosts()[family];
    if (hostname === undefined) return undefined;
    try {
      const socket = bind(hostname, port);
      void this.#relay(socket, events);
      return {
        port,
        send: (octets, to) => sendQuietly(socket, octets, to),
        close: () => socket.close(),
      };
    } catch (error) {
      // taken, no descriptor left, or the address is gone
      if (systemError(error)) return undefined;
      throw error;
    }
  }

  async #relay(socket: Deno.DatagramConn, events: RelayEvents): Promise<void> {
    const whole = new Uint8Array(HEADROOM + MAX_RELAYED_OCTETS);
    const buffer = whole.subarray(HEADROOM);
    await readAll(socket, buffer, this.#onBug, ({ length }, from) => {
      if (length === MAX_RELAYED_OCTETS) return; // perhaps cut short
      return events.onDatagram(whole, length, from.hostname, from.port);
    });
  }
}

function bind(
  hostname: string,
  port: number,
  reuseAddress = false,
): Deno.DatagramConn {
  return Deno.listenDatagram({
    transport: "udp",
    hostname,
    port,
    reuseAddress,
  });
}
