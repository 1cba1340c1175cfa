/** Command lines against a configuration of their own, with what they wrote. @module */
import { openOffline } from "../../src/cli/offline.ts";
import { runCli } from "../../src/cli/program.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import { HelperProcess } from "../harness/network/helper_process.ts";
import { program } from "../harness/server_process.ts";
import type { CommandRequest } from "./command_process_main.ts";

export class MemoryTerminal implements Terminal {
  output = "";
  errors = "";
  readonly isInteractive: boolean;
  readonly #input: (string | Uint8Array)[];

  /** @param answers lines that a person types; without them, nobody is there */
  constructor(answers?: readonly (string | Uint8Array)[]) {
    this.isInteractive = answers !== undefined;
    this.#input = [...answers ?? []];
  }

  out(text: string): void {
    this.output += text;
  }

  err(text: string): void {
    this.errors += text;
  }

  readLine(): Promise<Uint8Array | undefined> {
    const line = this.#input.shift();
    return Promise.resolve(
      typeof line === "string" ? new TextEncoder().encode(line) : line,
    );
  }

  async readHidden(prompt: string): Promise<Uint8Array> {
    this.errors += prompt;
    return await this.readLine() ?? new Uint8Array();
  }
}

export interface Outcome {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line in this process. */
export async function postern(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  answers?: readonly (string | Uint8Array)[],
): Promise<Outcome> {
  const terminal = new MemoryTerminal(answers);
  const exit = await runCli(args, { terminal, environment, openOffline });
  return { exit, out: stable(terminal.output), err: stable(terminal.errors) };
}

/** The same text at any time and in any directory. */
function stable(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\dZ/g, "<---- moment --->")
    .replace(/\d{4}-\d\d-\d\d/g, "<- day -->")
    .replace(/"(created_at|blocked_at|expires_at)":\d+/g, '"$1":0')
    .replace(/\/[^\s":]*\/postern-cli-\w+/g, "<dir>");
}

/** The same in a process of its own, which has more variables than this one. */
export class CommandProcess {
  readonly #helper: HelperProcess;

  constructor(variables: Readonly<Record<string, string>>) {
    const more = Object.entries(variables).map((pair) => pair.join("="));
    const main = program("tests/cli/command_process_main.ts");
    this.#helper = new HelperProcess(["env", ...more, ...main]);
  }

  async run(request: CommandRequest): Promise<Outcome> {
    return JSON.parse(await this.#helper.ask(JSON.stringify(request)));
  }

  dispose(): Promise<void> {
    return this.#helper.dispose();
  }
}

/** An empty relay that does not run. */
export class Installation {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;

  /** @param place Where its directory is made; the usual place when absent. */
  constructor(toml = "", place?: string) {
    this.directory = Deno.makeTempDirSync({
      prefix: "postern-cli-",
      ...(place === undefined ? {} : { dir: place }),
    });
    const file = `${this.directory}/postern.toml`;
    Deno.writeTextFileSync(
      file,
      `[server]\ndomain = "chat.example"\nstate_dir = "${this.directory}/state"\n${toml}`,
    );
    this.environment = { POSTERN_CONFIG: file };
  }

  /** `{dir}` in the arguments is a directory to write to. */
  run(
    args: string,
    answers?: readonly (string | Uint8Array)[],
  ): Promise<Outcome> {
    return postern(this.#words(args), this.environment, answers);
  }

  /** The same in another process. */
  runIn(
    process: CommandProcess,
    args: string,
    answers?: readonly string[],
  ): Promise<Outcome> {
    const { environment } = this;
    return process.run({ args: this.#words(args), environment, answers });
  }

  #words(args: string): string[] {
    return words(args.replaceAll("{dir}", this.directory));
  }

  dispose(): void {
    Deno.removeSync(this.directory, { recursive: true });
  }
}

/** Splits at spaces, but not within single quotes. */
function words(text: string): string[] {
  return [...text.matchAll(/'([^']*)'|(\S+)/g)].map((match) =>
    match[1] ?? match[2] ?? ""
  );
}
