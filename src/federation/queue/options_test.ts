import assert from "node:assert/strict";
import { attemptsWithin } from "./options.ts";

const REST = { maxParallel: 1, perDestination: 1, startDelaySeconds: 0 };

for (
  const [lifetimeSeconds, retrySeconds, attempts] of [
    [100, [10], 10],
    [100, [30], 4],
    [100, [100], 1],
    [100, [200], 1],
    [100, [10, 20, 70], 3],
    [100, [10, 20, 50], 4],
    [100, [10, 20, 5], 16],
  ] as const
) {
  Deno.test(`attemptsWithin() ${lifetimeSeconds}s by ${retrySeconds}`, () => {
    const options = { ...REST, lifetimeSeconds, retrySeconds };
    assert.equal(attemptsWithin(options), attempts);
  });
}
