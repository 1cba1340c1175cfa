/**
 * A thousand destinations that take connections and say nothing, over real
 * sockets, and one of which nothing is known yet.
 */
import assert from "node:assert/strict";
import { queueTo } from "../store/queue_world.ts";
import { httpPeer, response, silentPeer } from "./peers.ts";
import { runnerTest, type RunnerWorld, until } from "./runner_world.ts";
import { authority, World } from "./transport_world.ts";

const HOLES = Array.from({ length: 1000 }, (_, n) => `hole${n}.example`);
const PATIENT = { connectMs: 600_000, httpMs: 600_000 };

const healthy = await httpPeer(() => response(200, "250 2.0.0 OK\n"), {
  pair: await authority.issue(["new.example", "late.example"]),
});
const silent = await silentPeer({ address: "127.0.0.2", port: healthy.port });
const world = await World.make({
  ports: { https: healthy.port },
  settings: PATIENT,
  zone: {
    "new.example": { A: ["127.0.0.1"] },
    "late.example": { A: ["127.0.0.1"] },
    ...Object.fromEntries(HOLES.map((hole) => [hole, { A: ["127.0.0.2"] }])),
  },
});

function isDone({ store }: RunnerWorld, destination: string) {
  return async () => await store.queue.destination(destination) === undefined;
}

runnerTest(
  "a new destination does not wait behind a thousand silent ones",
  async (test) => {
    const { store, runner } = test;
    await Promise.all(HOLES.map((hole) => queueTo(store, [`x@${hole}`])));
    await runner.start();
    await test.live(70); // what was due before a start is spread over a minute
    await until(() => silent.open === 48);
    await test.live(1);
    await queueTo(store, ["bob@new.example"]);
    for (let second = 0; second < 12; second++) await test.live(1);
    await until(isDone(test, "new.example"));
    assert.equal(healthy.requests.length, 1);
    // those that were given up are left alone; the others are still asked
    await until(() => runner.status().attempts === 48);
    const page = await store.queue.destinations(undefined, 2000);
    const given = page.filter(({ lastError }) => lastError !== undefined);
    assert.equal(given.length, 16);
    // the same again, when half of them have been silent for long
    await queueTo(store, ["bob@late.example"]);
    for (let second = 0; second < 12; second++) await test.live(1);
    await until(isDone(test, "late.example"));
    assert.equal(healthy.requests.length, 2);
    const stopped = runner.stop();
    for (let second = 0; second < 15; second++) await test.live(1);
    await stopped;
  },
  { transport: world.transport },
);

Deno.test("all connections of the test end", async () => {
  await world[Symbol.asyncDispose]();
  await silent[Symbol.asyncDispose]();
  await healthy[Symbol.asyncDispose]();
});
