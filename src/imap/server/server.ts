/** All IMAP connections of the relay, and what they share. @module */
import type { Clock, Timers } from "../../base/clock.ts";
import type { ImapBackend } from "./backend.ts";
import { Connection, type Surroundings } from "./connection/connection.ts";
import { DEFAULT_OPTIONS, type ImapOptions } from "./options.ts";
import { TICK_MS, TimerWheel } from "./connection/timer_wheel.ts";
import type { Wire } from "./connection/wire.ts";

export interface ImapServerParts {
  readonly backend: ImapBackend;
  readonly clock: Clock;
  readonly timers: Timers;
  /** From 0 to 1: spreads what would happen to all at once. */
  readonly random: () => number;
  /** May change: a connection reads it at each use. */
  readonly options?: ImapOptions;
}

export class ImapServer {
  readonly #shared: Surroundings;
  readonly #connections = new Map<Connection, Promise<void>>();
  readonly #stopTicking: () => void;
  #stopping = false;

  constructor({ backend, clock, timers, random, options }: ImapServerParts) {
    const wheel = new TimerWheel(clock.monotonic());
    this.#shared = {
      backend,
      options: options ?? DEFAULT_OPTIONS,
      clock,
      timers,
      wheel,
      random,
    };
    this.#stopTicking = timers.every(
      TICK_MS,
      () => wheel.advance(clock.monotonic()),
    );
  }

  /** Connections that are open now. */
  get size(): number {
    return this.#connections.size;
  }

  /** Drives one connection to its end. Never rejects. */
  async serve(wire: Wire): Promise<void> {
    if (this.#stopping) return await turnAway(wire, SHUTDOWN);
    const connection = new Connection(wire, this.#shared);
    const run = connection.run();
    this.#connections.set(connection, run);
    await run;
    this.#connections.delete(connection);
  }

  /** Ends all sessions, each at the end of the command it is in. */
  async shutdown(): Promise<void> {
    this.#stopping = true;
    for (const connection of this.#connections.keys()) {
      connection.onEnd(SHUTDOWN);
    }
    await Promise.all(this.#connections.values());
    this.#stopTicking();
  }
}

const SHUTDOWN = "Server shutting down";

/** Refuses a connection in words, instead of a greeting. Never rejects. */
export async function turnAway(
  wire: Wire,
  text = "Too many connections",
): Promise<void> {
  try {
    await wire.write(new TextEncoder().encode(`* BYE ${text}\r\n`));
  } catch {
    // It was leaving anyway.
  }
  wire.close();
}
