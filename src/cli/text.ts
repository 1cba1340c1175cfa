/** Results as text for people. @module */
import { formatDuration } from "../base/durations.ts";

/** Columns as wide as their longest cell; `header` in capitals. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const all = [header.map((cell) => cell.toUpperCase()), ...rows];
  const widths = header.map((_, column) =>
    Math.max(...all.map((row) => (row[column] ?? "").length))
  );
  return all.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")
      .trimEnd()
  ).join("\n");
}

/** `name  value` lines. */
export function facts(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) =>
    `${name.padEnd(width)}  ${value}`.trimEnd()
  )
    .join("\n");
}

/** Seconds since 1970 UTC as a date and time; `never` where there is none. */
export function moment(seconds: number | null): string {
  if (seconds === null) return "never";
  return `${new Date(seconds * 1000).toISOString().slice(0, 16)}Z`
    .replace("T", " ");
}

export function day(seconds: number | null): string {
  return seconds === null ? "never" : moment(seconds).slice(0, 10);
}

export function span(seconds: number): string {
  if (seconds < 3600) return formatDuration(seconds);
  const unit = seconds < 86_400 ? 60 : 3600;
  return formatDuration(seconds - seconds % unit);
}

export function yesNo(value: boolean): string {
  return value ? "yes" : "no";
}

export function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** After a change: when it is in force, unless that is now. */
export function appliedNote(applied: string): string {
  switch (applied) {
    case "server-not-running":
      return "\nThe server does not run; this holds when it starts.";
    default:
      return "";
  }
}
