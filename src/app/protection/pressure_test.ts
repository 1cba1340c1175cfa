import assert from "node:assert/strict";
import { Pressure, type Readings } from "./pressure.ts";

Deno.test("what is used up most decides what is refused", () => {
  const cases: [Readings, number][] = [
    [{}, 0],
    [{ memory: 0.89, disk: 0.5 }, 0],
    [{ memory: 0.5, disk: 0.9 }, 1],
    [{ memory: 0.95 }, 2],
    [{ cpu: 0.979, queue: 0.2 }, 2],
    [{ descriptors: 0.98 }, 3],
    [{ queue: 7 }, 3],
  ];
  for (const [readings, stage] of cases) {
    const pressure = new Pressure();
    pressure.take(readings, 0);
    assert.equal(pressure.stage, stage, JSON.stringify(readings));
  }
});

Deno.test("a stage ends, one at a time, when all is well below it for half a minute", () => {
  const pressure = new Pressure();
  const take = (memory: number, atSeconds: number) => {
    pressure.take({ memory }, atSeconds * 1000);
    return pressure.stage;
  };
  assert.equal(take(0.99, 0), 3);
  assert.equal(take(0.92, 5), 3);
  assert.equal(take(0.94, 20), 3); // not well below
  assert.equal(take(0.5, 25), 3);
  assert.equal(take(0.5, 49), 3);
  assert.equal(take(0.5, 50), 2); // since 20
  assert.equal(take(0.5, 79), 2);
  assert.equal(take(0.5, 80), 1);
  assert.equal(take(0.96, 81), 2); // at once
  assert.equal(take(0.5, 112), 1);
  assert.equal(take(0.5, 142), 0);
  assert.equal(take(0.86, 143), 0);
});

Deno.test("a reading that swings around the beginning of a stage changes nothing", () => {
  const pressure = new Pressure();
  const stages = new Set<number>();
  for (let second = 0; second < 600; second++) {
    pressure.take({ cpu: second % 2 ? 0.86 : 0.91 }, second * 1000);
    stages.add(pressure.stage);
  }
  assert.deepEqual([...stages], [1]);
});
