/** How a process learns that it takes over from another. @module */

/** Names the socket at which the predecessor waits. */
export const SUCCESSION_VARIABLE = "POSTERN_SUCCESSION";

/** Takes the variable out of the environment, so that nobody else goes by it. */
export function takeSuccession(): string | undefined {
  const path = Deno.env.get(SUCCESSION_VARIABLE);
  Deno.env.delete(SUCCESSION_VARIABLE);
  return path;
}
