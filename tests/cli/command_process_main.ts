/**
 * Command lines in a process of their own, for those that go by its environment.
 * Each line to stdin is one, and is answered by a line.
 *
 * @module
 */
import { readLines } from "../harness/network/lines.ts";
import { postern } from "./command_line.ts";

export interface CommandRequest {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly answers?: readonly string[] | undefined;
}

for await (const line of readLines(Deno.stdin.readable)) {
  const { args, environment, answers }: CommandRequest = JSON.parse(line);
  const outcome = await postern(args, environment, answers);
  const octets = new TextEncoder().encode(`${JSON.stringify(outcome)}\n`);
  for (let at = 0; at < octets.length;) {
    at += Deno.stdout.writeSync(octets.subarray(at));
  }
}
