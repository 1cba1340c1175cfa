/**
 * One client of the control socket, at the server's end: its requests one after
 * another, and how long it is waited for.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import { Refusal } from "../base/refusal.ts";
import type { UnixConnection } from "../net/unix_sockets.ts";
import {
  type ControlFailure,
  type ControlRequest,
  type ControlResponse,
  FIRST_REQUEST_MS,
  IDLE_MS,
  LineReceiver,
  MAX_REQUEST_OCTETS,
  parseRequest,
} from "./control_protocol.ts";

export interface ControlSurroundings {
  readonly clock: Clock;
  /** Does what is asked. @throws {Refusal} what the client is told */
  call(
    operation: string,
    input: Readonly<Record<string, unknown>>,
  ): Promise<unknown>;
  reportBug(error: unknown): void;
}

export class ControlConnection {
  /** When it began to be waited for, to ask or to take a response; undefined while it is worked for. */
  waitsSince: number | undefined;
  readonly #connection: UnixConnection;
  readonly #surroundings: ControlSurroundings;
  readonly #receiver = new LineReceiver(MAX_REQUEST_OCTETS);
  #limitMs = FIRST_REQUEST_MS;
  #answering = false;
  #ending = false;

  constructor(connection: UnixConnection, surroundings: ControlSurroundings) {
    this.#connection = connection;
    this.#surroundings = surroundings;
    this.waitsSince = surroundings.clock.monotonic();
  }

  /** Resolves at its end. */
  async serve(): Promise<void> {
    try {
      for (
        let octets = await this.#read();
        octets;
        octets = await this.#read()
      ) {
        for (const line of this.#receiver.push(octets)) {
          if (line.trim() === "") continue;
          this.waitsSince = undefined;
          await this.#write(await this.#answer(line));
          if (this.#ending) return;
        }
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      await this.#write(failure(null, "too_large", error.message));
    } finally {
      this.close();
    }
  }

  /** Says that there is no room, instead of serving. */
  refuse(): void {
    const text = "Too many commands are at work; try again later";
    void this.#write(failure(null, "busy", text)).then(() => this.close());
  }

  /** Hangs up, after the response to what is being worked on. */
  end(): void {
    this.#ending = true;
    if (this.waitsSince !== undefined && !this.#answering) this.close();
  }

  /** Hangs up, whatever is pending. Safe to repeat. */
  close(): void {
    this.#connection.close();
  }

  checkTimeout(now: number): void {
    const { waitsSince } = this;
    if (waitsSince !== undefined && now - waitsSince >= this.#limitMs) {
      this.close();
    }
  }

  async #answer(line: string): Promise<ControlResponse> {
    let request: ControlRequest;
    try {
      request = parseRequest(line);
    } catch (error) {
      return failure(null, "invalid_value", messageOf(error));
    }
    const { id, op, args } = request;
    try {
      const data = await this.#surroundings.call(op, args);
      return { id, ok: true, data: data ?? null };
    } catch (error) {
      if (error instanceof Refusal) {
        const { code, message, detail: { field } } = error;
        return {
          ...failure(id, code, message),
          ...(field === undefined ? {} : { field }),
        };
      }
      this.#surroundings.reportBug(error);
      return failure(id, "internal", "Internal error");
    }
  }

  /** undefined once either side has closed. */
  async #read(): Promise<Uint8Array | undefined> {
    try {
      return await this.#connection.read();
    } catch {
      return undefined;
    }
  }

  /** Waits until the client has taken it. */
  async #write(response: ControlResponse): Promise<void> {
    const { clock } = this.#surroundings;
    this.#answering = true;
    this.waitsSince = clock.monotonic();
    this.#limitMs = IDLE_MS;
    try {
      await this.#connection.write(encode(response));
    } catch {
      // whoever leaves is no bug
    }
    this.#answering = false;
    this.waitsSince = clock.monotonic();
  }
}

function encode(response: ControlResponse): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(response) + "\n");
}

function failure(
  id: ControlRequest["id"],
  code: ControlFailure,
  error: string,
): ControlResponse {
  return { id, ok: false, code, error };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
