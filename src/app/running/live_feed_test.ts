import assert from "node:assert/strict";
import { AdminEvents, type NumberedEvent } from "../../admin/events.ts";
import { word } from "../../observe/fields.ts";
import { AddressHash } from "../../observe/fields.ts";
import { Log } from "../../observe/log.ts";
import { USUAL_SHAPE } from "../../../tests/harness/log_shape.ts";
import { Metrics } from "../../observe/metrics/metrics.ts";
import { LiveFeed } from "./live_feed.ts";

function world(level: "off" | "info") {
  const state = { ms: 1000, reads: 0, broken: false };
  const clock = { now: () => state.ms, monotonic: () => state.ms };
  const metrics = new Metrics();
  metrics.provide("process_open_fds", () => {
    state.reads++;
    return [[12]];
  });
  const sink = { write() {}, reopen() {}, close() {} };
  const log = new Log({
    clock,
    hash: new AddressHash(clock, (n) => new Uint8Array(n), () => true),
    stderr: sink,
    targets: [sink],
    file: { configured: level, locked: false },
    shape: USUAL_SHAPE,
  });
  const events = new AdminEvents();
  const feed = new LiveFeed({
    events,
    metrics,
    log,
    clock,
    timers: { every: () => () => {} },
    reportBug(error) {
      throw error;
    },
  });
  const heard: NumberedEvent[] = [];
  return { state, metrics, log, events, feed, heard };
}

function dataOf(heard: readonly NumberedEvent[], name: string) {
  return heard.filter(({ event }) => event === name)
    .map(({ data }) => data as Record<string, unknown>);
}

Deno.test("nothing is read while nobody listens", async () => {
  const { state, feed } = world("info");
  await feed.tell();
  assert.equal(state.reads, 0);
});

Deno.test("who listens hears gauges, and rates of the time between two looks", async () => {
  const { state, metrics, events, feed, heard } = world("info");
  events.listen((event) => heard.push(event));
  await feed.tell();
  metrics.tally("messages_total", "submission", "accepted").count += 5;
  state.ms += 5000;
  await feed.tell();
  const [first, second] = dataOf(heard, "metrics");
  assert.deepEqual(
    (first!.values as Record<string, number>)["process.files"],
    12,
  );
  const { at, values } = second as {
    at: number;
    values: Record<string, number>;
  };
  assert.equal(at, 6);
  assert.equal(values["messages.sent"], 60);
});

Deno.test("who listens hears the log, and that there is none", async () => {
  const { log, events, feed, heard } = world("info");
  feed.start();
  log.info(word("unheard"));
  const stop = events.listen((event) => heard.push(event));
  log.info(word("heard"));
  await feed.tell();
  log.setLevel("off");
  log.error(word("secret"));
  await feed.tell();
  assert.deepEqual(
    dataOf(heard, "log").map(({ text, active }) => text ?? active),
    ["heard", true, false],
  );
  stop();
  feed.stop();
  log.setLevel("info");
  log.info(word("after"));
  assert.equal(dataOf(heard, "log").length, 3);
});
