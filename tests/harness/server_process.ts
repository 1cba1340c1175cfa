/**
 * The program as a process: started, killed and started again, with all that it
 * has written.
 *
 * `POSTERN_BINARY` runs a compiled executable instead of the sources.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

export const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

const START_LIMIT_MS = 120_000; // from sources that are yet to be compiled

/** The program and its arguments before the subcommand. */
export function program(main?: string): [string, ...string[]] {
  const binary = Deno.env.get("POSTERN_BINARY");
  if (binary && main === undefined) return [binary];
  const path = `${REPOSITORY}${main ?? "main.ts"}`;
  return [Deno.execPath(), "run", "-A", "--no-check", path];
}

export class ServerProcess {
  readonly #spawn: () => Deno.ChildProcess;
  #child: Deno.ChildProcess | undefined;
  #output = "";
  #drained: Promise<unknown> = Promise.resolve();

  /** @param spawn Starts it with stdout and stderr piped. */
  constructor(spawn: () => Deno.ChildProcess) {
    this.#spawn = spawn;
  }

  get pid(): number {
    return this.#running().pid;
  }

  /** What it wrote to stdout and stderr, of all its lives. */
  get output(): string {
    return this.#output;
  }

  /**
   * Starts it and waits until it says that it has started.
   *
   * @param isReady Asked before, again and again, until it is true; then it
   * need not live until it says so
   */
  async run(isReady?: () => Promise<boolean>): Promise<void> {
    const child = this.#child = this.#spawn();
    this.#drained = Promise.all([
      this.#collect(child.stdout),
      this.#collect(child.stderr),
    ]);
    let ended: Deno.CommandStatus | undefined;
    child.status.then((status) => ended = status);
    const before = this.#output.length;
    const deadline = performance.now() + START_LIMIT_MS;
    async function until(isSo: () => boolean | Promise<boolean>) {
      while (!await isSo()) {
        if (ended || performance.now() > deadline) return false;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return true;
    }
    if (isReady && !await until(isReady)) {
      throw new Error(`The server does not accept: ${this.#output}`);
    }
    // the control socket is open then, too
    const started = () => this.#output.includes(" started ", before);
    if (!await until(started) && !isReady) {
      throw new Error(`The server does not start: ${this.#output}`);
    }
  }

  async #collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      this.#output += decoder.decode(chunk, { stream: true });
    }
  }

  /** Sends a signal and waits for the end. */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<Deno.CommandStatus> {
    this.#running().kill(signal);
    return await this.ended();
  }

  /** Waits until it has ended by itself. */
  async ended(): Promise<Deno.CommandStatus> {
    const status = await this.#running().status;
    await this.#drained;
    this.#child = undefined;
    return status;
  }

  /** Kills it if it runs. Safe to repeat. */
  async dispose(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    try {
      child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended
    }
    await this.ended();
  }

  #running(): Deno.ChildProcess {
    if (!this.#child) throw new TypeError("The server does not run");
    return this.#child;
  }
}

/** Runs one command of the command line to its end and gives its stdout. @throws {Error} with all it said */
export async function runCommand(
  args: readonly string[],
  configFile: string,
): Promise<string> {
  const [command, ...first] = program();
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...first, ...args, "--config", configFile],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (success) return text;
  throw new Error(
    `${args.join(" ")}: ${text}${new TextDecoder().decode(stderr)}`,
  );
}
