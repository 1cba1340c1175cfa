import assert from "node:assert/strict";
import { rehearse, type Rehearsed } from "../../src/app/rehearsal/rehearsal.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../../src/app/system_time.ts";
import { DkimBodyHash } from "../../src/mailauth/dkim_body_hash.ts";
import { dkimTest, type DkimWorld } from "./dkim_world.ts";

function rehearsal(
  { keys, signer, clock }: DkimWorld,
  { domain = "a.example", signal = new AbortController().signal } = {},
): Promise<Rehearsed> {
  return rehearse({
    signer,
    domain,
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

dkimTest("what is rehearsed is signed, taken, and holds", async (world) => {
  assert.deepEqual(await rehearsal(world), { status: 200, signed: true });
});

dkimTest("it makes keys that are not there", async (world) => {
  await rehearsal(world);
  assert.equal(world.keys.published().length, 2);
});

dkimTest("who signs nothing rehearses the rest", async (world) => {
  const unsigned = { status: 200, signed: false };
  assert.deepEqual(await rehearsal(world, { domain: "[192.0.2.1]" }), unsigned);
  world.settings.enabled = false;
  assert.deepEqual(await rehearsal(world), unsigned);
});

dkimTest("it ends when it is told to", async (world) => {
  const signal = AbortSignal.abort();
  const nothing = { status: 0, signed: false };
  assert.deepEqual(await rehearsal(world, { signal }), nothing);
  assert.equal(world.keys.published().length, 0);
});
