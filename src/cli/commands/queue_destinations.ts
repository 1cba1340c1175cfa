/** Where queued mail goes, for people. @module */
import type { AdminOutput } from "../../admin/operation_table.ts";
import { counted, span, table } from "../text.ts";

type Destination = AdminOutput<"queue.status">["by_dest"][number];

export function destinationTable(found: readonly Destination[]): string {
  const rows = found.map((one) => [
    one.dest,
    String(one.recipients),
    last(one),
    next(one),
  ]);
  return table(["destination", "waiting", "last", "next"], rows);
}

function last(
  { fail_streak, last_error, last_status }: Destination,
): string {
  if (fail_streak > 0) {
    const times = counted(fail_streak, "time", "times");
    return `not reached ${times}: ${last_error ?? "no reason"}`;
  }
  if (last_error === null) return "not tried yet";
  return [last_status, last_error].filter((word) => word !== null).join(" ");
}

function next({ held, leased, next_attempt_in_secs }: Destination): string {
  if (leased > 0) return "being tried";
  if (held) return "held";
  if (next_attempt_in_secs === null) return "nothing";
  return next_attempt_in_secs === 0
    ? "an attempt now"
    : `an attempt in ${span(next_attempt_in_secs)}`;
}
