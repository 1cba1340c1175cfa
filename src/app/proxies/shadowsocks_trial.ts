/** Comes through Shadowsocks as a client does, to a service of our own. @module */
import { concat, utf8 } from "../../base/octets.ts";
import { systemRandom } from "../../base/random.ts";
import { LISTENER_NAMES } from "../../config/listener_table.ts";
import type { ListenAddress } from "../../net/listener.ts";
import type { Access } from "../../shadowsocks/proto/share_link.ts";
import { ClientStream } from "../../shadowsocks/server/client_stream.ts";
import { MasterKey } from "../../shadowsocks/server/keys.ts";
import type { ServiceListeners } from "../service_listeners.ts";
import type { OwnServices } from "./own_services.ts";

const PATIENCE_MS = 10_000;
const MAX_OCTETS = 64 * 1024;
/** What speaks first, or answers this, in clear. */
const TALKING = ["http", "imap", "submission"] as const;
const SAID = utf8("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");

export interface TrialParts {
  readonly listeners: Pick<ServiceListeners, "bound">;
  readonly services: Pick<OwnServices, "leadsTo">;
  /** Milliseconds since 1970 UTC. */
  now(): number;
}

/** @throws {Error} why nobody would come through */
export async function tryShadowsocks(
  { listeners, services, now }: TrialParts,
  { method, password }: Access,
): Promise<void> {
  const [at] = listeners.bound("shadowsocks");
  if (!at) throw new Error("It does not listen");
  const key = MasterKey.of(method, password);
  if (!key) throw new Error("The password is none for the cipher");
  const port = LISTENER_NAMES
    .filter((name) => TALKING.some((one) => one === name))
    .flatMap((name) => listeners.bound(name)).map(({ port }) => port)
    .find((one) => services.leadsTo(one));
  if (port === undefined) {
    throw new Error("None of the services that it leads to speaks in clear");
  }
  const stream = new ClientStream(key, systemRandom);
  const connection = await Deno.connect({
    ...local(at),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const late = setTimeout(() => connection.close(), PATIENCE_MS);
  try {
    const writer = connection.writable.getWriter();
    await writer.write(stream.request({
      host: "localhost",
      port,
      first: SAID,
      now: Math.floor(now() / 1000),
    }));
    let octets = new Uint8Array();
    for await (const part of connection.readable) {
      octets = concat([octets, part]);
      if (stream.answer(octets)) return;
      if (octets.length > MAX_OCTETS) break;
    }
    throw new Error("No answer comes through it");
  } finally {
    clearTimeout(late);
    closeQuietly(connection);
  }
}

function local({ hostname, port }: ListenAddress): ListenAddress {
  const isEvery = hostname === "::" || hostname === "0.0.0.0";
  return { hostname: isEvery ? "127.0.0.1" : hostname, port };
}

/** It may have ended by itself. */
function closeQuietly(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
