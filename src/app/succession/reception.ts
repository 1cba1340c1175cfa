/**
 * Takes connections for a relay that cannot serve them yet, and keeps them, with
 * nothing read, until it can.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { ListenerName } from "../../config/listener_table.ts";
import type { OwnProtocol, ServiceHandlers } from "../service_listeners.ts";

export class Reception implements ServiceHandlers {
  #handlers: ServiceHandlers | undefined;
  #waiting: ((handlers: ServiceHandlers) => void)[] = [];

  onNative(protocol: OwnProtocol, connection: Deno.TlsConn): void {
    this.#pass((handlers) => handlers.onNative(protocol, connection));
  }

  onSocket(protocol: OwnProtocol, socket: Socket): void {
    this.#pass((handlers) => handlers.onSocket(protocol, socket));
  }

  onFault(name: ListenerName, error: unknown): void {
    this.#pass((handlers) => handlers.onFault(name, error));
  }

  /** From now on these take them; those that wait come first. */
  open(handlers: ServiceHandlers): void {
    this.#handlers = handlers;
    for (const pass of this.#waiting.splice(0)) pass(handlers);
  }

  #pass(pass: (handlers: ServiceHandlers) => void): void {
    if (this.#handlers) pass(this.#handlers);
    else this.#waiting.push(pass);
  }
}
