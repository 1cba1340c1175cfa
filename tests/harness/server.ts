/**
 * The real server as a process of its own, with its own state directory and
 * ports: what end-to-end, crash and benchmark runs talk to.
 *
 * `POSTERN_BINARY` runs a compiled executable instead of the sources.
 *
 * @module
 */
import {
  LISTENER_NAMES,
  type ListenerName,
  listenerRow,
} from "../../src/config/listener_table.ts";
import { reservePorts } from "./ports.ts";
import { program, runCommand, ServerProcess } from "./server_process.ts";

export { program };

export const DOMAIN = "chat.example";

/** `submission_tls` is `submissionTls` in code. */
type Camel<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : S;

export type Ports = Readonly<Record<Camel<ListenerName>, number>>;

export interface ServerOptions {
  /** Runs this module of ours in place of the program, compiled or not. */
  readonly main?: string;
  /** Kept by whoever made it; without it, a temporary one that goes with the server. */
  readonly stateDir?: string;
  /** More TOML, appended to the configuration. */
  readonly config?: string;
  /** More keys of `[server]`. */
  readonly server?: string;
  /** In place of a self-signed certificate. */
  readonly tls?: string;
  readonly ports?: Ports;
  /** Serves calls too; few tests need the thread. */
  readonly turn?: boolean;
  /** Of the process, besides what it has anyway; `POSTERN_SET__imap__max_line` sets a key. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Runs in the state directory with nothing of this process's environment but a PATH. */
  readonly isolated?: boolean;
  /** Command line before that of the program, as of prlimit(1). */
  readonly under?: readonly string[];
}

/** One for each service, reserved for this process. */
export function freePorts(): Ports {
  const ports = reservePorts(LISTENER_NAMES.length);
  return Object.fromEntries(
    LISTENER_NAMES.map((name, i) => [camel(name), ports[i]]),
  ) as Ports;
}

function camel(name: ListenerName): Camel<ListenerName> {
  return name.replace(
    /_([a-z])/g,
    (_, letter) => letter.toUpperCase(),
  ) as Camel<ListenerName>;
}

/** Nobody outside is asked about names in tests. */
const NO_DNS = '[dns]\nservers = ["127.0.0.1:9"]\ntimeout = "100ms"';
/** Nor is anybody's phone woken. */
const NO_PUSH = '[push]\nurl = "http://127.0.0.1:9/notify"';

function configText(
  ports: Ports,
  stateDir: string,
  { config = "", server = "", tls = '[tls]\nmode = "self_signed"', turn }:
    ServerOptions,
): string {
  const listen = LISTENER_NAMES.map((name) =>
    listenerRow(name).protocol === "turn" && !turn
      ? `${name} = ""`
      : `${name} = "127.0.0.1:${ports[camel(name)]}"`
  ).join("\n");
  return `
[server]
domain = "${DOMAIN}"
state_dir = "${stateDir}"
runtime_dir = "${stateDir}"
${server}

[listen]
${listen}

${tls}

[registration]
min_username_length = 3
max_load_1m = 0
min_available_memory = 0
min_free_disk = 0

${config.includes("[dkim]") ? "" : "[dkim]\nenabled = false"}
${config.includes("[dns]") ? "" : NO_DNS}
${config.includes("[push]") ? "" : NO_PUSH}

[smtp]
require_tls = false

[submission]
send_per_minute = 0
${config}`;
}

export class Server {
  readonly domain = DOMAIN;
  readonly #process = new ServerProcess(() => this.#spawn());
  private constructor(
    readonly ports: Ports,
    readonly stateDir: string,
    readonly configFile: string,
    readonly isTemporary: boolean,
    readonly isolated: boolean,
    readonly environment: Readonly<Record<string, string>>,
    readonly main: string | undefined,
    readonly turn: boolean,
    readonly under: readonly string[],
  ) {}

  /** Starts it and waits until every port accepts. */
  static async start(options: ServerOptions = {}): Promise<Server> {
    const stateDir = options.stateDir ??
      await Deno.makeTempDir({ prefix: "postern-test-" });
    const ports = options.ports ?? freePorts();
    const configFile = `${stateDir}/postern.toml`;
    await Deno.writeTextFile(
      configFile,
      configText(ports, stateDir, options),
    );
    const server = new Server(
      ports,
      stateDir,
      configFile,
      options.stateDir === undefined,
      options.isolated ?? false,
      options.environment ?? {},
      options.main,
      options.turn ?? false,
      options.under ?? [],
    );
    try {
      await server.run();
    } catch (error) {
      await server.dispose();
      throw error;
    }
    return server;
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Where a client finds a service. */
  endpoint(service: ListenerName): { hostname: string; port: number } {
    return { hostname: "127.0.0.1", port: this.ports[camel(service)] };
  }

  /** What it wrote to stdout and stderr, of all its lives. */
  get output(): string {
    return this.#process.output;
  }

  /** Starts the process again, on the same ports and state. */
  run(): Promise<void> {
    const waiting = LISTENER_NAMES.filter((name) => {
      const { protocol, switchedBy } = listenerRow(name);
      return switchedBy === undefined && (this.turn || protocol !== "turn");
    }).map((name) => this.ports[camel(name)]);
    return this.#process.run(async () => {
      while (waiting[0] !== undefined && await accepts(waiting[0])) {
        waiting.shift();
      }
      return waiting.length === 0;
    });
  }

  #spawn(): Deno.ChildProcess {
    const [command = "", ...args] = [...this.under, ...program(this.main)];
    return new Deno.Command(command, {
      args: [...args, "run", "--config", this.configFile],
      stdout: "piped",
      stderr: "piped",
      ...(this.isolated
        ? { clearEnv: true, cwd: this.stateDir, env: { PATH: "/usr/bin:/bin" } }
        : { env: { NO_COLOR: "1", ...this.environment } }),
    }).spawn();
  }

  /** Sends a signal and waits for the end. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<Deno.CommandStatus> {
    return this.#process.end(signal);
  }

  /** Waits until it has ended by itself. */
  ended(): Promise<Deno.CommandStatus> {
    return this.#process.ended();
  }

  /** The certificate that it made for itself. */
  certificate(): Promise<string> {
    return certificateBelow(this.stateDir);
  }

  /** Runs one command of the command line against it and gives its stdout. */
  command(...args: string[]): Promise<string> {
    return runCommand(args, this.configFile);
  }

  /** Kills what still runs and removes a temporary state directory. */
  async dispose(): Promise<void> {
    await this.#process.dispose();
    if (this.isTemporary) await Deno.remove(this.stateDir, { recursive: true });
  }
}

async function accepts(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}

/** Every regular file below a folder; what a server removes meanwhile is left out. */
export async function* filesBelow(folder: string): AsyncGenerator<string> {
  for (const entry of await entriesOf(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* filesBelow(path);
    else if (entry.isFile) yield path;
  }
}

async function entriesOf(folder: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** The first certificate in a folder, PEM. @throws {Error} when there is none */
export async function certificateBelow(folder: string): Promise<string> {
  for await (const path of filesBelow(folder)) {
    if (!/\.(pem|crt)$/.test(path)) continue;
    const text = await Deno.readTextFile(path);
    if (text.includes("BEGIN CERTIFICATE")) return text;
  }
  throw new Error("The server has made no certificate");
}
