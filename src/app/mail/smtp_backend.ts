/** What SMTP sessions get of the relay. @module */
import type { Accounts } from "../../accounts/accounts.ts";
import type {
  EndReason,
  LiveSession,
  SessionOwner,
} from "../../accounts/session_registry.ts";
import type { Peer } from "../../base/peer.ts";
import type { RefusalCode } from "../../base/refusal.ts";
import type { Secret } from "../../base/secret.ts";
import type { Config } from "../../config/schema.ts";
import type { Delivery } from "../../delivery/delivery.ts";
import type { Origin } from "../../delivery/origin.ts";
import type { Address } from "../../mail/address.ts";
import type { BandwidthLedger } from "../../ops/bandwidth/ledger.ts";
import type { Settings } from "../../settings/settings.ts";
import type {
  SmtpAccount,
  SmtpBackend,
  SmtpCut,
  SmtpLimits,
  SmtpSender,
  SmtpService,
  SmtpTransaction,
} from "../../smtp/server/backend.ts";
import { hostnameOf } from "../certificates.ts";
import type { Journal } from "../journal.ts";
import { MODULES } from "../metrics/counted_transaction.ts";
import { largestFromServers } from "../server_mail.ts";

/** RFC 2034 §4 */
const ENHANCED = /^[0-9]{3}[- ]([245]\.[0-9]{1,3}\.[0-9]{1,3}) /;

export interface SmtpBackendParts {
  readonly accounts: Accounts;
  readonly delivery: Delivery;
  readonly settings: Settings;
  readonly journal: Journal;
  readonly bandwidth: BandwidthLedger;
  config(): Config;
  reportBug(error: unknown): void;
}

export class RelaySmtpBackend implements SmtpBackend {
  readonly #parts: SmtpBackendParts;

  constructor(parts: SmtpBackendParts) {
    this.#parts = parts;
  }

  get hostname(): string {
    return this.#parts.settings.get("smtp_hostname") ??
      hostnameOf(this.#parts.config());
  }

  limits(service: SmtpService): SmtpLimits {
    const { settings } = this.#parts;
    return {
      maxMessageOctets: service === "mx"
        ? largestFromServers(settings)
        : settings.get("max_message_size"),
      maxRecipients: this.#parts.config().smtp.maxRecipients,
    };
  }

  async login(
    address: string,
    password: Secret,
    peer: Peer,
  ): Promise<SmtpAccount> {
    const { accounts, journal } = this.#parts;
    const login = await journal.login(
      { protocol: "submission", address, peer },
      () => accounts.login(address, password, peer),
    );
    if (login.created) {
      journal.metrics.count("registrations_total", "by_login");
    }
    const session = accounts.openSession(login, "submission");
    return new SubmittingAccount(login, session, this.#parts.bandwidth);
  }

  async begin(sender: SmtpSender): Promise<SmtpTransaction> {
    const { delivery, journal } = this.#parts;
    const { sizeOctets } = sender;
    const transaction = await delivery.begin(originOf(sender), sizeOctets);
    return journal.transaction(sender, transaction);
  }

  reportBug(error: unknown): void {
    this.#parts.reportBug(error);
  }

  countCut(service: SmtpService, reason: SmtpCut): void {
    this.#parts.journal.cut(MODULES[service], reason);
  }

  countError(
    service: SmtpService,
    command: string,
    { code, text }: { readonly code: number; readonly text: string },
  ): void {
    const enhanced = ENHANCED.exec(text)?.[1] ?? "";
    this.#parts.journal.metrics.count(
      "smtp_errors_total",
      MODULES[service],
      command,
      String(code),
      enhanced,
    );
  }

  countRefusal(code: RefusalCode): void {
    this.#parts.journal.counters.refused(code);
  }
}

function originOf({ service, account, peer, reversePath }: SmtpSender): Origin {
  if (service === "mx") return { kind: "mx", peer, reversePath };
  if (!(account instanceof SubmittingAccount)) {
    throw new TypeError("Submission without an account");
  }
  const { address, id } = account.owner;
  return {
    kind: "submission",
    account: address,
    accountId: id,
    peer,
    reversePath,
  };
}

class SubmittingAccount implements SmtpAccount {
  readonly #session: LiveSession;

  constructor(
    readonly owner: SessionOwner,
    session: LiveSession,
    readonly bandwidth: BandwidthLedger,
  ) {
    this.#session = session;
  }

  countTraffic(received: number): void {
    this.bandwidth.accounts.add(this.owner.id, received, 0);
  }

  get address(): Address {
    return this.owner.address;
  }

  onInactive(listener: (reason: EndReason) => void): () => void {
    const stop = this.#session.onInactive(listener);
    return () => {
      stop();
      this.#session.release();
    };
  }
}
