/**
 * Holds back a peer that sends more than is read, on TLS over a `node:` socket.
 *
 * On Deno 2.8.3 `pause()` of a `TLSSocket` stops nothing: it goes on reading and
 * decrypting into memory, 75 MB/s from a peer that only sends, and an end that comes
 * meanwhile is never told. What can be stopped is the handle of the TCP socket
 * below, which has no public name.
 *
 * @module
 */
import type { Socket } from "node:net";

interface ReadingHandle {
  readStart(): number;
  readStop(): number;
}

export class SocketFlow {
  readonly #transport: Socket;
  #held = false;

  /** @param transport The TCP socket below TLS. */
  constructor(transport: Socket) {
    this.#transport = transport;
  }

  /** Nothing is read any more, beyond what has been already. */
  hold(): void {
    if (this.#held) return;
    this.#held = true;
    handleOf(this.#transport)?.readStop();
  }

  /** Reads on. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    if (!this.#transport.destroyed) handleOf(this.#transport)?.readStart();
  }
}

/** undefined where the runtime has no such thing: then it is up to its own ways. */
function handleOf(socket: Socket): ReadingHandle | undefined {
  const { _handle: handle } = socket as unknown as {
    _handle?: Partial<ReadingHandle> | null;
  };
  return handle?.readStart && handle.readStop
    ? handle as ReadingHandle
    : undefined;
}
