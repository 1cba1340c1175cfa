/**
 * An account as its IMAP sessions see it: the store with the account filled in.
 *
 * @module
 */
import type { EndReason, LiveSession } from "../accounts/session_registry.ts";
import type { AccountId, BlobId, MailboxId, ModSeq, Uid } from "../base/ids.ts";
import type {
  AppendReceiver,
  ImapAccount,
  ImapAppend,
  ImapMail,
  ImapMetadata,
} from "../imap/server/backend.ts";
import type { Address } from "../mail/address.ts";
import type {
  FlagChange,
  MailboxChange,
  OctetRange,
  SpecialUse,
  UidRange,
} from "../mail/mailbox.ts";
import type { MailStore, QuotaPolicy } from "../store/mail.ts";
import type { MetadataStore } from "../store/metadata.ts";

/** What all IMAP accounts share. */
export interface ImapSurroundings {
  readonly mail: MailStore;
  readonly metadata: MetadataStore;
  quota(): QuotaPolicy;
  shared(entry: string): string | null | undefined;
  append(address: Address, message: ImapAppend): Promise<AppendReceiver>;
}

export class RelayImapAccount implements ImapAccount {
  readonly mail: ImapMail;
  readonly metadata: ImapMetadata;
  readonly #session: LiveSession;

  constructor(
    readonly id: AccountId,
    readonly address: Address,
    session: LiveSession,
    shared: ImapSurroundings,
  ) {
    this.#session = session;
    this.mail = new AccountMail(id, address, shared);
    this.metadata = new AccountMetadata(id, shared);
  }

  onInactive(listener: (reason: EndReason) => void): () => void {
    return this.#session.onInactive(listener);
  }

  setIdle(idle: boolean): void {
    this.#session.setIdle(idle);
  }

  release(): void {
    this.#session.release();
  }
}

class AccountMail implements ImapMail {
  readonly #id: AccountId;
  readonly #address: Address;
  readonly #shared: ImapSurroundings;

  constructor(id: AccountId, address: Address, shared: ImapSurroundings) {
    this.#id = id;
    this.#address = address;
    this.#shared = shared;
  }

  get #mail(): MailStore {
    return this.#shared.mail;
  }

  find(name: string) {
    return name === "INBOX"
      ? this.#mail.inbox(this.#id)
      : this.#mail.find(this.#id, name);
  }
  list() {
    return this.#mail.list(this.#id);
  }
  create(name: string, specialUse?: SpecialUse) {
    return this.#mail.create(this.#id, name, specialUse);
  }
  delete(name: string) {
    return this.#mail.delete(this.#id, name);
  }
  rename(from: string, to: string) {
    return this.#mail.rename(this.#id, from, to);
  }
  setSubscribed(name: string, subscribed: boolean) {
    return this.#mail.setSubscribed(this.#id, name, subscribed);
  }
  mailbox(id: MailboxId) {
    return this.#mail.mailbox(id);
  }
  snapshot(mailbox: MailboxId) {
    return this.#mail.snapshot(mailbox);
  }
  changesSince(mailbox: MailboxId, modSeq: ModSeq) {
    return this.#mail.changesSince(mailbox, modSeq);
  }
  firstUnseen(mailbox: MailboxId) {
    return this.#mail.firstUnseen(mailbox);
  }
  totals(mailbox: MailboxId) {
    return this.#mail.totals(mailbox);
  }
  messages(mailbox: MailboxId, range: UidRange, limit: number) {
    return this.#mail.messages(mailbox, range, limit);
  }
  header(blob: BlobId) {
    return this.#mail.header(blob);
  }
  body(blob: BlobId, range?: OctetRange) {
    return this.#mail.body(blob, range);
  }
  async usage() {
    const usage = await this.#mail.usage(this.#id);
    return {
      ...usage,
      limitOctets: usage.limitOctets ?? this.#shared.quota().defaultOctets,
    };
  }
  storeFlags(change: FlagChange) {
    return this.#mail.storeFlags(change);
  }
  markFetched(mailbox: MailboxId, uids: readonly Uid[]) {
    this.#mail.markFetched(mailbox, uids);
  }
  copy(from: MailboxId, uids: readonly UidRange[], to: MailboxId) {
    return this.#mail.copy(from, uids, to, this.#shared.quota());
  }
  move(from: MailboxId, uids: readonly UidRange[], to: MailboxId) {
    return this.#mail.move(from, uids, to);
  }
  expunge(mailbox: MailboxId, uids?: readonly UidRange[]) {
    return this.#mail.expunge(mailbox, uids);
  }
  append(message: ImapAppend) {
    return this.#shared.append(this.#address, message);
  }
  onChange(mailbox: MailboxId, listener: (change: MailboxChange) => void) {
    return this.#mail.onChange(mailbox, listener);
  }
}

class AccountMetadata implements ImapMetadata {
  readonly #id: AccountId;
  readonly #shared: ImapSurroundings;

  constructor(id: AccountId, shared: ImapSurroundings) {
    this.#id = id;
    this.#shared = shared;
  }

  shared(entry: string) {
    return this.#shared.shared(entry);
  }
  deviceTokens() {
    return this.#shared.metadata.pushTokens(this.#id);
  }
  putDeviceToken(token: string) {
    return this.#shared.metadata.putPushToken(this.#id, token);
  }
  clearDeviceTokens() {
    return this.#shared.metadata.clearPushTokens(this.#id);
  }
}
