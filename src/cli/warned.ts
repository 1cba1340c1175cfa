/** What was done, and what has to be known besides. @module */
import type { CommandResult } from "./command.ts";

/** Behind the text, and as `warnings` of the data. */
export function warned(
  result: CommandResult,
  warnings: readonly string[],
): CommandResult {
  if (warnings.length === 0) return result;
  const { data, text } = result;
  const lines = warnings.map((warning) => `\nwarning: ${warning}`);
  return {
    ...result,
    data: { ...data as object, warnings },
    text: text + lines.join(""),
  };
}

/** What is switched on and, as the answer of the server says, without effect. */
export function withObstacles(
  result: CommandResult,
  answer: object,
): CommandResult {
  return warned(
    result,
    obstaclesIn(answer).map((obstacle) =>
      `without effect for now: ${obstacle}`
    ),
  );
}

/** Those that an answer names, which not all do, nor servers of before. */
function obstaclesIn(answer: object): readonly string[] {
  return (answer as { readonly obstacles?: readonly string[] }).obstacles ?? [];
}
