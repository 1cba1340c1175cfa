/** SMTP servers on real ports, as the relay opens them. @module */
import assert from "node:assert/strict";
import { createSecureContext } from "node:tls";
import type { Listener } from "../../src/net/listener.ts";
import { NativeConnection } from "../../src/net/native_connection.ts";
import { NativeListener } from "../../src/net/native_listener.ts";
import { NativeWire } from "../../src/net/native_wire.ts";
import { SocketListener } from "../../src/net/socket_listener.ts";
import { SocketWire } from "../../src/net/socket_wire.ts";
import { serverUpgrade } from "../../src/net/tls_upgrade.ts";
import type { SmtpService } from "../../src/smtp/server/backend.ts";
import type { SmtpServer } from "../../src/smtp/server/server.ts";
import { makeSelfSigned } from "../../src/tls/self_signed.ts";

export const clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

export const timers = {
  sleep: (durationMs: number) =>
    new Promise<void>((resolve) => setTimeout(resolve, durationMs)),
  every(periodMs: number, tick: () => void) {
    const timer = setInterval(tick, periodMs);
    return () => clearInterval(timer);
  },
};

export const keyPair = await makeSelfSigned({
  names: ["relay.example"],
  days: 30,
  nowMs: Date.now(),
});

const upgrade = serverUpgrade(() =>
  createSecureContext({ cert: keyPair.chainPem, key: keyPair.keyPem })
);

/** @param secure TLS begins at once; else there is STARTTLS. */
export async function listen(
  server: SmtpServer,
  service: SmtpService,
  secure: boolean,
): Promise<Listener> {
  const address = { hostname: "127.0.0.1", port: 0 };
  const onFault = (error: unknown) => assert.fail(String(error));
  if (!secure) {
    return await SocketListener.open({
      address,
      onFault,
      allowHalfOpen: true,
      onSocket: (socket) =>
        server.serve(new SocketWire(socket, upgrade), service),
    });
  }
  return new NativeListener({
    address,
    keyPairFor: () => keyPair,
    onFault,
    onConnection: (connection) =>
      server.serve(new NativeWire(new NativeConnection(connection)), service),
  });
}
