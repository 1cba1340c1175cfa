/** What the web site gets of the relay. @module */
import type { Accounts } from "../accounts/accounts.ts";
import type { LinkFacts } from "../accounts/login_link.ts";
import type { MailService } from "../api/autoconfig.ts";
import type {
  NewAccount,
  RegistrationRequest,
  SiteBackend,
  SiteFacts,
} from "../api/site.ts";
import type { Clock } from "../base/clock.ts";
import { limitKey } from "../base/peer_address.ts";
import { TokenBuckets } from "../base/token_buckets.ts";
import type { ListenerName } from "../config/listeners.ts";
import type { Config } from "../config/schema.ts";
import { literalIp } from "../mail/address.ts";
import type { ListenAddress } from "../net/listener.ts";
import type { Settings } from "../settings/settings.ts";
import { covers } from "../tls/certificate.ts";
import type { CertificateStore } from "../tls/certificate_store.ts";
import { hostnameOf } from "./certificates.ts";
import { linkServers } from "./link_servers.ts";

const PAGES = { burst: 100, perSecond: 20 };
const HSTS_SECONDS = 15_552_000;

export interface SiteBackendParts {
  readonly accounts: Accounts;
  readonly settings: Settings;
  readonly certificates: CertificateStore;
  readonly clock: Clock;
  config(): Config;
  bound(name: ListenerName): ListenAddress[];
}

export class RelaySiteBackend implements SiteBackend {
  readonly #parts: SiteBackendParts;
  readonly #pages: TokenBuckets;

  constructor(parts: SiteBackendParts) {
    this.#parts = parts;
    this.#pages = new TokenBuckets(parts.clock, () => PAGES);
  }

  get domain(): string {
    return this.#parts.config().server.domain;
  }

  async register(request: RegistrationRequest): Promise<NewAccount> {
    const { peerAddress, ...chosen } = request;
    return await this.#parts.accounts.signUp({
      ...chosen,
      peer: { address: peerAddress },
    });
  }

  pageWait(address: string): number {
    return this.#pages.take(limitKey(address));
  }

  facts(): SiteFacts {
    const { settings } = this.#parts;
    const config = this.#parts.config();
    const host = hostnameOf(config);
    const port = this.#port("https");
    const links = this.links();
    const authority = host.includes(":") ? `[${host}]` : host;
    return {
      links,
      publicUrl: `https://${authority}${
        port === undefined || port === 443 ? "" : `:${port}`
      }`,
      hosts: hostsOf(config),
      registration: registrationOf(settings),
      chosenNames: settings.get("allow_chosen_names"),
      autoconfig: config.http.autoconfig,
      services: this.#services(host),
      hstsSeconds: HSTS_SECONDS,
      ...(links.publiclyTrusted && port !== undefined
        ? { httpsPort: port }
        : {}),
    };
  }

  /** How clients reach us now. */
  links(): LinkFacts {
    const { settings, certificates } = this.#parts;
    const host = hostnameOf(this.#parts.config());
    return {
      ...linkServers(host, settings, (name) => this.#port(name)),
      publiclyTrusted: certificates.publiclyTrusted &&
        covers(certificates.current, host),
    };
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

function registrationOf(settings: Settings): SiteFacts["registration"] {
  if (!settings.get("registration_open")) return "closed";
  return settings.get("registration_token_required") ? "token" : "open";
}

function hostsOf(config: Config): string[] {
  const { domain, domains, domainAliases } = config.server;
  return [
    hostnameOf(config),
    ...[domain, ...domains, ...Object.keys(domainAliases)],
  ].map((name) => {
    const ip = literalIp(name) ?? name;
    return ip.includes(":") ? `[${ip}]` : ip;
  });
}
