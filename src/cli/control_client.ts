/** The command line's end of the control socket. @module */
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { formatDuration } from "../base/durations.ts";
import type { Config } from "../config/schema.ts";
import {
  CONTROL_SOCKET_NAME,
  LineReceiver,
  MAX_RESPONSE_OCTETS,
  parseResponse,
} from "../control/control_protocol.ts";
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
  #socket: Socket;
  #nextId = 1;

  private constructor(path: string, socket: Socket) {
    this.#path = path;
    this.#socket = socket;
  }

  /** "absent": no server runs; "denied": one may, but we may not ask it. */
  static async connect(
    config: Served,
  ): Promise<ControlClient | "absent" | "denied"> {
    const path = controlPath(config);
    try {
      return new ControlClient(path, await open(path));
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
    this.#socket.destroy();
  }

  async #exchange(request: string): Promise<string> {
    if (this.#socket.destroyed || this.#socket.readableEnded) {
      this.#socket = await open(this.#path).catch(() => {
        throw noResponse("hung up");
      });
    }
    const socket = this.#socket;
    const receiver = new LineReceiver(MAX_RESPONSE_OCTETS);
    return await new Promise((resolve, reject) => {
      const onData = (octets: Uint8Array) => {
        try {
          const [line] = receiver.push(octets);
          if (line === undefined) return;
          resolve(line);
        } catch (error) {
          reject(error);
        }
        socket.removeListener("close", onClose);
        socket.removeListener("data", onData);
      };
      const onClose = () => reject(noResponse("hung up"));
      socket.on("data", onData);
      socket.once("close", onClose);
      socket.write(`${request}\n`);
    });
  }
}

/** @throws {Error} with a `code` like ENOENT */
function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    socket.on("error", reject); // and for what comes later, when "close" follows
    socket.once("connect", () => {
      socket.resume(); // else nobody notices that the server hangs up
      resolve(socket);
    });
  });
}

function noResponse(what: string): CliError {
  return new CliError("no_response", `The server ${what}`, EXIT.failed);
}

function inWords(timeoutMs: number): string {
  return formatDuration(Math.ceil(timeoutMs / 1000));
}
