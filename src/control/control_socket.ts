/** The server's end of the control socket. @module */
import type { Timers } from "../base/clock.ts";
import { giveToOwner } from "../files/owner.ts";
import { UnixListener } from "../net/unix_sockets.ts";
import {
  ControlConnection,
  type ControlSurroundings,
} from "./control_connection.ts";

export interface ControlSocketOptions extends ControlSurroundings {
  readonly path: string;
  readonly timers: Timers;
  /** Called when nobody can connect any more. */
  onLost(error: unknown): void;
}

/** More clients than this are a mistake: whoever is silent longest makes room. */
const MAX_CLIENTS = 64;
const SWEEP_MS = 1000;

export class ControlSocket {
  readonly #options: ControlSocketOptions;
  readonly #listener: UnixListener;
  readonly #clients = new Set<ControlConnection>();
  readonly #stopSweep: () => void;

  private constructor(options: ControlSocketOptions, listener: UnixListener) {
    this.#options = options;
    this.#listener = listener;
    this.#stopSweep = options.timers.every(SWEEP_MS, () => this.#sweep());
    void this.#accept();
  }

  /**
   * Takes the place of a socket that a dead server left behind; the lock of the
   * state directory says that there is no other.
   *
   * @throws {Error} with a `code` when it cannot be made there
   */
  static async open(options: ControlSocketOptions): Promise<ControlSocket> {
    await removeSocket(options.path);
    const listener = new UnixListener(options.path);
    try {
      await Deno.chmod(options.path, 0o660);
      giveToOwner(options.path);
    } catch (error) {
      listener.close();
      throw error;
    }
    return new ControlSocket(options, listener);
  }

  /** Ends all connections and removes the socket. Safe to repeat. */
  async close(): Promise<void> {
    this.#stopSweep();
    this.#listener.close();
    for (const client of this.#clients) client.end();
    await removeSocket(this.#options.path);
  }

  async #accept(): Promise<void> {
    try {
      for (;;) {
        const connection = await this.#listener.accept();
        if (!connection) return;
        this.#serve(new ControlConnection(connection, this.#options));
      }
    } catch (error) {
      this.#options.onLost(error);
    }
  }

  #serve(client: ControlConnection): void {
    if (this.#clients.size >= MAX_CLIENTS && !this.#makeRoom()) {
      return client.refuse();
    }
    this.#clients.add(client);
    client.serve().catch((error) => this.#options.reportBug(error))
      .finally(() => this.#clients.delete(client));
  }

  /** False if all are being worked for. */
  #makeRoom(): boolean {
    let longest: ControlConnection | undefined;
    for (const client of this.#clients) {
      if (
        client.waitsSince !== undefined &&
        client.waitsSince < (longest?.waitsSince ?? Infinity)
      ) longest = client;
    }
    if (!longest) return false;
    this.#clients.delete(longest);
    longest.close();
    return true;
  }

  #sweep(): void {
    const now = this.#options.clock.monotonic();
    for (const client of this.#clients) client.checkTimeout(now);
  }
}

async function removeSocket(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
