import assert from "node:assert/strict";
import type { AccountId } from "../../base/ids.ts";
import type { Address } from "../../mail/address.ts";
import type { RecipientResult } from "../../store/mail.ts";
import { Floods } from "./floods.ts";
import type { Origin } from "../origin.ts";

const PEER = { address: "192.0.2.1", secure: true };
const ann: Origin = {
  kind: "submission",
  account: "ann@relay.example" as Address,
  accountId: 1 as AccountId,
  peer: PEER,
  reversePath: "ann@relay.example",
};
const mallory: Origin = {
  kind: "mx",
  peer: PEER,
  reversePath: "mallory@foe.example",
};
const neighbour: Origin = { ...mallory, reversePath: "bob@foe.example" };

const account = 2 as AccountId;
const CROWDED: RecipientResult = {
  account,
  outcome: "delivered",
  crowded: true,
};
const FULL: RecipientResult = { account, outcome: "quota_exceeded" };
const PLAIN: RecipientResult = { account, outcome: "delivered" };

class World {
  nowMs = 0;
  perMinute = 10;
  readonly floods = new Floods(
    { monotonic: () => this.nowMs },
    () => this.perMinute,
  );

  note(origin: Origin, result: RecipientResult, times: number): void {
    for (let i = 0; i < times; i++) {
      this.floods.note(origin, { results: [result] });
    }
  }
}

Deno.test("who fills mailboxes waits; who writes to others does not", () => {
  const world = new World();
  world.note(ann, PLAIN, 1000);
  assert.equal(world.floods.waitMs(ann), 0);
  world.note(ann, CROWDED, 20);
  world.note(ann, FULL, 10);
  assert.equal(world.floods.waitMs(ann), 0);
  world.note(ann, CROWDED, 1);
  assert.equal(world.floods.waitMs(ann), 6000);
  assert.equal(world.floods.waitMs(mallory), 0);
  world.nowMs += 6000;
  assert.equal(world.floods.waitMs(ann), 0);
});

Deno.test("a sender elsewhere is slowed before its server is", () => {
  const world = new World();
  world.note(mallory, CROWDED, 100);
  assert.ok(world.floods.waitMs(mallory) > 0);
  assert.equal(world.floods.waitMs(neighbour), 0);
  for (let i = 0; i < 300; i++) {
    const reversePath = `${i}@foe.example`; // another name each time
    world.note({ ...mallory, reversePath }, CROWDED, 1);
  }
  assert.ok(world.floods.waitMs(neighbour) > 0);
});

Deno.test("nobody is slowed where that is off", () => {
  const world = new World();
  world.perMinute = 0;
  world.note(ann, FULL, 1000);
  assert.equal(world.floods.waitMs(ann), 0);
});

Deno.test("however many senders there are, what is remembered is bounded", () => {
  const world = new World();
  for (let i = 0; i < 50_000; i++) {
    const reversePath = `${i}@foe.example`;
    world.floods.note({ ...mallory, reversePath }, { results: [FULL] });
  }
  assert.equal(
    world.floods.waitMs({ ...mallory, reversePath: "0@foe.example" }) > 0,
    true, // by its server
  );
});
