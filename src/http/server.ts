/**
 * HTTP/1.1 on sockets that net/ accepted, answered by one function from
 * request to response. One exchange per connection: on sockets that it did not
 * accept itself, Deno's `node:http` serves no second one.
 *
 * @module
 */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import type { Clock, Timers } from "../base/clock.ts";
import { limitKey } from "../base/peer_address.ts";
import { sendResponse, toRequest } from "./exchange.ts";

/** Who asks, as the socket knows it. */
export interface HttpPeer {
  /** IP address without brackets. */
  readonly address: string;
  readonly secure: boolean;
}

export type HttpHandler = (
  request: Request,
  peer: HttpPeer,
) => Response | Promise<Response>;

export interface HttpServerOptions {
  readonly handler: HttpHandler;
  readonly clock: Clock;
  readonly timers: Pick<Timers, "every">;
  /** From one IPv4 address or one IPv6 network. */
  readonly maxPerAddress: number;
  reportBug(error: unknown): void;
}

const HEAD_TIMEOUT_MS = 10_000;
const EXCHANGE_TIMEOUT_MS = 120_000; // body and response together
const SWEEP_MS = 1000;
const MAX_HEAD_OCTETS = 16_384;
const MAX_FIELDS = 100; // each costs more than its octets

interface Connection {
  readonly peer: HttpPeer;
  /** Waiting for the request head, or in the middle of the exchange. */
  state: "new" | "exchange";
  sinceMs: number;
}

const LIMIT_MS: Record<Connection["state"], number> = {
  new: HEAD_TIMEOUT_MS,
  exchange: EXCHANGE_TIMEOUT_MS,
};

export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #server: Server;
  readonly #connections = new Map<Socket, Connection>();
  readonly #perAddress = new Map<string, number>();
  readonly #stopSweeping: () => void;
  #stopping = false;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#server = createServer(
      { maxHeaderSize: MAX_HEAD_OCTETS },
      (request, response) => void this.#exchange(request, response),
    );
    this.#server.on("clientError", (_error, socket) => {
      socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    });
    this.#stopSweeping = options.timers.every(SWEEP_MS, () => this.#sweep());
  }

  get connections(): number {
    return this.#connections.size;
  }

  get addresses(): number {
    return this.#perAddress.size;
  }

  /** Takes over a connected socket, after its TLS handshake if there is one. */
  serve(socket: Socket, peer: HttpPeer): void {
    const key = limitKey(peer.address);
    const count = (this.#perAddress.get(key) ?? 0) + 1;
    if (count > this.#options.maxPerAddress || this.#stopping) {
      socket.destroy();
      return;
    }
    this.#perAddress.set(key, count);
    this.#connections.set(socket, {
      peer,
      state: "new",
      sinceMs: this.#options.clock.monotonic(),
    });
    socket.once("close", () => this.#forget(socket, key));
    this.#server.emit("connection", socket);
  }

  /** Takes no further requests; ends at once what has not asked yet. */
  stop(): void {
    this.#stopping = true;
    this.#stopSweeping();
    for (const [socket, { state }] of this.#connections) {
      if (state === "new") socket.destroy();
    }
  }

  /** Ends what stop() left. */
  destroy(): void {
    for (const socket of this.#connections.keys()) socket.destroy();
  }

  async #exchange(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ): Promise<void> {
    const connection = this.#connections.get(incoming.socket);
    if (!connection) return void incoming.socket.destroy();
    connection.state = "exchange";
    connection.sinceMs = this.#options.clock.monotonic();
    try {
      await sendResponse(await this.#answer(incoming, connection), outgoing);
    } catch (error) {
      // The peer left, or sent what cannot be read; a bug was reported before.
      if (error instanceof TypeError) this.#options.reportBug(error);
      outgoing.destroy();
    }
  }

  async #answer(
    incoming: IncomingMessage,
    { peer }: Connection,
  ): Promise<Response> {
    if (incoming.rawHeaders.length > 2 * MAX_FIELDS) {
      return new Response("Too many header fields\n", { status: 431 }); // RFC 6585 §5
    }
    const request = toRequest(incoming, peer.secure);
    if (!request) return new Response("Bad request\n", { status: 400 });
    try {
      return await this.#options.handler(request, peer);
    } catch (error) {
      // Whoever leaves in the middle of the body has found no bug.
      const left = incoming.destroyed && !incoming.complete;
      if (!left) this.#options.reportBug(error);
      return new Response("Internal error\n", { status: 500 });
    }
  }

  #sweep(): void {
    const nowMs = this.#options.clock.monotonic();
    for (const [socket, { state, sinceMs }] of this.#connections) {
      if (nowMs - sinceMs > LIMIT_MS[state]) socket.destroy();
    }
  }

  #forget(socket: Socket, key: string): void {
    if (!this.#connections.delete(socket)) return;
    const left = (this.#perAddress.get(key) ?? 1) - 1;
    if (left > 0) this.#perAddress.set(key, left);
    else this.#perAddress.delete(key);
  }
}
