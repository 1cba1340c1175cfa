/** Senders who are told that their mail is late. */
import assert from "node:assert/strict";
import {
  type DelayRecord,
  DELAYS,
  DelayWarnings,
} from "../../src/federation/delay_warnings.ts";
import type { DelayedMessage } from "../../src/store/queue.ts";
import { RecordSet } from "../../src/store/record_set.ts";
import type { Store } from "../../src/store/store.ts";
import { claim, queueTo } from "../store/queue_world.ts";
import { addAccount, storeTest } from "../store/store_world.ts";

const HOUR = 3600;

async function warnings(store: Store, afterSeconds = HOUR) {
  const told: DelayedMessage[] = [];
  const records: RecordSet<DelayRecord> = await RecordSet.open({
    store,
    ...DELAYS,
    onUnreadable: assert.fail,
    reportBug: assert.fail,
  });
  const delays = new DelayWarnings({
    queue: store.queue,
    records,
    options: () => ({ afterSeconds, lifetimeSeconds: 48 * HOUR }),
    tell: (delayed) => Promise.resolve(void told.push(delayed)),
  });
  return {
    /** Whom it tells of, by recipients. */
    async look() {
      await delays.look();
      return told.splice(0).map(({ recipients }) =>
        recipients.map(({ address }) => address).join()
      );
    },
    told,
    delays,
  };
}

storeTest(
  "each message that waits for long is told of once, also after a restart",
  async (test) => {
    const { store, pass } = test;
    const account = await addAccount(store, "ann");
    const options = { account, lifetimeSeconds: 48 * HOUR };
    const { look } = await warnings(store);
    await queueTo(store, ["a@far.example", "b@near.example"], options);
    await queueTo(store, ["nobody@far.example"]); // there is nobody to tell
    pass(HOUR - 1);
    await queueTo(store, ["c@far.example"], options);
    assert.deepEqual(await look(), []);
    pass(1);
    const [unit] = await claim(store);
    await store.queue.settle([{
      holder: "sender",
      message: unit!.message,
      destination: unit!.destination,
      recipients: [{ n: 0, outcome: { kind: "delivered" } }],
    }]);
    assert.deepEqual(await look(), ["b@near.example"]);
    assert.deepEqual(await look(), []);
    const again = await warnings(await test.reopen());
    assert.deepEqual(await again.look(), []);
    pass(HOUR);
    assert.deepEqual(await again.look(), ["c@far.example"]);
  },
);

storeTest("more messages than in one step are told of", async (test) => {
  const account = await addAccount(test.store, "ann");
  const options = { account, lifetimeSeconds: 48 * HOUR };
  for (let n = 0; n < 230; n++) {
    await queueTo(test.store, [`p${n}@far.example`], options);
  }
  test.pass(HOUR);
  const { look } = await warnings(test.store);
  assert.equal(new Set(await look()).size, 230);
});

storeTest(
  "nobody is told where that is not wanted, or not before the end",
  async (test) => {
    const account = await addAccount(test.store, "ann");
    await queueTo(test.store, ["a@far.example"], {
      account,
      lifetimeSeconds: 48 * HOUR,
    });
    test.pass(47 * HOUR);
    for (const afterSeconds of [0, 48 * HOUR]) {
      assert.deepEqual(
        await (await warnings(test.store, afterSeconds)).look(),
        [],
      );
    }
  },
);
