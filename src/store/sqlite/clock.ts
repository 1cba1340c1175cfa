/** The store's time, kept in the database across runs. @module */
import type { Clock } from "../../base/clock.ts";
import { type ClockJump, LivedClock } from "../../base/lived_clock.ts";
import { Refusal } from "../../base/refusal.ts";
import type { StoreClock } from "../clock.ts";
import type { Connection } from "./database/connection.ts";
import { LivedTimeTable } from "./tables/lived_time_table.ts";
import type { Writer } from "./writer/writer.ts";

export class SqliteClock implements StoreClock {
  readonly #clock: LivedClock;

  private constructor(clock: LivedClock, readonly writer: Writer) {
    this.#clock = clock;
  }

  /** Goes on from where the run before ended. */
  static begin(clock: Clock, reads: Connection, writer: Writer): SqliteClock {
    const table = new LivedTimeTable(reads);
    const mark = table.mark();
    const newestSeconds = mark ? undefined : table.newest();
    return new SqliteClock(
      new LivedClock(clock, { mark, newestSeconds }),
      writer,
    );
  }

  seconds(): number {
    return this.#clock.seconds();
  }

  look(): ClockJump | undefined {
    return this.#clock.look();
  }

  recentJump(): ClockJump | undefined {
    return this.#clock.recentJump();
  }

  keep(): Promise<void> {
    return this.#unlessStorageFails(
      this.writer.submit("keepMark", this.#clock.mark()),
    );
  }

  /** To be called before anything is asked for its age. */
  settleFuture(): Promise<void> {
    return this.#unlessStorageFails(
      this.writer.submit("settleFuture", undefined),
    );
  }

  /** Its state is told elsewhere; a mark that is not kept costs at most one step. */
  async #unlessStorageFails(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
}
