/**
 * Which ways lead to a host, in which order, and what each of them demands of
 * TLS.
 *
 * @module
 */
import { isIP } from "node:net";
import { literalIp } from "../../mail/address.ts";
import type { WayName } from "../attempt_seen.ts";
import { type MailHost, urlHost } from "../destination.ts";
import type { Channel } from "../policy/rules.ts";
import type { RouteOverride, TargetTls } from "../route_override.ts";
import { allowsHost, type StsPolicy } from "./mta_sts/policy.ts";
import type { TransportPorts, TransportSettings } from "./parts.ts";

/**
 * `verified`: by a certificate that can be trusted; `any`: TLS, whatever the
 * certificate; `if_offered`: clear where there is none; `none`: clear.
 */
export type TlsDemand = "verified" | "any" | "if_offered" | "none";

export interface Way {
  readonly name: WayName;
  readonly port: number;
  readonly tls: TlsDemand;
  /** It begins with TLS. */
  readonly isSecure: boolean;
  readonly alpn?: readonly string[];
  /** Of HTTP: the Host field, path and query, and who we are. */
  readonly http?: {
    readonly host: string;
    readonly target: string;
    readonly token?: string;
  };
}

/** A host that is asked. */
export interface Place {
  readonly host: MailHost;
  /** An admin has named it, wherever it lies. */
  readonly isNamed: boolean;
}

/** One host, and what is tried there. */
export interface Stop extends Place {
  readonly ways: readonly Way[];
  /** Under which name it is remembered; undefined: not at all. */
  readonly memory?: string;
  /** The domain, if no certificate can be verified for it: changes of it are noticed. */
  readonly pinned?: string;
}

export interface WayRules {
  readonly settings: TransportSettings;
  readonly ports: TransportPorts;
  readonly channels: readonly Channel[];
}

const RESOURCE = "/mxdeliv";
const ALPN = ["http/1.1"];

/** What TLS has to be at the hosts of a domain (RFC 8461 §5, decision 16). */
export function tlsDemand(
  destination: string,
  settings: TransportSettings,
  policy: StsPolicy | undefined,
): TlsDemand {
  if (isUnnamed(destination)) return "any";
  if (policy?.mode === "enforce" || settings.tls === "verify") {
    return "verified";
  }
  return settings.plaintextDomains.includes(destination) ? "if_offered" : "any";
}

/** Domains without certificates of their own: literals, and `_test.example`. */
export function isUnnamed(destination: string): boolean {
  return literalIp(destination) !== undefined || destination.startsWith("_");
}

/** Whether a domain's policy lets its mail go to this host. */
export function isHostAllowed(
  { name }: MailHost,
  policy: StsPolicy | undefined,
): boolean {
  return policy?.mode !== "enforce" || allowsHost(policy, name);
}

/** All usual ways at a host that a domain's DNS names. */
export function directStop(
  destination: string,
  host: MailHost,
  tls: TlsDemand,
  { settings, ports, channels }: WayRules,
): Stop {
  const { httpFallback } = settings;
  const isHttpAllowed = tls !== "verified" &&
    (httpFallback === "always" ||
      (httpFallback === "ip_literal" && literalIp(destination) !== undefined));
  const https = [httpsWay(host.name, ports.https, tls, ports)];
  const http = isHttpAllowed ? [httpWay(host.name, ports.http, ports)] : [];
  const smtp = [smtpWay(ports.smtp, tls)];
  const order = httpFallback === "always"
    ? [...https, ...http, ...smtp]
    : [...https, ...smtp, ...http];
  const ways = order.filter((way) => isOn(way, channels));
  const pinned = isUnnamed(destination) ? { pinned: destination } : {};
  return { host, isNamed: false, ways, memory: host.name, ...pinned };
}

/** The domain's own web server, which has taken its mail before. */
export function apexStop(
  domain: string,
  tls: TlsDemand,
  { ports, channels }: WayRules,
): Stop {
  const host: MailHost = { name: domain, source: "domain" };
  const ways = [httpsWay(domain, ports.https, tls, ports)]
    .filter((way) => isOn(way, channels));
  return { host, isNamed: false, ways, memory: domain };
}

/** Where an admin sends it. */
export function overrideStop(
  { target, tls }: RouteOverride,
  { ports, channels }: WayRules,
): Stop {
  const name = target.kind === "url"
    ? target.url.hostname.replace(/^\[(.*)\]$/, "$1")
    : target.host;
  const ways = targetWays(target, name, tls, ports)
    .filter((way) => isOn(way, channels));
  const isUsual = target.kind === "host" && target.httpsPort === undefined;
  return {
    host: { name, source: isIP(name) !== 0 ? "literal" : "domain" },
    isNamed: true,
    ways,
    ...(isUsual && { memory: name }),
  };
}

function targetWays(
  target: RouteOverride["target"],
  name: string,
  tls: TargetTls,
  ports: TransportPorts,
): Way[] {
  const demand = DEMANDS[tls];
  switch (target.kind) {
    case "host":
      return [
        httpsWay(name, target.httpsPort ?? ports.https, demand, ports),
        smtpWay(ports.smtp, demand),
        ...(target.http ? [httpWay(name, ports.http, ports)] : []),
      ];
    case "url": {
      const { url, smtp, token } = target;
      const isSecure = url.protocol === "https:";
      const usual = isSecure ? ports.https : ports.http;
      const port = url.port === "" ? usual : Number(url.port);
      const way = isSecure
        ? httpsWay(name, port, demand, ports)
        : httpWay(name, port, ports);
      const path = url.pathname === "/" ? RESOURCE : url.pathname;
      const http = {
        host: url.host,
        target: path + url.search,
        ...(token !== undefined && { token }),
      };
      return [{ ...way, http }, ...(smtp ? [smtpWay(ports.smtp, demand)] : [])];
    }
    case "smtp":
      return [{
        ...smtpWay(target.port, demand),
        ...(target.implicitTls && {
          name: "smtps",
          isSecure: true,
          tls: demand === "verified" ? "verified" : "any",
        }),
      }];
  }
}

const DEMANDS: Readonly<Record<TargetTls, TlsDemand>> = {
  verify: "verified",
  any: "any",
  none: "none",
};

function httpsWay(
  host: string,
  port: number,
  tls: TlsDemand,
  ports: TransportPorts,
): Way {
  return {
    name: "https",
    port,
    tls: tls === "verified" ? tls : "any",
    isSecure: true,
    alpn: ALPN,
    http: { host: hostField(host, port, ports.https), target: RESOURCE },
  };
}

function httpWay(host: string, port: number, ports: TransportPorts): Way {
  return {
    name: "http",
    port,
    tls: "none",
    isSecure: false,
    http: { host: hostField(host, port, ports.http), target: RESOURCE },
  };
}

function smtpWay(port: number, tls: TlsDemand): Way {
  return { name: "smtp", port, tls, isSecure: false };
}

function hostField(host: string, port: number, usual: number): string {
  return port === usual ? urlHost(host) : `${urlHost(host)}:${port}`;
}

function isOn({ http }: Way, channels: readonly Channel[]): boolean {
  return channels.includes(http ? "http" : "smtp");
}
