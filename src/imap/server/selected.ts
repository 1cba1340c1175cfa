/**
 * The selected mailbox as its client sees it.
 *
 * Always holds: `exists`, the UIDs and their order are what the client has been
 * told, whatever has happened since; that waits in the notices (RFC 3501 §7.4.1,
 * RFC 2180 §4.1). Selecting costs the same for every size: the UIDs are read
 * when a sequence number is first needed, and then made what they were for the
 * client by what the notices know.
 *
 * @module
 */
import type { MailboxId, ModSeq, Uid, UidValidity } from "../../base/ids.ts";
import type { AccountMail, WatchedMailbox } from "../../mail/account_mail.ts";
import type { FlagState, MailboxChange, UidRange } from "../../mail/mailbox.ts";
import {
  countBelow,
  type PositionRange,
  positionsOfNumbers,
  positionsOfUids,
  type SequenceSet,
} from "../proto/sequence_set.ts";
import { formatFlags } from "../proto/flags.ts";
import { flagsResponse } from "../proto/responses.ts";

import type { SelectedView } from "./command.ts";
import { type MergeableChange, Notices } from "./notices.ts";

const NO_UIDS = new Uint32Array();
const OUT_OF_STEP = "Mailbox is out of step";
const NO_NOTICES = new Notices();

/** New mail is announced at once, all else may wait for company. */
export type Urgency = "at_once" | "soon";

export interface SelectedOptions {
  readonly mail: AccountMail;
  readonly name: string;
  readonly readOnly: boolean;
  /** Called when there is something to announce. */
  readonly onNotice: (urgency: Urgency) => void;
}

export class SelectedMailbox implements SelectedView {
  readonly id: MailboxId;
  readonly name: string;
  readonly uidValidity: UidValidity;
  readonly readOnly: boolean;
  readonly #mail: AccountMail;
  readonly #onNotice: (urgency: Urgency) => void;
  readonly #stop: () => void;
  #exists = 0;
  #uidNext = 1; // first UID the client does not know of
  #uids: Uint32Array | undefined = NO_UIDS;
  #keywords: readonly string[] = [];
  #keywordsGrew = false;
  #notices = NO_NOTICES; // an own one only when something is in it
  #known: ModSeq; // all up to here is announced or in the notices
  #awaited: ModSeq; // the latest change heard of
  #reading = false; // changes are not merged but read from the store
  #lost: string | undefined;
  #endedMs: number | undefined; // of the oldest message not told of, where that is known

  private constructor(
    { mail, readOnly, onNotice }: SelectedOptions,
    { mailbox, stop }: WatchedMailbox,
  ) {
    this.id = mailbox.id;
    this.name = mailbox.name;
    this.uidValidity = mailbox.uidValidity;
    this.readOnly = readOnly;
    this.#mail = mail;
    this.#onNotice = onNotice;
    this.#stop = stop;
    this.#exists = mailbox.exists;
    this.#uidNext = mailbox.uidNext;
    this.#uids = mailbox.exists === 0 ? NO_UIDS : undefined;
    this.#keywords = mailbox.keywords;
    this.#known = this.#awaited = mailbox.highestModSeq;
  }

  /** Undefined if there is none of that name that can be selected. */
  static async open(
    options: SelectedOptions,
  ): Promise<
    { selected: SelectedMailbox; watched: WatchedMailbox } | undefined
  > {
    const early: MailboxChange[] = [];
    let hear = (change: MailboxChange): void => void early.push(change);
    const watched = await options.mail.select(
      options.name,
      (change) => hear(change),
    );
    if (!watched) return undefined;
    const selected = new SelectedMailbox(options, watched);
    hear = (change) => selected.#heard(change);
    early.forEach(hear);
    return { selected, watched };
  }

  close(): void {
    this.#stop();
  }

  /** Messages the client has been told of. */
  get exists(): number {
    return this.#exists;
  }

  /** Names of the keyword bits. */
  get keywords(): readonly string[] {
    return this.#keywords;
  }

  /** Why this mailbox cannot stay selected. */
  get lost(): string | undefined {
    return this.#lost;
  }

  /** Whether another session has removed a message that the client still counts. */
  isExpunged(uid: Uid): boolean {
    return this.#notices.expunged.has(uid);
  }

  /** The client's messages, ascending: index + 1 is the sequence number. */
  get uids(): Uint32Array {
    if (!this.#uids) throw new TypeError("The command does not need UIDs");
    return this.#uids;
  }

  /** Makes `uids` readable. */
  async loadUids(): Promise<void> {
    if (!this.#uids) await this.#readUids();
  }

  /** @throws {SyntaxError} a sequence number over `exists` */
  positions(set: SequenceSet, by: "uid" | "number"): PositionRange[] {
    return by === "uid"
      ? positionsOfUids(set, this.uids)
      : positionsOfNumbers(set, this.#exists);
  }

  uidRanges(positions: readonly PositionRange[]): UidRange[] {
    return positions.map(({ first, last }) => ({
      first: this.uids[first - 1] as Uid,
      last: this.uids[last - 1] as Uid,
    }));
  }

  /** Whether another session has removed one of these, though the client has not been told. */
  async misses(positions: readonly PositionRange[]): Promise<boolean> {
    if (this.#awaited > this.#known) await this.#catchUp();
    const gone = Uint32Array.from(this.#notices.expunged).sort();
    return this.uidRanges(positions).some(({ first, last }) =>
      countBelow(gone, last + 1) > countBelow(gone, first)
    );
  }

  flagsAnnounced(_sequenceNumber: number, state: FlagState): void {
    this.#notices.settle(state);
  }

  get hasNotices(): boolean {
    return !this.#notices.empty || this.#awaited > this.#known ||
      this.#keywordsGrew;
  }

  /** Whether `takeNotices` can be called without `prepare`. */
  get ready(): boolean {
    return this.#awaited <= this.#known &&
      (this.#uids !== undefined || !this.#notices.needsNumbers);
  }

  /** Reads what the notices need. */
  async prepare(): Promise<void> {
    if (this.#awaited > this.#known) await this.#catchUp();
    if (this.#notices.needsNumbers) await this.loadUids();
  }

  /** The lines of all notices, after which the client knows them. */
  takeNotices(
    options: { readonly withholdExpunge: boolean; readonly modSeq: boolean },
  ): string {
    let text = this.takeKeywords();
    const notices = this.#notices;
    if (notices.empty) return text;
    if (!options.withholdExpunge) text += this.#takeExpunged(notices);
    text += this.#takeAppended(notices);
    for (const [uid, state] of [...notices.flags].sort(byUid)) {
      const sequenceNumber = countBelow(this.#uids!, uid) + 1;
      text += flagsResponse(sequenceNumber, state, this.#keywords, {
        uid: false,
        modSeq: options.modSeq,
      });
    }
    notices.flags.clear();
    if (notices.empty) this.#notices = NO_NOTICES;
    this.#endedMs = undefined;
    return text;
  }

  /** When the last octet of the oldest message in the notices had come, monotonic, where that is known. */
  get endedMs(): number | undefined {
    return this.#endedMs;
  }

  /** The line that tells of new keywords; empty without any. */
  takeKeywords(): string {
    if (!this.#keywordsGrew) return "";
    this.#keywordsGrew = false;
    return `* FLAGS ${allFlags(this.#keywords)}\r\n`;
  }

  #takeExpunged({ expunged }: Notices): string {
    if (expunged.size === 0) return "";
    const uids = this.#uids!;
    const left = uids.filter((uid) => !expunged.has(uid as Uid));
    let text = "";
    for (let i = uids.length - 1; i >= 0; i--) { // downwards: no renumbering
      if (expunged.has(uids[i] as Uid)) text += `* ${i + 1} EXPUNGE\r\n`;
    }
    this.#uids = left.length === 0 ? NO_UIDS : left;
    this.#exists = left.length;
    expunged.clear();
    return text;
  }

  #takeAppended({ appended }: Notices): string {
    if (appended.length === 0) return "";
    if (this.#uids) {
      const uids = new Uint32Array(this.#uids.length + appended.length);
      uids.set(this.#uids);
      uids.set(appended, this.#uids.length);
      this.#uids = uids;
    }
    this.#exists += appended.length;
    this.#uidNext = appended.at(-1)! + 1;
    appended.length = 0;
    return `* ${this.#exists} EXISTS\r\n`;
  }

  #heard(change: MailboxChange): void {
    if (change.deleted) this.#lost = "Mailbox deleted";
    if (change.keywords && change.modSeq > this.#known) {
      this.#keywords = change.keywords;
      this.#keywordsGrew = true;
    }
    if (change.modSeq > this.#awaited) this.#awaited = change.modSeq;
    const next = !this.#reading && change.previous === this.#known;
    if (next && change.modSeq > this.#known) {
      this.#merge({
        changed: change.appended.length > 0
          ? [...change.flags, ...change.appended]
          : change.flags,
        expunged: change.expunged,
      });
      this.#known = change.modSeq;
    }
    this.#endedMs ??= change.endedMs;
    if (this.#lost || this.hasNotices) {
      this.#onNotice(change.appended.length > 0 ? "at_once" : "soon");
    }
  }

  #merge(change: MergeableChange): void {
    if (this.#notices === NO_NOTICES) this.#notices = new Notices();
    this.#notices.merge(change, this.#uidNext);
    if (this.#notices.empty) this.#notices = NO_NOTICES;
  }

  /** Reads changes that were not heard of one after another. */
  async #catchUp(): Promise<void> {
    this.#reading = true;
    try {
      do {
        const changes = await this.#mail.changesSince(this.id, this.#known);
        if (changes.modSeq <= this.#known) {
          // What was heard of is not there: the store has lost it.
          this.#lost = OUT_OF_STEP;
          return;
        }
        this.#merge(changes);
        this.#known = changes.modSeq;
        if (changes.modSeq > this.#awaited) this.#awaited = changes.modSeq;
      } while (this.#awaited > this.#known);
    } finally {
      this.#reading = false;
    }
  }

  /** The mailbox as it is now, made what it was when it was last announced. */
  async #readUids(): Promise<void> {
    const { uids, modSeq } = await this.#mail.snapshot(this.id);
    if (modSeq > this.#awaited) this.#awaited = modSeq;
    if (this.#awaited > this.#known) await this.#catchUp();
    const announced = countBelow(uids, this.#uidNext);
    const view = union(
      uids.subarray(0, announced),
      this.#notices.expunged,
    );
    if (view.length !== this.#exists) this.#lost = OUT_OF_STEP;
    this.#uids = view;
  }
}

/** `(\\Answered …)` with all system flags and these keywords. */
export function allFlags(keywords: readonly string[]): string {
  return formatFlags(31, -1, keywords);
}

function union(uids: Uint32Array, more: ReadonlySet<Uid>): Uint32Array {
  if (more.size === 0) return uids.slice();
  return Uint32Array.from(new Set([...uids, ...more])).sort();
}

function byUid(a: [Uid, FlagState], b: [Uid, FlagState]): number {
  return a[0] - b[0];
}
