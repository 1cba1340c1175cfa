/** What IMAP sessions get of the relay. @module */
import type { Accounts } from "../../accounts/accounts.ts";
import { discovery } from "../../api/webmail/discovery.ts";
import type { RefusalCode } from "../../base/refusal.ts";
import type { Secret } from "../../base/secret.ts";
import type { Config } from "../../config/schema.ts";
import type {
  CommandResult,
  ImapAccount,
  ImapBackend,
  ImapCut,
  ImapLimits,
  ImapPeer,
} from "../../imap/server/backend.ts";
import type { Settings } from "../../settings/settings.ts";
import type { RelayIroh } from "../iroh/relay_iroh.ts";
import type { Journal } from "../journal.ts";
import type { AppVersions } from "../push/app_versions.ts";
import type { Relay } from "../relay.ts";
import type { TurnCredentials, TurnService } from "../turn/turn_service.ts";
import { mailPolicy } from "./policy.ts";
import { type ImapSurroundings, RelayImapAccount } from "./imap_account.ts";

export interface ImapBackendParts {
  readonly accounts: Accounts;
  readonly settings: Settings;
  readonly journal: Journal;
  config(): Config;
  push(): ImapLimits["push"];
  readonly surroundings: ImapSurroundings;
  reportBug(error: unknown): void;
}

class RelayImapBackend implements ImapBackend {
  readonly #parts: ImapBackendParts;

  constructor(parts: ImapBackendParts) {
    this.#parts = parts;
  }

  limits(): ImapLimits {
    const { settings } = this.#parts;
    const { compress, advertiseId, preauthCapabilities } = this.#parts.config()
      .imap;
    const isHidden = settings.get("web_stealth") !== "off";
    return {
      maxMessageOctets: settings.get("max_message_size"),
      compress,
      advertiseId,
      preauthCapabilities: isHidden ? "minimal" : preauthCapabilities,
      push: this.#parts.push(),
    };
  }

  async login(
    address: string,
    password: Secret,
    peer: ImapPeer,
  ): Promise<ImapAccount> {
    const { accounts, journal, surroundings } = this.#parts;
    const login = await journal.login(
      { protocol: "imap", address, peer },
      () => accounts.login(address, password, peer),
    );
    if (login.created) {
      journal.metrics.count("registrations_total", "by_login");
    }
    const session = accounts.openSession(login, "imap");
    return new RelayImapAccount(login.id, login.address, session, surroundings);
  }

  reportBug(error: unknown): void {
    this.#parts.reportBug(error);
  }

  countCommand(command: string, result: CommandResult): void {
    const { metrics } = this.#parts.journal;
    metrics.count("imap_commands_total", command, result);
  }

  countCut(reason: ImapCut): void {
    this.#parts.journal.cut("imap", reason);
  }

  countPush(tookMs: number): void {
    const { metrics } = this.#parts.journal;
    metrics.observe("imap_push_latency_seconds", tookMs / 1000);
  }

  countRefusal(code: RefusalCode): void {
    this.#parts.journal.counters.refused(code);
  }
}

const PREFIX = "/shared/vendor/deltachat/";
const OWN_PREFIX = "/shared/vendor/postern/";

/** `/shared/…` entries of the server (RFC 5464 §6.2.1, and Delta Chat's own). */
function sharedMetadata(
  { settings, config, turn, iroh, appVersions, publicUrl }: {
    readonly settings: Settings;
    config(): Config;
    turn(): TurnCredentials | undefined;
    /** URL of the relay for real-time channels. */
    iroh(): string | undefined;
    appVersions(): string | undefined;
    /** `https://host[:port]` */
    publicUrl(): string;
  },
): (entry: string) => string | null | undefined {
  return (entry) => {
    switch (entry.toLowerCase()) {
      case "/shared/comment":
        return settings.get("server_comment") || null;
      case "/shared/admin":
        return settings.get("admin_contact") || null;
      case PREFIX + "maxsmtprecipients":
        return String(config().smtp.maxRecipients);
      case PREFIX + "turn":
        return turnEntry(turn());
      case PREFIX + "irohrelay":
        return iroh() ?? null;
      case PREFIX + "appversions":
        return appVersions();
      case OWN_PREFIX + "webimap":
        return webmailEntry(settings, publicUrl());
      default:
        return undefined;
    }
  };
}

/** What `/.well-known/webimap.json` says; null while there is none. */
function webmailEntry(settings: Settings, publicUrl: string): string | null {
  const places = discovery({
    webimap: settings.get("webimap_enabled"),
    websmtp: settings.get("websmtp_enabled"),
  }, publicUrl);
  return places === undefined ? null : JSON.stringify(places);
}

/** As Delta Chat reads it: up to the third colon nothing has one. */
function turnEntry(credentials: TurnCredentials | undefined): string | null {
  if (!credentials) return null;
  const { host, port, username, password } = credentials;
  return `${host}:${port}:${username}:${password}`;
}

/** Over all parts of a relay. */
export function imapBackendOf(
  relay: Relay,
  config: () => Config,
  { turn, iroh, appVersions, publicUrl }: {
    readonly turn: TurnService;
    readonly iroh: RelayIroh;
    readonly appVersions: AppVersions;
    publicUrl(): string;
  },
): RelayImapBackend {
  const { store, settings, delivery } = relay;
  return new RelayImapBackend({
    ...relay,
    config,
    push: () => relay.push.offer,
    surroundings: {
      mail: store.mail,
      metadata: store.metadata,
      policy: mailPolicy(settings, config),
      shared: sharedMetadata({
        settings,
        config,
        turn: () => turn.credentials(),
        appVersions: () => appVersions.text,
        iroh: () => iroh.url,
        publicUrl,
      }),
      append: (account, message) => delivery.append(account, message),
      countTraffic: (account, received, sent) =>
        relay.bandwidth.accounts.add(account, received, sent),
    },
  });
}
