import assert from "node:assert/strict";
import type { QueueId } from "../../base/ids.ts";
import type { Settlement } from "../../store/queue.ts";
import { FirstAttempts } from "./first_attempts.ts";

const NOTE = { status: "5.1.1", text: "no" };
const ID = 7 as QueueId;

type Kind = "failed" | "delivered" | "retry";

function settlement(
  kinds: readonly Kind[],
  {
    destination = "far.example",
    message = ID,
    reach = undefined as
      | Settlement["reach"]
      | undefined,
  } = {},
): Settlement {
  const outcomes = {
    failed: { kind: "failed", note: NOTE },
    delivered: { kind: "delivered" },
    retry: { kind: "retry", afterSeconds: 15, note: NOTE },
  } as const;
  return {
    holder: "sender",
    message,
    destination,
    recipients: kinds.map((kind, n) => ({ n, outcome: outcomes[kind] })),
    ...(reach && { reach }),
  };
}

class World {
  nowMs = 0;
  waitMs = 1500;
  /** Ends the wait, as time would. */
  ring: () => void = () => {};
  readonly attempts = new FirstAttempts({
    clock: { now: () => 0, monotonic: () => this.nowMs },
    timers: {
      sleep: () => Promise.resolve(),
      every: (_, tick) => {
        this.ring = tick;
        return () => {};
      },
    },
    waitMs: () => this.waitMs,
  });

  expect(recipients: number, ...destinations: string[]): Promise<boolean> {
    const names = destinations.length > 0 ? destinations : ["far.example"];
    return this.attempts.allFail({
      id: ID,
      recipients,
      destinations: new Set(names),
    });
  }
}

const ENDS: readonly [string, readonly (readonly Kind[])[], boolean][] = [
  ["all in one", [["failed", "failed"]], true],
  ["one after the other", [["failed"], ["failed"]], true],
  ["one delivered", [["failed"], ["delivered"]], false],
  ["one to be tried again", [["retry"]], false],
];
for (const [name, settlements, failed] of ENDS) {
  Deno.test(`FirstAttempts with ${name}`, async () => {
    const world = new World();
    const { attempts } = world;
    attempts.start();
    const end = world.expect(2);
    assert.equal(attempts.isAwaited(ID), true);
    for (const kinds of settlements) attempts.settled(settlement(kinds));
    assert.equal(await end, failed);
    assert.equal(attempts.isAwaited(ID), true); // until the reply is certain
    attempts.forget(ID);
    assert.equal(attempts.isAwaited(ID), false);
  });
}

Deno.test("FirstAttempts waits no longer than it may", async () => {
  const world = new World();
  world.attempts.start();
  const end = world.expect(1);
  world.attempts.settled(settlement(["failed"], { message: 8 as QueueId }));
  world.ring();
  assert.equal(await end, false);
});

Deno.test("FirstAttempts does not wait where nothing is sent", async () => {
  const world = new World();
  assert.equal(await world.expect(1), false);
  world.attempts.start();
  world.waitMs = 0;
  assert.equal(await world.expect(1), false);
  world.waitMs = 1500;
  const end = world.expect(1);
  world.attempts.stop();
  assert.equal(await end, false);
});

Deno.test("FirstAttempts does not wait for a destination that rests", async () => {
  const world = new World();
  const { attempts } = world;
  attempts.start();
  const reach = { kind: "unreached", afterSeconds: 60, text: "down" } as const;
  attempts.settled(settlement(["retry"], { reach }));
  assert.equal(await world.expect(2, "near.example", "far.example"), false);
  world.nowMs = 60_000;
  const late = world.expect(1);
  attempts.settled(settlement(["failed"]));
  assert.equal(await late, true);
  attempts.settled(settlement(["retry"], { reach }));
  attempts.settled(settlement(["failed"], { reach: { kind: "reached" } }));
  const again = world.expect(1);
  attempts.settled(settlement(["failed"]));
  assert.equal(await again, true);
});
