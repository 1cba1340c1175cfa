/** A server on a port of loopback, and time that only the test moves. @module */
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { createSecureContext } from "node:tls";
import { fromLatin1 } from "../../src/base/octets.ts";
import { SocketListener } from "../../src/net/socket_listener.ts";
import { SocketWire } from "../../src/net/socket_wire.ts";
import { serverUpgrade } from "../../src/net/tls_upgrade.ts";
import {
  HttpServer,
  type HttpServerOptions,
} from "../../src/http/server/server.ts";

export const LIMITS = {
  total: 40,
  perAddress: 20,
  handshakeMs: 30_000,
  headMs: 10_000,
  idleMs: 75_000,
  bodyStallMs: 60_000,
  sendStallMs: 60_000,
};

export interface Scene {
  readonly port: number;
  readonly server: HttpServer;
  readonly bugs: unknown[];
  refused(): number;
  /** Lets time pass and the server look. */
  pass(ms: number): void;
}

/** @param address Of each connection, as the server is to see it. */
export async function serving(
  options: Pick<HttpServerOptions, "handler"> & Partial<HttpServerOptions>,
  test: (scene: Scene) => Promise<void>,
  address?: () => string,
): Promise<void> {
  const bugs: unknown[] = [];
  let nowMs = 0;
  let sweep = () => {};
  let refused = 0;
  const server = new HttpServer({
    clock: { now: () => nowMs, monotonic: () => nowMs },
    timers: {
      sleep: () => new Promise((resolve) => setTimeout(resolve)),
      every(_periodMs, tick) {
        sweep = tick;
        return () => {};
      },
    },
    limits: () => LIMITS,
    trustedProxies: () => [],
    onMail: () => assert.fail("There is no TLS"),
    onRefused: () => refused++,
    reportBug: (error) => bugs.push(error),
    ...options,
  });
  const listener = await SocketListener.open({
    address: { hostname: "127.0.0.1", port: 0 },
    allowHalfOpen: true,
    onFault: (error) => assert.fail(String(error)),
    onSocket: (socket) => void server.serve(wireOf(socket, address?.())),
  });
  try {
    await test({
      port: listener.address.port,
      server,
      bugs,
      refused: () => refused,
      pass(ms) {
        nowMs += ms;
        sweep();
      },
    });
  } finally {
    void server.stop();
    server.destroy();
    await listener.close();
  }
}

function wireOf(socket: Socket, address: string | undefined): SocketWire {
  const wire = new SocketWire(
    socket,
    serverUpgrade(() => createSecureContext()),
  );
  if (address === undefined) return wire;
  return Object.defineProperty(wire, "peerAddress", { value: address });
}

/** Sends it and gives all that comes until the server closes. */
export async function raw(
  port: number,
  ...pieces: (string | Uint8Array)[]
): Promise<string> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const writing = (async () => {
    for (const piece of pieces) await writeAll(connection, piece);
  })().catch(() => {}); // the server has closed
  const text = await new Response(connection.readable).text();
  await writing;
  return text;
}

export async function writeAll(
  connection: Deno.Conn,
  text: string | Uint8Array,
): Promise<void> {
  let left = typeof text === "string" ? fromLatin1(text) : text;
  while (left.length > 0) left = left.subarray(await connection.write(left));
}

/** Status codes of all responses in the text. */
export function statuses(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, code]) =>
    Number(code)
  );
}

export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
}
