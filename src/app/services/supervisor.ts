/**
 * Starts services in their order and stops them in the reverse one.
 *
 * @module
 */
import type { PartShape } from "../../admin/live_server.ts";
import { OptionalLife, RequiredLife } from "./service_lives.ts";
import type { Service, SupervisorParts } from "./service.ts";

export class Supervisor {
  readonly #parts: SupervisorParts;
  readonly #lives: (RequiredLife | OptionalLife)[] = [];
  #isStopping = false;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
  }

  /**
   * Resolves when all that is required runs.
   *
   * @throws {Error} why a required service cannot start; those before it run on
   */
  async start(services: readonly Service[]): Promise<void> {
    for (const service of services) {
      if (this.#isStopping) return;
      const life = service.optional
        ? new OptionalLife(service, this.#parts)
        : new RequiredLife(service);
      this.#lives.push(life);
      await life.start();
    }
  }

  /** Stops all, whatever happens to one of them. Safe to repeat. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const life of this.#lives.toReversed()) {
      try {
        await life.stop();
      } catch (error) {
        this.#parts.reportBug(error);
      }
    }
  }

  statuses(): readonly PartShape[] {
    return this.#lives.map(({ status }) => status);
  }
}
