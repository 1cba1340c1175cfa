/** What is wrong with a configuration, as operators are told. @module */
import type { Position } from "./positions.ts";

export interface ConfigProblem {
  readonly severity: "error" | "warning";
  /** The file, or the environment variable. */
  readonly source: string;
  readonly position?: Position;
  /** `section.key`; absent when the file cannot be read at all. */
  readonly key?: string;
  readonly message: string;
}

/** `postern.toml:12:3: turn.ttl: must be between 1h and 30d (got "20m")` */
export function formatProblem(problem: ConfigProblem): string {
  const { source, position, key, message } = problem;
  const place = position
    ? `${source}:${position.line}:${position.column}`
    : source;
  const prefix = problem.severity === "warning" ? "warning: " : "";
  return `${place}: ${prefix}${key === undefined ? "" : `${key}: `}${message}`;
}

/** Everything that is wrong, at once. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** In the order of the file. */
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[], options?: ErrorOptions) {
    const inOrder = problems.toSorted(byPosition);
    super(inOrder.map(formatProblem).join("\n"), options);
    this.problems = inOrder;
  }
}

function byPosition(a: ConfigProblem, b: ConfigProblem): number {
  const [first, second] = [a.position, b.position];
  if (!first || !second) return 0;
  return first.line - second.line || first.column - second.column;
}
