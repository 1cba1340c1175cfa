import assert from "node:assert/strict";
import { rehearse, type Rehearsed } from "../../src/app/rehearsal/rehearsal.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../../src/app/system_time.ts";
import { DkimBodyHash } from "../../src/mailauth/dkim_body_hash.ts";
import { dkimTest, type DkimWorld } from "./dkim_world.ts";

function rehearsal(
  { keys, signer, clock }: DkimWorld,
  {
    domain = "a.example",
    signs = true,
    signal = new AbortController().signal,
  } = {},
): Promise<Rehearsed> {
  return rehearse({
    signer,
    domain,
    signs,
    keys: () => keys.published(),
    bodyHash: () => new DkimBodyHash(),
    clock: { ...SYSTEM_CLOCK, now: () => clock.seconds * 1000 },
    timers: SYSTEM_TIMERS,
    signal,
    reportBug(error) {
      throw error;
    },
  });
}

const SIGNED: Rehearsed = { status: 200, signed: true };
const UNSIGNED: Rehearsed = { status: 200, signed: false };

dkimTest("what is rehearsed is signed, taken, and holds", async (world) => {
  await world.keys.ready();
  assert.deepEqual(await rehearsal(world), SIGNED);
});

dkimTest("it waits for keys, and makes none", async (world) => {
  const rehearsing = rehearsal(world);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(world.keys.published().length, 0);
  await world.keys.ready();
  assert.deepEqual(await rehearsing, SIGNED);
});

dkimTest("who signs nothing rehearses the rest", async (world) => {
  const literal = { domain: "[192.0.2.1]", signs: false };
  assert.deepEqual(await rehearsal(world, literal), UNSIGNED);
  assert.deepEqual(await rehearsal(world, { signs: false }), UNSIGNED);
  await world.keys.ready();
  world.settings.enabled = false;
  assert.deepEqual(await rehearsal(world), UNSIGNED);
});

dkimTest("it ends when it is told to", async (world) => {
  const ending = new AbortController();
  const rehearsing = rehearsal(world, { signal: ending.signal });
  ending.abort();
  assert.deepEqual(await rehearsing, { status: 0, signed: false });
});
