/**
 * Every job the writer knows, by name. A job either does all it says or throws,
 * and then nothing of it remains.
 *
 * @module
 */
import { accept, append } from "./accept.ts";
import * as accounts from "./accounts.ts";
import type { JobContext } from "./context.ts";
import { copy, expunge, move, undoCopy } from "./copy.ts";
import { markFetched, storeFlags } from "./flags.ts";
import * as mailboxes from "./mailboxes.ts";
import { forgetExpunged, prune, trimSome } from "./retention.ts";
import { limitPurges, purgeDue } from "./purge.ts";
import { claimQueued } from "./queue/claim.ts";
import { expireQueued } from "./queue/expiry.ts";
import { changeQueued } from "./queue/selection.ts";
import { resumeQueued, settleQueued } from "./queue/settle.ts";
import { withdrawQueued } from "./queue/withdraw.ts";
import * as samples from "./history/samples.ts";
import * as settings from "./settings.ts";
import { takeMailbox, takeMessages } from "./takeover/take_over.ts";
import {
  collectUnusedBlobs,
  keepMark,
  recountSome,
  settleFuture,
  vacuumSome,
} from "./upkeep.ts";

const JOBS = {
  accept,
  append,
  takeMailbox,
  takeMessages,
  storeFlags,
  markFetched,
  copy,
  undoCopy,
  move,
  expunge,
  prune,
  purgeDue,
  limitPurges,
  trimSome,
  forgetExpunged,
  collectUnusedBlobs,
  recountSome,
  vacuumSome,
  settleFuture,
  keepMark,
  claimQueued,
  settleQueued,
  resumeQueued,
  expireQueued,
  changeQueued,
  withdrawQueued,
  createMailbox: mailboxes.createMailbox,
  deleteMailbox: mailboxes.deleteMailbox,
  renameMailbox: mailboxes.renameMailbox,
  setSubscribed: mailboxes.setSubscribed,
  createAccount: accounts.createAccount,
  createAccounts: accounts.createAccounts,
  setPasswordHash: accounts.setPasswordHash,
  setQuota: accounts.setQuota,
  setPinned: accounts.setPinned,
  recordLogins: accounts.recordLogins,
  startDeletion: accounts.startDeletion,
  removeSomeMail: accounts.removeSomeMail,
  deleteSome: accounts.deleteSome,
  block: accounts.block,
  unblock: accounts.unblock,
  putToken: accounts.putToken,
  deleteToken: accounts.deleteToken,
  changeRecords: settings.changeRecords,
  saveSamples: samples.saveSamples,
  pruneSamples: samples.pruneSamples,
  forgetSamples: samples.forgetSamples,
  changeSettings: settings.changeSettings,
  keepSecret: settings.keepSecret,
  putPushToken: settings.putPushToken,
  removePushToken: settings.removePushToken,
  clearPushTokens: settings.clearPushTokens,
  prunePushTokens: settings.prunePushTokens,
  putAccountKey: settings.putAccountKey,
  forgetAccountKeys: settings.forgetAccountKeys,
  saveTaskRun: settings.saveTaskRun,
  dataVersion: settings.dataVersion,
} as const;

export type JobName = keyof typeof JOBS;
export type JobArgument<N extends JobName> = N extends
  | "collectUnusedBlobs"
  | "vacuumSome"
  | "settleFuture"
  | "dataVersion"
  | "forgetAccountKeys"
  | "expireQueued"
  | "purgeDue" ? undefined
  : Parameters<(typeof JOBS)[N]>[1];
export type JobResult<N extends JobName> = ReturnType<(typeof JOBS)[N]>;

/** A job with its argument, as it crosses to the writer. */
export type Job = readonly [name: JobName, argument: unknown];

/** Runs a job in the open transaction. */
export function runJob(context: JobContext, [name, argument]: Job): unknown {
  const job = JOBS[name] as (c: JobContext, argument: unknown) => unknown;
  return job(context, argument);
}
