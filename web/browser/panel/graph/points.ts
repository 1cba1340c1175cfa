/**
 * Measured values as columns that can be drawn: one column of times, evenly
 * spaced, so that a time at which nothing was measured is a gap.
 *
 * @module
 */

export type Points = readonly (readonly [seconds: number, value: number])[];

export interface Table {
  readonly times: readonly number[];
  /** One column for each series; null: nothing was measured. */
  readonly columns: readonly (readonly (number | null)[])[];
}

/** More rows than a screen has points help nobody. */
const MAX_ROWS = 5000;

export function tableOf(series: readonly Points[], step: number): Table {
  const all = series.flatMap((points) => points.map(([at]) => at));
  if (all.length === 0 || step <= 0) {
    return { times: [], columns: series.map(() => []) };
  }
  const first = Math.floor(Math.min(...extremes(all)) / step);
  const last = Math.floor(Math.max(...extremes(all)) / step);
  const count = Math.min(MAX_ROWS, last - first + 1);
  const times = Array.from({ length: count }, (_, i) => (first + i) * step);
  const columns = series.map((points) => {
    const column: (number | null)[] = times.map(() => null);
    for (const [at, value] of points) {
      const row = Math.floor(at / step) - first;
      if (row >= 0 && row < count) column[row] = value;
    }
    return column;
  });
  return { times, columns };
}

/** Each on top of those before it; a gap is where all have one. */
export function stacked(columns: Table["columns"]): Table["columns"] {
  const sums = new Map<number, number>();
  return columns.map((column) =>
    column.map((value, row) => {
      const isGap = columns.every((other) => other[row] === null);
      if (isGap) return null;
      const sum = (sums.get(row) ?? 0) + (value ?? 0);
      sums.set(row, sum);
      return sum;
    })
  );
}

/** For spreadsheets: a time that they know, and a dot in numbers. */
export function csvOf(
  labels: readonly string[],
  { times, columns }: Table,
): string {
  const quoted = (text: string) =>
    // what begins a formula would be one
    `"${text.replace(/^[=+@\t\r-]/, "'$&").replaceAll('"', '""')}"`;
  const head = ["time", ...labels].map(quoted).join(",");
  const rows = times.map((at, row) =>
    [
      new Date(at * 1000).toISOString(),
      ...columns.map((column) => column[row] ?? ""),
    ].join(",")
  );
  return [head, ...rows, ""].join("\r\n");
}

/** Spreading a long list into arguments would overflow. */
function extremes(values: readonly number[]): [number, number] {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}
