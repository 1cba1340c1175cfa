/** Lines of the log as objects, for programs. @module */
import { LOG_LEVELS } from "../../../observe/fields.ts";

/** Of longer lines no fields are read; what they are is in `text`. */
const MAX_READ = 8192;
const LINE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (?:([A-Z]{3,5}) )?/;
const EVENT = /^[\w.-]+/;
const FIELD = / ([a-z][a-z0-9_]*)=("(?:[^"\\]|\\.)*"|[^\s"]\S*)/gi;

export interface LogLine {
  /** When, as the server wrote it; absent of what others wrote there. */
  readonly ts?: string;
  /** `operational`: written at every level. */
  readonly level?: string;
  readonly event?: string;
  readonly fields?: Readonly<Record<string, string>>;
  /** All that comes after the time and the level. */
  readonly text: string;
}

/** Never refuses a line: what is not of the server is all text. */
export function parseLogLine(line: string): LogLine {
  const [head, ts, written] = LINE.exec(line.slice(0, 64)) ?? [];
  const level = written?.toLowerCase() ?? "operational";
  if (head === undefined || ts === undefined || !isLevel(level)) {
    return { text: line };
  }
  const text = line.slice(head.length);
  const read = text.slice(0, MAX_READ);
  const [event] = EVENT.exec(read) ?? [];
  const fields = text.length > MAX_READ ? [] : [...read.matchAll(FIELD)]
    .map(([, name = "", value = ""]) => [name, plain(value)]);
  return {
    ts,
    level,
    ...(event === undefined ? {} : { event }),
    fields: Object.fromEntries(fields),
    text,
  };
}

function isLevel(level: string): boolean {
  return level === "operational" || LOG_LEVELS.some((one) => one === level);
}

function plain(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return value;
  }
}

/** Whole lines of pieces that end anywhere. */
export class LinePieces {
  #rest = "";

  add(piece: string): string[] {
    const lines = (this.#rest + piece).split("\n");
    this.#rest = lines.pop() ?? "";
    return lines;
  }
}
