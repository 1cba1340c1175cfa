/**
 * What `deno test` writes, read as it comes: which test ended how, and what a
 * failure says, without stack and code.
 *
 * @module
 */

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface Failure {
  /** Of the test and its step. */
  readonly name: string;
  /** `./file_test.ts:12:6` */
  readonly place: string;
  /** What was wrong, a few lines. */
  readonly message: string;
}

export type Outcome = "ok" | "FAILED" | "ignored";

const MESSAGE_LINES = 8;
const LINE_LENGTH = 400;

/** A line that tells the end of a test, not of a step: its name and outcome. */
export function readOutcome(
  line: string,
): { readonly name: string; readonly outcome: Outcome } | undefined {
  const match = /^(?:(\.{0,2}\/\S+) => )?(\S.*?) \.\.\. (ok|FAILED|ignored)\b/
    .exec(
      line,
    );
  const [, file, name, outcome] = match ?? [];
  // a step is indented, or follows the name of its test
  if (name === undefined || name.includes(" ... ")) return undefined;
  return {
    name: file === undefined ? name : `${file} => ${name}`,
    outcome: outcome as Outcome,
  };
}

/** The numbers of the last line: `ok | 5 passed (2 steps) | 0 failed | 1 ignored (20ms)`. */
export function readTally(output: string): Tally | undefined {
  const line = output.split("\n").findLast((line) =>
    /^(ok|FAILED) \| \d+ passed/.test(line)
  );
  if (!line) return undefined;
  const count = (word: string) =>
    Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0);
  return {
    passed: count("passed"),
    failed: count("failed"),
    skipped: count("ignored"),
  };
}

/** What is between the lines ERRORS and FAILURES. */
export function readFailures(output: string): Failure[] {
  const lines = output.split("\n");
  const start = lines.lastIndexOf(" ERRORS ");
  if (start < 0) return [];
  const end = lines.indexOf(" FAILURES ", start);
  const failures: Failure[] = [];
  let head: Pick<Failure, "name" | "place"> | undefined;
  let message: string[] = [];
  function finish(): void {
    if (head) failures.push({ ...head, message: shortened(message) });
    message = [];
  }
  for (const line of lines.slice(start + 1, end < 0 ? undefined : end)) {
    const next = readHead(line);
    if (next) {
      finish();
      head = next;
    } else message.push(line);
  }
  finish();
  return failures;
}

function readHead(line: string): Pick<Failure, "name" | "place"> | undefined {
  const test = /^(\S.*) => (\.{0,2}\/\S+:\d+:\d+)$/.exec(line);
  if (test) return { name: test[1]!, place: test[2]! };
  const file = /^(\.{0,2}\/\S+) \(uncaught error\)$/.exec(line);
  return file ? { name: "outside of any test", place: file[1]! } : undefined;
}

/** Up to the code frame or the stack. */
function shortened(lines: readonly string[]): string {
  const frame = lines.findIndex((line) => /^\s+(\^+|at .*)$/.test(line));
  const isFrame = /^\s+\^+$/.test(lines[frame] ?? "");
  const text = lines.slice(0, frame < 0 ? undefined : frame - (isFrame ? 1 : 0))
    .filter((line) => line.trim() !== "")
    .map((line) => line.replace(/^error: /, "").slice(0, LINE_LENGTH));
  const more = text.length - MESSAGE_LINES;
  if (more <= 0) return text.join("\n");
  return [...text.slice(0, MESSAGE_LINES), `… ${more} more lines`].join("\n");
}
