/** What is left to somebody who is flooded, and what becomes of who does it. */
import assert from "node:assert/strict";
import type { Address } from "../../src/mail/address.ts";
import type { AccountId } from "../../src/base/ids.ts";
import type { QuotaPolicy, RecipientResult } from "../../src/store/mail.ts";
import { TestTime } from "../harness/test_time.ts";
import { openTestStore } from "../store/engines.ts";
import { inboxOf, mailOf } from "../store/store_world.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;
const QUOTA: QuotaPolicy = {
  defaultOctets: 1_000_000,
  whenFull: "expire_oldest",
  trimFrom: 75,
  trimTo: 70,
  protectSeconds: DAY,
};
const SIZE = 10_000;

Deno.test("a flood pushes out what is older than the guarantee, and nothing else", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "postern-flood-" });
  const time = new TestTime(NOW * 1000);
  const store = await openTestStore({ stateDir, clock: time });
  const ann = await store.accounts.create({
    address: "ann.chats@relay.example" as Address,
    passwordHash: "x",
    origin: "new",
    createdAt: NOW,
  });
  async function deliver(to: AccountId): Promise<RecipientResult> {
    const staging = store.staging.stage();
    await staging.write(crypto.getRandomValues(new Uint8Array(SIZE)));
    const { results } = await store.mail.accept({
      content: await staging.finish(),
      headerOctets: 0,
      recipients: [to],
      arrivedAt: NOW,
      quota: QUOTA,
    });
    return results[0]!;
  }
  async function pass(hours: number): Promise<void> {
    for (; hours > 0; hours--) {
      await time.pass(3600 * 1000);
      store.clock.look();
    }
  }
  async function uids(): Promise<number[]> {
    const mail = mailOf(store, ann);
    const { id } = await inboxOf(store, ann);
    const range = { first: 1, last: 4_294_967_295 } as never;
    return (await mail.messages(id, range, 1000)).map(({ uid }) => uid);
  }
  try {
    for (let i = 0; i < 40; i++) await deliver(ann); // 1 to 40
    await pass(25);
    for (let i = 0; i < 20; i++) await deliver(ann); // 41 to 60, young
    const flood: RecipientResult[] = [];
    for (let i = 0; i < 200; i++) flood.push(await deliver(ann));
    const left = await uids();
    assert.equal(left[0], 41, "all that was old is gone, what is young stays");
    assert.equal(left.length, QUOTA.defaultOctets / SIZE);
    assert.deepEqual(left, left.map((_, i) => 41 + i));
    const last = flood.findIndex(({ outcome }) => outcome !== "delivered");
    assert.equal(last, 80);
    assert.ok(
      flood.slice(last).every(({ outcome }) => outcome === "quota_exceeded"),
    );
    const crowded = flood.findIndex((result) => result.crowded);
    assert.ok(crowded > 40 && crowded < last, String(crowded));
    assert.ok(flood.slice(crowded, last).every((result) => result.crowded));
    await pass(25);
    assert.equal((await deliver(ann)).outcome, "delivered");
    assert.ok((await uids()).length <= 71, "what is old now makes room");
  } finally {
    await store.close();
    await Deno.remove(stateDir, { recursive: true });
  }
});
