import assert from "node:assert/strict";
import { answerOf } from "./answers.ts";

const NOW = 1_800_000_000_000;

function answer(status: number, retryAfter?: string) {
  const fields = new Map(
    retryAfter === undefined ? [] : [["retry-after", retryAfter]],
  );
  return answerOf({ status, fields }, NOW);
}

Deno.test("each status of a proxy means one thing for the device", () => {
  const kinds: Readonly<Record<string, readonly number[]>> = {
    sent: [200, 201, 204],
    gone: [410],
    refused: [400, 403, 404, 413, 429],
    failed: [301, 500, 502, 503, 504],
  };
  for (const [kind, statuses] of Object.entries(kinds)) {
    assert.deepEqual(
      statuses.filter((status) => answer(status).kind !== kind),
      [],
      kind,
    );
  }
});

Deno.test("Retry-After is heard of 429 and 503, up to an hour", () => {
  const cases: readonly (readonly [string, number])[] = [
    ["30", 30_000],
    ["0", 1000],
    ["999999999", 3_600_000],
    [new Date(NOW + 90_000).toUTCString(), 90_000],
    [new Date(NOW - 90_000).toUTCString(), 1000],
  ];
  for (const [written, waitMs] of cases) {
    const found = answer(503, written);
    assert.equal(found.kind === "wait" && found.waitMs, waitMs, written);
  }
  const busy = answer(429, "5");
  assert.equal(busy.kind === "wait" && busy.isFailure, false);
  assert.equal(answer(503, "soon").kind, "failed");
  assert.equal(answer(500, "5").kind, "failed");
});
