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
import type { DatagramLoop } from "./datagram_loop.ts";
import { encodeAddress, type Source } from "./socket_addresses.ts";

const MAX_DATAGRAM_OCTETS = 65_535;
/** Of what peers send: media and data channels keep below 1500, and each socket has a buffer. */
const MAX_RELAYED_OCTETS = 16_384;
const PAUSE_AFTER_FAILURE_MS = 10;
/** What 50 calls send in half a second. */
export const RECEIVE_BUFFER_OCTETS = 4 * 1024 * 1024;

/** Told of what only a mistake of ours throws. */
export type OnBug = (error: unknown) => void;

class UdpClient implements TurnPeer {
  readonly isStream = false;

  constructor(
    readonly key: string,
    readonly from: RelayTarget,
    readonly socket: RelaySocket,
  ) {}

  get address(): TransportAddress {
    const { hostname, port } = this.from;
    return { hostname: plainAddress(hostname), port };
  }

  send(octets: Uint8Array): Sent {
    return this.socket.send(octets, this.from);
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

/** A socket that clients send to. */
export class UdpListener {
  readonly #socket: RelaySocket;

  /**
   * @param loop Where there is one, it serves the socket.
   * @throws {Deno.errors} when the address cannot be bound
   */
  constructor(
    server: TurnServer,
    loop: DatagramLoop | undefined,
    onBug: OnBug,
    { hostname, port }: { readonly hostname: string; readonly port: number },
  ) {
    /** For as long as the loop knows who sent. */
    const known = new WeakMap<RelayTarget, UdpClient>();
    const clientAt = (from: RelayTarget) => {
      const key = `${hostname} ${from.hostname} ${from.port}`;
      return new UdpClient(key, from, this.#socket);
    };
    this.#socket = openSocket({
      loop,
      onBug,
      maxOctets: MAX_DATAGRAM_OCTETS,
      bind: () =>
        withReceiveBuffer(RECEIVE_BUFFER_OCTETS, () =>
          // beside that of all addresses there is one of each
          bind(hostname, port, true)),
      take: (buffer, size, from) => {
        let client = known.get(from);
        if (!client) known.set(from, client = clientAt(from));
        return server.receive(
          client,
          buffer.subarray(HEADROOM, HEADROOM + size),
        );
      },
    });
  }

  close(): void {
    this.#socket.close();
  }
}

interface SocketSource {
  readonly loop: DatagramLoop | undefined;
  readonly onBug: OnBug;
  /** A longer datagram is cut short. */
  readonly maxOctets: number;
  bind(): Deno.DatagramConn;
  /** As `RelayEvents.onDatagram`; a sender may be the same object again. */
  take(buffer: Uint8Array<ArrayBuffer>, size: number, from: RelayTarget): Sent;
}

/** By the C library where it can be, otherwise by Deno. */
function openSocket({ loop, bind, ...source }: SocketSource): RelaySocket {
  const opened = loop
    ? loop.add(bind, source.take, source.maxOctets)
    : { denied: bind() };
  if (!("denied" in opened)) {
    return {
      send: (octets, to) => {
        const address = addressFor(to);
        if (address) opened.send(octets, address);
        return undefined;
      },
      close: () => opened.close(),
    };
  }
  const socket = opened.denied;
  void readAll(socket, source);
  return {
    send: (octets, to) => sendQuietly(socket, octets, to),
    close: () => socket.close(),
  };
}

const addresses = new WeakMap<RelayTarget, Uint8Array<ArrayBuffer>>();

/** Made once for each target: a channel keeps its own, the loop who it knows. */
function addressFor(to: RelayTarget): Uint8Array<ArrayBuffer> | undefined {
  if ("octets" in to) return (to as Source).octets;
  let address = addresses.get(to);
  if (!address) {
    address = encodeAddress(to);
    if (address) addresses.set(to, address);
  }
  return address;
}

/** Until the socket is closed. */
async function readAll(
  socket: Deno.DatagramConn,
  { onBug, take, maxOctets }: Omit<SocketSource, "loop" | "bind">,
): Promise<void> {
  const whole = new Uint8Array(HEADROOM + maxOctets);
  const buffer = whole.subarray(HEADROOM);
  while (true) {
    try {
      const [{ length }, from] = await socket.receive(buffer);
      const sent = take(whole, length, from as RelayTarget);
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
  readonly #loop: DatagramLoop | undefined;
  readonly #onBug: OnBug;

  constructor(
    hosts: () => RelayHosts,
    loop: DatagramLoop | undefined,
    onBug: OnBug,
  ) {
    this.#hosts = hosts;
    this.#loop = loop;
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
      return openSocket({
        loop: this.#loop,
        onBug: this.#onBug,
        maxOctets: MAX_RELAYED_OCTETS,
        bind: () => bind(hostname, port),
        take: (buffer, size, from) => {
          if (size === MAX_RELAYED_OCTETS) return; // perhaps cut short
          return events.onDatagram(buffer, size, from.hostname, from.port);
        },
      });
    } catch (error) {
      // taken, no descriptor left, or the address is gone
      if (systemError(error)) return undefined;
      throw error;
    }
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
