import assert from "node:assert/strict";
import type { BandwidthControl } from "../../admin/bandwidth_control.ts";
import { RelayCap, type RelayCapParts } from "./relay_cap.ts";

/** A month and settings that tests change. */
function world() {
  const state = {
    out: 0,
    capOctets: 1000,
    action: "disable_relays",
    changed: [] as (() => unknown)[],
  };
  const ledger = {
    month: () => ({
      capOctets: state.capOctets,
      total: { in: 5000, out: state.out },
    }),
  } as unknown as Pick<BandwidthControl, "month">;
  const settings = {
    get: () => state.action,
    onChange(_name: string, listener: () => unknown) {
      state.changed.push(listener);
      return () => {};
    },
  } as unknown as RelayCapParts["settings"];
  const cap = new RelayCap({ ledger, settings });
  const told: boolean[] = [];
  cap.onChange(() => void told.push(cap.isReached));
  return { state, cap, told };
}

Deno.test("relays are off from the cap on, until the next month", async () => {
  const { state, cap, told } = world();
  state.out = 999;
  await cap.look();
  assert.equal(cap.isReached, false);
  state.out = 1000;
  await cap.look();
  await cap.look();
  assert.equal(cap.isReached, true);
  state.out = 0;
  await cap.look();
  assert.deepEqual(told, [true, false]);
});

Deno.test("a changed setting is in force at once; without a cap nothing is off", async () => {
  const { state, cap } = world();
  state.out = 2000;
  state.action = "none";
  await cap.look();
  assert.equal(cap.isReached, false);
  state.action = "disable_relays";
  await Promise.all(state.changed.map((listener) => listener()));
  assert.equal(cap.isReached, true);
  state.capOctets = 0;
  await Promise.all(state.changed.map((listener) => listener()));
  assert.equal(cap.isReached, false);
});
