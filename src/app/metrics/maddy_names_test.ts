import assert from "node:assert/strict";
import type { CollectedFamily } from "../../observe/metrics/metrics.ts";
import { maddyFamilies } from "./maddy_names.ts";

Deno.test("maddyFamilies() counts what was put off as too much, by module", () => {
  const errors = {
    name: "smtp_errors_total",
    samples: [
      { labels: ["submission", "DATA", "450", "4.7.1"], value: 3 },
      { labels: ["submission", "RCPT", "450", "4.7.0"], value: 2 },
      { labels: ["submission", "DATA", "450", "4.2.0"], value: 7 },
      { labels: ["smtp", "DATA", "550", "5.7.1"], value: 9 },
    ],
  } as unknown as CollectedFamily;
  const found = maddyFamilies([errors])
    .find(({ name }) => name === "maddy_smtp_ratelimit_deferred");
  assert.deepEqual(found?.samples, [
    { labels: { module: "smtp" }, value: 0 },
    { labels: { module: "submission" }, value: 5 },
  ]);
});
