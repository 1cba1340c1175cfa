/**
 * Sees to it that what was deleted leaves the files.
 *
 * In the database it is overwritten at once (`secure_delete`). Older copies of
 * its pages stay in the write-ahead log, which is read by nobody any more but
 * by whoever has the file: it is emptied within a minute of each write, not in
 * a commit, and nobody waits for a reader of another process.
 *
 * @module
 */
import type { Clock, Timers } from "../../../base/clock.ts";
import { Refusal } from "../../../base/refusal.ts";
import type { Writer } from "./writer.ts";

/** Often enough to try a few times within five minutes. */
export const ERASE_EVERY_MS = 60_000;
/** What is written in the docs. */
const PROMISED_MS = 5 * 60_000;

export interface ErasureParts {
  readonly writer: Writer;
  readonly clock: Clock;
  readonly timers: Pick<Timers, "every">;
  /** Called when the promise is broken, and when it is kept again. */
  onLate(isLate: boolean): void;
  onBug(error: unknown): void;
}

export class Erasure {
  readonly #parts: ErasureParts;
  readonly #stop: () => void;
  /** Writes that are in no log any more; there may be one of an earlier run. */
  #erasedWrites = -1;
  /** On the monotonic clock: since when there is something to erase. */
  #sinceMs: number | undefined;
  #isLate = false;
  #running: Promise<void> = Promise.resolve();
  #isRunning = false;

  constructor(parts: ErasureParts) {
    this.#parts = parts;
    this.#stop = parts.timers.every(ERASE_EVERY_MS, () => this.#tick());
  }

  /** Nothing is erased any more once this resolves. */
  async stop(): Promise<void> {
    this.#stop();
    await this.#running;
  }

  #tick(): void {
    const { writer, clock, onBug } = this.#parts;
    if (writer.writes === this.#erasedWrites || this.#isRunning) return;
    this.#sinceMs ??= clock.monotonic() - ERASE_EVERY_MS;
    this.#isRunning = true;
    this.#running = this.#erase().catch((error) => {
      // a writer that has died is started anew: the next time will do
      if (!(error instanceof Refusal)) onBug(error);
    }).finally(() => this.#isRunning = false);
  }

  async #erase(): Promise<void> {
    const { writer, clock } = this.#parts;
    const { writes } = writer;
    if (await writer.emptyLog()) {
      this.#erasedWrites = writes;
      this.#sinceMs = undefined;
      this.#tell(false);
    } else if (clock.monotonic() - this.#sinceMs! >= PROMISED_MS) {
      this.#tell(true);
    }
  }

  #tell(isLate: boolean): void {
    if (isLate === this.#isLate) return;
    this.#isLate = isLate;
    this.#parts.onLate(isLate);
  }
}
