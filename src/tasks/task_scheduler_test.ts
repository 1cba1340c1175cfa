import assert from "node:assert/strict";
import { IN_CLEAR } from "../../tests/admin/in_clear.ts";
import { NO_BACKUPS } from "../../tests/admin/no_backups.ts";
import { TestTime } from "../../tests/harness/test_time.ts";
import type { Store, TaskRun } from "../store/store.ts";
import type { Schedule, Task, TaskSettings } from "./task.ts";
import { TaskRunner } from "./task_runner.ts";
import { nextTime, TaskScheduler } from "./task_scheduler.ts";

const MIDNIGHT = 1_799_971_200;
const HOUR = 3600;
const DAY = 24 * HOUR;
const NIGHT = { kind: "nightly", from: 3, to: 5 } as const;
const HOURLY = { kind: "every", seconds: HOUR, text: "hourly" } as const;
const QUOTA = {
  defaultOctets: 1,
  whenFull: "reject",
  trimFrom: 75,
  trimTo: 70,
  protectSeconds: 0,
} as const;

const TIMES: [
  string,
  Exclude<Schedule, { kind: "manual" }>,
  number | undefined,
  number,
  number,
  number,
][] = [
  ["hourly, never ran", HOURLY, undefined, 1000, 0.5, 1000],
  ["hourly, ran long ago", HOURLY, 1000, 100_000, 0.5, 100_000],
  ["hourly, ran just now", HOURLY, 1000, 1000, 0, 4600],
  ["hourly with jitter", HOURLY, 1000, 1000, 0.5, 4780],
  [
    "nightly, before the window",
    NIGHT,
    undefined,
    MIDNIGHT,
    0.5,
    MIDNIGHT + 4 * HOUR,
  ],
  [
    "nightly, in the window",
    NIGHT,
    undefined,
    MIDNIGHT + 4 * HOUR,
    0,
    MIDNIGHT + 4 * HOUR,
  ],
  [
    "nightly, at its end",
    NIGHT,
    undefined,
    MIDNIGHT + 5 * HOUR,
    0,
    MIDNIGHT + DAY + 3 * HOUR,
  ],
  [
    "nightly, ran in this one",
    NIGHT,
    MIDNIGHT + 3 * HOUR,
    MIDNIGHT + 3 * HOUR,
    0,
    MIDNIGHT + DAY + 3 * HOUR,
  ],
  [
    "nightly, ran yesterday",
    NIGHT,
    MIDNIGHT - 20 * HOUR,
    MIDNIGHT,
    0,
    MIDNIGHT + 3 * HOUR,
  ],
];
for (const [name, schedule, last, earliest, jitter, expected] of TIMES) {
  Deno.test(`nextTime(): ${name}`, () => {
    assert.equal(nextTime(schedule, last, { earliest, jitter }), expected);
  });
}

/** A machine whose date can be set. */
class Machine extends TestTime {
  aheadMs = 0;
  override now(): number {
    return super.now() + this.aheadMs;
  }
}

function scheduled(schedule: Schedule, lastRun?: number) {
  const time = new Machine(MIDNIGHT * 1000);
  const starts: number[] = [];
  const bugs: unknown[] = [];
  const state = { isEnabled: true, fails: false, isFree: true };
  const task: Task = {
    name: "t",
    aliases: [],
    description: "",
    schedule,
    isEnabled: () => state.isEnabled,
    run() {
      starts.push(time.now() / 1000 - MIDNIGHT);
      if (state.fails) return Promise.reject(new Error("no"));
      return Promise.resolve({});
    },
  };
  const runs: TaskRun[] = lastRun === undefined
    ? []
    : [{ task: "t", startedAt: lastRun, deleted: 0 }];
  const store = {
    maintenance: {
      taskRuns: () => Promise.resolve(runs),
      saveTaskRun: () => Promise.resolve(),
      hold: () => Promise.resolve(state.isFree),
      release: () => Promise.resolve(),
    },
  } as unknown as Store;
  const runner = new TaskRunner({
    store,
    accounts: { remove: () => Promise.resolve() },
    settings: { get: () => undefined } as unknown as TaskSettings,
    backups: NO_BACKUPS,
    sealer: IN_CLEAR,
    dkim: { look: () => Promise.resolve([]) },
    renewCertificate: () => Promise.resolve("Nothing done"),
    quota: () => QUOTA,
    clock: time,
    timers: time,
    periodic: true,
  }, [task]);
  const scheduler = new TaskScheduler({
    runner,
    clock: time,
    timers: time,
    jitter: () => 0,
    reportBug: (error) => bugs.push(error),
  });
  return { time, starts, bugs, state, scheduler };
}

Deno.test("what is to run from the start does so before all else, whenever it ran last", async () => {
  const fromStart = { ...HOURLY, fromStart: true } as const;
  const { time, starts, scheduler } = scheduled(fromStart, MIDNIGHT - 60);
  await scheduler.start();
  await time.pass(HOUR * 1000 + 10_000);
  assert.deepEqual(starts, [5, 3605]);
  await scheduler.stop();
});

Deno.test("a task that another server runs is left to it, and tried again", async () => {
  const { time, starts, bugs, state, scheduler } = scheduled(HOURLY);
  state.isFree = false;
  await scheduler.start();
  await time.pass(2 * HOUR * 1000);
  state.isFree = true;
  assert.deepEqual([starts, bugs], [[], []]);
  await time.pass(HOUR * 1000);
  assert.equal(starts.length, 1);
  await scheduler.stop();
});

Deno.test("start() waits a minute, then keeps the period", async () => {
  const { time, starts, scheduler } = scheduled(HOURLY);
  await scheduler.start();
  await time.pass(59_000);
  assert.deepEqual(starts, []);
  await time.pass(2 * HOUR * 1000);
  assert.deepEqual(starts, [60, 3660]);
  await scheduler.stop();
  await time.pass(DAY * 1000);
  assert.equal(starts.length, 2);
});

Deno.test("start() does not repeat what ran before a restart", async () => {
  const { time, starts, scheduler } = scheduled(HOURLY, MIDNIGHT - 600);
  await scheduler.start();
  await time.pass(HOUR * 1000);
  assert.deepEqual(starts, [3000]);
  await scheduler.stop();
});

Deno.test("a task that is switched off is asked again in its next turn", async () => {
  const { time, starts, state, scheduler } = scheduled(HOURLY);
  state.isEnabled = false;
  await scheduler.start();
  await time.pass(HOUR * 1000);
  state.isEnabled = true;
  await time.pass(HOUR * 1000);
  assert.deepEqual(starts, [3660]);
  await scheduler.stop();
});

Deno.test("a failing task is reported and runs again", async () => {
  const { time, bugs, state, scheduler } = scheduled(HOURLY);
  state.fails = true;
  await scheduler.start();
  await time.pass(2 * HOUR * 1000);
  assert.equal(bugs.length, 2);
  await scheduler.stop();
});

for (const days of [21, 3650, -3650]) {
  Deno.test(`a date set by ${days} days does not put tasks off`, async () => {
    const { time, starts, scheduler } = scheduled(HOURLY);
    await scheduler.start();
    await time.pass(61_000);
    time.aheadMs = days * DAY * 1000;
    await time.pass(HOUR * 1000);
    time.aheadMs = 0;
    await time.pass(HOUR * 1000);
    assert.equal(starts.length, 3);
    await scheduler.stop();
  });

  Deno.test(`nightly tasks find their hours after a date set by ${days} days`, async () => {
    const { time, starts, scheduler } = scheduled(NIGHT);
    await scheduler.start();
    time.aheadMs = days * DAY * 1000 + 2 * HOUR * 1000;
    await time.pass(HOUR * 1000 + 10_000); // 3 o'clock, as it says now
    assert.equal(starts.length, 1);
    time.aheadMs = 0;
    await time.pass(2 * HOUR * 1000);
    assert.equal(starts.length, 2);
    await scheduler.stop();
  });
}

for (const schedule of [HOURLY, NIGHT]) {
  Deno.test(`a run on record for a far future puts ${schedule.kind} not off`, async () => {
    const last = MIDNIGHT + 3650 * DAY;
    const { time, starts, scheduler } = scheduled(schedule, last);
    await scheduler.start();
    await time.pass(4 * HOUR * 1000);
    assert.ok(starts.length > 0);
    await scheduler.stop();
  });
}
