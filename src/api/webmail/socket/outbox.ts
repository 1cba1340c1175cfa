/**
 * What waits to be sent to one client, and no more than so much: who does not
 * take what it asked for is told to come again.
 *
 * @module
 */
import type { WebSocketPeer } from "../../../http/server/web_socket_peer.ts";

const MAX_QUEUED = 8 * 1024 * 1024;

export interface OutboxOwner {
  /** Something was too much. */
  onFull(): void;
}

export class Outbox {
  readonly #peer: WebSocketPeer;
  readonly #owner: OutboxOwner;
  readonly #maxQueued: number;
  #queued = 0;
  #isClosed = false;
  /** Of those who wait until nothing does. */
  #waiting: (() => void)[] | undefined;

  constructor(
    peer: WebSocketPeer,
    owner: OutboxOwner,
    maxQueued = MAX_QUEUED,
  ) {
    this.#peer = peer;
    this.#owner = owner;
    this.#maxQueued = maxQueued;
  }

  get queued(): number {
    return this.#queued;
  }

  /** One alone may be as large as it is. */
  push(frame: string): void {
    if (this.#isClosed) return;
    const size = frame.length;
    if (this.#queued > 0 && this.#queued + size > this.#maxQueued) {
      this.close();
      return this.#owner.onFull();
    }
    this.#queued += size;
    const sent = () => {
      this.#queued -= size;
      if (this.#queued === 0) this.#wake();
    };
    this.#peer.send(frame).then(sent, () => {
      sent();
      this.close(); // the connection is lost
    });
  }

  /** Resolves when nothing waits, or nothing is sent any more. */
  async drained(): Promise<void> {
    while (this.#queued > 0 && !this.#isClosed) {
      await new Promise<void>((resolve) =>
        (this.#waiting ??= []).push(resolve)
      );
    }
  }

  /** Nothing is sent from now on. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    for (const resolve of waiting ?? []) resolve();
  }
}
