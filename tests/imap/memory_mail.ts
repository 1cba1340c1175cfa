/**
 * The mail of one account in memory: what the store promises, without a store.
 * Everything happens at once, so a test sees a defined order.
 *
 * @module
 */
import type {
  AccountId,
  BlobId,
  MailboxId,
  ModSeq,
  Uid,
  UidValidity,
} from "../../src/base/ids.ts";
import { concat } from "../../src/base/octets.ts";
import { Refusal } from "../../src/base/refusal.ts";
import type {
  AppendReceiver,
  ImapAppend,
} from "../../src/imap/server/backend.ts";
import type {
  AccountMail,
  ReadMessage,
  WantedContent,
  WatchedMailbox,
} from "../../src/mail/account_mail.ts";
import {
  DELETED,
  type FlagChange,
  type FlagState,
  type Mailbox,
  type MailboxChange,
  type MessageOctets,
  type MessageRow,
  type OctetRange,
  SEEN,
  type SpecialUse,
  type UidRange,
} from "../../src/mail/mailbox.ts";
import { isNameOnly } from "../../src/mail/mailbox_name.ts";

const PIECE_OCTETS = 64 * 1024;

/** A message with the name of its content. */
export interface MemoryRow extends MessageRow {
  readonly blob: BlobId;
}

export interface MemoryBox {
  mailbox: Mailbox;
  rows: MemoryRow[];
  /** UID and mod-sequence of removed messages. */
  removed: { uid: Uid; modSeq: ModSeq }[];
  listeners: Set<(change: MailboxChange) => void>;
}

export interface NewMail {
  readonly flags?: number;
  readonly keywords?: readonly string[];
  /** Seconds since 1970 UTC. */
  readonly internalDate?: number;
}

export interface MailboxIds {
  next: number;
}

export class MemoryMail implements AccountMail {
  readonly blobs = new Map<BlobId, Uint8Array>();
  readonly fetched: Uid[] = [];
  limitOctets = 1 << 30;
  /** For messages that come without a date, seconds since 1970 UTC. */
  now = 1_767_604_087;
  #boxes = new Map<string, MemoryBox>();
  readonly #watchers = new Set<() => void>();
  readonly #ids: MailboxIds;
  readonly #account: AccountId;
  #nextBlob = 1;
  #nextValidity = 1_760_000_000;

  /** @param ids Shared by accounts of one store. */
  constructor(account = 1, ids: MailboxIds = { next: 1 }) {
    this.#account = account as AccountId;
    this.#ids = ids;
    this.#make("INBOX");
  }

  box(name: string): MemoryBox {
    const box = this.#boxes.get(name);
    if (!box) throw new Refusal("no_such_mailbox");
    return box;
  }

  /** Delivers a message. Its line ends become CRLF. */
  deliver(name: string, message: string | Uint8Array, mail: NewMail = {}): Uid {
    const octets = typeof message === "string"
      ? new TextEncoder().encode(message.replace(/\r?\n/g, "\r\n"))
      : message;
    const blob = this.#nextBlob++ as BlobId;
    this.blobs.set(blob, octets);
    return this.#add(this.box(name), blob, octets.length, mail);
  }

  /** Removes messages whatever their flags, as another session or retention does. */
  remove(name: string, uids: readonly number[]): void {
    this.#remove(this.box(name), (row) => uids.includes(row.uid));
  }

  find(name: string): Promise<Mailbox | undefined> {
    return Promise.resolve(this.#boxes.get(name)?.mailbox);
  }

  list(): Promise<Mailbox[]> {
    return Promise.resolve([...this.#boxes.values()].map((box) => box.mailbox));
  }

  create(name: string, specialUse?: SpecialUse): Promise<Mailbox> {
    return attempt(() => {
      const present = this.#boxes.get(name);
      if (present?.mailbox.selectable) throw new Refusal("mailbox_exists");
      const parts = name.split("/");
      for (let i = 1; i < parts.length; i++) {
        const parent = parts.slice(0, i).join("/");
        if (!this.#boxes.has(parent)) this.#make(parent);
      }
      return this.#make(name, specialUse).mailbox;
    });
  }

  delete(name: string): Promise<void> {
    return attempt(() => {
      const box = this.box(name);
      if (this.#isNameOnly(box)) throw new Refusal("no_such_mailbox");
      if (!box.mailbox.selectable) throw new Refusal("mailbox_undeletable");
      const { subscribed } = box.mailbox;
      this.#boxes.delete(name);
      const left = this.#make(name);
      left.mailbox = { ...left.mailbox, subscribed, selectable: false };
      this.#removeBareNames();
      this.#change(box, { deleted: true });
    });
  }

  rename(from: string, to: string): Promise<void> {
    return attempt(() => {
      const target = this.#boxes.get(to);
      if (target && !this.#isNameOnly(target)) {
        throw new Refusal("mailbox_exists");
      }
      const box = this.box(from);
      if (from === "INBOX") {
        const target = this.#make(to);
        for (const row of box.rows) this.#copyRow(row, box, target);
        this.#remove(box, () => true);
        return;
      }
      for (const [name, moved] of [...this.#boxes]) {
        if (name !== from && !name.startsWith(`${from}/`)) continue;
        if (this.#isNameOnly(moved)) continue; // a subscription is to the name
        const renamed = to + name.slice(from.length);
        const subscribed = moved.mailbox.subscribed ||
          this.#boxes.get(renamed)?.mailbox.subscribed === true;
        this.#boxes.delete(name);
        moved.mailbox = { ...moved.mailbox, name: renamed, subscribed };
        this.#boxes.set(renamed, moved);
      }
      this.#removeBareNames();
      this.#tellAll();
    });
  }

  #isNameOnly({ mailbox }: MemoryBox): boolean {
    return isNameOnly(
      mailbox,
      [...this.#boxes.values()].map((box) => box.mailbox),
    );
  }

  /** What neither is a mailbox nor has one below it, and has no subscription. */
  #removeBareNames(): void {
    for (const [name, box] of [...this.#boxes]) {
      if (box.mailbox.subscribed || !this.#isNameOnly(box)) continue;
      this.#boxes.delete(name);
    }
  }

  setSubscribed(name: string, subscribed: boolean): Promise<void> {
    return attempt(() => {
      const box = this.box(name);
      box.mailbox = { ...box.mailbox, subscribed };
      this.#removeBareNames();
      this.#tellAll();
    });
  }

  mailbox(id: MailboxId): Promise<Mailbox | undefined> {
    return Promise.resolve(this.#byId(id)?.mailbox);
  }

  watchAll(listener: () => void): () => void {
    this.#watchers.add(listener);
    return () => void this.#watchers.delete(listener);
  }

  #tellAll(): void {
    for (const listener of [...this.#watchers]) listener();
  }

  snapshot(id: MailboxId) {
    return attempt(() => {
      const { mailbox, rows } = this.#known(id);
      return {
        modSeq: mailbox.highestModSeq,
        uids: Uint32Array.from(rows, (row) => row.uid),
        flags: Uint8Array.from(rows, (row) => row.flags),
        keywords: Uint32Array.from(rows, (row) => row.keywords),
      };
    });
  }

  changesSince(id: MailboxId, modSeq: ModSeq) {
    return attempt(() => {
      const box = this.#known(id);
      return {
        modSeq: box.mailbox.highestModSeq,
        changed: box.rows.filter((row) => row.modSeq > modSeq).map(stateOf),
        expunged: box.removed.filter((gone) => gone.modSeq > modSeq)
          .map((gone) => gone.uid),
      };
    });
  }

  select(
    name: string,
    listener: (change: MailboxChange) => void,
  ): Promise<WatchedMailbox | undefined> {
    const box = this.#boxes.get(name);
    if (!box?.mailbox.selectable) return Promise.resolve(undefined);
    const at = box.rows.findIndex((row) => !(row.flags & SEEN));
    box.listeners.add(listener);
    return Promise.resolve({
      mailbox: box.mailbox,
      firstUnseen: at < 0 ? undefined : at + 1,
      stop: () => void box.listeners.delete(listener),
    });
  }

  totals(id: MailboxId): Promise<{ octets: number; deleted: number }> {
    return attempt(() => {
      const { rows } = this.#known(id);
      return {
        octets: rows.reduce((sum, row) => sum + row.sizeOctets, 0),
        deleted: rows.filter((row) => row.flags & DELETED).length,
      };
    });
  }

  messages(
    id: MailboxId,
    range: UidRange,
    limit: number,
    want?: WantedContent,
  ): Promise<ReadMessage[]> {
    const rows = this.#byId(id)?.rows ?? [];
    let left = want ? PIECE_OCTETS : 0;
    const read = rows.filter((row) => isIn(row.uid, [range])).slice(0, limit)
      .map(({ blob, ...row }) => {
        const octets = this.blobs.get(blob);
        const isSmall = octets && octets.length <= PIECE_OCTETS;
        if (!isSmall || left <= 0) return row;
        const headerOctets = headerLength(octets);
        const wanted = want === "body"
          ? octets
          : octets.subarray(0, headerOctets);
        left -= wanted.length;
        return { ...row, content: { octets: wanted, headerOctets } };
      });
    return Promise.resolve(read);
  }

  header(id: MailboxId, uid: Uid): Promise<Uint8Array | undefined> {
    const octets = this.#octetsOf(id, uid);
    return Promise.resolve(octets?.subarray(0, headerLength(octets)));
  }

  body(
    id: MailboxId,
    uid: Uid,
    range?: OctetRange,
  ): Promise<MessageOctets | undefined> {
    const octets = this.#octetsOf(id, uid)?.subarray(range?.start, range?.end);
    return Promise.resolve(octets && pieces(octets));
  }

  #octetsOf(id: MailboxId, uid: Uid): Uint8Array | undefined {
    const row = this.#byId(id)?.rows.find((row) => row.uid === uid);
    return row && this.blobs.get(row.blob);
  }

  usage() {
    const rows = [...this.#boxes.values()].flatMap((box) => box.rows);
    return Promise.resolve({
      octets: rows.reduce((sum, row) => sum + row.sizeOctets, 0),
      messages: rows.length,
      limitOctets: this.limitOctets,
    });
  }

  storeFlags(
    change: FlagChange,
  ): Promise<{ changed: FlagState[]; unmodified: Uid[] }> {
    return attempt(() => {
      const box = this.#known(change.mailbox);
      const limit = change.unchangedSince ?? Infinity;
      const isFree = box.rows.some((row) =>
        isIn(row.uid, change.uids) && row.modSeq <= limit
      );
      const bits = isFree ? this.#keywordBits(box, change) : 0;
      const unmodified: Uid[] = [];
      const changed: FlagState[] = [];
      const modSeq = box.mailbox.highestModSeq + 1 as ModSeq;
      box.rows = box.rows.map((row) => {
        if (!isIn(row.uid, change.uids)) return row;
        if (row.modSeq > limit) {
          unmodified.push(row.uid);
          return row;
        }
        const flags = combined(row.flags, change.flags, change.mode);
        const keywords = combined(row.keywords, bits, change.mode);
        const same = flags === row.flags && keywords === row.keywords;
        const state = same ? row : { ...row, flags, keywords, modSeq };
        changed.push(stateOf(state));
        return state;
      });
      const news = changed.filter((state) => state.modSeq === modSeq);
      if (news.length > 0) this.#change(box, { flags: news });
      return { changed, unmodified };
    });
  }

  markFetched(mailbox: MailboxId, uids: readonly Uid[]): void {
    if (this.#byId(mailbox)) this.fetched.push(...uids);
  }

  copy(from: MailboxId, uids: readonly UidRange[], to: MailboxId) {
    return attempt(() => {
      const target = this.#byId(to);
      if (!target) throw new Refusal("no_target_mailbox");
      const source = this.#known(from);
      const rows = source.rows.filter((row) => isIn(row.uid, uids));
      return {
        uidValidity: target.mailbox.uidValidity,
        sourceUids: rows.map((row) => row.uid),
        targetUids: rows.map((row) => this.#copyRow(row, source, target)),
      };
    });
  }

  async move(from: MailboxId, uids: readonly UidRange[], to: MailboxId) {
    const copied = await this.copy(from, uids, to);
    const moved = new Set(copied.sourceUids);
    this.#remove(this.#known(from), (row) => moved.has(row.uid));
    return copied;
  }

  expunge(
    id: MailboxId,
    uids?: readonly UidRange[],
  ): Promise<{ uids: Uid[]; modSeq: ModSeq }> {
    return attempt(() => {
      const box = this.#known(id);
      const gone = this.#remove(
        box,
        (row) => (row.flags & DELETED) !== 0 && (!uids || isIn(row.uid, uids)),
      );
      return { uids: gone, modSeq: box.mailbox.highestModSeq };
    });
  }

  append(message: ImapAppend): Promise<AppendReceiver> {
    return attempt(() => {
      const box = this.#byId(message.mailbox);
      if (!box) throw new Refusal("no_target_mailbox");
      if (message.sizeOctets > this.limitOctets) {
        throw new Refusal("quota_exceeded");
      }
      const parts: Uint8Array[] = [];
      return {
        write: (octets: Uint8Array) => {
          parts.push(octets.slice());
          return Promise.resolve();
        },
        finish: () => attempt(() => this.#appended(box, message, parts)),
        discard: () => Promise.resolve(),
      };
    });
  }

  #appended(box: MemoryBox, message: ImapAppend, parts: Uint8Array[]) {
    const octets = concat(parts);
    if (octets.length === 0) throw new Refusal("message_empty");
    const uid = this.deliver(box.mailbox.name, octets, message);
    return { uidValidity: box.mailbox.uidValidity, uid };
  }

  #make(name: string, specialUse?: SpecialUse): MemoryBox {
    const box: MemoryBox = {
      mailbox: {
        id: this.#ids.next++ as MailboxId,
        account: this.#account,
        name,
        uidValidity: this.#nextValidity++ as UidValidity,
        uidNext: 1 as Uid,
        highestModSeq: 1 as ModSeq,
        exists: 0,
        unseen: 0,
        subscribed: name === "INBOX",
        ...(specialUse && { specialUse }),
        selectable: true,
        keywords: [],
      },
      rows: [],
      removed: [],
      listeners: new Set(),
    };
    this.#boxes.set(name, box);
    this.#tellAll();
    return box;
  }

  #byId(id: MailboxId): MemoryBox | undefined {
    return [...this.#boxes.values()].find((box) => box.mailbox.id === id);
  }

  #known(id: MailboxId): MemoryBox {
    const box = this.#byId(id);
    if (!box) throw new Refusal("no_such_mailbox");
    return box;
  }

  #add(box: MemoryBox, blob: BlobId, sizeOctets: number, mail: NewMail): Uid {
    const keywords = this.#keywordBits(box, {
      mode: "add",
      keywords: mail.keywords ?? [],
    });
    const row: MemoryRow = {
      uid: box.mailbox.uidNext,
      blob,
      sizeOctets,
      arrivedAt: this.now,
      internalDate: mail.internalDate ?? this.now,
      flags: mail.flags ?? 0,
      keywords,
      modSeq: box.mailbox.highestModSeq + 1 as ModSeq,
    };
    box.rows.push(row);
    box.mailbox = { ...box.mailbox, uidNext: row.uid + 1 as Uid };
    this.#change(box, { appended: [stateOf(row)] });
    return row.uid;
  }

  #copyRow(row: MemoryRow, source: MemoryBox, target: MemoryBox): Uid {
    return this.#add(target, row.blob, row.sizeOctets, {
      ...row,
      keywords: source.mailbox.keywords.filter((_, bit) =>
        row.keywords >>> bit & 1
      ),
    });
  }

  #remove(box: MemoryBox, isGone: (row: MemoryRow) => boolean): Uid[] {
    const expunged = box.rows.filter(isGone).map((row) => row.uid);
    if (expunged.length === 0) return expunged;
    box.rows = box.rows.filter((row) => !expunged.includes(row.uid));
    const modSeq = box.mailbox.highestModSeq + 1 as ModSeq;
    box.removed.push(...expunged.map((uid) => ({ uid, modSeq })));
    this.#change(box, { expunged });
    return expunged;
  }

  #keywordBits(
    box: MemoryBox,
    { keywords, mode }: Pick<FlagChange, "keywords" | "mode">,
  ): number {
    const known = [...box.mailbox.keywords];
    let bits = 0;
    for (const keyword of keywords) {
      const same = (name: string) =>
        name.toLowerCase() === keyword.toLowerCase();
      if (!known.some(same)) {
        if (mode === "remove") continue;
        if (known.length === 32) throw new Refusal("too_many_keywords");
        known.push(keyword);
      }
      bits |= 1 << known.findIndex(same);
    }
    if (known.length > box.mailbox.keywords.length) {
      box.mailbox = { ...box.mailbox, keywords: known };
      this.#change(box, { keywords: known });
    }
    return bits >>> 0;
  }

  #change(box: MemoryBox, change: Partial<MailboxChange>): void {
    const previous = box.mailbox.highestModSeq;
    const modSeq = previous + 1 as ModSeq;
    box.mailbox = {
      ...box.mailbox,
      highestModSeq: modSeq,
      exists: box.rows.length,
      unseen: box.rows.filter((row) => !(row.flags & SEEN)).length,
    };
    for (const listener of [...box.listeners]) {
      listener({
        mailbox: box.mailbox.id,
        previous,
        modSeq,
        appended: [],
        flags: [],
        expunged: [],
        ...change,
      });
    }
    this.#tellAll();
  }
}

function stateOf({ uid, flags, keywords, modSeq }: FlagState): FlagState {
  return { uid, flags, keywords, modSeq };
}

function isIn(uid: Uid, ranges: readonly UidRange[]): boolean {
  return ranges.some(({ first, last }) => uid >= first && uid <= last);
}

function combined(
  old: number,
  bits: number,
  mode: FlagChange["mode"],
): number {
  if (mode === "replace") return bits;
  return (mode === "add" ? old | bits : old & ~bits) >>> 0;
}

function headerLength(octets: Uint8Array): number {
  const text = new TextDecoder("latin1").decode(octets);
  const end = text.startsWith("\r\n") ? -2 : text.indexOf("\r\n\r\n");
  return end === -1 ? octets.length : end + 4;
}

function pieces(octets: Uint8Array): MessageOctets {
  return {
    sizeOctets: octets.length,
    async *[Symbol.asyncIterator]() {
      for (let at = 0; at < octets.length; at += PIECE_OCTETS) {
        yield octets.subarray(at, at + PIECE_OCTETS);
      }
    },
  };
}

/** Runs synchronous work where a promise is asked for: what it throws rejects. */
function attempt<T>(work: () => T): Promise<T> {
  try {
    return Promise.resolve(work());
  } catch (error) {
    return Promise.reject(error);
  }
}
