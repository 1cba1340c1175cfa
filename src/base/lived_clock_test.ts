import assert from "node:assert/strict";
import {
  type ClockPast,
  describeJump,
  LivedClock,
  LONGEST_STEP_SECONDS,
} from "./lived_clock.ts";

const START = 1_800_000_000;
const DAY = 86_400;

/** Two clocks that go on together, and one that can be set. */
class Machine {
  wall = START;
  real = 5000;
  now = () => this.wall * 1000;
  monotonic = () => this.real * 1000;
  pass(seconds: number): void {
    this.wall += seconds;
    this.real += seconds;
  }
}

const STARTS: [string, ClockPast, number][] = [
  ["a new store begins at the date", { mark: undefined }, START],
  ["downtime of an hour counts", marked(START - 3600), START],
  [
    "downtime of a month counts as one step",
    marked(START - 30 * DAY),
    START - 30 * DAY + LONGEST_STEP_SECONDS,
  ],
  [
    "a date before the last run does not go back",
    marked(START + 400 * DAY),
    START + 400 * DAY,
  ],
  [
    "a date after one that was ahead",
    marked(START - 100, START + DAY),
    START - 100,
  ],
  ["an older database goes on from its latest date", {
    mark: undefined,
    newestSeconds: START - 60,
  }, START],
  ["… by one step at most", {
    mark: undefined,
    newestSeconds: START - 91 * DAY,
  }, START - 91 * DAY + LONGEST_STEP_SECONDS],
  ["… and never beyond the date of now", {
    mark: undefined,
    newestSeconds: START + 9 * DAY,
  }, START],
];

function marked(livedSeconds: number, wallSeconds = livedSeconds): ClockPast {
  return { mark: { livedSeconds, wallSeconds } };
}

for (const [name, past, expected] of STARTS) {
  Deno.test(`LivedClock: ${name}`, () => {
    assert.equal(new LivedClock(new Machine(), past).seconds(), expected);
  });
}

for (const days of [21, 91, 20_000, -21, -20_000]) {
  Deno.test(`a clock set by ${days} days while running ages nothing and is told once`, () => {
    const machine = new Machine();
    const clock = new LivedClock(machine, { mark: undefined });
    machine.pass(10);
    machine.wall += days * DAY;
    assert.equal(clock.seconds(), START + 10);
    assert.deepEqual(clock.look(), {
      seconds: days * DAY,
      atSeconds: machine.wall,
      whileRunning: true,
    });
    assert.equal(clock.look(), undefined);
    machine.pass(3600);
    assert.equal(clock.seconds(), START + 3610);
    assert.deepEqual(clock.mark(), {
      livedSeconds: START + 3610,
      wallSeconds: machine.wall,
    });
    assert.equal(clock.recentJump()?.seconds, days * DAY);
    machine.pass(DAY / 2);
    clock.look();
    machine.pass(DAY / 2);
    assert.equal(clock.recentJump(), undefined);
  });
}

Deno.test("a clock that is set right by seconds says nothing", () => {
  const machine = new Machine();
  const clock = new LivedClock(machine, marked(START - 1));
  for (const seconds of [59, -59, 1]) {
    machine.wall += seconds;
    machine.pass(1);
    assert.equal(clock.look(), undefined);
  }
  assert.equal(clock.seconds(), START + 3);
});

Deno.test("a monotonic clock that leaps or goes back is worth one step", () => {
  const machine = new Machine();
  const clock = new LivedClock(machine, { mark: undefined });
  machine.real += 91 * DAY;
  assert.equal(clock.seconds(), START + LONGEST_STEP_SECONDS);
  machine.real -= 91 * DAY;
  assert.equal(clock.seconds(), START + LONGEST_STEP_SECONDS);
  machine.pass(1);
  assert.equal(clock.seconds(), START + LONGEST_STEP_SECONDS + 1);
});

Deno.test("a date that flaps between two runs ages by one step for each that is ahead", () => {
  let past: ClockPast = { mark: undefined };
  for (const ahead of [0, 400, 0, 0]) {
    const machine = new Machine();
    machine.wall += ahead * DAY;
    past = { mark: new LivedClock(machine, past).mark() };
  }
  assert.equal(past.mark?.livedSeconds, START + LONGEST_STEP_SECONDS);
});

const TOLD: [string, number, RegExp | undefined][] = [
  ["a minute ago", START - 60, undefined],
  ["half a day ago", START - LONGEST_STEP_SECONDS, undefined],
  ["a week ago", START - 7 * DAY, /^6d12h more than count as age went by/],
  ["in the future", START + 2 * DAY, /says 2d less than when the server ended/],
];
for (const [name, at, expected] of TOLD) {
  Deno.test(`look() after a run that ended ${name}`, () => {
    const jump = new LivedClock(new Machine(), marked(at)).look();
    if (expected === undefined) assert.equal(jump, undefined);
    else assert.match(describeJump(jump!), expected);
  });
}
