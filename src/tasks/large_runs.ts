/**
 * Runs that would delete much are counted first, and stop until somebody says
 * that they are meant: a wrong setting, a restored database or a fault of ours
 * must not empty the relay.
 *
 * A run that goes on where the one before it ended is what the settings ask
 * for, however small the relay and large the share.
 *
 * @module
 */
import { Refusal } from "../base/refusal.ts";
import type { WholeRun } from "../store/store.ts";
import type { Task, TaskResult, TaskWork } from "./task.ts";

/** Two nightly runs are further apart than a day. */
const STEADY_SECONDS = 2 * 86_400;

/**
 * Counts what a task would delete.
 *
 * @param whole The last run that removed all that was due.
 * @throws {Refusal} `confirmation_required`, with the numbers
 */
export async function checkSize(
  task: Task,
  work: TaskWork,
  whole: WholeRun | undefined,
): Promise<void> {
  const most = work.settings.get("retention_max_share");
  const asked = work.retentionSeconds !== undefined;
  if (!asked && most === 100) return;
  const due = await task.run({ ...work, dryRun: true });
  if (countOf(due) === 0) return;
  const all = await holdings(work);
  const share = Math.max(
    percent(due.messages, all.messages),
    percent(due.accounts, all.accounts),
  );
  if (asked) {
    throw unconfirmed(`${task.name} would delete ${numbers(due, all)}`);
  }
  if (share <= most || await goesOn(task, work, whole)) return;
  throw unconfirmed(
    `${task.name} would delete ${
      numbers(due, all)
    }, more than retention_max_share (${most} %) allows unasked`,
  );
}

/** Whether all that is due has become so since the last run, by the same rule. */
async function goesOn(
  { run, deletes }: Task,
  work: TaskWork,
  whole: WholeRun | undefined,
): Promise<boolean> {
  const limit = deletes?.limit?.(work);
  if (limit === undefined || whole?.limit !== limit) return false;
  const since = work.store.clock.seconds() - whole.livedAt;
  if (since > STEADY_SECONDS) return false;
  if (!deletes?.byAgeAlone) return true;
  const retentionSeconds = limit + since + 1;
  const overdue = await run({ ...work, dryRun: true, retentionSeconds });
  return countOf(overdue) === 0;
}

interface Holdings {
  readonly messages: number;
  readonly accounts: number;
}

async function holdings({ store }: TaskWork): Promise<Holdings> {
  return {
    messages: await store.mail.count(),
    accounts: await store.accounts.countAbout(),
  };
}

/** As `950 of 1000 messages (95 %)`. */
function numbers(due: TaskResult, all: Holdings): string {
  return (["messages", "accounts"] as const).flatMap((name) => {
    const count = due[name] ?? 0;
    if (count === 0) return [];
    const share = Math.round(percent(count, all[name]));
    return [`${count} of ${all[name]} ${name} (${share} %)`];
  }).join(" and ");
}

function percent(count = 0, all: number): number {
  return count === 0 ? 0 : 100 * count / Math.max(count, all);
}

function countOf({ messages = 0, accounts = 0 }: TaskResult): number {
  return messages + accounts;
}

function unconfirmed(explanation: string): Refusal {
  return new Refusal("confirmation_required", { explanation });
}
