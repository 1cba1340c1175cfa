/**
 * For whom this machine connects to itself: a service that a tunnel leads to
 * counts and judges the peer at the tunnel's other end, not the loopback.
 *
 * @module
 */
import { isLoopback, plainAddress } from "../base/peer_address.ts";

interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** A connection to us, as we see it. */
export interface Incoming extends Endpoint {
  /** Our port: one of the peer's may lead to several of ours. */
  readonly to: number;
}

/** Whose nobody can tell yet. */
interface Waiting {
  readonly key: string;
  /** The last dial that it may be of. */
  readonly dial: number;
  tell(peer: string | undefined): void;
}

export class CarriedPeers {
  readonly #peers = new Map<string, string>();
  /** Those that have not returned, by their numbers, which only grow. */
  readonly #dials = new Set<number>();
  #lastDial = 0;
  #waiting: Waiting[] = [];

  /**
   * A connection that `dial` makes for this peer; it counts as the peer's until
   * `gone` resolves.
   *
   * @throws what `dial` throws
   */
  async carry<
    T extends {
      readonly local: Endpoint;
      readonly remote: Endpoint;
      readonly gone: Promise<void>;
    },
  >(peerAddress: string, dial: () => Promise<T>): Promise<T> {
    const number = ++this.#lastDial;
    this.#dials.add(number);
    try {
      const connection = await dial();
      const { local, remote } = connection;
      const key = keyOf({ ...local, to: remote.port });
      this.#peers.set(key, peerAddress);
      void connection.gone.then(() => this.#peers.delete(key));
      return connection;
    } finally {
      this.#dials.delete(number);
      this.#tellWaiting();
    }
  }

  /**
   * Tells whose a connection to us is: at once, unless it may be of a dial that
   * has not returned yet. undefined: it is its own.
   */
  whose(incoming: Incoming, tell: (peer: string | undefined) => void): void {
    if (!isLoopback(incoming.address)) return tell(undefined);
    const key = keyOf(incoming);
    const peer = this.#peers.get(key);
    if (peer !== undefined || this.#dials.size === 0) return tell(peer);
    this.#waiting.push({ key, dial: this.#lastDial, tell });
  }

  /** Those that are known now, and those that no dial can be of any more. */
  #tellWaiting(): void {
    const [oldest = Infinity] = this.#dials;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) {
      const peer = this.#peers.get(one.key);
      if (peer !== undefined || one.dial < oldest) one.tell(peer);
      else this.#waiting.push(one);
    }
  }
}

export function incomingOf({ remoteAddr, localAddr }: Deno.Conn): Incoming {
  const { hostname, port } = remoteAddr as Deno.NetAddr;
  return { address: hostname, port, to: (localAddr as Deno.NetAddr).port };
}

function keyOf({ address, port, to }: Incoming): string {
  return `${plainAddress(address)} ${port} ${to}`;
}
