/**
 * An account as its IMAP sessions see it: the store with the account filled in.
 *
 * @module
 */
import type {
  EndReason,
  LiveSession,
} from "../../accounts/session_registry.ts";
import type { AccountId } from "../../base/ids.ts";
import type {
  AppendReceiver,
  ImapAccount,
  ImapAppend,
  ImapMetadata,
} from "../../imap/server/backend.ts";
import type { AccountMail } from "../../mail/account_mail.ts";
import type { Address } from "../../mail/address.ts";
import type { MailPolicy, MailStore } from "../../store/mail.ts";
import type { MetadataStore } from "../../store/metadata.ts";

/** What all IMAP accounts share. */
export interface ImapSurroundings {
  readonly mail: MailStore;
  readonly metadata: MetadataStore;
  readonly policy: MailPolicy;
  shared(entry: string): string | null | undefined;
  countTraffic(account: AccountId, received: number, sent: number): void;
  append(
    account: { readonly id: AccountId; readonly address: Address },
    message: ImapAppend,
  ): Promise<AppendReceiver>;
}

export class RelayImapAccount implements ImapAccount {
  readonly mail: AccountMail;
  readonly metadata: ImapMetadata;
  readonly #session: LiveSession;
  readonly #shared: ImapSurroundings;

  constructor(
    readonly id: AccountId,
    readonly address: Address,
    session: LiveSession,
    shared: ImapSurroundings,
  ) {
    this.#session = session;
    this.#shared = shared;
    this.mail = shared.mail.of(id, shared.policy);
    this.metadata = new AccountMetadata(id, shared);
  }

  append(message: ImapAppend): Promise<AppendReceiver> {
    return this.#shared.append(this, message);
  }

  onInactive(listener: (reason: EndReason) => void): () => void {
    return this.#session.onInactive(listener);
  }

  setIdle(idle: boolean): void {
    this.#session.setIdle(idle);
  }

  countTraffic(received: number, sent: number): void {
    this.#shared.countTraffic(this.id, received, sent);
  }

  release(): void {
    this.#session.release();
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
