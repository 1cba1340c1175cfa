/**
 * Looks after all WebSockets of a route: one timer for all of them, and one ear
 * for the end of the server.
 *
 * @module
 */
import type { Timers } from "../../base/clock.ts";

const TICK_MS = 1000;

export interface Watched {
  /** A second has gone by. */
  tick(): void;
  /** The server stops. */
  stop(): void;
}

export class WebSocketWatch {
  readonly #timers: Pick<Timers, "every">;
  /** With what tells that its server stops. */
  readonly #watched = new Map<Watched, AbortSignal>();
  readonly #known = new WeakSet<AbortSignal>();
  #stopTicking: (() => void) | undefined;

  constructor(timers: Pick<Timers, "every">) {
    this.#timers = timers;
  }

  add(watched: Watched, stopping: AbortSignal): void {
    this.#watched.set(watched, stopping);
    this.#stopTicking ??= this.#timers.every(TICK_MS, () => this.#tick());
    if (stopping.aborted) return watched.stop();
    if (this.#known.has(stopping)) return;
    this.#known.add(stopping);
    stopping.addEventListener("abort", () => this.#stop(stopping));
  }

  remove(watched: Watched): void {
    this.#watched.delete(watched);
    if (this.#watched.size > 0) return;
    this.#stopTicking?.();
    this.#stopTicking = undefined;
  }

  #tick(): void {
    for (const watched of this.#watched.keys()) watched.tick();
  }

  #stop(signal: AbortSignal): void {
    for (const [watched, stopping] of this.#watched) {
      if (stopping === signal) watched.stop();
    }
  }
}
