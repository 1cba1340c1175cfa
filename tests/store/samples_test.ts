/** What every engine promises of what was measured. @module */
import assert from "node:assert/strict";
import type { SampleRow } from "../../src/store/samples.ts";
import type { Store } from "../../src/store/store.ts";
import { ENGINES } from "./engines.ts";

function samplesTest(name: string, work: (store: Store) => Promise<void>) {
  for (const engine of ENGINES) {
    Deno.test(`${engine.name}: ${name}`, async () => {
      const stateDir = await Deno.makeTempDir({ prefix: "samples" });
      const store = await engine.open({ stateDir });
      try {
        await work(store);
      } finally {
        await store.close();
        await Deno.remove(stateDir, { recursive: true });
      }
    });
  }
}

function row(series: string, atSeconds: number, more: object = {}): SampleRow {
  return {
    series,
    stepSeconds: 60,
    atSeconds,
    min: 1,
    max: 3,
    sum: 4,
    count: 2,
    ...more,
  };
}

function range(series: string, stepSeconds = 60) {
  return { series, stepSeconds, fromSeconds: 0, toSeconds: 1e9 };
}

async function timesOf({ samples }: Store, series: string, step = 60) {
  const rows = await samples.read(range(series, step), step);
  return rows.map(({ atSeconds }) => atSeconds);
}

samplesTest("rows are read by time, and joined to points", async (store) => {
  const { samples } = store;
  await samples.save([
    row("a", 120, { max: 9, sum: 10 }),
    row("a", 60),
    row("b", 60),
    row("a", 3600, { stepSeconds: 3600 }),
    row("a", 600, { sum: 0.5 }),
  ]);
  const joined = await samples.read(range("a"), 300);
  assert.deepEqual(joined.map((point) => ({ ...point })), [
    { atSeconds: 0, min: 1, max: 9, sum: 14, count: 4 },
    { atSeconds: 600, min: 1, max: 3, sum: 0.5, count: 2 },
  ]);
  const some = { ...range("a"), fromSeconds: 60, toSeconds: 120 };
  const [only, ...others] = await samples.read(some, 60);
  assert.deepEqual({ ...only }, {
    atSeconds: 60,
    min: 1,
    max: 3,
    sum: 4,
    count: 2,
  });
  assert.deepEqual(others, []);
  assert.deepEqual(await samples.read(range("c"), 60), []);
});

samplesTest("of two rows the fuller one stays", async (store) => {
  const { samples } = store;
  await samples.save([row("a", 60, { sum: 1, count: 3 })]);
  await samples.save([row("a", 60, { sum: 2, count: 3 })]);
  await samples.save([row("a", 60, { sum: 3, count: 2 })]);
  const sumOf = async () => (await samples.read(range("a"), 60))[0]!.sum;
  assert.equal(await sumOf(), 1);
  await samples.save([row("a", 60, { sum: 4, count: 4 })]);
  assert.equal(await sumOf(), 4);
});

samplesTest("first and last are known", async (store) => {
  const { samples } = store;
  assert.equal(await samples.first("a", 60), undefined);
  await samples.save([60, 120, 180].map((at) => row("a", at)));
  assert.equal(await samples.first("a", 60), 60);
  assert.equal(await samples.first("a", 900), undefined);
  assert.equal(await samples.lastBefore("a", 60, 179), 120);
  assert.equal(await samples.lastBefore("a", 60, 180), 180);
  assert.equal(await samples.lastBefore("a", 60, 59), undefined);
});

samplesTest(
  "prune() keeps the last rows of one series, and what is as young",
  async (store) => {
    const { samples } = store;
    const times = Array.from({ length: 10 }, (_, i) => 60 * i);
    await samples.save(times.map((at) => row("up", at)));
    await samples.save([row("a", 0), row("a", 360), row("a", 420)]);
    await samples.save([row("a", 0, { stepSeconds: 900 })]);
    assert.equal(await samples.prune("up", 60, 10), false);
    assert.deepEqual(await timesOf(store, "a"), [0, 360, 420]);
    while (await samples.prune("up", 60, 3));
    assert.deepEqual(await timesOf(store, "up"), [420, 480, 540]);
    assert.deepEqual(await timesOf(store, "a"), [420]);
    assert.deepEqual(await timesOf(store, "a", 900), [0]);
    assert.equal(await samples.prune("none", 60, 3), false);
  },
);

samplesTest("prune() takes a bounded part at once", async (store) => {
  const { samples } = store;
  const times = Array.from({ length: 1300 }, (_, i) => 60 * i);
  await samples.save(times.map((at) => row("a", at)));
  await samples.save(times.map((at) => row("up", at)));
  let steps = 1;
  while (await samples.prune("up", 60, 100)) steps++;
  assert.ok(steps > 4, String(steps));
  assert.equal((await timesOf(store, "up")).length, 100);
  assert.equal((await timesOf(store, "a")).length, 100);
});

samplesTest(
  "forget() leaves nothing of a series, a part at once",
  async (store) => {
    const { samples } = store;
    const times = Array.from({ length: 1300 }, (_, i) => 60 * i);
    for (const series of ["a", "b"]) {
      await samples.save(times.map((at) => row(series, at)));
    }
    await samples.save([row("a", 900, { stepSeconds: 900 })]);
    let steps = 1;
    while (await samples.forget(["a", "never"])) steps++;
    assert.ok(steps > 2, String(steps));
    assert.deepEqual(await timesOf(store, "a"), []);
    assert.deepEqual(await timesOf(store, "a", 900), []);
    assert.equal((await timesOf(store, "b")).length, 1300);
    assert.equal(await samples.forget(["a"]), false);
  },
);
