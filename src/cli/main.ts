/** The command line of this process. @module */
import { runCli } from "./program.ts";
import { ProcessTerminal } from "./terminal.ts";

/** Gives the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  return await runCli(args, {
    terminal: new ProcessTerminal(),
    environment: Deno.env.toObject(),
    async openOffline(config) {
      // only now, so that commands to a running server start quickly
      const { openOffline } = await import("./offline.ts");
      return await openOffline(config);
    },
  });
}
