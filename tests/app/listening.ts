/**
 * Listens as a relay does, in the network that it finds itself in, and prints as
 * JSON what a peer and the watchdog make of it. `listeners_test.ts` runs it in
 * networks of its own.
 */
import { ServiceListeners } from "../../src/app/service_listeners.ts";
import { listenAddress } from "../../src/config/network_kinds.ts";
import { ListenerWatch } from "../../src/net/listener_watch.ts";
import { makeSelfSigned } from "../../src/tls/self_signed.ts";

const keyPair = await makeSelfSigned({
  names: ["a.example"],
  nowMs: Date.now(),
  days: 30,
});
const listeners = new ServiceListeners({
  choice: {
    keyPairFor: () => keyPair,
    onlyKeyPair: () => keyPair,
    httpsAlpn: () => [],
  },
  handlers: {
    onNative: (_name, connection) => connection.close(),
    onSocket: (_name, socket) => socket.destroy(),
    onFault: () => {},
  },
});
/** Where it listens first, and where it is told to afterwards. */
const places = Deno.args.length === 0 ? ["all"] : Deno.args;
const addresses = (place: string, port: number) =>
  place === "local"
    ? [
      { host: "127.0.0.1", port },
      { host: "::1", port, optional: true as const },
    ]
    : [listenAddress.parse(`:${port}`)];
for (const place of places) {
  await listeners.apply("imap", addresses(place, 1143));
  await listeners.apply("imap_tls", addresses(place, 1993));
}

async function connects(hostname: string, port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname, port })).close();
    return true;
  } catch {
    return false;
  }
}

const reached: string[] = [];
for (const port of [1143, 1993]) {
  for (const hostname of ["127.0.0.1", "::1"]) {
    if (await connects(hostname, port)) reached.push(`${hostname} ${port}`);
  }
}
const deaf: string[] = [];
const watch = new ListenerWatch(() => listeners.all(), {
  everyMs: 1e9,
  patienceMs: 60_000,
  onDeaf: (name) => deaf.push(name),
  onLooked() {},
});
await watch.check();
const bound = listeners.bound("imap_tls").map(({ hostname }) => hostname);
for (const name of ["imap", "imap_tls"] as const) {
  await listeners.apply(name, []);
}
const result = JSON.stringify({ reached, deaf, bound });
await Deno.stdout.write(new TextEncoder().encode(result));
Deno.exit();
