import assert from "node:assert/strict";
import { SCHEMA } from "../../config/schema.ts";
import { nextAttemptSeconds, retryAfterSeconds } from "./schedule.ts";

/** As built in. */
const STEP_SECONDS = SCHEMA["queue.retry"].initial;

const MIDDLE = { stepSeconds: STEP_SECONDS, random: () => 0.5 };

Deno.test("nextAttemptSeconds() goes by its steps, and repeats the last", () => {
  const steps = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 500]
    .map((failures) => nextAttemptSeconds(failures, MIDDLE));
  assert.deepEqual(steps, [...STEP_SECONDS, 14_400, 14_400]);
  assert.equal(nextAttemptSeconds(0, MIDDLE), 15);
});

Deno.test("nextAttemptSeconds() spreads a tenth to each side", () => {
  for (const failures of [1, 4, 10]) {
    const step = STEP_SECONDS[failures - 1]!;
    for (const [random, share] of [[0, 0.9], [0.25, 0.95], [1, 1.1]] as const) {
      const seconds = nextAttemptSeconds(failures, {
        ...MIDDLE,
        random: () => random,
      });
      assert.equal(seconds, Math.round(step * share));
    }
  }
});

Deno.test("nextAttemptSeconds() is never before what the peer wants, nor 0", () => {
  assert.equal(nextAttemptSeconds(1, MIDDLE, 59.2), 60);
  assert.equal(nextAttemptSeconds(3, MIDDLE, 60), 120);
  const none = { stepSeconds: [0], random: () => 0 };
  assert.equal(nextAttemptSeconds(1, none), 1);
});

const NOW = Date.parse("2026-08-04T10:00:00Z");
const FIELDS: readonly [string | undefined, number | undefined][] = [
  [undefined, undefined],
  ["", undefined],
  ["soon", undefined],
  ["0", undefined],
  ["-5", undefined],
  ["1.5", undefined],
  ["0x10", undefined],
  ["2027", 2027],
  ["120", 120],
  [" 120 ", 120],
  ["999999999999999999999999", 3600],
  ["9".repeat(5000), 3600],
  ["Tue, 04 Aug 2026 10:02:00 GMT", 120],
  ["Tue, 04 Aug 2026 09:59:00 GMT", undefined],
  ["Tue, 04 Aug 2036 10:02:00 GMT", 3600],
  ["Tue, 99 Aug 2026 10:02:00 GMT", undefined],
  ["2026-08-04T10:02:00Z", undefined],
];
for (const [field, seconds] of FIELDS) {
  Deno.test(`retryAfterSeconds(${field?.slice(0, 40)})`, () => {
    assert.equal(retryAfterSeconds(field, NOW), seconds);
  });
}
