/**
 * What an IMAP session knows between two commands (RFC 3501 §3): who is logged
 * in, what is selected, what has been announced. Commands work on it; it never
 * sees a socket.
 *
 * @module
 */
import type { WatchedMailbox } from "../../mail/account_mail.ts";
import type {
  ImapAccount,
  ImapBackend,
  ImapEnding,
  ImapPeer,
} from "./backend.ts";
import { capabilities } from "./capabilities.ts";
import type { CommandSession, ImapState } from "./command.ts";
import type { ImapOptions } from "./options.ts";
import { SelectedMailbox, type Urgency } from "./selected.ts";

/** What the world around a session does for it. */
export interface SessionContext {
  readonly backend: ImapBackend;
  readonly options: ImapOptions;
  readonly peer: ImapPeer;
  sleep(durationMs: number): Promise<void>;
  monotonic(): number;
  /** Milliseconds since 1970 UTC. */
  now(): number;
  /** Something happened in the selected mailbox. */
  onNotice(urgency: Urgency): void;
  /** The session must end, with this BYE. */
  onEnd(text: string): void;
}

const ENDINGS: Readonly<Record<ImapEnding, string>> = {
  account_inactive: "Account no longer active",
  too_many_sessions: "Too many sessions",
  password_changed: "Password has been changed",
};

export class ImapSession implements CommandSession {
  /** TLS is on. */
  secure: boolean;
  compressed = false;
  loginFailures = 0;
  #condstore = false;
  #idling = false;
  #account: ImapAccount | undefined;
  #selected: SelectedMailbox | undefined;
  #unwatch: (() => void) | undefined;

  constructor(readonly context: SessionContext, options: { secure: boolean }) {
    this.secure = options.secure;
  }

  get state(): ImapState {
    if (this.#selected) return "selected";
    return this.#account ? "authenticated" : "not_authenticated";
  }

  get backend(): ImapBackend {
    return this.context.backend;
  }

  get options(): ImapOptions {
    return this.context.options;
  }

  /** @throws {TypeError} before login */
  get account(): ImapAccount {
    if (!this.#account) throw new TypeError("Nobody is logged in");
    return this.#account;
  }

  /** @throws {TypeError} without a selected mailbox */
  get selected(): SelectedMailbox {
    if (!this.#selected) throw new TypeError("No mailbox is selected");
    return this.#selected;
  }

  /** The client has shown that it wants mod-sequences (RFC 7162 §3.1). */
  get condstore(): boolean {
    return this.#condstore;
  }

  enableCondstore(): void {
    this.#condstore = true;
  }

  capabilities(): string {
    return capabilities({
      authenticated: this.#account !== undefined,
      secure: this.secure,
      compressed: this.compressed,
      limits: this.backend.limits(),
    });
  }

  logIn(account: ImapAccount): void {
    this.#account = account;
    this.#unwatch = account.onInactive((reason) =>
      this.context.onEnd(ENDINGS[reason])
    );
  }

  /** The mailbox as it was when it was selected; undefined if there is none. */
  async select(
    name: string,
    options: { readonly readOnly: boolean },
  ): Promise<WatchedMailbox | undefined> {
    const opened = await SelectedMailbox.open({
      mail: this.account.mail,
      name,
      readOnly: options.readOnly,
      onNotice: (urgency) => this.#noticed(urgency),
    });
    this.#selected = opened?.selected;
    return opened?.watched;
  }

  #noticed(urgency: Urgency): void {
    const lost = this.#selected?.lost;
    if (lost) this.context.onEnd(lost);
    else this.context.onNotice(urgency);
  }

  /** Leaves the selected mailbox, if there is one, as it is. */
  unselect(): void {
    this.#selected?.close();
    this.#selected = undefined;
  }

  get idling(): boolean {
    return this.#idling;
  }

  set idling(idling: boolean) {
    this.#idling = idling;
    this.account.setIdle(idling);
  }

  get hasNotices(): boolean {
    return this.#selected?.hasNotices ?? false;
  }

  /** Whether `takeNotices` needs no `prepareNotices`. */
  get noticesReady(): boolean {
    return this.#selected?.ready ?? true;
  }

  async prepareNotices(): Promise<void> {
    await this.#selected?.prepare();
    this.#checkLost();
  }

  /** For a command that needs them. @throws {TypeError} without a selected mailbox */
  async loadUids(): Promise<void> {
    await this.selected.loadUids();
    this.#checkLost();
  }

  #checkLost(): void {
    const lost = this.#selected?.lost;
    if (lost) this.context.onEnd(lost);
  }

  /** When the last octet of the oldest message in the notices had come, monotonic, where that is known. */
  get endedMs(): number | undefined {
    return this.#selected?.endedMs;
  }

  takeNotices(options: { readonly withholdExpunge: boolean }): string {
    return this.#selected?.takeNotices({
      withholdExpunge: options.withholdExpunge,
      modSeq: this.#condstore,
    }) ?? "";
  }

  /** Octets that have passed; before login they are nobody's. */
  countTraffic(received: number, sent: number): void {
    this.#account?.countTraffic(received, sent);
  }

  /** Lets go of all that the relay holds for this session. */
  end(): void {
    this.unselect();
    this.#unwatch?.();
    this.#account?.release();
    this.#account = undefined;
  }
}
