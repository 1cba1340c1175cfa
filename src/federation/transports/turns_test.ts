import assert from "node:assert/strict";
import { Aborted } from "./connections.ts";
import { Turns } from "./turns.ts";

const NEVER = new AbortController().signal;

/** What has been reached by now. */
async function reached(work: Promise<unknown>): Promise<boolean> {
  let isReached = false;
  void work.then(() => isReached = true);
  for (let i = 0; i < 10; i++) await Promise.resolve();
  return isReached;
}

Deno.test("no more than so many have a turn at one place; who waits longest is next", async () => {
  const turns = new Turns(2);
  const first = await turns.take("a", NEVER);
  const second = await turns.take("a", NEVER);
  const third = turns.take("a", NEVER);
  const fourth = turns.take("a", NEVER);
  assert.equal(await reached(third), false);
  await turns.take("b", NEVER);
  first();
  assert.equal(await reached(third), true);
  assert.equal(await reached(fourth), false);
  second();
  const ends = [await third, await fourth];
  const fifth = turns.take("a", NEVER);
  assert.equal(await reached(fifth), false);
  for (const end of ends) end();
  (await fifth)();
  const again = [turns.take("a", NEVER), turns.take("a", NEVER)];
  assert.equal(await reached(Promise.all(again)), true);
});

Deno.test("who is ended while waiting takes no turn", async () => {
  const turns = new Turns(1);
  const first = await turns.take("a", NEVER);
  const abort = new AbortController();
  const second = turns.take("a", abort.signal);
  const third = turns.take("a", NEVER);
  abort.abort();
  await assert.rejects(second, Aborted);
  assert.equal(await reached(third), false);
  first();
  assert.equal(await reached(third), true);
});

Deno.test("who is ended in the moment of its turn passes it on", async () => {
  const turns = new Turns(1);
  const first = await turns.take("a", NEVER);
  const abort = new AbortController();
  const second = turns.take("a", abort.signal);
  const third = turns.take("a", NEVER);
  abort.abort();
  first();
  await assert.rejects(second, Aborted);
  assert.equal(await reached(third), true);
});
