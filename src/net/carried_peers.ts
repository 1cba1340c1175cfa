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

export class CarriedPeers {
  readonly #peers = new Map<string, string>();
  #dials = 0;
  #waiting: (() => void)[] = [];

  /**
   * A connection that `dial` makes for this peer; it counts as the peer's until
   * `gone` resolves.
   *
   * @throws what `dial` throws
   */
  async carry<
    T extends { readonly local: Endpoint; readonly gone: Promise<void> },
  >(peerAddress: string, dial: () => Promise<T>): Promise<T> {
    this.#dials++;
    try {
      const connection = await dial();
      const key = keyOf(connection.local);
      this.#peers.set(key, peerAddress);
      void connection.gone.then(() => this.#peers.delete(key));
      return connection;
    } finally {
      this.#dials--;
      if (this.#dials === 0) { for (const go of this.#waiting.splice(0)) go(); }
    }
  }

  /**
   * Tells whose a connection to us is: at once, unless it may be of a dial that
   * has not returned yet. undefined: it is its own.
   *
   * @param remote The other end of it
   */
  whose(remote: Endpoint, tell: (peer: string | undefined) => void): void {
    if (!isLoopback(remote.address)) return tell(undefined);
    const key = keyOf(remote);
    const peer = this.#peers.get(key);
    if (peer !== undefined || this.#dials === 0) return tell(peer);
    this.#waiting.push(() => tell(this.#peers.get(key)));
  }
}

function keyOf({ address, port }: Endpoint): string {
  return `${plainAddress(address)} ${port}`;
}
