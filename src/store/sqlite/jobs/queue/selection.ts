/** What an admin does with queued mail, in steps. @module */
import type { QueueId } from "../../../../base/ids.ts";
import type {
  DeliveryNote,
  QueueCursor,
  QueueSelection,
} from "../../../queue.ts";
import type {
  QueueAction,
  QueueRow,
} from "../../tables/queue_recipient_table.ts";
import type { JobContext } from "../context.ts";
import { fail, Touched } from "./enqueue.ts";

const ROWS_AT_ONCE = 500;

export interface QueueStep {
  readonly action: QueueAction;
  readonly selection: QueueSelection;
  readonly after: QueueCursor;
  /** Why it fails, for those that do. */
  readonly note: DeliveryNote | undefined;
}

export interface QueueStepResult {
  readonly changed: number;
  /** Where to go on; undefined when that was all. */
  readonly next: QueueCursor | undefined;
}

/** The first step begins here. */
export const BEFORE_ALL: QueueCursor = { message: 0 as QueueId, n: -1 };

export function changeQueued(
  context: JobContext,
  step: QueueStep,
): QueueStepResult {
  const { action, selection, after } = step;
  const touched = new Touched(context);
  const isFirst = after.message === BEFORE_ALL.message;
  let changed = isFirst ? changeDestinations(context, step, touched) : 0;
  const rows = action === "hold" && selection.kind === "destination"
    ? []
    : context.queueRecipients.selected(action, selection, {
      after,
      livedSeconds: context.livedSeconds,
      limit: ROWS_AT_ONCE,
    });
  for (const row of rows) {
    change(context, row, step);
    touched.add(row);
    changed++;
  }
  touched.settle();
  const last = rows.at(-1);
  const next = rows.length === ROWS_AT_ONCE && last
    ? { message: last.queueId, n: last.n }
    : undefined;
  return { changed, next };
}

/** What is kept of the destinations themselves; gives how many recipients that is about. */
function changeDestinations(
  context: JobContext,
  { action, selection }: QueueStep,
  touched: Touched,
): number {
  const { queueDestinations, queueRecipients } = context;
  if (action === "hold" && selection.kind === "destination") {
    queueDestinations.hold(selection.destination);
    return queueRecipients.countWaiting(selection.destination);
  }
  if (action !== "release" && action !== "retry") return 0;
  let about = 0;
  for (const destination of named(context, action, selection)) {
    touched.addDestination(destination);
    if (action === "retry") queueDestinations.reached(destination);
    else if (queueDestinations.release(destination)) {
      about += queueRecipients.countWaiting(destination);
    }
  }
  return about;
}

function named(
  { queueDestinations, queueRecipients }: JobContext,
  action: "release" | "retry",
  selection: QueueSelection,
): Iterable<string> {
  switch (selection.kind) {
    case "destination":
      return [selection.destination];
    case "all":
      return action === "release"
        ? queueDestinations.held()
        : queueDestinations.failing();
    case "message": // a release of one message does not release where it goes
      return action === "release" ? [] : new Set(
        queueRecipients.of(selection.message).map((row) => row.destination),
      );
  }
}

function change(context: JobContext, row: QueueRow, step: QueueStep): void {
  const { queueRecipients, livedSeconds, queue } = context;
  switch (step.action) {
    case "hold":
      return queueRecipients.setState(row, "held");
    case "release":
      queueRecipients.setState(row, "waiting");
      if (row.lease === undefined) queueRecipients.setDue(row, livedSeconds);
      return;
    case "retry":
      return queueRecipients.setDue(row, livedSeconds);
    case "remove":
      return queueRecipients.remove(row);
    case "fail": {
      const hasSender = queue.hasSender(row.queueId);
      const { attempts } = row;
      return fail(context, row, { note: step.note!, hasSender, attempts });
    }
  }
}
