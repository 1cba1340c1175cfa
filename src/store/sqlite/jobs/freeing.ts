/** Which jobs go on when the disk is full. @module */
import type { JobName } from "./jobs.ts";

/** Jobs that free room or change nothing in size: they go on when the disk is full. */
export const FREEING: ReadonlySet<JobName> = new Set<JobName>([
  "storeFlags",
  "markFetched",
  "move",
  "undoCopy",
  "expunge",
  "prune",
  "purgeDue",
  "setSeenGrace",
  "trimSome",
  "forgetExpunged",
  "collectUnusedBlobs",
  "vacuumSome",
  "settleFuture",
  "keepMark",
  "deleteMailbox",
  "startDeletion",
  "removeSomeMail",
  "deleteSome",
  "block",
  "unblock",
  "deleteToken",
  "clearPushTokens",
  "prunePushTokens",
  "dataVersion",
]);
