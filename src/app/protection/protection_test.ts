import assert from "node:assert/strict";
import { ReportedConditions } from "../../admin/conditions/reported_conditions.ts";
import { Metrics } from "../../observe/metrics/metrics.ts";
import type { Readings } from "./pressure.ts";
import { Protection } from "./protection.ts";

class World {
  readings: Readings = {};
  nowMs = 0;
  isOn = true;
  readonly reported = new ReportedConditions();
  changes = 0;
  readonly protection = new Protection({
    probe: { read: () => Promise.resolve(this.readings), noteLag() {} },
    clock: { monotonic: () => this.nowMs },
    reported: this.reported,
    isOn: () => this.isOn,
    largeOctets: () => 1000,
  });

  constructor() {
    this.reported.onChange = () => this.changes++;
  }

  async look(readings: Readings, afterMs = 2000): Promise<void> {
    this.readings = readings;
    this.nowMs += afterMs;
    await this.protection.look();
  }
}

Deno.test("sign-ups go first, then strangers, then large messages, and come back one by one", async () => {
  const world = new World();
  const { protection } = world;
  await world.look({ memory: 0.5, disk: 0.1 });
  assert.equal(protection.signUpObstacle, undefined);
  assert.deepEqual(protection.shed, { strangers: false, overOctets: Infinity });
  await world.look({ memory: 0.9 });
  assert.equal(
    protection.signUpObstacle,
    "short of memory; refused: sign-ups",
  );
  assert.equal(protection.shed.strangers, false);
  await world.look({ memory: 0.96 });
  assert.deepEqual(protection.shed, { strangers: true, overOctets: Infinity });
  await world.look({ memory: 0.99 });
  assert.deepEqual(protection.shed, { strangers: true, overOctets: 1000 });
  assert.equal(
    world.reported.details.get("overload"),
    "short of memory; refused: sign-ups, mail of other servers, large messages",
  );
  assert.deepEqual(protection.shape, {
    enabled: true,
    refused: ["sign-ups", "mail of other servers", "large messages"],
    budgets: { memory: 0.99 },
  });
  for (const left of [2, 1, 0]) {
    await world.look({ memory: 0.5 }, 30_000);
    assert.equal(protection.shape.refused.length, left);
    const refused = world.reported.details.get("overload")?.split(", ").length;
    assert.equal(refused ?? 0, left);
  }
});

Deno.test("it is told once, whatever the numbers do", async () => {
  const world = new World();
  for (const memory of [0.91, 0.92, 0.9, 0.93]) await world.look({ memory });
  assert.equal(world.changes, 1);
});

Deno.test("metrics tell readings and stage; switched off, nothing is refused", async () => {
  const world = new World();
  const metrics = new Metrics();
  world.protection.provide(metrics);
  await world.look({ memory: 0.96, cpu: 0.25 });
  const told = async () =>
    (await metrics.collect()).map(({ name, samples }) => [
      name,
      ...samples.map(({ labels, value }) => [...labels, value]),
    ]);
  assert.deepEqual(await told(), [
    ["budget_used_ratio", ["memory", 0.96], ["cpu", 0.25]],
    ["shed_stage", [2]],
  ]);
  world.isOn = false;
  await world.look({ memory: 0.99 });
  assert.equal(world.protection.signUpObstacle, undefined);
  assert.equal(world.protection.shed.strangers, false);
  assert.equal(world.reported.details.size, 0);
});
