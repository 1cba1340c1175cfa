/** What was measured of the relay. @module */
import { optional } from "valibot";
import { nowSeconds } from "../../../base/clock.ts";
import {
  isSeriesName,
  MAX_SERIES,
  type SeriesName,
  seriesNamed,
} from "../../../observe/history/series.ts";
import type { AdminContext } from "../../context.ts";
import { integer, texts } from "../../fields.ts";
import { invalidField, operation } from "../../operation.ts";

const HOUR = 3600;
/** The year 9999. */
const LATEST = 253_402_300_799;
const LONGEST_STEP = 366 * 86_400;

function namesOf(
  { history }: AdminContext,
  keys: readonly string[] | undefined,
): readonly SeriesName[] {
  if (keys === undefined) return history.names();
  const unknown = keys.find((key) => !isSeriesName(key));
  if (unknown !== undefined) {
    throw invalidField("keys", "each must be one of metrics.series");
  }
  return [...new Set(keys.filter(isSeriesName))];
}

export const HISTORY_OPERATIONS = {
  "metrics.series": operation({
    summary: "What is measured and kept, for graphs",
    scope: "read",
    changes: false,
    input: {},
    async run({ history }) {
      const latest = history.latest();
      return {
        /** When the first hour begins of which something is known. */
        since: await history.since() ?? null,
        series: history.names().map((key) => {
          const { unit, summary } = seriesNamed(key);
          return { key, unit, summary, latest: latest.get(key) ?? null };
        }),
      };
    },
  }),
  "metrics.history": operation({
    summary:
      "What was measured, as [time, value] for each step; times at which nothing was measured are left out",
    scope: "read",
    changes: false,
    input: {
      keys: optional(texts("of metrics.series; all when absent", MAX_SERIES)),
      from: optional(
        integer("seconds since 1970 UTC; an hour before the end when absent", {
          min: 0,
          max: LATEST,
        }),
      ),
      to: optional(
        integer("the time before which it ends; now when absent", {
          min: 1,
          max: LATEST,
        }),
      ),
      step: optional(
        integer(
          "seconds of one value; it is more where there are none so fine, or there would be too many",
          { min: 1, max: LONGEST_STEP },
        ),
      ),
    },
    async run(context, { keys, from, to, step }) {
      const names = namesOf(context, keys);
      const toSeconds = to ?? nowSeconds(context.clock) + 1;
      const fromSeconds = from ?? Math.max(0, toSeconds - HOUR);
      if (fromSeconds >= toSeconds) {
        throw invalidField("from", "must be before to");
      }
      const found = await context.history.read({
        names,
        fromSeconds,
        toSeconds,
        stepSeconds: step,
      });
      return {
        step: found.stepSeconds,
        series: Object.fromEntries(found.series),
      };
    },
  }),
} as const;
