/** What the protocol thread and the writer's thread say to each other. @module */
import type { BatchResult } from "./batch.ts";
import type { BatchTime } from "../batch_time.ts";
import type { Job } from "../jobs/jobs.ts";
import type { WriterOptions } from "../options.ts";

export type ToWriter =
  | { readonly kind: "open"; readonly options: WriterOptions }
  | {
    readonly kind: "batch";
    readonly jobs: readonly Job[];
    readonly time: BatchTime;
  }
  | { readonly kind: "checkpoint" }
  | { readonly kind: "empty_log" }
  | { readonly kind: "vacuum" }
  | { readonly kind: "close" };

export type FromWriter =
  | { readonly kind: "opened" }
  | { readonly kind: "failed"; readonly message: string }
  | ({ readonly kind: "batch" } & BatchResult)
  /** Pages of the write-ahead log that are not in the database yet. */
  | { readonly kind: "checkpoint"; readonly pagesLeft: number }
  | { readonly kind: "empty_log"; readonly isEmpty: boolean }
  | { readonly kind: "vacuum" }
  | { readonly kind: "closed" };
