import assert from "node:assert/strict";
import { days, hours } from "../../base/durations.ts";
import { Refusal } from "../../base/refusal.ts";
import type { SeriesName } from "../../observe/history/series.ts";
import { Metrics } from "../../observe/metrics/metrics.ts";
import { openTestStore } from "../../../tests/store/engines.ts";
import type { SampleRow, SampleStore } from "../../store/samples.ts";
import type { Store } from "../../store/store.ts";
import { MetricHistory } from "./metric_history.ts";

/** The beginning of an hour. */
const START = Date.UTC(2026, 4, 10, 12) / 1000;
const KEPT = { 60: hours(48), 900: days(30), 3600: days(730) };

/** A relay whose memory is as large as the test says, and whose store may take nothing. */
class World {
  wallMs = START * 1000;
  monotonicMs = 5_000;
  memory = 100;
  ofPeople = true;
  isOn = true;
  isFull = false;
  kept = KEPT;
  metrics = new Metrics();
  readonly bugs: unknown[] = [];
  readonly saved: SampleRow[][] = [];

  constructor(readonly store: Store) {}

  /** As after a start: what was counted is nothing. */
  async open(): Promise<MetricHistory> {
    this.metrics = new Metrics(() => this.ofPeople);
    this.metrics.provide(
      "process_resident_memory_bytes",
      () => [[this.memory]],
    );
    const history = await MetricHistory.open({
      store: { samples: this.#samples },
      metrics: this.metrics,
      clock: { now: () => this.wallMs, monotonic: () => this.monotonicMs },
      timers: { every: () => () => {} },
      options: () => ({ isOn: this.isOn, kept: this.kept }),
      reportBug: (error) => this.bugs.push(error),
    });
    history.start();
    await history.begun;
    return history;
  }

  /** Time goes on, second by second. */
  async live(history: MetricHistory, seconds: number): Promise<void> {
    for (let i = 0; i < seconds; i++) {
      this.wallMs += 1000;
      this.monotonicMs += 1000;
      await history.look();
    }
  }

  send(messages: number): void {
    this.metrics.tally("messages_total", "submission", "accepted").count +=
      messages;
  }

  get #samples(): SampleStore {
    const { samples } = this.store;
    return {
      save: (rows) => {
        if (this.isFull) throw new Refusal("storage_full");
        this.saved.push([...rows]);
        return samples.save(rows);
      },
      read: (range, step) => samples.read(range, step),
      lastBefore: (...asked) => samples.lastBefore(...asked),
      first: (...asked) => samples.first(...asked),
      prune: (...asked) => samples.prune(...asked),
      forget: (names) => samples.forget(names),
    };
  }
}

function historyTest(name: string, work: (world: World) => Promise<void>) {
  Deno.test(name, async () => {
    const stateDir = await Deno.makeTempDir({ prefix: "history" });
    const store = await openTestStore({ stateDir });
    const world = new World(store);
    try {
      await work(world);
      assert.deepEqual(world.bugs, []);
    } finally {
      await store.close();
      await Deno.remove(stateDir, { recursive: true });
    }
  });
}

async function pointsOf(
  history: MetricHistory,
  name: SeriesName,
  { from, to, step }: { from: number; to: number; step?: number },
): Promise<[number, number][]> {
  const found = await history.read({
    names: [name],
    fromSeconds: START + from,
    toSeconds: START + to,
    stepSeconds: step,
  });
  return found.series.get(name)!.map(([at, value]) => [at - START, value]);
}

historyTest(
  "an hour is known by ten seconds, and longer by minutes",
  async (world) => {
    const history = await world.open();
    world.memory = 200;
    await world.live(history, 25);
    world.memory = 500;
    await world.live(history, 40);
    assert.deepEqual(
      await pointsOf(history, "process.memory", { from: 0, to: 100, step: 10 }),
      [[10, 200], [20, 200], [30, 500], [40, 500], [50, 500], [60, 500]],
    );
    assert.deepEqual(
      await pointsOf(history, "process.memory", { from: 0, to: 100, step: 60 }),
      [[0, 380], [60, 500]],
    );
    assert.equal(history.latest().get("process.memory"), 500);
  },
);

historyTest("counters are rates, from the first second on", async (world) => {
  const history = await world.open();
  world.send(3);
  await world.live(history, 10);
  world.send(1);
  await world.live(history, 50);
  assert.deepEqual(
    await pointsOf(history, "messages.sent", { from: 0, to: 60, step: 10 }),
    [[10, 18], [20, 6], [30, 0], [40, 0], [50, 0]],
  );
  assert.equal(await history.countSince("messages.sent", START), 4);
  assert.equal(await history.countSince("process.memory", START), 0);
});

historyTest(
  "minutes are written once a minute, coarser steps when they end",
  async (world) => {
    const history = await world.open();
    await world.live(history, 3600 + 130);
    const steps = world.saved.flat()
      .filter(({ series }) => series === "process.memory")
      .map(({ stepSeconds, atSeconds }) =>
        `${stepSeconds} ${atSeconds - START}`
      );
    assert.equal(steps.filter((one) => one.startsWith("60 ")).length, 62);
    assert.equal(new Set(steps).size, steps.length, "each of them once");
    assert.ok(steps.includes("3600 0"));
    assert.ok(steps.includes("900 2700"));
    assert.ok(!steps.includes("900 3600"));
  },
);

historyTest(
  "a restart goes on with minute, quarter and hour; the time between is a gap",
  async (world) => {
    const first = await world.open();
    await world.live(first, 600);
    await first.stop();
    world.wallMs += 300_000;
    world.memory = 400;
    const second = await world.open();
    await world.live(second, 600);
    const asked = { from: 0, to: 3600 };
    const minutes = await pointsOf(second, "process.memory", {
      ...asked,
      step: 60,
    });
    assert.deepEqual(
      minutes.map(([at]) => at),
      [
        0,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        9,
        10,
        15,
        16,
        17,
        18,
        19,
        20,
        21,
        22,
        23,
        24,
        25,
      ]
        .map((minute) => minute * 60),
    );
    const [hour] = await pointsOf(second, "process.memory", {
      ...asked,
      step: 3600,
    });
    assert.deepEqual(hour, [0, 250]);
  },
);

historyTest(
  "what died with a minute unwritten goes on with the rest",
  async (world) => {
    const dead = await world.open();
    await world.live(dead, 15 * 60 + 119); // never stopped
    world.memory = 300;
    world.wallMs += 2 * 3600_000;
    const next = await world.open();
    await world.live(next, 70);
    await next.stop();
    const after = await world.open();
    const quarters = await pointsOf(after, "process.memory", {
      from: 0,
      to: 4 * 3600,
      step: 900,
    });
    assert.deepEqual(quarters, [[0, 100], [900, 100], [8100, 300]]);
    const hourly = await pointsOf(after, "process.memory", {
      from: 0,
      to: 4 * 3600,
      step: 3600,
    });
    assert.deepEqual(hourly, [[0, 100], [7200, 300]]);
  },
);

historyTest(
  "a clock that is set ahead leaves a gap, and nothing is deleted",
  async (world) => {
    world.kept = { 60: hours(1), 900: hours(2), 3600: hours(4) };
    const history = await world.open();
    await world.live(history, 1799);
    world.wallMs += days(400) * 1000;
    await world.live(history, 1800);
    world.wallMs -= days(400) * 1000;
    world.memory = 700;
    await world.live(history, 300);
    const points = await pointsOf(history, "process.memory", {
      from: 0,
      to: 3900,
      step: 900,
    });
    assert.deepEqual(points, [[0, 100], [900, 100], [3600, 700]]);
  },
);

historyTest(
  "a clock that is set back spoils nothing that was known",
  async (world) => {
    world.wallMs -= 10_000; // the hour is a whole one
    const history = await world.open();
    await world.live(history, 10 + 3600);
    world.memory = 900;
    world.wallMs -= 1800_000;
    await world.live(history, 600);
    await history.stop();
    const again = await world.open();
    await world.live(again, 1500);
    const asked = { from: 0, to: 3600 };
    assert.deepEqual(
      await pointsOf(again, "process.memory", { ...asked, step: 900 }),
      [[0, 100], [900, 100], [1800, 100], [2700, 100]],
    );
    assert.deepEqual(
      await pointsOf(again, "process.memory", { ...asked, step: 3600 }),
      [[0, 100]],
    );
  },
);

historyTest(
  "a clock that is put right by moments makes no gap and no second sample",
  async (world) => {
    const history = await world.open();
    await world.live(history, 10);
    world.wallMs -= 1500;
    await world.live(history, 2);
    await world.live(history, 60);
    const points = await pointsOf(history, "process.memory", {
      from: 0,
      to: 60,
      step: 10,
    });
    assert.deepEqual(points.map(([at]) => at), [10, 20, 30, 40, 50]);
  },
);

historyTest(
  "a store that takes nothing for some time gets all of it later",
  async (world) => {
    const history = await world.open();
    world.isFull = true;
    await world.live(history, 600);
    assert.equal(world.saved.length, 0);
    const known = await pointsOf(history, "process.memory", {
      from: 0,
      to: 600,
      step: 60,
    });
    assert.equal(known.length, 10);
    world.isFull = false;
    await world.live(history, 120);
    await history.stop();
    const again = await world.open();
    const points = await pointsOf(again, "process.memory", {
      from: 0,
      to: 720,
      step: 60,
    });
    assert.equal(points.length, 12);
  },
);

historyTest("what is old goes by how long the server ran", async (world) => {
  world.kept = { 60: hours(1), 900: days(1), 3600: days(2) };
  const history = await world.open();
  await world.live(history, 3 * 3600);
  const minutes = await world.store.samples.read({
    series: "process.memory",
    stepSeconds: 60,
    fromSeconds: 0,
    toSeconds: START * 2,
  }, 60);
  assert.ok(minutes.length >= 60 && minutes.length < 64, `${minutes.length}`);
});

historyTest(
  "nothing of people is kept from when they are not counted",
  async (world) => {
    const history = await world.open();
    world.send(5);
    await world.live(history, 180);
    assert.ok(history.names().includes("messages.sent"));
    world.ofPeople = false;
    await world.live(history, 130);
    assert.ok(!history.names().includes("messages.sent"));
    assert.ok(history.names().includes("process.memory"));
    const wanted = {
      names: ["messages.sent"] as const,
      fromSeconds: START,
      toSeconds: START + 3600,
      stepSeconds: 60,
    };
    assert.equal((await history.read(wanted)).series.size, 0);
    world.ofPeople = true;
    assert.deepEqual(
      (await history.read(wanted)).series.get("messages.sent"),
      [],
    );
    assert.equal(
      await world.store.samples.first("messages.sent", 60),
      undefined,
    );
  },
);

historyTest(
  "nothing is added while it is off, and what is there stays",
  async (world) => {
    const history = await world.open();
    await world.live(history, 120);
    world.isOn = false;
    await world.live(history, 300);
    world.isOn = true;
    await world.live(history, 120);
    const points = await pointsOf(history, "process.memory", {
      from: 0,
      to: 600,
      step: 60,
    });
    assert.deepEqual(points.map(([at]) => at), [0, 60, 120, 420, 480, 540]);
  },
);

historyTest("all time that there is can be asked for", async (world) => {
  const history = await world.open();
  await world.live(history, 130);
  const found = await history.read({
    names: ["process.memory"],
    fromSeconds: 0,
    toSeconds: 253_402_300_799,
  });
  assert.equal(found.series.get("process.memory")!.length, 1);
});
