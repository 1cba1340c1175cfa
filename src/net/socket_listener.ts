/**
 * A listener on `node:` sockets: plain, or with TLS from the first octet. Its
 * certificate is replaced in place.
 *
 * @module
 */
import { createServer, type Server, type Socket } from "node:net";
import {
  createServer as createTlsServer,
  type Server as TlsServer,
  type TLSSocket,
} from "node:tls";
import type { ConnectionCounts } from "./connection_counts.ts";
import type {
  KeyPair,
  ListenAddress,
  Listener,
  ListenerEvents,
} from "./listener.ts";
import { withOptionsAsync } from "./listening_options.ts";
import { plainAddress } from "../base/peer_address.ts";

const BACKLOG = 4096;

/** Bounds of what nobody has been told of yet. */
export interface Handshakes {
  readonly timeoutMs: number;
  /** Of those that are under way. */
  readonly counts: ConnectionCounts;
}

export interface SocketListenerOptions extends ListenerEvents {
  readonly address: ListenAddress;
  /** With one, TLS begins at once. */
  readonly keyPair?: KeyPair;
  readonly handshakes?: Handshakes;
  /** RFC 7301; none accepts whatever a client offers. */
  readonly alpn?: readonly string[];
  onSocket(socket: Socket | TLSSocket): void;
}

export class SocketListener implements Listener {
  readonly #options: SocketListenerOptions;
  #keyPair: KeyPair | undefined;
  #server: Server;
  #address: ListenAddress;
  readonly #handshaking = new Map<string, string>(); // addresses, by peer
  #accepted = 0;

  private constructor(options: SocketListenerOptions, server: Server) {
    this.#options = options;
    this.#keyPair = options.keyPair;
    this.#server = server;
    this.#address = boundAddress(server);
    this.#attach(server);
  }

  /** @throws {Error} with a `code` like EADDRINUSE when it cannot be bound */
  static async open(options: SocketListenerOptions): Promise<SocketListener> {
    const server = newServer(options, options.keyPair);
    await listen(server, options.address);
    return new SocketListener(options, server);
  }

  get address(): ListenAddress {
    return this.#address;
  }

  get accepted(): number {
    return this.#accepted;
  }

  replaceCertificate({ chainPem, keyPem }: KeyPair): void {
    this.#keyPair = { chainPem, keyPem };
    (this.#server as TlsServer).setSecureContext({
      cert: chainPem,
      key: keyPem,
    });
  }

  async reopen(): Promise<void> {
    await stop(this.#server);
    const server = newServer(this.#options, this.#keyPair);
    await listen(server, this.#address);
    this.#server = server;
    this.#attach(server);
  }

  close(): Promise<void> {
    return stop(this.#server);
  }

  #attach(server: Server): void {
    const { onSocket, onFault } = this.#options;
    server.on("connection", (socket) => {
      this.#accepted++;
      // Until a session listens itself, and for what comes after it.
      socket.on("error", () => {});
      if (!this.#keyPair) onSocket(socket);
      else if (!this.#startHandshake(socket)) socket.resetAndDestroy();
    });
    server.on("secureConnection", (socket: TLSSocket) => {
      socket.on("error", () => {});
      this.#endHandshake(peerOf(socket));
      onSocket(socket);
    });
    server.on("error", onFault);
    // A peer that fails the handshake is its own problem.
    server.on("tlsClientError", (_error: Error, socket: TLSSocket) => {
      socket.destroy();
    });
  }

  /** False if there are too many already. */
  #startHandshake(socket: Socket): boolean {
    const address = plainAddress(socket.remoteAddress);
    const counts = this.#options.handshakes?.counts;
    if (counts?.enter(address) === false) return false;
    const peer = peerOf(socket);
    this.#handshaking.set(peer, address);
    socket.once("close", () => this.#endHandshake(peer));
    return true;
  }

  #endHandshake(peer: string): void {
    const address = this.#handshaking.get(peer);
    if (address === undefined) return;
    this.#handshaking.delete(peer);
    this.#options.handshakes?.counts.leave(address);
  }
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function newServer(
  { alpn, handshakes }: SocketListenerOptions,
  keyPair: KeyPair | undefined,
): Server {
  if (!keyPair) return createServer({ noDelay: true });
  return createTlsServer({
    cert: keyPair.chainPem,
    key: keyPair.keyPem,
    ...(handshakes ? { handshakeTimeout: handshakes.timeoutMs } : {}),
    ...(alpn ? { ALPNProtocols: [...alpn] } : {}),
  });
}

function listen(server: Server, { hostname, port }: ListenAddress) {
  return withOptionsAsync(() =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host: hostname, port, backlog: BACKLOG }, () => {
        server.removeListener("error", reject);
        resolve();
      });
    })
  );
}

/** Resolves when it no longer listens, whatever is still connected. */
function stop(server: Server): Promise<void> {
  server.close();
  return Promise.resolve();
}

function boundAddress(server: Server): ListenAddress {
  const bound = server.address();
  if (bound === null || typeof bound === "string") {
    throw new TypeError("The server does not listen on TCP");
  }
  return { hostname: bound.address, port: bound.port };
}
