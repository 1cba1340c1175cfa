/** The command line of this process. @module */
import { redactError } from "../observe/redact.ts";
import { catchUncaught } from "../observe/threads.ts";
import { EXIT } from "./exit_codes.ts";
import { runCli } from "./program.ts";
import { ProcessTerminal } from "./terminal.ts";
import { NAME } from "./version.ts";

/** Gives the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const terminal = new ProcessTerminal();
  // a running server has its own way
  catchUncaught((error) => {
    terminal.err(`${NAME}: internal error: ${redactError(error)}\n`);
    Deno.exit(EXIT.failed);
  });
  return await runCli(args, {
    terminal,
    environment: Deno.env.toObject(),
    async openOffline(config) {
      // only now, so that commands to a running server start quickly
      const { openOffline } = await import("./offline.ts");
      return await openOffline(config);
    },
  });
}
