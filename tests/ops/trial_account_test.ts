/** Accounts that checks make for themselves: they go whatever happens. */
import assert from "node:assert/strict";
import {
  removeStaleTrials,
  withTrialAccount,
} from "../../src/ops/doctor/mail/trial_account.ts";
import { call, type Relay, withRelay } from "../admin/relay.ts";

const STEP_MS = 5 * 60_000;

async function names(relay: Relay): Promise<string[]> {
  const { accounts } = await call(relay, "accounts.list", {});
  return accounts.map(({ username }) => username);
}

async function records(relay: Relay): Promise<number> {
  return (await relay.store.records.load("trial_accounts")).length;
}

async function pass(relay: Relay): Promise<void> {
  await relay.clock.pass(STEP_MS);
  relay.store.clock.look();
}

Deno.test("a trial account is there for its work, and gone after it", () =>
  withRelay(async (relay) => {
    const seen = await withTrialAccount(relay, async ({ address }) => {
      assert.deepEqual(await names(relay), [address]);
      return address;
    });
    assert.match(seen, /^doctor-[a-z0-9]{12}@relay\.example$/);
    assert.deepEqual(await names(relay), []);
    assert.equal(await records(relay), 0);
    assert.deepEqual(await relay.store.accounts.listBlocked(), []);
  }));

Deno.test("a trial account is gone after work that fails", () =>
  withRelay(async (relay) => {
    const work = withTrialAccount(relay, () => {
      throw new Error("so be it");
    });
    await assert.rejects(work, /so be it/);
    assert.deepEqual(await names(relay), []);
    assert.equal(await records(relay), 0);
  }));

Deno.test("what was left behind is removed after a while, and nothing else", () =>
  withRelay(async (relay) => {
    await call(relay, "accounts.create", {
      username: "doctor-who12345678",
      password: "long enough password",
    });
    await call(relay, "accounts.create", {
      username: "anna.chats",
      password: "long enough password",
    });
    const others = await names(relay);
    const made = Promise.withResolvers<string>();
    // killed: it never comes to its end
    void withTrialAccount(relay, ({ address }) => {
      made.resolve(address);
      return new Promise(() => {});
    });
    const address = await made.promise;
    await relay.store.records.change({
      collection: "trial_accounts",
      put: [{ key: "anna.chats@relay.example", value: "0" }],
    });
    await pass(relay);
    await removeStaleTrials(relay);
    assert.ok((await names(relay)).includes(address), "it may be in use");
    await pass(relay);
    await pass(relay);
    await removeStaleTrials(relay);
    assert.deepEqual(await names(relay), others);
    assert.equal(await records(relay), 0);
  }));

Deno.test("an account that was written down and never made is forgotten", () =>
  withRelay(async (relay) => {
    await relay.store.records.change({
      collection: "trial_accounts",
      put: [{ key: "doctor-abcdefgh1234@relay.example", value: "0" }],
    });
    await pass(relay);
    await removeStaleTrials(relay);
    assert.equal(await records(relay), 0);
  }));
