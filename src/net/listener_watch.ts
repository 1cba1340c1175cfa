/**
 * Notices a listener that is open and no longer accepts: it connects to each
 * one from time to time, and binds again where nothing was accepted.
 *
 * @module
 */
import { connect } from "node:net";
import { takesIpv4Too } from "./dual_stack.ts";
import type { Listener } from "./listener.ts";

export interface ListenerWatchOptions {
  readonly everyMs: number;
  readonly patienceMs: number;
  /** Told before a deaf listener is bound again, unless that failed the last time. */
  onDeaf(name: string): void;
  /** After each look: those that could not be bound again, and why. */
  onLooked(failed: ReadonlyMap<string, unknown>): void;
}

export class ListenerWatch {
  readonly #options: ListenerWatchOptions;
  readonly #listeners: () => ReadonlyMap<string, Listener>;
  #failed = new Map<string, unknown>();
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
    const before = this.#failed;
    this.#failed = new Map();
    for (const [name, listener] of this.#listeners()) {
      if (await accepts(listener, this.#options.patienceMs)) continue;
      if (!before.has(name)) this.#options.onDeaf(name);
      try {
        await listener.reopen();
      } catch (error) {
        this.#failed.set(name, error);
      }
    }
    this.#options.onLooked(this.#failed);
  }
}

/** What became of one connection to a listener. */
type Trial =
  | "accepted"
  /** The kernel refused it, or took it and nobody accepted it. */
  | "deaf"
  /** There is no way to this address, which says nothing about the listener. */
  | "no_way";

async function accepts(
  listener: Listener,
  patienceMs: number,
): Promise<boolean> {
  for (const hostname of reachable(listener.address.hostname)) {
    const trial = await connectOnce(listener, hostname, patienceMs);
    if (trial !== "no_way") return trial === "accepted";
  }
  return true;
}

async function connectOnce(
  listener: Listener,
  hostname: string,
  patienceMs: number,
): Promise<Trial> {
  const before = listener.accepted;
  const socket = connect({ host: hostname, port: listener.address.port });
  let fault: string | undefined;
  socket.on("error", ({ code }: NodeJS.ErrnoException) => fault = code);
  const end = performance.now() + patienceMs;
  try {
    while (listener.accepted === before && performance.now() < end) {
      if (fault !== undefined) return NO_WAY.has(fault) ? "no_way" : "deaf";
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return listener.accepted === before ? "deaf" : "accepted";
  } finally {
    socket.destroy();
  }
}

const NO_WAY = new Set([
  "EADDRNOTAVAIL",
  "EAFNOSUPPORT",
  "EHOSTUNREACH",
  "EINVAL",
  "ENETUNREACH",
]);

/** Addresses of this machine that a listener takes; the first to which there is a way counts. */
function reachable(hostname: string): string[] {
  if (hostname === "0.0.0.0") return ["127.0.0.1"];
  if (hostname !== "::") return [hostname];
  return takesIpv4Too() ? ["::1", "127.0.0.1"] : ["::1"];
}
