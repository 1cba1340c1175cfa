/**
 * WebSockets (RFC 6455) on connections that began as HTTP: `npm:ws` speaks the
 * protocol, this module gives it the connection and takes its events.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
// @ts-types="@types/ws"
import { type WebSocket, WebSocketServer } from "ws";
import type { Timers } from "../../base/clock.ts";
import type { Takeover } from "./upgrade.ts";
import { WireStream } from "./wire_stream.ts";

export interface WebSocketOptions {
  readonly maxMessageOctets: number;
  /** Subprotocols that we speak, in order of preference; without any, none is agreed on. */
  readonly subprotocols?: readonly string[];
  readonly timers: Pick<Timers, "every">;
  /** Said when the server stops (RFC 6455 §7.4.1); going away, if nothing else. */
  readonly stopCode?: number;
}

/**
 * A WebSocket as its route sees it: messages one after another, with
 * back-pressure both ways. While a message waits to be received, nothing more is
 * read, so a route has always somebody who receives.
 */
export interface WebSocketPeer {
  readonly subprotocol: string;
  /** Text as a string; undefined at the end, however it came. */
  receive(): Promise<string | Uint8Array | undefined>;
  /** Resolves when it is handed on. @throws {Error} when the connection is lost */
  send(message: string | Uint8Array): Promise<void>;
  /** @param code RFC 6455 §7.4 */
  close(code: number, reason?: string): void;
}

/** A peer that neither answers a ping nor takes anything between two of them has left. */
const PING_MS = 30_000;
const GOING_AWAY = 1001;
const NORMAL = 1000;

/** The connection is a WebSocket until `run` or the peer ends it; ours ends when the server stops. */
export function webSocketTakeover(
  options: WebSocketOptions,
  run: (peer: WebSocketPeer) => Promise<void>,
): Takeover {
  // of the request nothing is held while it runs
  return ({ request, wire, stopping }) => {
    const stream = new WireStream(wire);
    const closed = new Promise<void>((resolve) =>
      stream.once("close", resolve)
    );
    const socket = accept(request, stream, options);
    if (!socket) return closed; // refused, in the answer
    const peer = new Peer(socket, () => stream.arrived);
    return drive(peer, socket, { closed, stopping, options, run });
  };
}

async function drive(
  peer: Peer,
  socket: WebSocket,
  { closed, stopping, options, run }: {
    readonly closed: Promise<void>;
    readonly stopping: AbortSignal;
    readonly options: WebSocketOptions;
    run(peer: WebSocketPeer): Promise<void>;
  },
): Promise<void> {
  const stop = () => peer.close(options.stopCode ?? GOING_AWAY);
  stopping.addEventListener("abort", stop);
  const stopPinging = options.timers.every(PING_MS, () => peer.ping());
  try {
    await run(peer);
    peer.close(NORMAL);
  } catch (error) {
    if (socket.readyState !== socket.OPEN) return; // the peer has left
    socket.terminate();
    throw error;
  } finally {
    await closed;
    stopPinging();
    stopping.removeEventListener("abort", stop);
  }
}

const VERSION = "13";

/** Why a request is none for a WebSocket that we speak (RFC 6455 §4.2.1, §4.4). */
export function handshakeFault({ headers }: Request): Response | undefined {
  const version = headers.get("sec-websocket-version");
  if (version !== null && version !== VERSION) {
    return new Response(null, {
      status: 400,
      headers: { "sec-websocket-version": VERSION },
    });
  }
  return version === null || !headers.has("sec-websocket-key")
    ? new Response(null, { status: 400 })
    : undefined;
}

/** undefined if the request asks for no WebSocket that we speak. */
function accept(
  request: Request,
  stream: WireStream,
  { maxMessageOctets, subprotocols }: WebSocketOptions,
): WebSocket | undefined {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxMessageOctets,
    handleProtocols: (offered: ReadonlySet<string>) =>
      subprotocols?.find((one) => offered.has(one)) ?? false,
  });
  const asked = {
    method: request.method,
    url: request.url,
    headers: Object.fromEntries(request.headers),
  } as unknown as IncomingMessage; // all that ws reads of it
  let accepted: WebSocket | undefined;
  server.handleUpgrade(
    asked,
    stream,
    Buffer.alloc(0),
    (socket: WebSocket) => accepted = socket,
  );
  return accepted;
}

class Peer implements WebSocketPeer {
  readonly #socket: WebSocket;
  readonly #arrived: () => number;
  readonly #received: (string | Uint8Array)[] = [];
  #closing = false;
  #alive = true; // since the last ping
  #unsent = 0; // octets, at the last ping
  #read = 0; // octets, at the last ping: a long message is on its way
  #ended = false;
  #wake: (() => void) | undefined;

  /** @param arrived Octets that were read. */
  constructor(socket: WebSocket, arrived: () => number) {
    this.#socket = socket;
    this.#arrived = arrived;
    socket.binaryType = "nodebuffer";
    socket.on("message", (data: Uint8Array, isBinary: boolean) => {
      this.#alive = true;
      if (this.#closing) return;
      this.#received.push(isBinary ? data : new TextDecoder().decode(data));
      socket.pause(); // until this one is taken
      this.#signal();
    });
    socket.on("pong", () => this.#alive = true);
    socket.on("error", () => {}); // its end follows
    socket.on("close", () => {
      this.#ended = true;
      this.#signal();
    });
  }

  get subprotocol(): string {
    return this.#socket.protocol;
  }

  async receive(): Promise<string | Uint8Array | undefined> {
    for (;;) {
      const message = this.#received.shift();
      if (message !== undefined) return message;
      if (this.#ended) return undefined;
      this.#socket.resume();
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  send(message: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) =>
      this.#socket.send(
        message,
        (error?: Error | null) => error ? reject(error) : resolve(),
      )
    );
  }

  close(code: number, reason?: string): void {
    this.#closing = true;
    this.#socket.close(code, reason);
    if (this.#socket.isPaused) this.#socket.resume(); // the peer's close is yet to come
  }

  /** Ends it if the last ping led to nothing. */
  ping(): void {
    const { bufferedAmount, isPaused, readyState, OPEN } = this.#socket;
    const arrived = this.#arrived();
    const moves = bufferedAmount !== this.#unsent || arrived !== this.#read;
    const isOurTurn = isPaused && bufferedAmount === 0; // pongs wait unread
    this.#unsent = bufferedAmount;
    this.#read = arrived;
    if (!this.#alive && !moves && !isOurTurn) return this.#socket.terminate();
    this.#alive = false;
    if (readyState === OPEN) this.#socket.ping();
  }

  #signal(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
