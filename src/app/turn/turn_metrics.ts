/** What a monitoring system and the ledger of octets are told of calls. @module */
import type { Metrics } from "../../observe/metrics/metrics.ts";
import type { Meter } from "../../observe/traffic.ts";
import type { TurnCounters } from "../../turn/server/counters.ts";

interface CountingService {
  /** undefined while it does not run. */
  freshCounters(): Promise<TurnCounters | undefined>;
}

export function provideTurnMetrics(
  metrics: Pick<Metrics, "provide">,
  service: CountingService,
): void {
  async function told<Rows>(
    rows: (counters: TurnCounters) => Rows[],
  ): Promise<Rows[]> {
    const counters = await service.freshCounters();
    return counters ? rows(counters) : [];
  }
  metrics.provide(
    "turn_allocations",
    () => told(({ allocations }) => [[allocations] as const]),
  );
  metrics.provide(
    "turn_allocations_total",
    () =>
      told(({ allocated, notAllocated }) => [
        ["given", allocated] as const,
        ["refused", notAllocated] as const,
      ]),
  );
  metrics.provide(
    "turn_bytes_total",
    () =>
      told(({ octetsToPeers, octetsToClients }) => [
        ["in", octetsToPeers] as const,
        ["out", octetsToClients] as const,
      ]),
  );
  metrics.provide(
    "turn_packets_dropped_total",
    () => told(({ dropped }) => Object.entries(dropped)),
  );
  metrics.provide(
    "stun_binding_total",
    () => told(({ bindings }) => [[bindings] as const]),
  );
}

/** What passes goes in once and out once; between two clients of ours it is counted for both. */
function relayedOctets(
  { octetsToPeers, octetsToClients, octetsInside }: TurnCounters,
): number {
  return octetsToPeers + octetsToClients - octetsInside;
}

/** Adds what was relayed between two reports of one thread. */
export function addRelayed(
  meter: Meter,
  counters: TurnCounters,
  earlier: TurnCounters | undefined,
): void {
  const octets = relayedOctets(counters) -
    (earlier ? relayedOctets(earlier) : 0);
  meter.received += octets;
  meter.sent += octets;
}
