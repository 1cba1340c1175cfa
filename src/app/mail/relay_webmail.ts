/** What mail over HTTP gets of the relay. @module */
import type { Accounts } from "../../accounts/accounts.ts";
import type { Login } from "../../accounts/login.ts";
import type { LiveSession } from "../../accounts/session_registry.ts";
import { isSafe } from "../../api/pages.ts";
import type { SiteBackend } from "../../api/site_backend.ts";
import type {
  WebAccount,
  WebInvitation,
  WebmailBackend,
  WebmailOptions,
  WebTransaction,
} from "../../api/webmail/backend.ts";
import type { Clock, Timers } from "../../base/clock.ts";
import type { AccountId } from "../../base/ids.ts";
import type { Random } from "../../base/random.ts";
import type { RefusalCode } from "../../base/refusal.ts";
import type { Secret } from "../../base/secret.ts";
import type { Config } from "../../config/schema.ts";
import type { Delivery } from "../../delivery/delivery.ts";
import type { HttpPeer } from "../../http/peer.ts";
import type { AccountMail } from "../../mail/account_mail.ts";
import { type Address, domain } from "../../mail/address.ts";
import type { BandwidthLedger } from "../../ops/bandwidth/ledger.ts";
import type { Settings } from "../../settings/settings.ts";
import type { MailPolicy, MailStore } from "../../store/mail.ts";
import type { Journal } from "../journal.ts";
import type { OwnAccounts } from "./own_accounts.ts";

export interface RelayWebmailParts {
  readonly accounts: Accounts;
  readonly delivery: Delivery;
  readonly settings: Settings;
  readonly journal: Journal;
  readonly bandwidth: BandwidthLedger;
  readonly own: OwnAccounts;
  readonly mail: MailStore;
  readonly policy: MailPolicy;
  readonly site: Pick<SiteBackend, "facts" | "stealth">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  config(): Config;
  reportBug(error: unknown): void;
}

export class RelayWebmail implements WebmailBackend {
  readonly #parts: RelayWebmailParts;

  constructor(parts: RelayWebmailParts) {
    this.#parts = parts;
  }

  get clock(): Clock {
    return this.#parts.clock;
  }

  get timers(): Timers {
    return this.#parts.timers;
  }

  get random(): Random {
    return this.#parts.random;
  }

  options(): WebmailOptions {
    const { settings, site } = this.#parts;
    const { webmail } = this.#parts.config();
    return {
      webimap: settings.get("webimap_enabled"),
      websmtp: settings.get("websmtp_enabled"),
      corsOrigins: settings.get("webmail_cors_origins"),
      allowQueryPassword: webmail.allowQueryPassword,
      maxSocketsPerAccount: webmail.maxSocketsPerAccount,
      maxSocketsPerIp: webmail.maxSocketsPerIp,
      longPollMaxSeconds: webmail.longPollMax,
      requestsPerMinute: webmail.requestsPerMinute,
      maxMessageOctets: settings.get("max_message_size"),
      hides: site.stealth().mode !== "off",
    };
  }

  isSafe(peer: HttpPeer): boolean {
    const { allowInsecureSensitive } = this.#parts.config().http;
    return isSafe({ allowsInsecure: allowInsecureSensitive }, peer);
  }

  publicUrl(host: string): string {
    return this.#parts.site.facts(host).publicUrl;
  }

  hosts(): readonly string[] {
    return this.#parts.site.facts("").hosts;
  }

  login(address: string, password: Secret, peer: HttpPeer): Promise<Login> {
    const { accounts, journal } = this.#parts;
    return journal.login(
      { protocol: "web", address, peer },
      () => accounts.login(address, password, peer, { knownOnly: true }),
    );
  }

  account(login: Login, peer: HttpPeer): WebAccount {
    return new RelayWebAccount(login, peer, this.#parts);
  }

  onSwitch(listener: () => void): () => void {
    const { settings } = this.#parts;
    const stops = [
      settings.onChange("webimap_enabled", listener),
      settings.onChange("websmtp_enabled", listener),
    ];
    return () => stops.forEach((stop) => stop());
  }

  countRefusal(code: RefusalCode): void {
    this.#parts.journal.counters.refused(code);
  }

  reportBug(error: unknown): void {
    this.#parts.reportBug(error);
  }
}

class RelayWebAccount implements WebAccount {
  readonly #login: Login;
  readonly #peer: HttpPeer;
  readonly #parts: RelayWebmailParts;
  readonly mail: AccountMail;

  constructor(login: Login, peer: HttpPeer, parts: RelayWebmailParts) {
    this.#login = login;
    this.#peer = peer;
    this.#parts = parts;
    this.mail = parts.mail.of(login.id, parts.policy);
  }

  get id(): AccountId {
    return this.#login.id;
  }

  get address(): Address {
    return this.#login.address;
  }

  hold(): LiveSession {
    return this.#parts.accounts.openSession(this.#login, "web");
  }

  async begin(sizeOctets: number): Promise<WebTransaction> {
    const { delivery, journal } = this.#parts;
    const { id, address } = this.#login;
    const peer = this.#peer;
    const transaction = await delivery.begin({
      kind: "web",
      account: address,
      accountId: id,
      peer,
      reversePath: address,
    }, sizeOctets);
    return journal.transaction(
      { service: "web", peer, reversePath: address },
      transaction,
    );
  }

  countTraffic(received: number, sent: number): void {
    this.#parts.bandwidth.accounts.add(this.id, received, sent);
  }

  setPassword(password: string): Promise<void> {
    return this.#parts.own.setPassword(this.#login, password);
  }

  remove(): Promise<void> {
    return this.#parts.own.remove(this.#login);
  }

  async invite(): Promise<WebInvitation> {
    const { own, site } = this.#parts;
    const invitation = await own.invite(this.#login);
    const { publicUrl } = site.facts(domain(this.address));
    const path = `/inv/${encodeURIComponent(invitation.token)}`;
    return { ...invitation, url: publicUrl + path };
  }
}
