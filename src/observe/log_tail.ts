/**
 * The last lines of the log, in memory, for who looks on. They are the lines
 * that its targets get; while the log is off there are none, and what was there
 * is gone.
 *
 * @module
 */
import type { LogLevel } from "./fields.ts";

export interface TailLine {
  /** Milliseconds since 1970 UTC. */
  readonly at_ms: number;
  readonly level: LogLevel | "operational";
  /** One line, without time and level. */
  readonly text: string;
}

const KEPT = 500;
/** A line in memory; its targets have it whole. */
const MAX_LENGTH = 2000;

export class LogTail {
  #lines: TailLine[] = [];
  readonly #listeners = new Set<(line: TailLine) => void>();

  add({ text, ...line }: TailLine): void {
    const kept = {
      ...line,
      text: text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text,
    };
    this.#lines.push(kept);
    if (this.#lines.length > KEPT) this.#lines.shift();
    for (const listener of [...this.#listeners]) listener(kept);
  }

  /** The last of them, oldest first. */
  recent(count: number): readonly TailLine[] {
    return count === 0 ? [] : this.#lines.slice(-count);
  }

  /** A level that shows less holds for what was written before, too. */
  clear(): void {
    this.#lines = [];
  }

  /** May neither throw nor write to the log. Returns how to stop. */
  listen(listener: (line: TailLine) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
