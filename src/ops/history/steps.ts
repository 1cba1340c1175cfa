/** How fine history can be told: which rows, and how many of them are a point. @module */
import { SAMPLE_SECONDS } from "../../observe/history/recent.ts";
import { type Step, STEPS } from "../../observe/history/buckets.ts";

/** Of all series that are asked for at once. */
const MAX_POINTS = 60_000;
const MAX_POINTS_OF_ONE = 2000;
/** Of one, where nobody says how many. */
const USUAL_POINTS = 720;
const DAY = 86_400;
const MINUTE = 60;
const HOUR = 3600;
/** Of rows: the samples in memory, and those of the store. */
export type RowSeconds = typeof SAMPLE_SECONDS | Step;
const SOURCES: readonly RowSeconds[] = [SAMPLE_SECONDS, ...STEPS];
const NICE = [
  SAMPLE_SECONDS,
  2 * SAMPLE_SECONDS,
  3 * SAMPLE_SECONDS,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
];

/** Of rows of a step, for how long they are kept. */
export type Kept = Readonly<Record<Step, number>>;
/** Of the samples in memory. */
const MEMORY_SECONDS = 3600;

export interface Resolution {
  /** `SAMPLE_SECONDS` are the samples in memory. */
  readonly rowSeconds: RowSeconds;
  readonly pointSeconds: number;
}

export interface ResolutionWanted {
  readonly nowSeconds: number;
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly stepSeconds?: number | undefined;
  readonly series: number;
}

export function resolutionFor(
  wanted: ResolutionWanted,
  kept: Kept,
): Resolution {
  const { nowSeconds, fromSeconds, toSeconds, series } = wanted;
  const span = Math.max(1, toSeconds - fromSeconds);
  const most = Math.max(
    1,
    Math.min(MAX_POINTS_OF_ONE, Math.floor(MAX_POINTS / Math.max(1, series))),
  );
  const asked = wanted.stepSeconds ?? span / Math.min(USUAL_POINTS, most);
  const step = nice(Math.max(asked, span / most));
  const keptBy = (source: RowSeconds) =>
    source === SAMPLE_SECONDS ? MEMORY_SECONDS : kept[source];
  const reaches = (source: RowSeconds) =>
    nowSeconds - fromSeconds <= keptBy(source) + source;
  // the coarsest of those as fine as the points has the fewest rows
  const fitting = SOURCES.filter((source) => step % source === 0)
    .filter(reaches);
  const rowSeconds = fitting.at(-1) ??
    SOURCES.find((source) => source > step && reaches(source)) ??
    longestKept(kept);
  const pointSeconds = step % rowSeconds === 0 ? step : nextMultiple(
    step,
    rowSeconds,
  );
  return { rowSeconds, pointSeconds };
}

function nextMultiple(seconds: number, of: number): number {
  return Math.ceil(seconds / of) * of;
}

function nice(seconds: number): number {
  return NICE.find((one) => one >= seconds) ?? nextMultiple(seconds, DAY);
}

function longestKept(kept: Kept): Step {
  return STEPS.reduce((best, step) => kept[step] >= kept[best] ? step : best);
}
