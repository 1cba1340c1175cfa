/** What the web site gets of the relay. @module */
import { resolve } from "node:path";
import type { Accounts } from "../accounts/accounts.ts";
import type { InvitationNotes } from "../sharing/invitation_notes.ts";
import type { LinkFacts } from "../accounts/login_link.ts";
import type { MailService } from "../api/autoconfig.ts";
import type { EchoBackend } from "../api/doctor/backend.ts";
import type {
  Invitation,
  NewAccount,
  RegistrationRequest,
  SignUpRules,
  SiteBackend,
  SiteFacts,
  SiteRetention,
  SiteStealth,
} from "../api/site_backend.ts";
import type { Overlay } from "../api/overlay/overlay.ts";
import type { ReportedConditions } from "../admin/conditions/reported_conditions.ts";
import type { Clock } from "../base/clock.ts";
import { limitKey } from "../base/peer_address.ts";
import { Refusal, type RefusalCode } from "../base/refusal.ts";
import { TokenBuckets } from "../base/token_buckets.ts";
import type { ListenerName } from "../config/listener_table.ts";
import type { Config } from "../config/schema.ts";
import type { ListenAddress } from "../net/listener.ts";
import type { Counters } from "../observe/counters.ts";
import type { Metrics } from "../observe/metrics/metrics.ts";
import type { Settings } from "../settings/settings.ts";
import { shareLink } from "../shadowsocks/proto/share_link.ts";
import { covers } from "../tls/certificate.ts";
import type { CertificateStore } from "../tls/certificate_store.ts";
import { hostnameOf } from "./certificates.ts";
import { shadowsocksPlace } from "./proxies/places.ts";
import { accessOf } from "./proxies/shadowsocks.ts";
import { hostInstead, linkServers } from "./link_servers.ts";
import { policyOf } from "./names/published.ts";
import { ownProgram } from "./running/own_program.ts";
import { portEcho, type PortEchoParts } from "./web/port_echo.ts";
import { relayOverlay } from "./web/overlay.ts";
import { webFacts } from "./web/web_facts.ts";
import {
  connectName,
  domainOfHost,
  extraHost,
  isPolicyHost,
  urlName,
  urlNames,
} from "./site_names.ts";

export interface SiteBackendParts extends PortEchoParts {
  /** Of the program. */
  readonly version: string;
  readonly accounts: Accounts;
  readonly administration: {
    readonly invitationNotes: Pick<InvitationNotes, "of">;
  };
  readonly settings: Settings;
  readonly certificates: CertificateStore;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly metrics: Metrics;
  readonly reported: ReportedConditions;
  config(): Config;
  bound(name: ListenerName): ListenAddress[];
}

export class RelaySiteBackend implements SiteBackend {
  readonly #parts: SiteBackendParts;
  readonly #pages: TokenBuckets;
  readonly overlay: Overlay;
  readonly downloads = ownProgram();
  readonly echo: EchoBackend;

  constructor(parts: SiteBackendParts) {
    this.#parts = parts;
    this.echo = portEcho(parts);
    this.#pages = new TokenBuckets(parts.clock, () => {
      const { pagesPerSecond } = parts.config().web;
      return { burst: 5 * pagesPerSecond, perSecond: pagesPerSecond };
    });
    this.overlay = relayOverlay(parts);
  }

  async register(request: RegistrationRequest): Promise<NewAccount> {
    const { peerAddress, ...chosen } = request;
    const { accounts, metrics } = this.#parts;
    try {
      const peer = { address: peerAddress };
      const account = await accounts.signUp({ ...chosen, peer });
      metrics.count("registrations_total", "on_the_web");
      return account;
    } catch (error) {
      const result = error instanceof Refusal ? error.code : "error";
      metrics.count("registrations_total", result);
      throw error;
    }
  }

  async invitation(
    token: string,
    peerAddress: string,
  ): Promise<Invitation | undefined> {
    const { accounts, administration } = this.#parts;
    const found = await accounts.lookAtToken(token, { address: peerAddress });
    return found && {
      usesLeft: found.maxUses - found.used,
      ...(found.expiresAt === undefined ? {} : { expiresAt: found.expiresAt }),
      note: administration.invitationNotes.of(found.token),
    };
  }

  pageWait(address: string): number {
    return this.#pages.take(limitKey(address));
  }

  countRefusal(code: RefusalCode): void {
    this.#parts.counters.refused(code);
  }

  facts(host: string): SiteFacts {
    const { settings } = this.#parts;
    const config = this.#parts.config();
    const domain = domainOfHost(config, host);
    const name = this.#connectName(domain);
    const httpsPort = this.#port("https");
    const tunnelLink = this.#tunnelLink(config);
    return {
      domain,
      links: this.links(domain),
      publicUrl: urlOf(name, httpsPort),
      hosts: [...urlNames(config), ...config.http.extraHosts.map(urlName)],
      registration: registrationOf(settings),
      rules: rulesOf(settings),
      retention: retentionOf(settings),
      adminContact: settings.get("admin_contact"),
      autoconfig: config.http.autoconfig,
      services: this.#services(name),
      hstsSeconds: config.http.hstsMaxAge,
      allowsInsecure: config.http.allowInsecureSensitive,
      ...(tunnelLink === undefined ? {} : { tunnelLink }),
      ...(httpsPort === undefined
        ? {}
        : { httpsPort, ...this.#moved(host, name, httpsPort) }),
      language: settings.get("web_language"),
      web: webFacts(this.#parts, this.downloads),
    };
  }

  stealth(): SiteStealth {
    const { settings } = this.#parts;
    const { server, web } = this.#parts.config();
    return {
      mode: settings.get("web_stealth"),
      decoyDir: web.decoyDir && resolve(server.stateDir, web.decoyDir),
      gateKey: settings.get("web_gate_key"),
    };
  }

  mtaStsPolicy(host: string): string | undefined {
    const config = this.#parts.config();
    const { certificates } = this.#parts;
    return isPolicyHost(config, host)
      ? policyOf(config, certificates.trustedFor(hostnameOf(config)))
      : undefined;
  }

  /** Where the page of the primary domain is. */
  get publicUrl(): string {
    const { domain } = this.#parts.config().server;
    return urlOf(this.#connectName(domain), this.#port("https"));
  }

  /** The page for signing up with a domain; undefined while there is none. */
  signUpUrl(domain: string): string | undefined {
    if (!this.#parts.config().web.enabled) return undefined;
    const httpsPort = this.#port("https");
    if (httpsPort === undefined && this.#port("http") === undefined) {
      return undefined;
    }
    return `${urlOf(this.#connectName(domain), httpsPort)}/new`;
  }

  /** How clients of a domain reach us now. */
  links(domain: string): LinkFacts {
    const { name, isTrusted } = this.named(domain);
    const { settings, certificates, config } = this.#parts;
    return {
      ...linkServers(name, settings, (service) => this.#port(service)),
      publiclyTrusted: isTrusted,
      ...hostInstead(
        config(),
        (host) => certificates.trustedFor(host) !== undefined,
      ),
    };
  }

  /** What clients of a domain connect to, and whether they can verify it. */
  named(
    domain: string,
  ): { readonly name: string; readonly isTrusted: boolean } {
    const { certificates } = this.#parts;
    const name = this.#connectName(domain);
    const isTrusted = certificates.trustedFor(name) !== undefined;
    return { name, isTrusted };
  }

  /** Who came by a name that only the file knows of stays with it. */
  #moved(
    host: string,
    connectName: string,
    port: number,
  ): Pick<SiteFacts, "movedTo"> {
    const { certificates } = this.#parts;
    const config = this.#parts.config();
    const name = extraHost(config, host) ?? connectName;
    const { redirectToHttps } = config.http;
    const isMoved = redirectToHttps === "auto"
      ? certificates.trustedFor(name) !== undefined
      : redirectToHttps;
    return isMoved ? { movedTo: urlOf(name, port) } : {};
  }

  /** Where everybody may know it. */
  #tunnelLink(config: Config): string | undefined {
    const { settings } = this.#parts;
    if (!config.shadowsocks.public) return undefined;
    const links = (domain: string) => this.links(domain);
    const { port, ...place } = shadowsocksPlace({ settings, config, links });
    const access = accessOf(settings);
    return port === undefined || !access
      ? undefined
      : shareLink({ ...access, ...place, port });
  }

  #connectName(domain: string): string {
    const { certificates } = this.#parts;
    const isCovered = (name: string) => covers(certificates.for(name), name);
    return connectName(this.#parts.config(), domain, isCovered);
  }

  #services(host: string): MailService[] {
    const https = this.#parts.config().http.alpnMail
      ? this.#port("https")
      : undefined;
    const rows = [
      ["imap", this.#publicPort("imap_tls"), "SSL"],
      ["imap", this.#publicPort("imap"), "STARTTLS"],
      ["imap", https, "SSL"],
      ["smtp", this.#publicPort("submission_tls"), "SSL"],
      ["smtp", this.#publicPort("submission"), "STARTTLS"],
      ["smtp", https, "SSL"],
    ] as const;
    return rows.flatMap(([protocol, port, socket]) =>
      port === undefined ? [] : [{ protocol, host, port, socket }]
    );
  }

  #port(name: ListenerName): number | undefined {
    return this.#parts.bound(name)[0]?.port;
  }

  /** Not one that only this machine reaches, unless all of us is local. */
  #publicPort(name: ListenerName): number | undefined {
    const { settings } = this.#parts;
    return settings.get(`${name}_local_only`) ? undefined : this.#port(name);
  }
}

/** `https://host[:port]` */
function urlOf(name: string, port: number | undefined): string {
  const suffix = port === undefined || port === 443 ? "" : `:${port}`;
  return `https://${urlName(name)}${suffix}`;
}

function registrationOf(settings: Settings): SiteFacts["registration"] {
  if (!settings.get("registration_open")) return "closed";
  return settings.get("registration_token_required") ? "token" : "open";
}

function rulesOf(settings: Settings): SignUpRules {
  return {
    chosenNames: settings.get("allow_chosen_names"),
    minNameLength: settings.get("min_username_length"),
    maxNameLength: settings.get("max_username_length"),
    passwordMinLength: settings.get("password_min_length"),
  };
}

/** What is really deleted when: nothing that is switched off. */
function retentionOf(settings: Settings): SiteRetention {
  const enabled = settings.get("message_retention_enabled");
  const seconds = (on: boolean, age: number) => on && age > 0 ? age : undefined;
  const messages = seconds(enabled, settings.get("message_retention"));
  const large = seconds(enabled, settings.get("large_message_retention"));
  const seen = settings.get("auto_purge_seen")
    ? settings.get("auto_purge_seen_grace")
    : undefined;
  const inactive = seconds(true, settings.get("inactive_account_retention"));
  const unused = seconds(true, settings.get("unused_account_retention"));
  return {
    ...(messages === undefined ? {} : { messagesSeconds: messages }),
    ...(large === undefined ? {} : {
      largeSeconds: large,
      largeOctets: settings.get("large_message_size"),
    }),
    ...(seen === undefined ? {} : { seenSeconds: seen }),
    ...(inactive === undefined ? {} : { inactiveAccountsSeconds: inactive }),
    ...(unused === undefined ? {} : { unusedAccountsSeconds: unused }),
  };
}
