import assert from "node:assert/strict";
import { unitFor } from "../../../tests/federation/fake_transport.ts";
import { settle, TestTime } from "../../../tests/harness/test_time.ts";
import type { LeasedUnit } from "../../store/queue.ts";
import type { UnitOutcome } from "./attempt.ts";
import { InFlight, PATIENCE_MS, type Turn } from "./in_flight.ts";

const UNTRIED: UnitOutcome = { kind: "untried" };
const ANSWERED: UnitOutcome = { kind: "answered", verdicts: new Map() };

function work(outcome = UNTRIED) {
  const end = Promise.withResolvers<void>();
  let turn: boolean | undefined;
  const run = async (take: Turn): Promise<UnitOutcome> => {
    turn = await take();
    await end.promise;
    return outcome;
  };
  return { run, end: () => end.resolve(), turn: () => turn };
}

const time = new TestTime();
const prepared: LeasedUnit[] = [];

function newInFlight(): InFlight {
  return new InFlight({
    clock: time,
    perDestination: () => 2,
    prepare: (unit) => prepared.push(unit),
  });
}

Deno.test("busy() and full() count what is in flight", async () => {
  const flying = newInFlight();
  const [one, two] = [work(), work()];
  const ends = [
    flying.add(unitFor("a.example", ["x@a.example"]), one.run),
    flying.add(
      unitFor("a.example", ["y@a.example"], { reversePath: "" }),
      two.run,
    ),
  ];
  assert.equal(flying.count, 2);
  assert.deepEqual([...flying.busy()], [["a.example", 2]]);
  assert.deepEqual([...flying.full()], ["a.example"]);
  two.end();
  await ends[1];
  assert.deepEqual([...flying.full()], []);
  flying.learn("a.example", "unreached");
  assert.deepEqual([...flying.full()], ["a.example"]);
  flying.learn("a.example", "untried");
  assert.deepEqual([...flying.full()], ["a.example"]);
  flying.learn("a.example", "answered");
  assert.deepEqual([...flying.full()], []);
  one.end();
  await ends[0];
  assert.equal(flying.count, 0);
  assert.equal(flying.busy().size, 0);
});

Deno.test("full() of a destination that failed before is one unit", async () => {
  const flying = newInFlight();
  const one = work();
  const unit = unitFor("a.example", ["x@a.example"], { failStreak: 3 });
  const done = flying.add(unit, one.run);
  assert.deepEqual([...flying.full()], ["a.example"]);
  one.end();
  await done;
});

const PAIRS: readonly [string, boolean, Parameters<typeof unitFor>][] = [
  ["of one sender to one destination", true, ["a.example", ["y@a.example"]]],
  ["to another destination", false, ["b.example", ["y@b.example"]]],
  [
    "of another sender",
    false,
    ["a.example", ["y@a.example"], { reversePath: "bob@relay.example" }],
  ],
  [
    "that was tried before",
    false,
    ["a.example", ["y@a.example"], { attempts: 1 }],
  ],
];
for (const [name, waits, second] of PAIRS) {
  Deno.test(`a second message ${name} ${waits ? "waits" : "does not wait"}`, async () => {
    const flying = newInFlight();
    const [one, two] = [work(ANSWERED), work()];
    const first = flying.add(unitFor("a.example", ["x@a.example"]), one.run);
    const next = flying.add(unitFor(...second), two.run);
    await settle();
    assert.equal(one.turn(), true);
    assert.equal(two.turn(), waits ? undefined : true);
    one.end();
    await first;
    await settle();
    assert.equal(two.turn(), true);
    two.end();
    await next;
  });
}

Deno.test("who waited has no turn when nobody was reached, and goes on after a bug", async () => {
  const flying = newInFlight();
  const units = ["x", "y", "z"].map((name) =>
    unitFor("a.example", [`${name}@a.example`])
  );
  const [, two, three] = [work(), work(), work()];
  const first = flying.add(units[0]!, async (turn) => {
    await turn();
    throw new Error("a bug");
  });
  const second = flying.add(units[1]!, two.run);
  await assert.rejects(first);
  await settle();
  assert.equal(two.turn(), true);
  const third = flying.add(units[2]!, three.run);
  flying.learn("a.example", "unreached");
  two.end();
  await second;
  await settle();
  assert.equal(three.turn(), false);
  three.end();
  await third;
});

/** Units of one destination, each of another sender, that end when told to. */
function stream(flying: InFlight, count: number) {
  const ends: (() => void)[] = [];
  const turns: boolean[] = [];
  const all = Array.from({ length: count }, async (_, n) => {
    const unit = unitFor("a.example", [`x${n}@a.example`], {
      reversePath: `s${n}@relay.example`,
    });
    await flying.add(unit, async (turn) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const mayBegin = await turn();
      turns.push(mayBegin);
      if (!mayBegin) return UNTRIED;
      ends.push(resolve);
      await promise;
      flying.learn("a.example", "answered");
      return ANSWERED;
    });
  });
  return { all, ends, turns };
}

Deno.test("a destination that answers soon has more at hand, each begins when one ends", async () => {
  const flying = newInFlight();
  const first = stream(flying, 2);
  await settle();
  assert.deepEqual([...flying.ahead()], []);
  await time.pass(20);
  first.ends[0]!();
  await first.all[0];
  assert.deepEqual([...flying.ahead()], [["a.example", 25]]);
  assert.deepEqual([...flying.answering], ["a.example"]);
  prepared.length = 0;
  const more = stream(flying, 12);
  await settle();
  assert.equal(flying.count, 2);
  assert.deepEqual(flying.running(), {
    all: 2,
    unproven: 0,
    failing: 0,
    hanging: 0,
  });
  assert.deepEqual([...flying.busy()], [["a.example", 2]]);
  assert.equal(prepared.length, 8);
  first.ends[1]!();
  await settle();
  assert.equal(flying.count, 2);
  assert.equal(more.ends.length, 2);
  assert.equal(prepared.length, 9);
  flying.clear();
  more.ends.forEach((end) => end());
  await Promise.all(more.all);
  assert.equal(more.turns.filter((mayBegin) => mayBegin).length, 2);
  assert.equal(flying.count, 0);
  assert.equal(flying.destinations, 0);
});

Deno.test("what goes back untried is not overtaken by the next one of its sender", async () => {
  const flying = newInFlight();
  const { all: running, ends } = stream(flying, 2);
  const all: Promise<unknown>[] = running;
  await settle();
  const [one, two, other] = [work(), work(), work()];
  const add = (name: string, { run }: ReturnType<typeof work>, from = name) => {
    const reversePath = `${from}@relay.example`;
    const address = `${name}@a.example`;
    return flying.add(
      unitFor("a.example", [address], { reversePath }),
      run,
    );
  };
  all.push(add("first", one, "ann"));
  await time.pass(1500);
  all.push(add("second", two, "ann"), add("third", other));
  await time.pass(600);
  flying.sweep(); // gives the first one back
  ends.forEach((end) => end()); // the others have their turn
  await settle();
  one.end();
  await settle();
  assert.deepEqual([one.turn(), two.turn(), other.turn()], [
    false,
    false,
    true,
  ]);
  two.end();
  other.end();
  await Promise.all(all);
});

Deno.test("what is at hand goes back after a while, and when nobody is reached", async () => {
  const flying = newInFlight();
  const { all, ends, turns } = stream(flying, 3);
  await settle();
  await time.pass(1500);
  all.push(...stream(flying, 1).all);
  await time.pass(600);
  flying.sweep();
  await settle();
  assert.deepEqual(turns, [true, true, false]);
  await time.pass(1500);
  flying.sweep();
  await all.at(-1);
  const late = stream(flying, 2);
  flying.learn("a.example", "unreached");
  await Promise.all(late.all);
  assert.deepEqual(late.turns, [false, false]);
  assert.deepEqual(flying.running(), {
    all: 2,
    unproven: 2,
    failing: 2,
    hanging: 0,
  });
  ends.forEach((end) => end());
  await Promise.all(all);
  assert.deepEqual([...flying.ahead()], []);
});

Deno.test("hanging() is who was never heard of, after a while, the first one first", async () => {
  const flying = newInFlight();
  const works = new Map<LeasedUnit, ReturnType<typeof work>>();
  const add = (destination: string, more: Partial<LeasedUnit> = {}) => {
    const unit = unitFor(destination, [`x@${destination}`], more);
    const one = work();
    works.set(unit, one);
    return { unit, one, done: flying.add(unit, one.run) };
  };
  const first = add("first.example");
  add("failed.example", { failStreak: 1 });
  add("known.example");
  flying.learn("known.example", "answered");
  await time.pass(PATIENCE_MS - 1);
  assert.deepEqual(flying.hanging(), []);
  const second = add("second.example");
  await time.pass(1);
  assert.deepEqual(flying.hanging(), [first.unit]);
  await time.pass(PATIENCE_MS);
  assert.deepEqual(flying.hanging(), [first.unit, second.unit]);
  assert.deepEqual(flying.running(), {
    all: 4,
    unproven: 3,
    failing: 1,
    hanging: 2,
  });
  first.one.end();
  await first.done;
  assert.deepEqual(flying.hanging(), [second.unit]);
  for (const { end } of works.values()) end();
});
