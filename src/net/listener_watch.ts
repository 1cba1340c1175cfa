/**
 * Notices a listener that is open and no longer accepts: it connects to each
 * one from time to time, and binds again where nothing was accepted.
 *
 * @module
 */
import { connect } from "node:net";
import type { Listener } from "./listener.ts";

export interface ListenerWatchOptions {
  readonly everyMs: number;
  readonly patienceMs: number;
  /** Told before a deaf listener is bound again, and when that fails. */
  onDeaf(name: string, error?: unknown): void;
}

export class ListenerWatch {
  readonly #options: ListenerWatchOptions;
  readonly #listeners: () => ReadonlyMap<string, Listener>;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param listeners By name; asked at each look. */
  constructor(
    listeners: () => ReadonlyMap<string, Listener>,
    options: ListenerWatchOptions,
  ) {
    this.#listeners = listeners;
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.check(), this.#options.everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Looks at each listener once. Never rejects. */
  async check(): Promise<void> {
    for (const [name, listener] of this.#listeners()) {
      if (await accepts(listener, this.#options.patienceMs)) continue;
      this.#options.onDeaf(name);
      try {
        await listener.reopen();
      } catch (error) {
        this.#options.onDeaf(name, error);
      }
    }
  }
}

async function accepts(
  listener: Listener,
  patienceMs: number,
): Promise<boolean> {
  const before = listener.accepted;
  const { hostname, port } = listener.address;
  const socket = connect({ host: reachable(hostname), port });
  socket.on("error", () => {});
  const end = performance.now() + patienceMs;
  try {
    while (listener.accepted === before && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return listener.accepted !== before;
  } finally {
    socket.destroy();
  }
}

function reachable(hostname: string): string {
  if (hostname === "0.0.0.0") return "127.0.0.1";
  return hostname === "::" ? "::1" : hostname;
}
