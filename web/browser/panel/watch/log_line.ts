/** A line of the log as the server brings it. @module */

export interface LogLine {
  readonly number: number;
  readonly level: string;
  /** `12:30:05` in UTC, as in the log. */
  readonly time: string;
  readonly text: string;
}

/** undefined for what is no line. */
export function logLineOf(data: unknown, number: number): LogLine | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const { text, level, at_ms: atMs } = data as Record<
    string,
    unknown
  >;
  if (typeof text !== "string") return undefined;
  return {
    number,
    level: typeof level === "string" ? level : "info",
    time: timeOf(Number(atMs)),
    text,
  };
}

/** The same for the same line, whichever way it came. */
export function markOf(data: unknown): string {
  const { text, at_ms: atMs } = Object(data) as Record<string, unknown>;
  return `${atMs} ${text}`;
}

function timeOf(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(11, 19);
}
