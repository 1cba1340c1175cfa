/** What the servers of all protocols stand on. @module */
import type { AdminApi } from "../api/admin/admin_api.ts";
import type { MxdelivBackend } from "../api/mxdeliv/backend.ts";
import type { SiteBackend } from "../api/site_backend.ts";
import type { Admission } from "../api/webmail/admission.ts";
import type { Clock, Timers } from "../base/clock.ts";
import type { Config } from "../config/schema.ts";
import type { Serving } from "../federation/exchange/serve/serving.ts";
import type { Counters } from "../observe/counters.ts";
import type { Metrics } from "../observe/metrics/metrics.ts";
import type { Traffic } from "../observe/traffic.ts";
import type { HttpCut } from "../http/server/cut.ts";
import type { ImapBackend } from "../imap/server/backend.ts";
import type { CarriedPeers } from "../net/carried_peers.ts";
import type { ShadowsocksBackend } from "../shadowsocks/server/backend.ts";
import type { Shares } from "../sharing/shares.ts";
import type { SmtpBackend } from "../smtp/server/backend.ts";
import type { Settings } from "../settings/settings.ts";
import type { AlpnChallenges } from "../tls/acme/alpn/alpn_challenges.ts";
import type { HttpChallenges } from "../tls/acme/solvers.ts";
import type { RelayIroh } from "./iroh/relay_iroh.ts";
import type { ConnectProxy } from "./proxies/connect_proxy.ts";
import type { SecureContexts } from "./certificates.ts";

export interface ProtocolParts {
  readonly imap: ImapBackend;
  readonly smtp: SmtpBackend;
  readonly shadowsocks: ShadowsocksBackend;
  /** For whom our own tunnels connect to us. */
  readonly carried: CarriedPeers;
  readonly site: SiteBackend;
  readonly adminApi: AdminApi;
  readonly shares: Shares;
  readonly settings: Settings;
  readonly serverMail: MxdelivBackend;
  readonly serving: Serving;
  /** Mail over HTTP. */
  readonly webmail: Admission;
  readonly contexts: SecureContexts;
  /** What an authority for certificates looks for. */
  readonly challenges: Pick<HttpChallenges, "answer">;
  readonly alpnChallenges: Pick<AlpnChallenges, "beginning">;
  readonly iroh: RelayIroh;
  readonly connectProxy: ConnectProxy;
  /** Of open files and connections; undefined where nobody knows. */
  readonly fileLimit: number | undefined;
  /** Other servers are asked to come again later. */
  turnsStrangersAway(): boolean;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly counters: Counters;
  readonly metrics: Metrics;
  readonly traffic: Traffic;
  config(): Config;
  /** A connection of HTTP is ended for what its peer did. */
  onCut(reason: HttpCut): void;
  reportBug(error: unknown): void;
}
