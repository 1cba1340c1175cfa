/** What is counted of mail with other domains, kept and forgotten. @module */
import assert from "node:assert/strict";
import { days } from "../../src/base/durations.ts";
import { Refusal } from "../../src/base/refusal.ts";
import type { AttemptSeen } from "../../src/federation/attempt_seen.ts";
import { daysOf, failuresOf } from "../../src/federation/statistics/figures.ts";
import { FederationStatistics } from "../../src/federation/statistics/statistics.ts";
import type { RecordChange } from "../../src/store/records.ts";
import { TestTime } from "../harness/test_time.ts";

const START_MS = Date.UTC(2026, 5, 1, 12, 34, 56);

class World {
  readonly time = new TestTime(START_MS);
  readonly rows = new Map<string, Map<string, string>>();
  readonly bugs: unknown[] = [];
  fault: Error | undefined;
  isOn = true;
  perDomain = true;

  open(): Promise<FederationStatistics> {
    const { time } = this;
    return FederationStatistics.open({
      store: {
        records: {
          load: (collection) =>
            Promise.resolve(
              Array.from(this.#of(collection), ([key, value]) => ({
                key,
                value,
              })),
            ),
          change: (change) => this.#change(change),
        },
        clock: { seconds: () => Math.floor(time.monotonic() / 1000) },
      },
      clock: time,
      timers: time,
      options: () => ({
        isOn: this.isOn,
        perDomain: this.perDomain,
        retentionSeconds: days(90),
      }),
      reportBug: (error) => void this.bugs.push(error),
    });
  }

  async #change({ collection, put = [], remove = [] }: RecordChange) {
    await Promise.resolve();
    if (this.fault) throw this.fault;
    const rows = this.#of(collection);
    for (const key of remove) rows.delete(key);
    for (const { key, value } of put) rows.set(key, value);
  }

  #of(collection: string): Map<string, string> {
    const rows = this.rows.get(collection) ?? new Map<string, string>();
    this.rows.set(collection, rows);
    return rows;
  }
}

function seen(more: Partial<AttemptSeen> = {}): AttemptSeen {
  return {
    destination: "far.example",
    host: "mx.far.example",
    way: "https",
    result: "delivered",
    recipients: 1,
    tookMs: 40,
    sizeOctets: 1000,
    tlsVerified: true,
    ...more,
  };
}

Deno.test("each way counts for itself, also one that failed before another", async () => {
  const statistics = await new World().open();
  statistics.attempted(
    seen({ result: "unreached", text: "refused for bob@far.example" }),
  );
  statistics.attempted(seen({ way: "smtp", tookMs: 90 }));
  const peer = statistics.peers.get("far.example")!;
  assert.equal(failuresOf(peer.ways.https!), 1);
  assert.equal(peer.ways.smtp!.delivered, 1);
  assert.equal(peer.ways.http, undefined);
  assert.equal(peer.sentOctets, 1000);
  assert.equal(peer.lastFailure?.text, "refused for <address>");
  assert.equal(peer.lastOutAt, Date.UTC(2026, 5, 1, 12) / 1000);
});

Deno.test("what was counted is there after a restart", async () => {
  const world = new World();
  const statistics = await world.open();
  statistics.start();
  statistics.received("far.example", 500);
  statistics.ended("far.example", "expired", 3);
  await world.time.pass(30_000);
  statistics.received("far.example", 500);
  await statistics.stop();
  const again = await world.open();
  const peer = again.peers.get("far.example")!;
  assert.equal(peer.received, 2);
  assert.equal(peer.expired, 3);
  assert.deepEqual(again.days, statistics.days);
  assert.equal(world.time.pending, 0);
});

Deno.test("who only claims to be a domain gets no place", async () => {
  const statistics = await new World().open();
  for (let i = 0; i < 100; i++) statistics.rejected(`${i}.example`);
  assert.equal(statistics.peers.size, 0);
  assert.equal(statistics.days[0]![1].rejected, 100);
});

Deno.test("there are never more than 20 000 domains; the longest idle go", async () => {
  const world = new World();
  const statistics = await world.open();
  for (let i = 0; i < 20_000; i++) statistics.received(`${i}.example`, 1);
  await world.time.pass(1000);
  statistics.received("0.example", 1);
  statistics.received("new.example", 1);
  assert.ok(statistics.peers.size <= 20_000);
  assert.ok(statistics.peers.has("0.example"));
  assert.ok(statistics.peers.has("new.example"));
  await statistics.flush();
  assert.equal(
    world.rows.get("federation_peers")!.size,
    statistics.peers.size,
  );
});

Deno.test("idle domains and old days are forgotten", async () => {
  const world = new World();
  const statistics = await world.open();
  statistics.received("old.example", 1);
  await statistics.flush();
  await world.time.pass(days(60) * 1000);
  statistics.received("young.example", 1);
  await world.time.pass(days(31) * 1000);
  await statistics.flush();
  assert.deepEqual([...statistics.peers.keys()], ["young.example"]);
  assert.deepEqual([...world.rows.get("federation_peers")!.keys()], [
    "young.example",
  ]);
  assert.equal(statistics.days.length, 0);
});

Deno.test("a store that takes nothing costs no number", async () => {
  const world = new World();
  const statistics = await world.open();
  statistics.received("far.example", 1);
  world.fault = new Refusal("storage_full");
  await statistics.flush();
  world.fault = undefined;
  await statistics.flush();
  assert.deepEqual(world.bugs, []);
  assert.equal((await world.open()).peers.get("far.example")?.received, 1);
});

Deno.test("without domains there are sums alone", async () => {
  const world = new World();
  const statistics = await world.open();
  statistics.received("far.example", 1);
  world.perDomain = false;
  statistics.received("other.example", 1);
  await statistics.flush();
  assert.equal(statistics.peers.size, 0);
  assert.equal(world.rows.get("federation_peers")!.size, 0);
  assert.equal(statistics.days[0]![1].received, 2);
});

Deno.test("rows that cannot be read are counted anew", async () => {
  const world = new World();
  world.rows.set(
    "federation_peers",
    new Map([["a.example", "{"], ["b.example", '{"received":-1}']]),
  );
  const statistics = await world.open();
  assert.equal(statistics.peers.size, 0);
});

Deno.test("reset forgets one domain, or all", async () => {
  const world = new World();
  const statistics = await world.open();
  for (const name of ["a", "b", "c"]) statistics.received(`${name}.example`, 1);
  await statistics.flush();
  assert.equal(await statistics.reset("a.example"), 1);
  assert.equal(await statistics.reset("a.example"), 0);
  assert.equal(world.rows.get("federation_peers")!.size, 2);
  assert.equal(await statistics.reset(), 2);
  assert.equal((await world.open()).days.length, 0);
});

Deno.test("the last days of each domain are kept, with how long its mail took", async () => {
  const world = new World();
  const statistics = await world.open();
  statistics.attempted(seen({ tookMs: 40 }));
  statistics.attempted(seen({ tookMs: 81 }));
  statistics.attempted(seen({ result: "unreached", text: "no answer" }));
  statistics.received("far.example", 10);
  const first = {
    startSeconds: Date.UTC(2026, 5, 1) / 1000,
    delivered: 2,
    meanMs: 61,
    failed: 1,
    received: 1,
  };
  const found = () => daysOf(statistics.peers.get("far.example")!);
  assert.deepEqual(found(), [first]);
  await statistics.flush();
  const again = (await world.open()).peers.get("far.example")!;
  assert.deepEqual(daysOf(again), [first]);
  for (let day = 0; day < 20; day++) {
    await world.time.pass(days(1) * 1000);
    statistics.received("far.example", 10);
  }
  assert.equal(found().length, 14);
  assert.equal(found().at(-1)?.startSeconds, Date.UTC(2026, 5, 21) / 1000);
  assert.equal(found().at(-1)?.meanMs, undefined);
});

Deno.test("days that another program wrote otherwise are counted anew", async () => {
  const world = new World();
  const statistics = await world.open();
  statistics.attempted(seen());
  await statistics.flush();
  const rows = world.rows.get("federation_peers")!;
  const { days: _, ...without } = JSON.parse(rows.get("far.example")!);
  rows.set("far.example", JSON.stringify(without));
  rows.set("odd.example", JSON.stringify({ ...without, days: [1, 2, 3] }));
  const { peers } = await world.open();
  assert.deepEqual(daysOf(peers.get("far.example")!), []);
  assert.equal(peers.has("odd.example"), false);
});
