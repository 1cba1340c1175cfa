/**
 * How a request becomes a WebSocket (RFC 6455 §4), and how long that lasts.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { utf8 } from "../../base/octets.ts";
import type { Takeover } from "./upgrade.ts";
import {
  ServerWebSocket,
  type WebSocketListener,
  type WebSocketPeer,
} from "./web_socket_peer.ts";
import type { WebSocketWatch } from "./web_socket_watch.ts";

export interface WebSocketOptions {
  readonly maxMessageOctets: number;
  /** Subprotocols that we speak, in order of preference; without any, none is agreed on. */
  readonly subprotocols?: readonly string[];
  /** Of all WebSockets of the route. */
  readonly watch: WebSocketWatch;
  /** Said when the server stops (RFC 6455 §7.4.1); going away, if nothing else. */
  readonly stopCode?: number;
}

const NORMAL = 1000;
const VERSION = "13";
const KEY = /^[A-Za-z0-9+/]{22}==$/; // 16 octets
/** RFC 6455 §4.2.2 */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** The connection is a WebSocket until `run` or the peer ends it; ours ends when the server stops. */
export function webSocketTakeover(
  options: WebSocketOptions,
  run: (peer: WebSocketPeer) => Promise<void>,
): Takeover {
  return upgraded(options, (socket) => drive(socket, run));
}

/** As `webSocketTakeover`, with somebody who is told what comes; without one it is closed. */
export function webSocketListening(
  options: WebSocketOptions,
  begin: (peer: WebSocketPeer) => Promise<WebSocketListener | undefined>,
): Takeover {
  return upgraded(options, (socket) => socket.serve(begin(socket)));
}

function upgraded(
  options: WebSocketOptions,
  serve: (socket: ServerWebSocket) => Promise<void>,
): Takeover {
  // of the request nothing is held while it is served
  return ({ request, wire, stopping, onCut }) => {
    const fault = handshakeFault(request);
    if (fault) return wire.write(refusal(fault));
    const subprotocol = agreedOn(request, options.subprotocols);
    const socket = new ServerWebSocket(wire, {
      ...options,
      subprotocol,
      onCut,
    });
    socket.begin(switching(request, subprotocol));
    options.watch.add(socket, stopping);
    return serve(socket);
  };
}

async function drive(
  socket: ServerWebSocket,
  run: (peer: WebSocketPeer) => Promise<void>,
): Promise<void> {
  try {
    await run(socket);
    await socket.finish(NORMAL);
  } catch (error) {
    if (socket.isOver) return; // the peer has left
    socket.abort();
    throw error;
  }
}

/** Why a request is none for a WebSocket that we speak (RFC 6455 §4.2.1, §4.4). */
export function handshakeFault({ headers }: Request): Response | undefined {
  const version = headers.get("sec-websocket-version");
  if (version !== null && version !== VERSION) {
    return new Response(null, {
      status: 400,
      headers: { "sec-websocket-version": VERSION },
    });
  }
  return version === null || !KEY.test(headers.get("sec-websocket-key") ?? "")
    ? new Response(null, { status: 400 })
    : undefined;
}

/** To a request that a route has let through. */
function refusal({ headers }: Response): Uint8Array {
  const version = headers.get("sec-websocket-version");
  const field = version === null ? "" : `Sec-WebSocket-Version: ${version}\r\n`;
  return utf8(
    `HTTP/1.1 400 Bad Request\r\n${field}Connection: close\r\nContent-Length: 0\r\n\r\n`,
  );
}

function agreedOn(
  { headers }: Request,
  spoken: readonly string[] = [],
): string | undefined {
  const offered = headers.get("sec-websocket-protocol")?.split(",")
    .map((name) => name.trim());
  return spoken.find((name) => offered?.includes(name));
}

function switching(
  { headers }: Request,
  subprotocol: string | undefined,
): Uint8Array {
  const key = headers.get("sec-websocket-key");
  const proof = createHash("sha1").update(`${key}${GUID}`).digest("base64");
  const field = subprotocol === undefined
    ? ""
    : `Sec-WebSocket-Protocol: ${subprotocol}\r\n`;
  return utf8(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${proof}\r\n${field}\r\n`,
  );
}
