import assert from "node:assert/strict";
import { addLatency, noLatency, percentileMs } from "./latency.ts";

Deno.test("percentiles lie in the range of those who are there", () => {
  const latency = noLatency();
  assert.equal(percentileMs(latency, 50), undefined);
  for (let i = 0; i < 98; i++) addLatency(latency, 60);
  addLatency(latency, 400);
  addLatency(latency, 1e9);
  assert.equal(latency.reduce((a, b) => a + b), 100);
  const p50 = percentileMs(latency, 50)!;
  assert.ok(p50 > 25 && p50 <= 75);
  const p99 = percentileMs(latency, 99)!;
  assert.ok(p99 > 200 && p99 <= 500);
  assert.ok(percentileMs(latency, 100)! > 30_000);
});

Deno.test("a bound belongs to the range below it", () => {
  const latency = noLatency();
  addLatency(latency, 25);
  addLatency(latency, 26);
  addLatency(latency, 0);
  assert.deepEqual(latency.slice(0, 2), [2, 1]);
});
