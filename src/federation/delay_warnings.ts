/**
 * Senders who want it are told that a message still waits, each once, whatever
 * becomes of it later. What was told of is on record by the place of a message in
 * the order of their ends: after a crash the last ones may be told of again.
 *
 * @module
 */
import { type InferOutput, number, object } from "valibot";
import type { QueueId } from "../base/ids.ts";
import type { RecordSet } from "../store/record_set.ts";
import type { DelayedMessage, QueueStore } from "../store/queue.ts";

export const DELAYS = {
  collection: "delay_warnings",
  schema: object({ expiresAt: number(), message: number() }),
} as const;
export type DelayRecord = InferOutput<typeof DELAYS.schema>;

export interface DelayWarningsParts {
  readonly queue: Pick<QueueStore, "delayed">;
  readonly records: Pick<RecordSet<DelayRecord>, "get" | "put">;
  /** As they are now; no warning if it comes after 0 seconds, or never. */
  options(): {
    readonly afterSeconds: number;
    readonly lifetimeSeconds: number;
  };
  tell(delayed: DelayedMessage): Promise<void>;
}

const AT_ONCE = 100;
const KEY = "told";

export class DelayWarnings {
  readonly #parts: DelayWarningsParts;

  constructor(parts: DelayWarningsParts) {
    this.#parts = parts;
  }

  /** @throws {Refusal} if the store takes nothing */
  async look(): Promise<void> {
    const { queue, records, options, tell } = this.#parts;
    const { afterSeconds, lifetimeSeconds } = options();
    const withinSeconds = lifetimeSeconds - afterSeconds;
    if (afterSeconds === 0 || withinSeconds <= 0) return;
    for (;;) {
      const told = records.get(KEY);
      const some = await queue.delayed(
        told && { ...told, message: told.message as QueueId },
        withinSeconds,
        AT_ONCE,
      );
      for (const one of some) await tell(one);
      const last = some.at(-1)?.place;
      if (last) await records.put(KEY, last);
      if (some.length < AT_ONCE) return;
    }
  }
}
