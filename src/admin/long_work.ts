/**
 * Work that takes long, as panels see it: that it began, how far it is where it
 * knows, how it ended.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import { Refusal } from "../base/refusal.ts";
import type { AdminEvents } from "./events.ts";

export interface WorkProgress {
  /** Name of the operation or task. */
  readonly kind: string;
  readonly state: "running" | "done" | "failed";
  /** Since it began. */
  readonly seconds: number;
  /** Batches that are done, where it works in batches. */
  readonly done?: number;
  /** What came of it, where that is counted. */
  readonly deleted?: number;
  /** Why it failed: the code of a refusal, or `internal`. */
  readonly code?: string;
}

/** Publishes beginning and end. @throws whatever `work` throws */
export async function asJob<T>(
  { events, clock }: {
    readonly events: Pick<AdminEvents, "publish">;
    readonly clock: Clock;
  },
  kind: string,
  work: () => Promise<T> | T,
): Promise<T> {
  const beganMs = clock.monotonic();
  const tell = (progress: Pick<WorkProgress, "state" | "code">) => {
    const seconds = Math.round((clock.monotonic() - beganMs) / 1000);
    events.publish({
      event: "job",
      data: { kind, seconds, ...progress } satisfies WorkProgress,
    });
  };
  tell({ state: "running" });
  try {
    const result = await work();
    tell({ state: "done" });
    return result;
  } catch (error) {
    tell({ state: "failed", code: codeOf(error) });
    throw error;
  }
}

export function codeOf(error: unknown): string {
  return error instanceof Refusal ? error.code : "internal";
}
