/** What named values in collections promise, of every engine, and the set in memory that follows one. @module */
import assert from "node:assert/strict";
import { number, object } from "valibot";
import { RecordSet } from "../../src/store/record_set.ts";
import type { Store } from "../../src/store/store.ts";
import { ENGINES } from "./engines.ts";

const HITS = object({ hits: number() });

interface World {
  readonly store: Store;
  /** The same store, after it was closed. */
  reopened(): Promise<Store>;
}

function recordsTest(name: string, work: (world: World) => Promise<void>) {
  for (const engine of ENGINES) {
    Deno.test(`${engine.name}: ${name}`, async () => {
      const stateDir = await Deno.makeTempDir({ prefix: "records" });
      const opened = [await engine.open({ stateDir, durable: true })];
      try {
        await work({
          store: opened[0]!,
          async reopened() {
            await opened[0]!.close();
            const again = await engine.open({ stateDir, durable: true });
            opened.unshift(again);
            return again;
          },
        });
      } finally {
        await opened[0]!.close();
        await Deno.remove(stateDir, { recursive: true });
      }
    });
  }
}

async function rowsOf(
  { records }: Store,
  collection: string,
): Promise<Record<string, string>> {
  const rows = await records.load(collection);
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}

async function openSet(store: Store, collection = "a") {
  const unreadable: string[] = [];
  const set = await RecordSet.open({
    store,
    collection,
    schema: HITS,
    onUnreadable: (key) => void unreadable.push(key),
    reportBug: (error) => {
      throw error;
    },
  });
  return { set, unreadable };
}

recordsTest("what is put stays until it is removed", async (world) => {
  const { records } = world.store;
  await records.change({
    collection: "a",
    put: [{ key: "y", value: "1" }, { key: "x", value: "2" }],
  });
  await records.change({ collection: "b", put: [{ key: "x", value: "3" }] });
  await records.change({
    collection: "a",
    put: [{ key: "x", value: "4" }],
    remove: ["y", "none"],
  });
  const again = await world.reopened();
  assert.deepEqual(await rowsOf(again, "a"), { x: "4" });
  assert.deepEqual(await rowsOf(again, "b"), { x: "3" });
  assert.deepEqual(await rowsOf(again, "c"), {});
});

recordsTest("a set is the collection, and follows it", async ({ store }) => {
  await store.records.change({
    collection: "a",
    put: [{ key: "x", value: '{"hits":1}' }],
  });
  const { set } = await openSet(store);
  assert.deepEqual([...set.values], [["x", { hits: 1 }]]);
  let changes = 0;
  const stop = set.onChange(() => changes++);
  await set.put("y", { hits: 2 });
  assert.deepEqual(set.get("y"), { hits: 2 });
  await store.records.change({
    collection: "a",
    put: [{ key: "y", value: '{"hits":3}' }],
    remove: ["x"],
  });
  assert.deepEqual([...set.values], [["y", { hits: 3 }]]);
  await store.records.change({
    collection: "b",
    put: [{ key: "y", value: '{"hits":9}' }],
  });
  assert.equal(changes, 2);
  stop();
  await set.remove("y");
  assert.equal(set.size, 0);
  assert.equal(changes, 2);
  set.close();
  await store.records.change({
    collection: "a",
    put: [{ key: "z", value: '{"hits":1}' }],
  });
  assert.equal(set.size, 0);
});

recordsTest("what is no value is left out, and said", async ({ store }) => {
  await store.records.change({
    collection: "a",
    put: [
      { key: "broken", value: "{" },
      { key: "other", value: '{"hits":"many"}' },
      { key: "right", value: '{"hits":1}' },
    ],
  });
  const { set, unreadable } = await openSet(store);
  assert.deepEqual([...set.values.keys()], ["right"]);
  assert.deepEqual(unreadable, ["broken", "other"]);
  assert.equal((await store.records.load("a")).length, 3);
  await store.records.change({
    collection: "a",
    put: [{ key: "right", value: "null" }],
  });
  assert.equal(set.size, 0);
  set.close();
});
