/**
 * What systemd is told of this process, and by what it knows that it lives.
 * The watchdog is fed from the event loop once the writer of the store has
 * answered: a process in which one of the two hangs is started anew.
 *
 * @module
 */
import type { Timers } from "../../base/clock.ts";
import {
  NotifySocket,
  type ServiceEnvironment,
  watchdogMs,
} from "../../ops/service_manager/notify_socket.ts";
import type { RequiredService } from "./service.ts";

/** Two may be late before one is missing. */
const FEEDS_IN_A_PERIOD = 3;
/** How often the status is told where no watchdog is. */
const STATUS_MS = 20_000;

export interface Watched {
  /** Resolves or rejects when the writer has answered. */
  askWriter(): Promise<unknown>;
  /** It does something long on purpose, and answers nobody meanwhile. */
  isWriterBusy(): boolean;
  /** One line for people. */
  status(): Promise<string>;
  reportBug(error: unknown): void;
}

export class ServiceManager {
  readonly #socket: NotifySocket | undefined;
  readonly #watchdogMs: number | undefined;

  /** @param pid Of this process: the watchdog may be meant for another one. */
  constructor(environment: ServiceEnvironment, pid: number) {
    this.#socket = NotifySocket.open(environment);
    this.#watchdogMs = watchdogMs(environment, pid);
  }

  /** All ports accept. */
  async ready(status: string): Promise<void> {
    await this.#socket?.tell({ READY: "1", STATUS: status });
  }

  /** `work` reads the configuration anew; ready again however that ends. */
  async whileReloading<T>(work: () => Promise<T>): Promise<T> {
    await this.#socket?.tell({ RELOADING: "1" });
    try {
      return await work();
    } finally {
      await this.#socket?.tell({ READY: "1" });
    }
  }

  async stopping(): Promise<void> {
    await this.#socket?.tell({ STOPPING: "1", STATUS: "Stopping" });
  }

  /** Another process of this service takes over; what this one says no longer counts. */
  async succeededBy(pid: number): Promise<void> {
    await this.#socket?.tell({ MAINPID: String(pid) });
  }

  close(): void {
    this.#socket?.close();
  }

  /** Feeds the watchdog and tells how the relay is, as long as it runs. */
  watch(watched: Watched, timers: Timers): RequiredService {
    let stop: () => void = () => {};
    return {
      name: "service_manager",
      optional: false,
      start: () => {
        stop = this.#begin(watched, timers);
      },
      stop: () => stop(),
    };
  }

  #begin(watched: Watched, timers: Timers): () => void {
    const socket = this.#socket;
    if (socket === undefined) return () => {};
    const everyMs = this.#watchdogMs === undefined
      ? STATUS_MS
      : this.#watchdogMs / FEEDS_IN_A_PERIOD;
    let isAsked = false;
    async function ask(): Promise<void> {
      isAsked = true;
      await watched.askWriter().catch(() => {}); // an answer too
      isAsked = false;
      await socket?.tell({ WATCHDOG: "1" });
      await socket?.tell({ STATUS: await watched.status() });
    }
    return timers.every(everyMs, () => {
      if (!isAsked) return void ask().catch(watched.reportBug);
      if (watched.isWriterBusy()) void socket.tell({ WATCHDOG: "1" });
    });
  }
}
