/**
 * Room in an account: the limit, and what is expired to stay under it.
 *
 * @module
 */
import type { AccountId } from "../../../base/ids.ts";
import type { QuotaPolicy } from "../../mail.ts";
import type { JobContext } from "./context.ts";
import { BATCH_MESSAGES, removePlaced } from "./removal.ts";

export interface Room {
  readonly account: AccountId;
  readonly usedOctets: number;
  readonly quotaOctets: number | null;
}

const MAX_REMEMBERED = 10_000;

/** Crowded: there is room, but nearly all of it is taken by mail that may not be expired. */
export type RoomLeft = "enough" | "crowded" | "none";

/** Whether a message fits, after expiring old ones where the policy says so. */
export function fits(
  context: JobContext,
  room: Room,
  sizeOctets: number,
  quota: QuotaPolicy,
): boolean {
  return roomFor(context, room, sizeOctets, quota) !== "none";
}

/**
 * What room there is for a message, after expiring old ones where the policy says so:
 * from `trimFrom` percent of the limit down to `trimTo`, at most one batch.
 */
export function roomFor(
  context: JobContext,
  room: Room,
  sizeOctets: number,
  quota: QuotaPolicy,
): RoomLeft {
  const limit = room.quotaOctets ?? quota.defaultOctets;
  if (sizeOctets > limit) return "none";
  const wanted = room.usedOctets + sizeOctets;
  if (quota.whenFull === "reject") return wanted <= limit ? "enough" : "none";
  if (wanted * 100 <= limit * quota.trimFrom) return "enough";
  const excess = wanted - Math.floor(limit * quota.trimTo / 100);
  const used = wanted - expireOldest(context, room.account, excess, quota);
  if (used > limit) return "none";
  return used * 100 > limit * quota.trimFrom ? "crowded" : "enough";
}

/** Octets freed: at least `excess` if there is that much, at most one batch. */
export function expireOldest(
  context: JobContext,
  account: AccountId,
  excess: number,
  quota: QuotaPolicy,
): number {
  const now = context.livedSeconds;
  const { nothingToExpire } = context;
  if ((nothingToExpire.get(account) ?? 0) > now) return 0;
  const oldest = context.messages.oldest(account, BATCH_MESSAGES);
  const before = now - quota.protectSeconds;
  let freed = 0;
  let count = 0;
  for (const { arrivedAt, sizeOctets } of oldest) {
    if (freed >= excess || arrivedAt > before) break;
    freed += sizeOctets;
    count++;
  }
  if (count > 0) removePlaced(context, oldest.slice(0, count));
  else if (oldest[0]) {
    if (nothingToExpire.size >= MAX_REMEMBERED) nothingToExpire.clear();
    nothingToExpire.set(
      account,
      Math.min(oldest[0].arrivedAt + quota.protectSeconds, now + 60),
    );
  }
  return freed;
}

const LOOKED_AT = 100_000;

/** How many messages it takes until `excess` octets are free, in as many batches as that is. */
export function expirable(
  context: JobContext,
  account: AccountId,
  excess: number,
  quota: QuotaPolicy,
): number {
  const before = context.livedSeconds - quota.protectSeconds;
  let freed = 0;
  let count = 0;
  for (
    const { arrivedAt, sizeOctets } of context.messages.oldest(
      account,
      LOOKED_AT,
    )
  ) {
    if (freed >= excess || arrivedAt > before) break;
    freed += sizeOctets;
    count++;
  }
  return count;
}
