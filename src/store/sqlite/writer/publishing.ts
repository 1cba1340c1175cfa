/** Tells listeners of the store what a batch has committed. @module */
import type { AccountId } from "../../../base/ids.ts";
import type { StoreEvent } from "../../events.ts";
import type { ChangeHub } from "../changes.ts";
import type { EventHub } from "../events.ts";
import type { Job, JobArgument } from "../jobs/jobs.ts";
import { traitsOf } from "../jobs/traits.ts";
import type { Outcome } from "./batch.ts";

export interface Hubs {
  readonly changes: ChangeHub;
  readonly events: EventHub;
}

export interface CommittedBatch {
  /** Those that somebody waits for. */
  readonly jobs: readonly Job[];
  /** First of the jobs that nobody waits for, then of each of these. */
  readonly outcomes: readonly Outcome[];
  readonly lazyCount: number;
}

/** Who watches a mailbox hears of it first, then who watches the list of mailboxes, then all others. */
export function publishBatch(hubs: Hubs, batch: CommittedBatch): void {
  publishChanges(hubs.changes, batch);
  const done = batch.jobs.filter((_job, i) =>
    batch.outcomes[i + batch.lazyCount]?.kind === "done"
  );
  for (const [name, argument] of done) {
    const listOf = traitsOf(name).changesListOf as
      | ((argument: unknown) => AccountId)
      | undefined;
    if (listOf) hubs.changes.publishList(listOf(argument));
  }
  if (hubs.events.isHeard) publishEvents(hubs.events, batch.outcomes, done);
}

function publishChanges(
  changes: ChangeHub,
  { jobs, outcomes, lazyCount }: CommittedBatch,
): void {
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome.kind !== "done" || outcome.changes.length === 0) continue;
    const endedMs = endOf(jobs[i - lazyCount]);
    changes.publish(
      endedMs === undefined
        ? outcome.changes
        : outcome.changes.map((change) => ({ ...change, endedMs })),
    );
  }
}

function publishEvents(
  events: EventHub,
  outcomes: readonly Outcome[],
  done: readonly Job[],
): void {
  for (const outcome of outcomes) {
    if (outcome.kind !== "done") continue;
    for (const { mailbox, modSeq } of outcome.changes) {
      events.publish({ kind: "mailbox", mailbox, modSeq });
    }
  }
  for (const [name, argument] of done) {
    const tells = traitsOf(name).tells as
      | ((argument: unknown) => readonly StoreEvent[])
      | undefined;
    for (const event of tells?.(argument) ?? []) events.publish(event);
  }
}

/** When the last octet of the message had come that the job delivers. */
function endOf(job: Job | undefined): number | undefined {
  if (job?.[0] !== "accept") return undefined;
  return (job[1] as JobArgument<"accept">).endedMs;
}
