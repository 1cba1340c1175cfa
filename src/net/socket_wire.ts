/**
 * A `node:` socket as a `Wire`: for ports that begin in clear, and for what we
 * connect to.
 *
 * A peer that sends more than is read waits: see `SocketFlow`.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { plainAddress } from "../base/peer_address.ts";
import { END_GRACE_MS } from "./native_connection.ts";
import { inTurn } from "./loop/event_loop.ts";
import type { Meter } from "../observe/traffic.ts";
import { SocketFlow } from "./socket_flow.ts";
import type { TlsUpgrade } from "./tls_upgrade.ts";
import type { Wire } from "./wire.ts";

export class SocketWire implements Wire {
  readonly peerAddress: string;
  readonly #gone = Promise.withResolvers<void>();
  #meter: Meter | undefined;
  #socket: Socket;
  #flow: SocketFlow | undefined; // undefined in clear, where streams know how to wait
  readonly #arrived: Uint8Array[] = []; // over TLS, and not yet read
  #handshaking: TLSSocket | undefined;
  #ending: ReturnType<typeof setTimeout> | undefined;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  /**
   * @param socket In clear.
   * @param meter Of what protocols read and write.
   * @param carriedFor Whose it is, if a service of ours made it for somebody else.
   */
  constructor(
    socket: Socket,
    readonly upgrade: TlsUpgrade,
    meter?: Meter,
    carriedFor?: string,
  ) {
    this.peerAddress = carriedFor ?? plainAddress(socket.remoteAddress);
    this.#socket = socket;
    this.#meter = meter;
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
    return this.#flow !== undefined;
  }

  countAs(meter: Meter): void {
    this.#meter = meter;
  }

  /** All that was written is with the kernel, and no handshake is under way. */
  get isSettled(): boolean {
    return !this.#handshaking && this.#socket.writableLength === 0;
  }

  /** Octets that are here and that read() has not given yet. */
  get arrivedOctets(): number {
    return this.#arrived.reduce(
      (sum, { length }) => sum + length,
      this.#socket.readableLength,
    );
  }

  async read(): Promise<Uint8Array | undefined> {
    while (true) {
      const octets = this.#take();
      if (octets) {
        if (this.#meter) this.#meter.received += octets.length;
        const { buffer, byteOffset, length } = octets;
        return inTurn(new Uint8Array(buffer, byteOffset, length));
      }
      if (this.#failure) throw this.#failure;
      if (this.#socket.readableEnded || this.#socket.destroyed) {
        return undefined;
      }
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  /**
   * Frees its memory at once. What the runtime reads is memory that the collector
   * does not know to be pressing: 40 MB of it stay from a message of 30.
   */
  release({ buffer, byteLength }: Uint8Array): void {
    const isAll = buffer.byteLength === byteLength; // else others may be in it
    if (isAll && buffer instanceof ArrayBuffer) buffer.transfer(0);
  }

  write(octets: Uint8Array): Promise<void> {
    if (this.#meter) this.#meter.sent += octets.length;
    const written = new Promise<void>((resolve, reject) => {
      this.#socket.write(octets, (error) => error ? reject(error) : resolve());
    });
    return written.then(inTurn);
  }

  async closeWrite(): Promise<void> {
    const socket = this.#socket;
    if (socket.destroyed) throw new Error("The connection is over");
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onClose = () => reject(new Error("The connection has ended"));
    socket.once("error", reject);
    socket.once("close", onClose);
    socket.end(resolve);
    try {
      await promise;
    } finally {
      socket.removeListener("error", reject);
      socket.removeListener("close", onClose);
    }
  }

  async startTls(last?: Uint8Array): Promise<void> {
    const plain = this.#socket;
    // Sent in clear, it would be trusted once TLS is on (RFC 3207 §6).
    if (plain.readableLength > 0) {
      throw new Error("The peer sent something before the handshake");
    }
    if (last) plain.write(last);
    this.#release(plain);
    const { event } = this.upgrade;
    const secure = this.upgrade.begin(plain);
    this.#handshaking = secure;
    secure.allowHalfOpen = plain.allowHalfOpen;
    try {
      await new Promise<void>((resolve, reject) => {
        secure.once(event, resolve);
        secure.on("error", reject); // stays: it may not be the last one
        secure.once(
          "close",
          () => reject(new Error("The peer left the handshake")),
        );
      });
    } finally {
      this.#handshaking = undefined;
    }
    this.#socket = secure;
    this.#flow = new SocketFlow(plain);
    this.#adopt(secure);
    this.upgrade.check(secure);
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

  #take(): Uint8Array | undefined {
    if (!this.#flow) return this.#socket.read() ?? undefined;
    const octets = this.#arrived.shift();
    if (this.#arrived.length === 0) this.#flow.release();
    return octets;
  }

  readonly #onReadable = () => this.#signal();
  readonly #onData = (octets: Uint8Array) => {
    this.#arrived.push(octets);
    if (this.#wake) this.#signal();
    else this.#flow?.hold();
  };
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
    if (this.#flow) socket.on("data", this.#onData);
    else socket.on("readable", this.#onReadable);
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
