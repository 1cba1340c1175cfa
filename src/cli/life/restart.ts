/** `restart`: a new process takes over the ports, and this waits until it serves. @module */
import { SYSTEM_TIMERS } from "../../app/system_time.ts";
import { ControlClient } from "../control_client.ts";
import type { Call, Command, CommandResult } from "../command.ts";
import { CliError, EXIT } from "../exit_codes.ts";

/** Sessions of the old process may end in peace, then the new one opens the store. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 100;
const ANSWER_MS = 5000;

async function restart(call: Call): Promise<CommandResult> {
  // what is wrong with the file is said here, and not in the log of a process that ends at once
  const { values } = call.access.config;
  const { pid } = await call.access.call("restart", {});
  for (let waitedMs = 0;; waitedMs += LOOK_MS) {
    if (await servingPid(values) === pid) break;
    if (waitedMs >= PATIENCE_MS) {
      throw new CliError(
        "restart_failed",
        `Process ${pid} has taken over the ports, but does not answer; its log says why`,
        EXIT.failed,
      );
    }
    await SYSTEM_TIMERS.sleep(LOOK_MS);
  }
  return { data: { restarted: true, pid }, text: `Process ${pid} serves now` };
}

/** Not by way of `Access`: where no server answers it would open the store itself. */
async function servingPid(
  values: Parameters<typeof ControlClient.connect>[0],
): Promise<unknown> {
  const client = await ControlClient.connect(values);
  if (!(client instanceof ControlClient)) return undefined;
  try {
    const status = await client.ask("status", {}, ANSWER_MS);
    return (status as { readonly pid: unknown }).pid;
  } catch {
    return undefined; // it ends, or has just begun
  } finally {
    client.close();
  }
}

export const RESTART_COMMANDS: readonly Command[] = [{
  usage: "restart",
  summary:
    "Have a new process of the program take over; no connection is refused",
  run: restart,
}];
