import assert from "node:assert/strict";
import type { AccountId } from "../../src/base/ids.ts";
import { addAccount, storeTest } from "./store_world.ts";

const KEY = Uint8Array.of(0xc6, 1, 2, 3);

storeTest("an account has the key that was put last", async ({ store }) => {
  const { accountKeys } = store;
  const [ann, bob] = [
    await addAccount(store, "ann"),
    await addAccount(store, "bob"),
  ];
  await accountKeys.put(ann, Uint8Array.of(1));
  await accountKeys.put(ann, KEY);
  await accountKeys.put(999 as AccountId, KEY);
  assert.deepEqual(
    await accountKeys.of([bob, ann, 999 as AccountId]),
    new Map([[ann, KEY]]),
  );
  assert.equal(await accountKeys.count(), 1);
});

storeTest(
  "a key goes with its account, as soon as that is deleted",
  async ({ store }) => {
    const { accountKeys } = store;
    const ann = await addAccount(store, "ann");
    await accountKeys.put(ann, KEY);
    await store.accounts.startDeletion(ann);
    assert.equal(await accountKeys.count(), 0);
    await accountKeys.put(ann, KEY); // of a message that was on its way
    assert.equal(await accountKeys.count(), 0);
  },
);

storeTest("all keys are forgotten at once", async ({ store }) => {
  const { accountKeys } = store;
  for (const name of ["ann", "bob"]) {
    await accountKeys.put(await addAccount(store, name), KEY);
  }
  await accountKeys.forget();
  await accountKeys.forget();
  assert.equal(await accountKeys.count(), 0);
});
