/**
 * What happens in the mailbox of a socket: each message with a UID beyond a
 * cursor once, and, for who asked, flags that change and messages that go.
 *
 * Messages are read by the cursor whenever a change is heard of, so that none
 * is left out or told twice whatever was not heard, and none waits in memory for
 * a client that is slow.
 *
 * @module
 */
import type { MailboxId, ModSeq } from "../../../base/ids.ts";
import type {
  AccountMail,
  WatchedMailbox,
} from "../../../mail/account_mail.ts";
import type { FlagState, MailboxChange } from "../../../mail/mailbox.ts";
import { rowsAfter, summariesOf } from "../reading.ts";
import { flagNames } from "../views.ts";
import { pushFrame } from "./frames.ts";
import type { Outbox } from "./outbox.ts";

/** Summaries that are sent before others have their turn. */
const AT_ONCE = 100;
const NO_EVENTS: readonly FeedEvent[] = [];

export type FeedEvent = "flags" | "expunge";

/** Of whom it is; what it asks of it is not held by each feed anew. */
export interface FeedOwner {
  readonly mail: AccountMail;
  readonly outbox: Outbox;
  /** Lets others have their turn. */
  pause(): Promise<void>;
  /** The mailbox is gone. */
  onLost(): void;
  reportBug(error: unknown): void;
}

export class Feed {
  readonly #owner: FeedOwner;
  readonly #name: string;
  readonly #id: MailboxId;
  readonly #stopWatching: () => void;
  #events: readonly FeedEvent[] = NO_EVENTS;
  #keywords: readonly string[];
  #cursor: number;
  /** Up to here all is known. */
  #known: ModSeq;
  /** Messages there are, as far as changes were heard one after another. */
  #exists: number;
  /** The highest UID that was given; undefined: others than were heard of may have come. */
  #lastUid: number | undefined;
  #isBusy = false;
  #again = false;
  #isStopped = false;

  private constructor(
    owner: FeedOwner,
    { mailbox, stop }: WatchedMailbox,
    { name, sinceUid }: { readonly name: string; readonly sinceUid: number },
  ) {
    this.#owner = owner;
    this.#name = name;
    this.#id = mailbox.id;
    this.#stopWatching = stop;
    this.#keywords = mailbox.keywords;
    this.#cursor = sinceUid;
    this.#known = mailbox.highestModSeq;
    this.#exists = mailbox.exists;
    this.#lastUid = mailbox.uidNext - 1;
  }

  /** undefined if there is no such mailbox. */
  static async open(
    owner: FeedOwner,
    name: string,
    sinceUid: number,
  ): Promise<Feed | undefined> {
    let feed: Feed | undefined = undefined;
    let early: MailboxChange[] | undefined = [];
    const watched = await owner.mail.select(name, (change) => {
      if (feed) feed.#hear(change);
      else early?.push(change);
    });
    if (!watched) return undefined;
    feed = new Feed(owner, watched, { name, sinceUid });
    for (const change of early) feed.#hear(change);
    early = undefined;
    return feed;
  }

  /** Tells of what is there already. */
  start(): void {
    void this.#pump();
  }

  /** From now on these are told too, and no others. */
  subscribe(events: readonly FeedEvent[]): void {
    this.#events = events;
  }

  stop(): void {
    this.#isStopped = true;
    this.#stopWatching();
  }

  #hear(change: MailboxChange): void {
    if (change.deleted) return this.#owner.onLost();
    if (change.modSeq <= this.#known) return;
    if (change.keywords) this.#keywords = change.keywords;
    const isNext = change.previous === this.#known;
    if (isNext) this.#known = change.modSeq;
    const { appended, expunged, flags } = change;
    if (isNext) {
      this.#exists += appended.length - expunged.length;
      this.#lastUid = appended.at(-1)?.uid ?? this.#lastUid;
      this.#tell(flags, expunged);
    } else {
      this.#lastUid = undefined;
    }
    if (appended.length > 0 || !isNext) void this.#pump();
  }

  #tell(flags: readonly FlagState[], expunged: readonly number[]): void {
    const { outbox } = this.#owner;
    const name = this.#name;
    if (this.#events.includes("flags")) {
      for (const state of flags) {
        if (state.uid > this.#cursor) continue; // comes with its message
        outbox.push(pushFrame("flags_changed", {
          mailbox: name,
          uid: state.uid,
          flags: flagNames(state, this.#keywords),
        }));
      }
    }
    if (this.#events.includes("expunge")) {
      for (const uid of expunged) {
        outbox.push(pushFrame("expunged", { mailbox: name, uid }));
      }
    }
  }

  async #pump(): Promise<void> {
    this.#again = true;
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      while (this.#again && !this.#isStopped) {
        this.#again = false;
        if (this.#lastUid === undefined) await this.#catchUp();
        await this.#sendNew();
      }
    } catch (error) {
      if (!this.#isStopped) this.#owner.reportBug(error);
      this.#owner.onLost();
    } finally {
      this.#isBusy = false;
    }
  }

  /** Learns what was not heard of. */
  async #catchUp(): Promise<void> {
    const { mail } = this.#owner;
    const id = this.#id;
    const before = this.#known;
    const { modSeq, changed, expunged } = await mail.changesSince(id, before);
    const mailbox = await mail.mailbox(id);
    if (!mailbox) return this.#owner.onLost();
    this.#keywords = mailbox.keywords;
    if (modSeq <= this.#known) return;
    this.#known = modSeq;
    this.#exists = mailbox.exists;
    if (before < modSeq) this.#tell(changed, expunged);
  }

  async #sendNew(): Promise<void> {
    const { mail, outbox } = this.#owner;
    const id = this.#id;
    for (;;) {
      const rows = await rowsAfter(mail, id, this.#cursor, AT_ONCE);
      const last = rows.at(-1)?.uid;
      if (last === undefined || this.#isStopped) return;
      // of the newest the place follows from how many there are
      const firstPosition = last === this.#lastUid &&
          rows.length <= this.#exists
        ? this.#exists - rows.length + 1
        : undefined;
      const mailbox = { id, keywords: this.#keywords };
      const summaries = await summariesOf(mail, mailbox, rows, firstPosition);
      if (this.#isStopped) return;
      this.#cursor = last;
      for (const summary of summaries) {
        outbox.push(pushFrame("new_message", summary));
      }
      if (rows.length < AT_ONCE) return;
      await outbox.drained();
      await this.#owner.pause();
    }
  }
}
