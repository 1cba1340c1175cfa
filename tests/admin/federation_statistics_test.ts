/** What operations show of mail with other domains. */
import assert from "node:assert/strict";
import type { AttemptSeen } from "../../src/federation/attempt_seen.ts";
import { addAccount } from "../store/store_world.ts";
import { queueTo } from "../store/queue_world.ts";
import { call, type Relay, withRelay } from "./relay.ts";

function seen(more: Partial<AttemptSeen>): AttemptSeen {
  return {
    destination: "far.example",
    host: "mx.far.example",
    way: "https",
    result: "delivered",
    recipients: 1,
    tookMs: 60,
    sizeOctets: 2000,
    ...more,
  };
}

async function counted(relay: Relay): Promise<void> {
  const { statistics } = relay.federation;
  statistics.attempted(seen({}));
  statistics.attempted(seen({ tookMs: 70 }));
  statistics.attempted(seen({ result: "unreached", text: "no route" }));
  statistics.attempted(seen({ way: "smtp", tookMs: 400 }));
  statistics.received("near.example", 100);
  statistics.ended("bad.example", "expired", 2);
  await addAccount(relay.store, "ann");
  await queueTo(relay.store, ["a@far.example", "b@far.example"]);
}

Deno.test("each domain is shown with what was counted of it", () =>
  withRelay(async (relay) => {
    await counted(relay);
    const { servers, total } = await call(relay, "federation.servers", {});
    assert.equal(total, 3);
    assert.deepEqual(
      servers.map(({ domain, health }) => [domain, health]),
      [
        ["far.example", "perfect"],
        ["near.example", "none"],
        ["bad.example", "bad"],
      ],
    );
    const far = servers[0]!;
    assert.equal(far.queued_messages, 2);
    assert.equal(far.successful_deliveries, 3);
    assert.equal(far.success_https, 2);
    assert.equal(far.failed_https, 1);
    assert.equal(far.success_smtp, 1);
    assert.equal(far.mean_latency_ms, 177);
    assert.equal(far.bytes_out, 6000);
    assert.equal(far.last_failure?.text, "no route");
    assert.ok(far.ways.https!.p99_ms! <= 75);
  }));

Deno.test("domains come in the order and the page that are asked for", () =>
  withRelay(async (relay) => {
    await counted(relay);
    const names = async (input: object) =>
      (await call(relay, "federation.servers", input)).servers
        .map(({ domain }) => domain);
    assert.deepEqual(await names({ order: "domain", limit: 2 }), [
      "bad.example",
      "far.example",
    ]);
    assert.deepEqual(await names({ order: "domain", offset: 2 }), [
      "near.example",
    ]);
    assert.deepEqual(await names({ order: "failures", limit: 1 }), [
      "far.example",
    ]);
  }));

Deno.test("domains are found by name, by how mail goes, and by what waits", () =>
  withRelay(async (relay) => {
    await counted(relay);
    const found = async (input: object) => {
      const { servers, total } = await call(
        relay,
        "federation.servers",
        input,
      );
      return [total, ...servers.map(({ domain }) => domain)];
    };
    const far = [1, "far.example"];
    assert.deepEqual(await found({ search: " FAR." }), far);
    assert.deepEqual(await found({ search: "a", limit: 1 }), [
      3,
      "far.example",
    ]);
    assert.deepEqual(await found({ health: "bad" }), [1, "bad.example"]);
    assert.deepEqual(await found({ only: "queued" }), far);
    assert.deepEqual(await found({ only: "failures" }), far);
    assert.deepEqual(await found({ only: "restricted" }), [0]);
    await call(relay, "federation.set_rule", {
      domain: "near.example",
      action: "block",
    });
    await call(relay, "federation.set_channels", {
      domain: "bad.example",
      smtp: "off",
    });
    assert.deepEqual(await found({ only: "restricted", order: "domain" }), [
      2,
      "bad.example",
      "near.example",
    ]);
  }));

for (
  const [order, first] of [
    ["in", "near.example"],
    ["out", "far.example"],
    ["latency", "far.example"],
    ["queued", "far.example"],
  ] as const
) {
  Deno.test(`in the order "${order}" ${first} comes first`, () =>
    withRelay(async (relay) => {
      await counted(relay);
      const { servers } = await call(relay, "federation.servers", { order });
      assert.equal(servers[0]!.domain, first);
    }));
}

Deno.test("status tells of traffic, stats of sums and days", () =>
  withRelay(async (relay) => {
    await counted(relay);
    const { traffic } = await call(relay, "federation.status", {});
    assert.deepEqual(traffic[0], {
      domain: "far.example",
      sent: 3,
      received: 0,
      failed: 1,
      latency_ms: 177,
      health: "perfect",
      last_failure: "no route",
    });
    const stats = await call(relay, "federation.stats", {});
    assert.equal(stats.domains, 3);
    assert.deepEqual(stats.health, {
      perfect: 1,
      federated: 0,
      bad: 1,
      none: 1,
    });
    assert.equal(stats.days.length, 1);
    assert.equal(stats.days[0]!.expired, 2);
  }));

Deno.test("one domain is asked for in any spelling, and forgotten", () =>
  withRelay(async (relay) => {
    await counted(relay);
    const one = { domain: "FAR.example." };
    assert.equal(
      (await call(relay, "federation.server", one)).server?.domain,
      "far.example",
    );
    assert.deepEqual(await call(relay, "federation.reset_stats", one), {
      deleted: 1,
    });
    assert.equal((await call(relay, "federation.server", one)).server, null);
    assert.deepEqual(await call(relay, "federation.reset_stats", {}), {
      deleted: 2,
    });
  }));
