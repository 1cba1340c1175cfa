import assert from "node:assert/strict";
import { rehearse } from "../../src/app/federation/rehearsal.ts";
import { SYSTEM_TIMERS } from "../../src/app/system_time.ts";
import { DkimBodyHash } from "../../src/mailauth/dkim_body_hash.ts";
import { dkimTest, type DkimWorld } from "./dkim_world.ts";

function rehearsal(
  { keys, signer, clock }: DkimWorld,
  { domain = "a.example", signal = new AbortController().signal } = {},
): Promise<boolean | undefined> {
  return rehearse({
    signer,
    domain,
    keys: () => keys.published(),
    bodyHash: () => new DkimBodyHash(),
    nowSeconds: clock.seconds,
    timers: SYSTEM_TIMERS,
    signal,
  });
}

dkimTest("what is rehearsed is signed, and holds", async (world) => {
  assert.equal(await rehearsal(world), true);
});

dkimTest("it makes keys that are not there", async (world) => {
  await rehearsal(world);
  assert.equal(world.keys.published().length, 2);
});

dkimTest("who signs nothing rehearses the rest", async (world) => {
  assert.equal(await rehearsal(world, { domain: "[192.0.2.1]" }), undefined);
  world.settings.enabled = false;
  assert.equal(await rehearsal(world), undefined);
});

dkimTest("it ends when it is told to", async (world) => {
  const signal = AbortSignal.abort();
  assert.equal(await rehearsal(world, { signal }), undefined);
  assert.equal(world.keys.published().length, 0);
});
