/** A script of command lines on one relay that does not run. @module */
import assert from "node:assert/strict";
import { Installation } from "./command_line.ts";

/** What a change says at its end. */
export const NOT_RUNNING =
  "The server does not run; this holds when it starts.\n";

export interface Step {
  readonly run: string;
  readonly answers?: readonly (string | Uint8Array)[];
  readonly exit?: number;
  readonly out?: string | RegExp;
  readonly err?: string | RegExp;
}

/** A script of command lines on one relay that does not run, with all they write. */
export function script(name: string, steps: readonly Step[], toml = ""): void {
  Deno.test(name, async () => {
    const relay = new Installation(toml);
    try {
      for (const step of steps) {
        const outcome = await relay.run(step.run, step.answers);
        const context = `${step.run}\n${outcome.out}${outcome.err}`;
        assert.equal(outcome.exit, step.exit ?? 0, context);
        expectText(outcome.out, step.out ?? "", context);
        expectText(outcome.err, step.err ?? "", context);
      }
    } finally {
      relay.dispose();
    }
  });
}

function expectText(
  text: string,
  expected: string | RegExp,
  context: string,
): void {
  if (expected instanceof RegExp) assert.match(text, expected, context);
  else assert.equal(text, expected, context);
}
