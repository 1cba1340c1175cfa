import assert from "node:assert/strict";
import { DnsTestServer } from "../../tests/harness/dns_server.ts";
import { systemRandom } from "../base/random.ts";
import { DnsFailure } from "./answers.ts";
import { NoPlace, Places } from "./places.ts";
import { Resolver } from "./resolver.ts";

const LONG_MS = 600_000;
const clock = { now: () => 0, monotonic: () => 0 };

function held(): { work: () => Promise<void>; end: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { work: () => promise, end: resolve };
}

Deno.test("within() lets so many in, the next ones in their order, and no more wait", async () => {
  const places = new Places(clock, { places: 2, waiting: 2 });
  const order: string[] = [];
  const ends: (() => void)[] = [];
  const begin = (name: string) => {
    const { work, end } = held();
    ends.push(end);
    return places.within("inbound", LONG_MS, () => {
      order.push(name);
      return work();
    });
  };
  const all = ["a", "b", "c", "d"].map(begin);
  await assert.rejects(begin("e"), NoPlace);
  assert.deepEqual(places.figures("inbound"), {
    asking: 2,
    waiting: 2,
    refused: 1,
  });
  assert.deepEqual(order, ["a", "b"]);
  for (const end of ends) end();
  await Promise.all(all);
  assert.deepEqual(order, ["a", "b", "c", "d"]);
  assert.deepEqual(places.figures("inbound"), {
    asking: 0,
    waiting: 0,
    refused: 1,
  });
});

Deno.test("within() refuses what has waited for too long, and its place in the line is free", async () => {
  const places = new Places(clock, { places: 1, waiting: 1 });
  const { work, end } = held();
  const first = places.within("own", LONG_MS, work);
  await assert.rejects(places.within("own", 1, work), NoPlace);
  const next = places.within("own", LONG_MS, () => Promise.resolve("in"));
  end();
  await first;
  assert.equal(await next, "in");
  assert.equal(places.figures("own").refused, 1);
});

Deno.test("within() gives the place back when the work fails", async () => {
  const places = new Places(clock, { places: 1, waiting: 0 });
  const failing = () => Promise.reject(new RangeError("no"));
  await assert.rejects(places.within("own", LONG_MS, failing), RangeError);
  const { asking } = places.figures("own");
  assert.equal(asking, 0);
});

Deno.test("hasRefused() is about the time before now", async () => {
  let nowMs = 5000;
  const places = new Places({ monotonic: () => nowMs }, {
    places: 0,
    waiting: 0,
  });
  assert.equal(places.hasRefused(60_000), false);
  await assert.rejects(
    places.within("own", LONG_MS, () => Promise.resolve()),
    NoPlace,
  );
  nowMs += 59_999;
  assert.equal(places.hasRefused(60_000), true);
  nowMs += 1;
  assert.equal(places.hasRefused(60_000), false);
});

Deno.test("look-ups about strangers leave places to others, and share what is known", async () => {
  await using server = DnsTestServer.start({
    "silent.example": { trouble: "silence" },
    "known.example": { A: ["192.0.2.1"] },
  });
  const resolver = new Resolver({
    servers: () => [server.server],
    timeoutMs: 1000,
    clock,
    random: systemRandom,
    limits: { places: 1, waiting: 0 },
  });
  const inbound = resolver.for("inbound");
  const slow = assert.rejects(inbound.ipv4("silent.example"), DnsFailure);
  await assert.rejects(
    inbound.ipv4("known.example"),
    (error) =>
      error instanceof DnsFailure && error.problem === "temporary" &&
      /too many look-ups/.test(error.message),
  );
  assert.equal(resolver.places.figures("inbound").refused, 1);
  const found = await resolver.ipv4("known.example");
  assert.deepEqual(found.values, ["192.0.2.1"]);
  assert.deepEqual(await inbound.ipv4("known.example"), found);
  await slow;
});
