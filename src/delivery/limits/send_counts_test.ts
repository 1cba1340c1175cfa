import assert from "node:assert/strict";
import type { AccountId } from "../../base/ids.ts";
import { SendCounts } from "./send_counts.ts";

const ANN = 1 as AccountId;
const BERT = 2 as AccountId;
const DAY_MS = 86_400_000;
const NOON = 20_000 * DAY_MS + DAY_MS / 2;

class World {
  nowMs = NOON;
  isOn = true;
  readonly counts = new SendCounts(
    { now: () => this.nowMs },
    () => this.isOn,
    2,
  );
}

Deno.test("SendCounts counts what each account sends, until the day is over", () => {
  const world = new World();
  const { counts } = world;
  counts.note(ANN);
  counts.note(ANN);
  counts.note(BERT);
  const sinceSeconds = NOON / 1000;
  assert.deepEqual(counts.of(ANN), { messages: 2, sinceSeconds });
  assert.deepEqual(counts.of(BERT), { messages: 1, sinceSeconds });
  world.nowMs = NOON + DAY_MS / 2 - 1;
  assert.equal(counts.of(ANN)?.messages, 2);
  world.nowMs++;
  assert.deepEqual(counts.of(ANN), {
    messages: 0,
    sinceSeconds: world.nowMs / 1000,
  });
  counts.note(ANN);
  assert.equal(counts.of(ANN)?.messages, 1);
});

Deno.test("SendCounts keeps nothing while the operator wants no numbers", () => {
  const world = new World();
  const { counts } = world;
  counts.note(ANN);
  world.isOn = false;
  assert.equal(counts.of(ANN), undefined);
  counts.note(ANN);
  world.nowMs += 1000;
  counts.note(ANN);
  world.isOn = true;
  assert.deepEqual(counts.of(ANN), {
    messages: 0,
    sinceSeconds: world.nowMs / 1000,
  });
});

Deno.test("SendCounts remembers no more accounts than it may, and claims nothing of others", () => {
  const { counts } = new World();
  counts.note(ANN);
  counts.note(BERT);
  const more = 3 as AccountId;
  counts.note(more);
  counts.note(BERT);
  assert.equal(counts.of(more), undefined);
  assert.equal(counts.of(BERT)?.messages, 2);
});
