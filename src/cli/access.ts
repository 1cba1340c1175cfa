/**
 * How a command reaches the relay: through the running server, so that it takes
 * effect at once, or, when none runs, on the database alone.
 *
 * @module
 */
import type { AdminContext } from "../admin/context.ts";
import { type ConfigChoice, locateConfig } from "../config/locate.ts";
import type { LoadedConfig } from "../config/load.ts";
import type {
  AdminArguments,
  AdminCall,
  AdminResult,
} from "../ops/admin_calls.ts";
import { callAdmin } from "../ops/admin_calls.ts";
import { ControlClient } from "./control_client.ts";
import { CliError, EXIT } from "./exit_codes.ts";

/** Whether what was done is in force: in the server at once, within seconds, or when it starts. */
export type AppliedWhen = "live" | "pending" | "server-not-running";

export interface OfflineRelay {
  readonly admin: AdminContext;
  close(): Promise<void>;
}

export interface AccessOptions extends ConfigChoice {
  readonly timeoutMs: number;
  openOffline(config: LoadedConfig): Promise<OfflineRelay>;
}

export class Access {
  readonly #options: AccessOptions;
  #config: LoadedConfig | undefined;
  #client: ControlClient | "absent" | "denied" | undefined;
  #offline: OfflineRelay | undefined;

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /** @throws {ConfigError} */
  get config(): LoadedConfig {
    return this.#config ??= locateConfig(this.#options);
  }

  async applied(): Promise<AppliedWhen> {
    const client = await this.#connected();
    if (client === "absent") return "server-not-running";
    return client === "denied" ? "pending" : "live";
  }

  /** One admin operation, wherever it can be done. @throws {Refusal | CliError} */
  async admin<C extends AdminCall>(
    call: C,
    ...values: AdminArguments<C>
  ): Promise<AdminResult<C>> {
    const client = await this.#connected();
    const result = client instanceof ControlClient
      ? await client.ask("admin", { call, values }, this.#options.timeoutMs)
      : await callAdmin(await this.#admin(), call, values);
    return result as AdminResult<C>;
  }

  /**
   * One admin operation that only reads, on the database: for results too large
   * to travel through the server.
   */
  async read<C extends AdminCall>(
    call: C,
    ...values: AdminArguments<C>
  ): Promise<AdminResult<C>> {
    const result = await callAdmin(await this.#admin(), call, values);
    return result as AdminResult<C>;
  }

  /** What only a running server can do. @throws {CliError} exit 5 when there is none */
  async server(
    op: string,
    args: Readonly<Record<string, unknown>> = {},
  ): Promise<unknown> {
    const client = await this.#connected();
    if (client instanceof ControlClient) {
      return await client.ask(op, args, this.#options.timeoutMs);
    }
    throw client === "absent"
      ? new CliError("not_running", "The server does not run", EXIT.not_running)
      : new CliError(
        "permission_denied",
        "The server's control socket is not open to this user",
        EXIT.permission,
      );
  }

  async close(): Promise<void> {
    if (this.#client instanceof ControlClient) this.#client.close();
    await this.#offline?.close();
  }

  async #connected(): Promise<ControlClient | "absent" | "denied"> {
    return this.#client ??= await ControlClient.connect(this.config.values);
  }

  async #admin(): Promise<AdminContext> {
    this.#offline ??= await this.#options.openOffline(this.config);
    return this.#offline.admin;
  }
}
