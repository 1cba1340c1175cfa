import assert from "node:assert/strict";
import { unitFor } from "../../../tests/federation/fake_transport.ts";
import { settle } from "../../../tests/harness/test_time.ts";
import type { UnitOutcome } from "./attempt.ts";
import { InFlight, type Turn } from "./in_flight.ts";

const UNTRIED: UnitOutcome = { kind: "untried" };

function work() {
  const end = Promise.withResolvers<void>();
  let turn: boolean | undefined;
  const run = async (take: Turn): Promise<UnitOutcome> => {
    turn = await take();
    await end.promise;
    return UNTRIED;
  };
  return { run, end: () => end.resolve(), turn: () => turn };
}

Deno.test("busy() and full() count what is in flight", async () => {
  const flying = new InFlight();
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
  assert.deepEqual([...flying.full(3)], []);
  assert.deepEqual([...flying.full(2)], ["a.example"]);
  two.end();
  await ends[1];
  assert.deepEqual([...flying.full(2)], []);
  flying.learn("a.example", "unreached");
  assert.deepEqual([...flying.full(2)], ["a.example"]);
  flying.learn("a.example", "untried");
  assert.deepEqual([...flying.full(2)], ["a.example"]);
  flying.learn("a.example", "answered");
  assert.deepEqual([...flying.full(2)], []);
  one.end();
  await ends[0];
  assert.equal(flying.count, 0);
  assert.equal(flying.busy().size, 0);
});

Deno.test("full() of a destination that failed before is one unit", async () => {
  const flying = new InFlight();
  const one = work();
  const unit = unitFor("a.example", ["x@a.example"], { failStreak: 3 });
  const done = flying.add(unit, one.run);
  assert.deepEqual([...flying.full(2)], ["a.example"]);
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
    const flying = new InFlight();
    const [one, two] = [work(), work()];
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
  const flying = new InFlight();
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
