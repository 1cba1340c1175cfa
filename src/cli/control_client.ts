/** The command line's end of the control socket. @module */
import { join } from "node:path";
import { formatDuration } from "../base/durations.ts";
import type { Config } from "../config/schema.ts";
import {
  CONTROL_SOCKET_NAME,
  LineReceiver,
  MAX_RESPONSE_OCTETS,
  parseResponse,
} from "../control/control_protocol.ts";
import { UnixConnection } from "../net/unix_sockets.ts";
import { CliError, EXIT, exitOf } from "./exit_codes.ts";

/** What of a configuration leads to the socket. */
export interface Served {
  readonly server: Pick<Config["server"], "stateDir" | "runtimeDir">;
}

/** Where the server's control socket is, if there is one. */
export function controlPath({ server }: Served): string {
  return join(server.runtimeDir || server.stateDir, CONTROL_SOCKET_NAME);
}

export class ControlClient {
  readonly #path: string;
  #connection: UnixConnection;
  #nextId = 1;

  private constructor(path: string, connection: UnixConnection) {
    this.#path = path;
    this.#connection = connection;
  }

  /** "absent": no server runs; "denied": one may, but we may not ask it. */
  static async connect(
    config: Served,
  ): Promise<ControlClient | "absent" | "denied"> {
    const path = controlPath(config);
    try {
      return new ControlClient(path, await UnixConnection.connect(path));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === "EACCES" || code === "EPERM" ? "denied" : "absent";
    }
  }

  /**
   * Asks once and waits. A server that hung up on a silent client, while a
   * person was thinking, is called again.
   *
   * @throws {CliError} what the server refused, or that it did not respond in time
   */
  async ask(
    op: string,
    args: object,
    timeoutMs: number,
  ): Promise<unknown> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.reject(noResponse(`did not respond in ${inWords(timeoutMs)}`));
    }, timeoutMs);
    const request = JSON.stringify({ id: this.#nextId++, op, args });
    let line: string;
    try {
      line = await Promise.race([this.#exchange(request), late.promise]);
    } catch (error) {
      this.close(); // a response that comes late would be taken for the next one
      throw error;
    } finally {
      clearTimeout(timer);
    }
    const response = parseResponse(line);
    if (response.ok) return response.data;
    const { code, error } = response;
    throw new CliError(code, error, exitOf(code));
  }

  close(): void {
    this.#connection.close();
  }

  async #exchange(request: string): Promise<string> {
    const octets = new TextEncoder().encode(`${request}\n`);
    try {
      await this.#connection.write(octets);
    } catch { // it has hung up, and got nothing of it
      this.#connection = await this.#callAgain();
      await this.#connection.write(octets).catch(hungUp);
    }
    const receiver = new LineReceiver(MAX_RESPONSE_OCTETS);
    for (;;) {
      const received = await this.#connection.read().catch(hungUp);
      if (received === undefined) return hungUp();
      const [line] = receiver.push(received);
      if (line !== undefined) return line;
    }
  }

  async #callAgain(): Promise<UnixConnection> {
    this.#connection.close();
    return await UnixConnection.connect(this.#path).catch(hungUp);
  }
}

function hungUp(): never {
  throw noResponse("hung up");
}

function noResponse(what: string): CliError {
  return new CliError("no_response", `The server ${what}`, EXIT.failed);
}

function inWords(timeoutMs: number): string {
  return formatDuration(Math.ceil(timeoutMs / 1000));
}
