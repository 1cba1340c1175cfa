/** A listener on `node:` sockets, which can upgrade to TLS later. @module */
import { createServer, type Server, type Socket } from "node:net";
import type { ListenAddress, Listener, ListenerEvents } from "./listener.ts";
import { withOptionsAsync } from "./listening_options.ts";

const BACKLOG = 4096;

export interface SocketListenerOptions extends ListenerEvents {
  readonly address: ListenAddress;
  /** Whether a peer that says it is done may still be written to; false: it is hung up on. */
  readonly allowHalfOpen?: boolean;
  /** Nobody else may have the port, not even another listener of ours. */
  readonly exclusive?: boolean;
  onSocket(socket: Socket): void;
}

export class SocketListener implements Listener {
  readonly #options: SocketListenerOptions;
  #server: Server;
  #address: ListenAddress;
  #accepted = 0;

  private constructor(options: SocketListenerOptions, server: Server) {
    this.#options = options;
    this.#server = server;
    this.#address = boundAddress(server);
    this.#attach(server);
  }

  /** @throws {Error} with a `code` like EADDRINUSE when it cannot be bound */
  static async open(options: SocketListenerOptions): Promise<SocketListener> {
    const server = newServer(options);
    await listen(server, options.address, options);
    return new SocketListener(options, server);
  }

  get address(): ListenAddress {
    return this.#address;
  }

  get accepted(): number {
    return this.#accepted;
  }

  async reopen(): Promise<void> {
    await stop(this.#server);
    const server = newServer(this.#options);
    await listen(server, this.#address, this.#options);
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
      onSocket(socket);
    });
    server.on("error", onFault);
  }
}

function newServer({ allowHalfOpen = false }: SocketListenerOptions): Server {
  return createServer({ noDelay: true, allowHalfOpen });
}

function listen(
  server: Server,
  { hostname, port }: ListenAddress,
  { exclusive = false }: SocketListenerOptions,
) {
  const options = {
    host: hostname,
    port,
    backlog: BACKLOG,
    reusePort: !exclusive,
  };
  return withOptionsAsync(() =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(options, () => {
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
