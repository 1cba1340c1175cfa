/**
 * How a command reaches the relay: through the running server, so that it takes
 * effect at once, or, when none runs, on the database alone. While a server
 * runs that cannot be asked, nothing is done: the store is that server's.
 *
 * @module
 */
import type { AdminContext } from "../admin/context.ts";
import {
  type AdminInput,
  type AdminOutput,
  callOperation,
  type OperationName,
} from "../admin/operation_table.ts";
import { AlreadyRunning } from "../app/instance_lock.ts";
import { SYSTEM_TIMERS } from "../app/system_time.ts";
import {
  type ConfigChoice,
  guessDirectories,
  locateConfig,
} from "../config/locate.ts";
import { ConfigError } from "../config/problems.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { whoMayUse } from "../files/owner.ts";
import { asOwnerOf } from "../ops/as_owner.ts";
import { plantedLink } from "../ops/planted_links.ts";
import { ControlClient, controlPath } from "./control_client.ts";
import { CliError, EXIT } from "./exit_codes.ts";

/** Whether what was done is in force: in the server at once, or when it starts. */
export type AppliedWhen = "live" | "server-not-running";

/** What others' directories are for, which only root may read: no server runs that could. */
const READING_ELSEWHERE: ReadonlySet<OperationName> = new Set(
  ["import.relay", "import.madmail"],
);
/** A server that has just started opens its socket by then. */
const PATIENCE_MS = 3000;
const LOOK_MS = 100;

export interface OfflineRelay {
  readonly admin: AdminContext;
  close(): Promise<void>;
}

export interface AccessOptions extends ConfigChoice {
  readonly timeoutMs: number;
  openOffline(config: LoadedConfig): Promise<OfflineRelay>;
  /** Shows a person what is wrong although the command goes on. */
  warn(text: string): void;
}

export class Access {
  readonly #options: AccessOptions;
  #config: LoadedConfig | undefined;
  #reached: Promise<ControlClient | OfflineRelay> | undefined;
  /** Why the file could not be used; a server runs all the same. */
  #fault:
    | { readonly error: ConfigError; readonly stateDir: string }
    | undefined;

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /** Access to the relay of another configuration; to be closed too. */
  of(config: string): Access {
    const { stateDirFlag: _, ...others } = this.#options;
    return new Access({ ...others, configFlag: config });
  }

  /** @throws {ConfigError} */
  get config(): LoadedConfig {
    return this.#config ??= locateConfig(this.#options);
  }

  async applied(): Promise<AppliedWhen> {
    const reached = await this.#reach();
    return reached instanceof ControlClient ? "live" : "server-not-running";
  }

  /** One operation, wherever it can be done. @throws {Refusal | CliError} */
  async call<N extends OperationName>(
    name: N,
    input: AdminInput<N>,
  ): Promise<AdminOutput<N>> {
    const reached = await this.#reach();
    // that is about the file: the server says what is wrong with it
    if (name !== "reload") this.#warnOfFile();
    const result = reached instanceof ControlClient
      ? await reached.ask(name, input, this.#options.timeoutMs)
      : await this.#offline(
        () => callOperation(reached.admin, name, input),
        READING_ELSEWHERE.has(name),
      );
    return result as AdminOutput<N>;
  }

  async close(): Promise<void> {
    // why it could not be reached has been said where that was tried
    const reached = await this.#reached?.catch(() => undefined);
    if (reached instanceof ControlClient) reached.close();
    else if (reached) await this.#offline(() => reached.close());
  }

  /**
   * As the user whose the state is: that of a server, mostly.
   *
   * @throws {CliError} where root has to do it, and would be led elsewhere
   */
  async #offline<T>(
    work: () => Promise<T>,
    readsElsewhere = false,
  ): Promise<T> {
    const { stateDir } = this.config.values.server;
    if (!readsElsewhere || Deno.uid() !== 0) {
      return await asOwnerOf(stateDir, work);
    }
    const planted = plantedLink(stateDir);
    if (planted === undefined) return await work();
    throw new CliError(
      "planted_link",
      `${planted} is a link that root has not made, and could lead anywhere: remove it, or make it as root`,
      EXIT.failed,
    );
  }

  #reach(): Promise<ControlClient | OfflineRelay> {
    return this.#reached ??= this.#tryToReach();
  }

  /**
   * The configuration, or the server that runs although the file is broken.
   *
   * @throws {ConfigError} when there is no such server either
   */
  async #values(): Promise<Config | ControlClient> {
    try {
      return this.config.values;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const server = guessDirectories(this.#options);
      if (!server) throw error;
      const client = await ControlClient.connect({ server });
      if (!(client instanceof ControlClient)) throw error;
      this.#fault = { error, stateDir: server.stateDir };
      return client;
    }
  }

  #warnOfFile(): void {
    if (this.#fault === undefined) return;
    this.#options.warn(
      `the configuration cannot be used, the server of ${this.#fault.stateDir} goes by what it read before:\n${this.#fault.error.message}`,
    );
    this.#fault = undefined;
  }

  /** @throws {CliError} why neither the server nor its store can be had */
  async #tryToReach(): Promise<ControlClient | OfflineRelay> {
    const values = await this.#values();
    if (values instanceof ControlClient) return values;
    const patienceMs = Math.min(PATIENCE_MS, this.#options.timeoutMs);
    for (let waitedMs = 0;; waitedMs += LOOK_MS) {
      const client = await ControlClient.connect(values);
      if (client instanceof ControlClient) return client;
      if (client === "denied") {
        throw notOpen("The server's control socket", controlPath(values));
      }
      try {
        return await this.#offline(() =>
          this.#options.openOffline(this.config)
        );
      } catch (error) {
        if (error instanceof Deno.errors.PermissionDenied) {
          throw notOpen("The state directory", values.server.stateDir);
        }
        if (!(error instanceof AlreadyRunning)) throw error;
        if (waitedMs >= patienceMs) throw unreachable(error, values);
      }
      await SYSTEM_TIMERS.sleep(LOOK_MS);
    }
  }
}

function notOpen(what: string, path: string): CliError {
  return new CliError(
    "permission_denied",
    `${what} ${path} is not open to this user: run this as ${
      whoMayUse(path) ?? "root or as the user that the server runs as"
    }`,
    EXIT.permission,
  );
}

const MAX_SOCKET_PATH = 107; // unix(7): 108 with the NUL behind it

function unreachable(error: AlreadyRunning, config: Config): CliError {
  const { pid, holder } = error;
  const shown = pid === undefined ? "" : ` (pid ${pid})`;
  const path = controlPath(config);
  const cause = new TextEncoder().encode(path).length > MAX_SOCKET_PATH
    ? `a socket's path has at most ${MAX_SOCKET_PATH} octets; nothing was done. Set server.runtime_dir to a shorter one`
    : "it was removed, or server.runtime_dir is not what the server started with; nothing was done. A restart makes the socket again";
  return new CliError(
    "unreachable",
    holder === "server"
      ? `The server runs${shown}, but nobody answers at its control socket ${path}: ${cause}`
      : `Another command${shown} works on the database; nothing was done`,
    EXIT.failed,
  );
}
