/** The TURN server as operations see it. @module */
import { lookup } from "node:dns/promises";
import type {
  LiveTurn,
  ProbeStep,
  TurnCredentialShape,
  TurnStatusShape,
  TurnTestShape,
} from "../../admin/live_server.ts";
import { Refusal } from "../../base/refusal.ts";
import { reasonOf } from "../../base/system_errors.ts";
import { formatAddress } from "../../net/listener.ts";
import type { Settings } from "../../settings/settings.ts";
import type { ServiceListeners } from "../service_listeners.ts";
import { probeTurn } from "./turn_probe.ts";
import type { TurnCredentials, TurnService } from "./turn_service.ts";

const LOOPBACK: Readonly<Record<string, string>> = {
  "0.0.0.0": "127.0.0.1",
  "::": "127.0.0.1",
};

/** As clients do, which are told a name. */
async function addressStep(
  host: string,
): Promise<{ readonly step: ProbeStep; readonly address?: string }> {
  const name = "address";
  try {
    const { address } = await lookup(host);
    const step = { name, ok: true, detail: `${host} is ${address}` };
    return { step, address };
  } catch (error) {
    return { step: { name, ok: false, detail: `${host}: ${reasonOf(error)}` } };
  }
}

export function liveTurn(
  service: TurnService,
  listeners: Pick<ServiceListeners, "bound">,
  settings: Pick<Settings, "get">,
): LiveTurn {
  function current(): TurnCredentials {
    const found = service.credentials();
    if (found) return found;
    throw new Refusal("unavailable", {
      explanation: service.options
        ? 'Clients could not use the TURN server: it has no public address, see "turn.relay_ip"'
        : 'The TURN server does not run, see "status"',
    });
  }

  async function status(): Promise<TurnStatusShape> {
    const counters = await service.freshCounters();
    const found = service.credentials();
    const { options } = service;
    const dropped = Object.values(counters?.dropped ?? {});
    return {
      enabled: settings.get("turn_enabled"),
      running: options !== undefined,
      listen: (["turn", "turn_tls"] as const).flatMap((name) =>
        listeners.bound(name).map(formatAddress)
      ),
      server: found ? `${found.host}:${found.port}` : null,
      realm: options?.realm ?? null,
      relay_addresses: Object.values(options?.relayAddresses ?? {}),
      relay_ports: [
        settings.get("turn_relay_port_min"),
        settings.get("turn_relay_port_max"),
      ],
      allocations: counters?.allocations ?? 0,
      allocated: counters?.allocated ?? 0,
      packets: (counters?.packetsToPeers ?? 0) +
        (counters?.packetsToClients ?? 0),
      bytes: (counters?.octetsToPeers ?? 0) + (counters?.octetsToClients ?? 0),
      bindings: counters?.bindings ?? 0,
      dropped: dropped.reduce((sum, count) => sum + count, 0),
    };
  }

  function credentials(): TurnCredentialShape {
    const { host, port, username, password } = current();
    const [secure] = listeners.bound("turn_tls");
    return {
      urls: [
        `turn:${host}:${port}?transport=udp`,
        `turn:${host}:${port}?transport=tcp`,
        ...secure ? [`turns:${host}:${secure.port}?transport=tcp`] : [],
      ],
      username,
      password,
      expires_at: Number(username),
    };
  }

  async function test(asTold = false): Promise<TurnTestShape> {
    const { host, port: told, username, password } = current();
    if (asTold) {
      const found = await addressStep(host);
      if (found.address === undefined) {
        return { ok: false, steps: [found.step] };
      }
      const server = { hostname: found.address, port: told };
      const steps = await probeTurn({ server, username, password });
      return { ok: steps.every(({ ok }) => ok), steps: [found.step, ...steps] };
    }
    const [bound] = listeners.bound("turn");
    if (!bound) throw new Refusal("unavailable");
    const { hostname, port } = bound;
    const server = { hostname: LOOPBACK[hostname] ?? hostname, port };
    const steps = await probeTurn({ server, username, password });
    return { ok: steps.every(({ ok }) => ok), steps };
  }

  return { status, credentials, test };
}
