/**
 * A `node:` socket as a `Wire`: for ports with STARTTLS and for ALPN.
 *
 * @module
 */
import type { Socket } from "node:net";
import { type SecureContext, TLSSocket } from "node:tls";
import { END_GRACE_MS } from "./native_connection.ts";
import { plainAddress } from "../base/peer_address.ts";
import type { Wire } from "./wire.ts";

/** What STARTTLS serves: asked at each handshake, so that a renewed one is used. */
export type SecureContextSource = () => SecureContext;

export class SocketWire implements Wire {
  readonly peerAddress: string;
  readonly #gone = Promise.withResolvers<void>();
  #socket: Socket;
  #handshaking: TLSSocket | undefined;
  #ending: ReturnType<typeof setTimeout> | undefined;
  #secure: boolean;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(socket: Socket, readonly contexts: SecureContextSource) {
    this.#secure = socket instanceof TLSSocket;
    this.peerAddress = plainAddress(socket.remoteAddress);
    this.#socket = socket;
    socket.once("close", () => {
      clearTimeout(this.#ending);
      this.#gone.resolve();
    });
    if (socket.closed) this.#gone.resolve();
    this.#adopt(socket);
  }

  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  get secure(): boolean {
    return this.#secure;
  }

  async read(): Promise<Uint8Array | undefined> {
    while (true) {
      const octets = this.#socket.read() as Uint8Array | null;
      if (octets !== null) {
        return new Uint8Array(octets.buffer, octets.byteOffset, octets.length);
      }
      if (this.#failure) throw this.#failure;
      if (this.#socket.readableEnded || this.#socket.destroyed) {
        return undefined;
      }
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  write(octets: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(octets, (error) => error ? reject(error) : resolve());
    });
  }

  closeWrite(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.once("error", reject);
      this.#socket.end(() => {
        this.#socket.removeListener("error", reject);
        resolve();
      });
    });
  }

  async startTls(): Promise<void> {
    const plain = this.#socket;
    this.#release(plain);
    const secure = new TLSSocket(plain, {
      isServer: true,
      secureContext: this.contexts(),
    });
    this.#handshaking = secure;
    try {
      await new Promise<void>((resolve, reject) => {
        secure.once("secure", resolve);
        secure.once("error", reject);
        secure.once(
          "close",
          () => reject(new Error("The peer left the handshake")),
        );
      });
    } finally {
      this.#handshaking = undefined;
    }
    this.#socket = secure;
    this.#secure = true;
    this.#adopt(secure);
  }

  close(): void {
    if (this.#handshaking) return this.abort();
    if (this.#ending !== undefined) return;
    this.#ending = setTimeout(() => this.abort(), END_GRACE_MS);
    this.#socket.end(() => this.#socket.destroy());
  }

  abort(): void {
    // with RST: what the peer does not take would stay in the kernel's memory
    this.#handshaking?.destroy();
    this.#socket.resetAndDestroy();
  }

  readonly #onReadable = () => this.#signal();
  readonly #onClose = () => this.#signal();
  readonly #onError = (error: Error) => {
    this.#failure = error;
    this.#signal();
  };

  #signal(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #adopt(socket: Socket): void {
    socket.setNoDelay(true);
    socket.on("readable", this.#onReadable);
    socket.on("end", this.#onClose);
    socket.on("close", this.#onClose);
    socket.on("error", this.#onError);
  }

  #release(socket: Socket): void {
    socket.removeListener("readable", this.#onReadable);
    socket.removeListener("end", this.#onClose);
    socket.removeListener("close", this.#onClose);
    socket.removeListener("error", this.#onError);
  }
}
