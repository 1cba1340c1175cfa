/** A small process of ours in a namespace that is asked by lines. @module */
import type { CommandLine } from "./namespace.ts";
import { readLines } from "./lines.ts";

export class HelperProcess {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncGenerator<string>;
  #last: Promise<unknown> = Promise.resolve();

  constructor([program, ...args]: CommandLine) {
    this.#child = new Deno.Command(program, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#lines = readLines(this.#child.stdout);
  }

  /** The next line that it says. @throws {Error} when it has ended */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("A helper of the test network has ended");
    return value;
  }

  /** Says a line and gives the answer, one after the other. */
  ask(line: string): Promise<string> {
    const asked = this.#last.then(async () => {
      await this.#writer.write(new TextEncoder().encode(`${line}\n`));
      return await this.line();
    });
    this.#last = asked.catch(() => {});
    return asked;
  }

  /** Ends it and waits for that. */
  async dispose(): Promise<void> {
    await this.#last;
    await this.#writer.close().catch(() => {});
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended
    }
    await this.#child.status;
    await this.#lines.return(undefined);
  }
}
