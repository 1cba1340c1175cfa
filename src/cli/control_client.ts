/** The command line's end of the control socket. @module */
import { join } from "node:path";
import type { Config } from "../config/schema.ts";
import {
  CONTROL_SOCKET_NAME,
  LineReceiver,
  MAX_RESPONSE_OCTETS,
  parseResponse,
} from "../ops/control_protocol.ts";
import { CliError, EXIT, exitOfRefusal } from "./exit_codes.ts";

/** Where the server's control socket is, if there is one. */
export function controlPath({ server }: Config): string {
  return join(server.runtimeDir || server.stateDir, CONTROL_SOCKET_NAME);
}

export class ControlClient {
  readonly #connection: Deno.Conn;
  readonly #receiver = new LineReceiver(MAX_RESPONSE_OCTETS);
  #nextId = 1;

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** "absent": no server runs; "denied": one may, but we may not ask it. */
  static async connect(
    config: Config,
  ): Promise<ControlClient | "absent" | "denied"> {
    const path = controlPath(config);
    try {
      return new ControlClient(await Deno.connect({ transport: "unix", path }));
    } catch (error) {
      return error instanceof Deno.errors.PermissionDenied
        ? "denied"
        : "absent";
    }
  }

  /**
   * Asks once and waits.
   *
   * @throws {CliError} what the server refused, or that it did not respond in time
   */
  async ask(
    op: string,
    args: Readonly<Record<string, unknown>>,
    timeoutMs: number,
  ): Promise<unknown> {
    const timer = setTimeout(() => this.close(), timeoutMs);
    try {
      return await this.#ask(op, args);
    } catch (error) {
      if (error instanceof CliError) throw error;
      throw new CliError(
        "no_response",
        "The server did not respond in time",
        EXIT.failed,
      );
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    try {
      this.#connection.close();
    } catch {
      // closed before
    }
  }

  async #ask(
    op: string,
    args: Readonly<Record<string, unknown>>,
  ): Promise<unknown> {
    const request = JSON.stringify({ id: this.#nextId++, op, args });
    let octets = new TextEncoder().encode(request + "\n");
    while (octets.length > 0) {
      octets = octets.subarray(await this.#connection.write(octets));
    }
    const response = parseResponse(await this.#line());
    if (response.ok) return response.data;
    const { code, error } = response;
    throw new CliError(code, error, exitOfRefusal(code));
  }

  async #line(): Promise<string> {
    const buffer = new Uint8Array(65_536);
    for (;;) {
      const count = await this.#connection.read(buffer);
      if (count === null) {
        throw new CliError("no_response", "The server hung up", EXIT.failed);
      }
      const [line] = this.#receiver.push(buffer.subarray(0, count));
      if (line !== undefined) return line;
    }
  }
}
