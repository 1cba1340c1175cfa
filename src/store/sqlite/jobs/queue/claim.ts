/**
 * Hands out queued mail. A destination that could not be reached gets one
 * message to try it with; the others take turns.
 *
 * @module
 */
import type { QueueId } from "../../../../base/ids.ts";
import type { Claim, LeasedUnit } from "../../../queue.ts";
import type { QueueMessage } from "../../tables/queue_table.ts";
import type { QueueRow } from "../../tables/queue_recipient_table.ts";
import type { JobContext } from "../context.ts";
import { removeQueued, Touched } from "./enqueue.ts";
import { expireRows } from "./expiry.ts";
import { type Candidate, Places } from "./places.ts";

/** Most messages have few recipients at one destination. */
const FEW_ROWS = 16;

export function claimQueued(context: JobContext, claim: Claim): LeasedUnit[] {
  const units: LeasedUnit[] = [];
  const places = new Places(claim);
  for (const candidate of candidates(context, claim, places)) {
    const { destination, failStreak } = candidate;
    const room = places.roomFor(candidate);
    if (room <= 0) continue;
    const rows = rowsFor(context, claim, destination, room);
    const taken = new Taking(context, claim, failStreak).take(rows, room);
    places.take(candidate, taken.length);
    context.queueDestinations.takeTurns(destination, taken.length);
    context.queueDestinations.refresh(destination);
    units.push(...taken);
    if (places.areTaken) break;
  }
  return units;
}

function candidates(
  { queueDestinations, livedSeconds }: JobContext,
  { of, units }: Claim,
  places: Places,
): Candidate[] {
  if (of.kind === "waiting") {
    return of.destinations.flatMap((destination) => {
      const found = queueDestinations.find(destination);
      if (!found || found.held === 1) return [];
      return [{ destination, failStreak: found.failStreak }];
    });
  }
  const limit = units + of.busy.size;
  const due = places.takesFailing
    ? queueDestinations.due(livedSeconds, limit)
    : queueDestinations.dueReached(livedSeconds, limit);
  if (!of.share || due.length <= of.share.others) return due;
  const { preferred, newest = 0 } = of.share;
  const known = new Set(due.map(({ destination }) => destination));
  // the others may be so many that those who come first are not among them
  const missing = due.length < limit
    ? []
    : [...preferred].filter((name) => !known.has(name));
  const first = [
    ...missing.flatMap((name) =>
      queueDestinations.dueOne(name, livedSeconds) ?? []
    ),
    ...queueDestinations.dueNewest(livedSeconds, newest),
  ];
  const taken = new Set(first.map(({ destination }) => destination));
  return [
    ...first,
    ...due.filter(({ destination }) => !taken.has(destination)),
  ];
}

/** As many as that many units can need: all rows of each message, or enough. */
function rowsFor(
  { queueRecipients, livedSeconds }: JobContext,
  { of, recipientsPerUnit }: Claim,
  destination: string,
  room: number,
): QueueRow[] {
  if (of.kind === "waiting") {
    const limit = room * recipientsPerUnit;
    return queueRecipients.waiting(destination, livedSeconds, limit);
  }
  const limit = room + FEW_ROWS;
  const rows = queueRecipients.due(destination, livedSeconds, limit);
  if (rows.length < limit) return rows;
  const last = rows.at(-1)!.queueId; // of which there may be more
  return [
    ...rows.filter(({ queueId }) => queueId !== last),
    ...queueRecipients.dueOf(last, destination, livedSeconds),
  ];
}

/** Rows of one destination become units. */
class Taking {
  constructor(
    readonly context: JobContext,
    readonly claim: Claim,
    readonly failStreak: number,
  ) {}

  take(rows: readonly QueueRow[], most: number): LeasedUnit[] {
    const units: LeasedUnit[] = [];
    const gone = new Touched(this.context);
    for (const [id, some] of Map.groupBy(rows, ({ queueId }) => queueId)) {
      const message = this.#usable(id, some, gone);
      if (!message) continue;
      const size = this.claim.recipientsPerUnit;
      for (let at = 0; at < some.length && units.length < most; at += size) {
        units.push(this.#lease(message, some.slice(at, at + size)));
      }
      if (units.length === most) break;
    }
    gone.settle();
    return units;
  }

  #usable(
    id: QueueId,
    rows: readonly QueueRow[],
    gone: Touched,
  ): QueueMessage | undefined {
    const { queue, accounts, livedSeconds } = this.context;
    const message = queue.find(id)!;
    const sender = message.account === undefined
      ? undefined
      : accounts.recipient(message.account);
    if (message.account !== undefined && sender?.blocked !== 0) {
      removeQueued(this.context, [id]);
      return undefined;
    }
    if (message.expiresAt > livedSeconds) return message;
    expireRows(this.context, message, rows);
    rows.forEach((row) => gone.add(row));
    return undefined;
  }

  #lease(message: QueueMessage, rows: readonly QueueRow[]): LeasedUnit {
    const { queueRecipients, livedSeconds } = this.context;
    const { holder, leaseSeconds } = this.claim;
    for (const row of rows) {
      queueRecipients.lease(row, holder, livedSeconds + leaseSeconds);
    }
    const { id, messageId: _, blob: __, expiresAt: ___, ...rest } = message;
    return {
      ...rest,
      message: id,
      destination: rows[0]!.destination,
      recipients: rows.map(({ n, address, attempts }) => ({
        n,
        address,
        attempts,
      })),
      failStreak: this.failStreak,
    };
  }
}
