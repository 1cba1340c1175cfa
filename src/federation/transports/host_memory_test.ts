import assert from "node:assert/strict";
import { TestTime } from "../../../tests/harness/test_time.ts";
import { HostMemory } from "./host_memory.ts";
import type { HostRecord } from "./records.ts";

class World {
  seconds = 0;
  writes = 0;
  readonly time = new TestTime();
  readonly values = new Map<string, HostRecord>();
  readonly bugs: unknown[] = [];
  fails = false;

  open(): HostMemory {
    return new HostMemory({
      records: {
        values: this.values,
        change: ({ put = [], remove = [] }) => {
          if (this.fails) return Promise.reject(new Error("full"));
          this.writes++;
          for (const [key, value] of put) this.values.set(key, value);
          for (const key of remove) this.values.delete(key);
          return Promise.resolve();
        },
      },
      timers: this.time,
      seconds: () => this.seconds,
      reportBug: (error) => this.bugs.push(error),
    });
  }
}

Deno.test("what is known already is not written again", async () => {
  const world = new World();
  const memory = world.open();
  for (let i = 0; i < 100; i++) memory.learnServed("a.example");
  await world.time.pass(30_000);
  assert.equal(world.writes, 1);
  memory.learnServed("a.example");
  await world.time.pass(60_000);
  assert.equal(world.writes, 1);
  assert.deepEqual(world.values.get("a.example"), { servedAt: 0 });
  await memory.close();
  assert.equal(world.time.pending, 0);
});

Deno.test("the oldest hosts go when there are too many, in the store too", async () => {
  const world = new World();
  const memory = world.open();
  memory.learnAbsent("first.example");
  await world.time.pass(30_000);
  assert.equal(world.values.size, 1);
  for (let i = 0; i < 5000; i++) memory.learnAbsent(`${i}.example`);
  assert.equal(memory.isAbsent("first.example", 60), false);
  await memory.close();
  assert.equal(world.values.size, 5000);
  assert.equal(world.values.has("first.example"), false);
});

Deno.test("a host of which nothing is known any more is not stored", async () => {
  const world = new World();
  const memory = world.open();
  memory.learnAbsent("a.example");
  await world.time.pass(30_000);
  memory.forgetAbsent("a.example");
  await memory.close();
  assert.equal(world.values.size, 0);
});

Deno.test("what cannot be written is reported, and known nevertheless", async () => {
  const world = new World();
  world.fails = true;
  const memory = world.open();
  memory.learnAbsent("a.example");
  await memory.close();
  assert.equal(world.bugs.length, 1);
  assert.equal(memory.isAbsent("a.example", 60), true);
});

Deno.test("of two limits the lower one counts", () => {
  const memory = new World().open();
  memory.learnTooLarge("a.example", 5_000_000);
  memory.learnTooLarge("a.example", 9_000_000);
  assert.equal(memory.tooLarge("a.example"), 5_000_000);
  memory.learnTooLarge("a.example", 2_000_000);
  assert.equal(memory.tooLarge("a.example"), 2_000_000);
});
