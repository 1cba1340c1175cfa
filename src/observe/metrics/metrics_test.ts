import assert from "node:assert/strict";
import { familyNamed } from "./families.ts";
import { Metrics } from "./metrics.ts";

Deno.test("what is counted and what is known elsewhere is collected in the order of the table", async () => {
  const metrics = new Metrics();
  metrics.count("imap_commands_total", "NOOP", "ok");
  metrics.count("imap_commands_total", "NOOP", "ok");
  metrics.tally("imap_commands_total", "LOGIN", "no").count += 3;
  metrics.provide("accounts", () => Promise.resolve([[7]]));
  metrics.provide("messages_total", () => [["local", "delivered", 2]]);
  metrics.count("messages_total", "inbound", "accepted");
  const families = await metrics.collect();
  assert.deepEqual(
    families.map(({ name, samples }) => [
      name,
      samples.map(({ labels, value }) => [...labels, value]),
    ]),
    [
      ["messages_total", [
        ["inbound", "accepted", 1],
        ["local", "delivered", 2],
      ]],
      ["imap_commands_total", [["NOOP", "ok", 2], ["LOGIN", "no", 3]]],
      ["accounts", [[7]]],
    ],
  );
});

Deno.test("one who makes up labels gets one series for all that are too many", async () => {
  const metrics = new Metrics();
  for (let i = 0; i < 5000; i++) {
    metrics.count("http_requests_total", `/${i}`, "GET", "404");
  }
  const [family] = await metrics.collect();
  assert.ok(family);
  assert.ok(family.samples.length <= 501, String(family.samples.length));
  const others = family.samples.filter(({ labels }) => labels[0] === "other");
  assert.equal(others.length, 1);
  assert.equal(
    family.samples.reduce((sum, { value }) => sum + value, 0),
    5000,
  );
});

Deno.test("where people are not counted, nothing about them is kept or told", async () => {
  let isOn = false;
  const metrics = new Metrics(() => isOn);
  metrics.count("auth_total", "imap", "ok");
  metrics.observe("imap_push_latency_seconds", 0.1);
  metrics.provide("accounts", () => [[7]]);
  metrics.provide("db_size_bytes", () => [[1]]);
  metrics.count("settings_reloads_total", "ok");
  const told = async () => (await metrics.collect()).map(({ name }) => name);
  assert.deepEqual(await told(), ["db_size_bytes", "settings_reloads_total"]);
  isOn = true;
  assert.deepEqual(await told(), [
    "accounts",
    "db_size_bytes",
    "settings_reloads_total",
  ]);
});

Deno.test("a histogram counts a value in its bucket and all that are larger", async () => {
  const metrics = new Metrics();
  for (const seconds of [0.0005, 0.001, 0.2, 100]) {
    metrics.observe("imap_push_latency_seconds", seconds);
  }
  const [family] = await metrics.collect();
  const histogram = family!.histograms[0]!.histogram;
  assert.equal(histogram.count, 4);
  assert.ok(Math.abs(histogram.sum - 100.2015) < 1e-9);
  const cumulative = histogram.cumulative();
  assert.equal(cumulative[0], 2);
  assert.equal(cumulative.at(-1), 3);
  const { bounds } = histogram;
  assert.equal(cumulative[bounds.indexOf(0.25)], 3);
  assert.equal(cumulative[bounds.indexOf(0.1)], 2);
});

Deno.test("families of people and machines are told apart", () => {
  assert.equal(familyNamed("accounts").ofPeople, true);
  assert.equal(familyNamed("db_size_bytes").ofPeople, undefined);
});
