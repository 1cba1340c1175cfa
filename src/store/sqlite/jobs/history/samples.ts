/** Jobs on what was measured; each takes a bounded time. @module */
import type { SampleRow } from "../../../samples.ts";
import type { JobContext } from "../context.ts";

const DELETED_AT_ONCE = 500; // rows

export function saveSamples(
  { samples }: JobContext,
  rows: readonly SampleRow[],
): void {
  for (const row of rows) samples.save(samples.idOf(row.series), row);
}

/** Whether there is more. */
export function pruneSamples(
  { samples }: JobContext,
  { reference, stepSeconds, keep }: {
    readonly reference: string;
    readonly stepSeconds: number;
    readonly keep: number;
  },
): boolean {
  const last = samples.lastBeyond(reference, stepSeconds, keep);
  if (last === undefined) return false;
  let left = DELETED_AT_ONCE;
  for (const { id } of samples.series(reference)) {
    left -= samples.deleteUpTo(id, stepSeconds, last, left);
    if (left <= 0) return true;
  }
  return false;
}

/** Whether there is more. */
export function forgetSamples(
  { samples }: JobContext,
  names: readonly string[],
): boolean {
  let left = DELETED_AT_ONCE;
  for (const { id, name } of samples.series("")) {
    if (!names.includes(name)) continue;
    left -= samples.deleteSome(id, left);
    if (left <= 0) return true;
    samples.forgetName(id);
  }
  return false;
}
