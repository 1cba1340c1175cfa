/** One row of the listener table, as the addresses that file and settings give it. @module */
import { formatAddress } from "../../net/listener.ts";
import { effectiveListeners } from "../../settings/listeners.ts";
import type { Assembly } from "../assembly.ts";
import { BindFailure, type OwnListenerName } from "../service_listeners.ts";
import type { RequiredService } from "./service.ts";

export class ListenerGroup implements RequiredService {
  readonly name: string;
  readonly optional = false;
  readonly #listener: OwnListenerName;
  readonly #assembly: Assembly;
  #stopFollowing: (() => void)[] = [];

  constructor(listener: OwnListenerName, assembly: Assembly) {
    this.name = `listen.${listener}`;
    this.#listener = listener;
    this.#assembly = assembly;
  }

  /** @throws {BindFailure} */
  async start(): Promise<void> {
    await this.apply();
    const { settings } = this.#assembly.relay;
    for (const setting of ["enabled", "port", "local_only"] as const) {
      this.#stopFollowing.push(
        settings.onChange(
          `${this.#listener}_${setting}`,
          () => this.apply(),
        ),
      );
    }
  }

  async stop(): Promise<void> {
    for (const stop of this.#stopFollowing.splice(0)) stop();
    await this.#assembly.listeners.apply(this.#listener, []);
  }

  /**
   * Listens where it is to listen now.
   *
   * @throws {BindFailure} then nothing has changed
   */
  async apply(): Promise<void> {
    const { current, relay, listeners, log } = this.#assembly;
    const listener = this.#listener;
    const wanted = effectiveListeners(current.loaded.values, relay.settings);
    const before = new Set(this.#bound());
    try {
      await listeners.apply(listener, wanted[listener]);
    } catch (error) {
      if (error instanceof BindFailure) {
        const { at, reason } = error;
        log.operational({ event: "bind_failed", listener, at, reason });
      }
      throw error;
    }
    for (const at of this.#bound()) {
      if (before.has(at)) continue;
      log.operational({ event: "listening", listener, at });
    }
  }

  #bound(): string[] {
    return this.#assembly.listeners.bound(this.#listener).map(formatAddress);
  }
}
