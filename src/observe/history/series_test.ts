import assert from "node:assert/strict";
import { FAMILIES, familyNamed } from "../metrics/families.ts";
import { Metrics } from "../metrics/metrics.ts";
import {
  isOfPeople,
  MAX_SERIES,
  REFERENCE,
  SERIES_NAMES,
  seriesNamed,
  valueIn,
} from "./series.ts";
import { SeriesReader } from "./series_reader.ts";

Deno.test("there are no more series than a store of two years is made for", () => {
  assert.ok(SERIES_NAMES.length <= MAX_SERIES, String(SERIES_NAMES.length));
  assert.ok(!isOfPeople(REFERENCE));
});

for (const name of SERIES_NAMES) {
  Deno.test(`${name} is a rate of a counter or a gauge, of labels that there are`, () => {
    const { family, unit, only = {}, except = {} } = seriesNamed(name);
    const { type, labels = [] } = familyNamed(family);
    const isRate = ["per_minute", "bytes_per_second", "percent"].includes(unit);
    assert.equal(type, isRate ? "counter" : "gauge");
    for (const label of Object.keys({ ...only, ...except })) {
      assert.ok(labels.includes(label), label);
    }
  });
}

Deno.test("valueIn() adds up what a series is about", () => {
  const samples = [
    { labels: ["inbound", "accepted"], value: 3 },
    { labels: ["inbound", "refused"], value: 5 },
    { labels: ["submission", "accepted"], value: 7 },
  ];
  assert.equal(valueIn("messages.received", samples), 3);
  assert.equal(valueIn("messages.sent", samples), 7);
  assert.equal(
    valueIn("auth.failed", [
      { labels: ["imap", "ok"], value: 100 },
      { labels: ["imap", "bad_credentials"], value: 2 },
      { labels: ["submission", "error"], value: 1 },
    ]),
    3,
  );
});

Deno.test("valueIn() knows that nothing was counted, and that a gauge is unknown", () => {
  assert.equal(valueIn("messages.sent", []), 0);
  assert.equal(valueIn("process.files", []), undefined);
});

function reader() {
  const state = { ofPeople: true, files: 5 as number | undefined };
  const metrics = new Metrics(() => state.ofPeople);
  metrics.provide("process_open_fds", () => {
    if (state.files === undefined) throw new Error("unknown");
    return [[state.files]];
  });
  const faults: unknown[] = [];
  const read = new SeriesReader({
    samples: (name) => metrics.samples(name),
    ofPeople: () => state.ofPeople,
    onFault: (error) => faults.push(error),
  });
  return { state, metrics, faults, read };
}

Deno.test("read() makes rates of the time since it was asked before", async () => {
  const { metrics, read } = reader();
  metrics.tally("messages_total", "submission", "accepted").count = 1000;
  const first = await read.read(0);
  assert.equal(first.get("messages.sent"), undefined);
  assert.equal(first.get("process.files"), 5);
  metrics.tally("messages_total", "submission", "accepted").count += 10;
  assert.equal((await read.read(10_000)).get("messages.sent"), 60);
  assert.equal((await read.read(20_000)).get("messages.sent"), 0);
  metrics.tally("messages_total", "submission", "accepted").count += 10;
  assert.equal((await read.read(60_000)).get("messages.sent"), 15);
});

Deno.test("read() takes a counter that began anew for what it says", async () => {
  const { metrics, read } = reader();
  const tally = metrics.tally("messages_total", "submission", "accepted");
  tally.count = 1000;
  await read.read(0);
  tally.count = 4;
  assert.equal((await read.read(60_000)).get("messages.sent"), 4);
});

Deno.test("read() goes on without a part that throws", async () => {
  const { state, faults, read } = reader();
  state.files = undefined;
  const values = await read.read(0);
  assert.equal(values.get("process.files"), undefined);
  assert.equal(faults.length, 1);
});

Deno.test("read() tells nothing of people while they are not counted", async () => {
  const { state, metrics, read } = reader();
  metrics.tally("messages_total", "submission", "accepted").count = 7;
  await read.read(0);
  state.ofPeople = false;
  const values = await read.read(10_000);
  assert.deepEqual([...values.keys()].filter(isOfPeople), []);
  assert.equal(values.get("process.files"), 5);
  state.ofPeople = true;
  metrics.tally("messages_total", "submission", "accepted").count = 9;
  assert.equal((await read.read(20_000)).get("messages.sent"), undefined);
});

Deno.test("every family that a series is made of is in the table", () => {
  for (const name of SERIES_NAMES) {
    assert.ok(Object.hasOwn(FAMILIES, seriesNamed(name).family));
  }
});

Deno.test("read() does not wait for a part that never answers", async () => {
  const { metrics, read } = reader();
  metrics.provide("turn_allocations", () => new Promise(() => {}));
  const values = await read.read(0);
  assert.equal(values.get("turn.allocations"), undefined);
  assert.equal(values.get("process.files"), 5);
});
