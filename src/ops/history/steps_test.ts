import assert from "node:assert/strict";
import { days, hours } from "../../base/durations.ts";
import { resolutionFor } from "./steps.ts";

const NOW = 1_800_000_000;
const KEPT = { 60: hours(48), 900: days(30), 3600: days(730) };

const CASES: readonly {
  readonly name: string;
  readonly span: number;
  readonly ago?: number;
  readonly step?: number;
  readonly series?: number;
  readonly row: number;
  readonly point: number;
}[] = [
  { name: "an hour", span: hours(1), row: 10, point: 10 },
  { name: "a day", span: days(1), row: 60, point: 120 },
  { name: "a week", span: days(7), row: 900, point: 900 },
  { name: "a month", span: days(30), row: 3600, point: 3600 },
  { name: "a year", span: days(365), row: 3600, point: hours(24) },
  { name: "two years", span: days(730), row: 3600, point: hours(48) },
  { name: "a fine step", span: hours(1), step: 60, row: 60, point: 60 },
  { name: "an odd step", span: hours(1), step: 61, row: 60, point: 120 },
  { name: "a coarse step", span: days(1), step: 3600, row: 3600, point: 3600 },
  {
    name: "an hour of which memory has nothing",
    span: hours(1),
    ago: hours(5),
    row: 60,
    point: 60,
  },
  {
    name: "minutes that are gone",
    span: hours(1),
    ago: days(7),
    step: 60,
    row: 900,
    point: 900,
  },
  {
    name: "more points than anybody draws",
    span: days(365),
    step: 60,
    row: 3600,
    point: hours(6),
  },
  {
    name: "all series",
    span: hours(48),
    step: 10,
    series: 60,
    row: 60,
    point: 300,
  },
  {
    name: "what nobody keeps",
    span: hours(1),
    ago: days(5000),
    row: 3600,
    point: 3600,
  },
];

for (const { name, span, ago = 0, step, series = 1, row, point } of CASES) {
  Deno.test(`resolutionFor() ${name}`, () => {
    const toSeconds = NOW - ago;
    assert.deepEqual(
      resolutionFor({
        nowSeconds: NOW,
        fromSeconds: toSeconds - span,
        toSeconds,
        stepSeconds: step,
        series,
      }, KEPT),
      { rowSeconds: row, pointSeconds: point },
    );
  });
}
