import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { type TurnCounters, TurnCounts } from "../../turn/server/counters.ts";
import { addRelayed, provideTurnMetrics } from "./turn_metrics.ts";

function counters(changes: Partial<TurnCounters>): TurnCounters {
  return { ...new TurnCounts().snapshot(0), ...changes };
}

test("octets between two reports are added, those that stay inside once", () => {
  const meter = { received: 5, sent: 7 };
  const first = counters({
    octetsToPeers: 100,
    octetsToClients: 60,
    octetsInside: 40,
  });
  addRelayed(meter, first, undefined);
  deepEqual(meter, { received: 125, sent: 127 });
  addRelayed(meter, { ...first, octetsToClients: 90 }, first);
  deepEqual(meter, { received: 155, sent: 157 });
});

async function told(now: TurnCounters | undefined) {
  const families: Record<string, unknown> = {};
  const reads: [string, () => unknown][] = [];
  provideTurnMetrics(
    { provide: (name, read) => void reads.push([name, read]) },
    { freshCounters: () => Promise.resolve(now) },
  );
  for (const [name, read] of reads) families[name] = await read();
  return families;
}

test("metrics are what the thread counts, and nothing without one", async () => {
  deepEqual(
    await told(counters({
      allocations: 2,
      allocated: 5,
      notAllocated: 1,
      octetsToPeers: 10,
      octetsToClients: 20,
      bindings: 3,
    })),
    {
      turn_allocations: [[2]],
      turn_allocations_total: [["given", 5], ["refused", 1]],
      turn_bytes_total: [["in", 10], ["out", 20]],
      turn_packets_dropped_total: [
        ["malformed", 0],
        ["too_many", 0],
        ["no_permission", 0],
        ["bandwidth", 0],
        ["unknown", 0],
      ],
      stun_binding_total: [[3]],
    },
  );
  deepEqual(
    new Set(Object.values(await told(undefined)).map(String)),
    new Set([""]),
  );
});
