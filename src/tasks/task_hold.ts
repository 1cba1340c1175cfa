/** That a task runs in one of all the servers on a store, and no other. @module */
import type { Timers } from "../base/clock.ts";
import type { Maintenance } from "../store/store.ts";

/** How long a server that died keeps others from its tasks. */
const HOLD_SECONDS = 30;
const RENEW_MS = 10_000;

export interface TaskHoldParts {
  readonly maintenance: Pick<Maintenance, "hold" | "release">;
  readonly timers: Pick<Timers, "every">;
}

export class TaskHold {
  readonly #stopRenewing: () => void;
  #renewing: Promise<void> = Promise.resolve();
  #isLost = false;

  private constructor(
    readonly parts: TaskHoldParts,
    readonly name: string,
  ) {
    this.#stopRenewing = parts.timers.every(RENEW_MS, () => {
      this.#renewing = this.#renewing.then(() => this.#renew());
    });
  }

  /** Undefined while another server has it. */
  static async take(
    parts: TaskHoldParts,
    task: string,
  ): Promise<TaskHold | undefined> {
    const name = `task:${task}`;
    const isTaken = await parts.maintenance.hold(name, HOLD_SECONDS);
    return isTaken ? new TaskHold(parts, name) : undefined;
  }

  /** Another server may have begun: this one has to stop at its next pause. */
  get isLost(): boolean {
    return this.#isLost;
  }

  async release(): Promise<void> {
    this.#stopRenewing();
    await this.#renewing;
    try {
      await this.parts.maintenance.release(this.name);
    } catch {
      // it runs out by itself
    }
  }

  async #renew(): Promise<void> {
    try {
      const isHeld = await this.parts.maintenance.hold(this.name, HOLD_SECONDS);
      if (!isHeld) this.#isLost = true;
    } catch {
      this.#isLost = true;
    }
  }
}
