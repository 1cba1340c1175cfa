/** The server's end of the control socket. @module */
import type { Clock, Timers } from "../base/clock.ts";
import { Refusal } from "../base/refusal.ts";
import {
  type ControlRequest,
  type ControlResponse,
  IDLE_MS,
  LineReceiver,
  MAX_REQUEST_OCTETS,
  parseRequest,
} from "./control_protocol.ts";

/** What an operation does. @throws {Refusal} what the client is told */
export type ControlOperation = (
  args: Readonly<Record<string, unknown>>,
) => Promise<unknown> | unknown;

export interface ControlSocketOptions {
  readonly path: string;
  readonly operations: ReadonlyMap<string, ControlOperation>;
  readonly clock: Clock;
  readonly timers: Timers;
  reportBug(error: unknown): void;
}

const encoder = new TextEncoder();
/** More clients than this are a mistake. */
const MAX_CLIENTS = 64;
/** After an error, such as too many open files, that will be there again at once. */
const ACCEPT_PAUSE_MS = 200;

export class ControlSocket {
  readonly #options: ControlSocketOptions;
  readonly #listener: Deno.Listener<Deno.UnixConn>;
  readonly #clients = new Set<Client>();
  readonly #stopSweep: () => void;
  readonly #accepting: Promise<void>;
  #closed = false;

  private constructor(
    options: ControlSocketOptions,
    listener: Deno.Listener<Deno.UnixConn>,
  ) {
    this.#options = options;
    this.#listener = listener;
    this.#stopSweep = options.timers.every(IDLE_MS / 6, () => this.#sweep());
    this.#accepting = this.#accept();
  }

  /**
   * Takes the place of a socket that a dead server left behind; the lock of the
   * state directory says that there is no other.
   */
  static open(options: ControlSocketOptions): ControlSocket {
    try {
      Deno.removeSync(options.path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    const listener = Deno.listen({ transport: "unix", path: options.path });
    Deno.chmodSync(options.path, 0o660);
    return new ControlSocket(options, listener);
  }

  /** Ends all connections and removes the socket. Safe to repeat. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopSweep();
    try {
      this.#listener.close();
      Deno.removeSync(this.#options.path);
    } catch {
      // closed or removed before
    }
    for (const client of this.#clients) client.end();
    await this.#accepting;
  }

  async #accept(): Promise<void> {
    while (!this.#closed) {
      let connection: Deno.UnixConn;
      try {
        connection = await this.#listener.accept();
      } catch (error) {
        if (this.#closed) return;
        this.#options.reportBug(error);
        await this.#options.timers.sleep(ACCEPT_PAUSE_MS);
        continue;
      }
      this.#serve(connection);
    }
  }

  #serve(connection: Deno.UnixConn): void {
    const client = new Client(connection, this.#options);
    if (this.#clients.size >= MAX_CLIENTS) return client.close();
    this.#clients.add(client);
    client.serve().catch((error) => this.#options.reportBug(error))
      .finally(() => this.#clients.delete(client));
  }

  #sweep(): void {
    const now = this.#options.clock.monotonic();
    for (const client of this.#clients) {
      if (client.idleSince !== undefined && now - client.idleSince >= IDLE_MS) {
        client.close();
      }
    }
  }
}

class Client {
  /** Undefined while a request is being worked on. */
  idleSince: number | undefined;
  readonly #receiver = new LineReceiver(MAX_REQUEST_OCTETS);
  readonly #buffer = new Uint8Array(16_384);
  #closed = false;
  #ending = false;

  constructor(
    readonly connection: Deno.UnixConn,
    readonly options: ControlSocketOptions,
  ) {
    this.idleSince = options.clock.monotonic();
  }

  async serve(): Promise<void> {
    try {
      for (;;) {
        const count = await this.connection.read(this.#buffer);
        if (count === null) return;
        for (const line of this.#lines(this.#buffer.subarray(0, count))) {
          this.idleSince = undefined;
          await this.#write(await this.#answer(line));
          if (this.#ending) return;
          this.idleSince = this.options.clock.monotonic();
        }
      }
    } catch (error) {
      if (error instanceof RangeError) {
        await this.#write(failure(null, "too_large", error.message));
      } else if (!isDisconnect(error)) throw error;
    } finally {
      this.close();
    }
  }

  /** Hangs up, after the response to what is being worked on. */
  end(): void {
    this.#ending = true;
    if (this.idleSince !== undefined) this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const { connection } = this;
    // close() alone would not be noticed while a read is pending
    connection.closeWrite().catch(() => undefined)
      .then(() => connection.close()).catch(() => undefined);
  }

  #lines(octets: Uint8Array): string[] {
    return this.#receiver.push(octets).filter((line) => line.trim() !== "");
  }

  async #answer(line: string): Promise<ControlResponse> {
    let request: ControlRequest;
    try {
      request = parseRequest(line);
    } catch (error) {
      return failure(null, "invalid_value", messageOf(error));
    }
    const { id, op, args } = request;
    const operation = this.options.operations.get(op);
    if (!operation) return failure(id, "not_found", `No operation "${op}"`);
    try {
      return { id, ok: true, data: await operation(args) ?? null };
    } catch (error) {
      if (error instanceof Refusal) {
        return failure(id, error.code, error.message);
      }
      this.options.reportBug(error);
      return failure(id, "internal", "Internal error");
    }
  }

  async #write(response: ControlResponse): Promise<void> {
    let octets = encoder.encode(JSON.stringify(response) + "\n");
    while (octets.length > 0) {
      octets = octets.subarray(await this.connection.write(octets));
    }
  }
}

function failure(
  id: ControlRequest["id"],
  code: string,
  error: string,
): ControlResponse {
  return { id, ok: false, code, error };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isDisconnect(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.NotConnected;
}
