/**
 * What the writer must know of a job beside what it does. Reading this table
 * does not load the jobs.
 *
 * @module
 */
import type { AccountId } from "../../../base/ids.ts";
import type { StoreEvent } from "../../events.ts";
import type { JobArgument, JobName } from "./jobs.ts";

interface JobTraits<N extends JobName> {
  /** Frees room or changes nothing in size: it goes on when the disk is full. */
  readonly frees?: true;
  /** Works on many rows: does not hold up the others. */
  readonly isBulk?: true;
  /**
   * What a crash of the machine takes back was as good as never done: it waits
   * for no disk, and goes before what does.
   */
  readonly isForgettable?: true;
  /** Once it is durable. */
  readonly tells?: (argument: JobArgument<N>) => readonly StoreEvent[];
  /** Whose mailboxes may be others, or called otherwise, once it is durable. */
  readonly changesListOf?: (argument: JobArgument<N>) => AccountId;
}

const NOTHING: readonly StoreEvent[] = [];
const SETTINGS: readonly StoreEvent[] = [{ kind: "settings" }];
const BLOCKLIST: readonly StoreEvent[] = [{ kind: "blocklist" }];
const QUEUE: readonly StoreEvent[] = [{ kind: "queue" }];

const OWNER = {
  changesListOf: ({ account }: { readonly account: AccountId }) => account,
};

const TRAITS: { readonly [N in JobName]: JobTraits<N> } = {
  accept: { tells: ({ outbound }) => outbound ? QUEUE : NOTHING },
  append: {},
  takeMailbox: OWNER,
  takeMessages: {},
  storeFlags: { frees: true },
  markFetched: { frees: true },
  copy: {},
  undoCopy: { frees: true },
  move: { frees: true },
  expunge: { frees: true },
  prune: { frees: true, isBulk: true },
  purgeDue: { frees: true, isBulk: true },
  limitPurges: { frees: true },
  trimSome: { frees: true, isBulk: true },
  forgetExpunged: { frees: true, isBulk: true },
  collectUnusedBlobs: { frees: true, isBulk: true },
  recountSome: { isBulk: true },
  vacuumSome: { frees: true, isBulk: true },
  settleFuture: { frees: true },
  keepMark: { frees: true },
  claimQueued: { frees: true, isForgettable: true },
  settleQueued: { frees: true, tells: () => QUEUE },
  resumeQueued: { frees: true, tells: () => QUEUE },
  expireQueued: { frees: true, isBulk: true, tells: () => QUEUE },
  changeQueued: { frees: true, isBulk: true, tells: () => QUEUE },
  withdrawQueued: { frees: true },
  createMailbox: OWNER,
  deleteMailbox: { frees: true, isBulk: true, ...OWNER },
  renameMailbox: OWNER,
  setSubscribed: OWNER,
  createAccount: {},
  createAccounts: { isBulk: true },
  setPasswordHash: {
    tells: ({ id }) => [{ kind: "account", account: id, what: "password" }],
  },
  setQuota: {},
  setPinned: {},
  recordLogins: {},
  startDeletion: {
    frees: true,
    tells: ({ id, block }) => [
      { kind: "account", account: id, what: "ended" },
      ...(block ? BLOCKLIST : NOTHING),
    ],
  },
  removeSomeMail: { frees: true, isBulk: true },
  deleteSome: { frees: true, isBulk: true },
  block: { frees: true, tells: () => BLOCKLIST },
  unblock: { frees: true, tells: () => BLOCKLIST },
  putToken: {},
  deleteToken: { frees: true },
  changeRecords: {
    frees: true,
    tells: (change) => [{ kind: "records", change }],
  },
  saveSamples: { isBulk: true },
  pruneSamples: { frees: true, isBulk: true },
  forgetSamples: { frees: true, isBulk: true },
  changeSettings: { tells: () => SETTINGS },
  keepSecret: {},
  putPushToken: {},
  removePushToken: { frees: true },
  clearPushTokens: { frees: true },
  prunePushTokens: { frees: true },
  putAccountKey: {},
  forgetAccountKeys: { frees: true },
  saveTaskRun: {},
  dataVersion: { frees: true },
};

export function traitsOf<N extends JobName>(name: N): JobTraits<N> {
  return TRAITS[name];
}
