/** Where people and clients find the web site and the tunnels. @module */
import type { LinkFacts } from "../../accounts/login_link.ts";
import type { Config } from "../../config/schema.ts";
import { effectiveListeners } from "../../settings/listeners.ts";
import type { Settings } from "../../settings/settings.ts";

export interface Surroundings {
  readonly settings: Settings;
  readonly config: Config;
  /** How clients of a domain reach us now. */
  links(domain: string): LinkFacts;
}

const USUAL_PORTS = { https: 443, http: 80 } as const;

export function shadowsocksPlace({ settings, config, links }: Surroundings) {
  const { server, shadowsocks } = config;
  const [bound] = effectiveListeners(config, settings).shadowsocks;
  return {
    host: shadowsocks.host ?? links(server.domain).imap.host,
    name: server.domain,
    ...(bound ? { port: bound.port } : {}),
  };
}

/** Clients verify the certificate of a proxy; without one that they trust they come in clear. */
export function connectProxyPlace(around: Surroundings): string | undefined {
  const { publiclyTrusted } = around.links(around.config.server.domain);
  return webPlace(around, publiclyTrusted ? "https" : "http");
}

/** Of the site, as a browser opens it. */
export function sitePlace(around: Surroundings): string | undefined {
  return webPlace(around, "https") ?? webPlace(around, "http");
}

function webPlace(
  { settings, config, links }: Surroundings,
  name: keyof typeof USUAL_PORTS,
): string | undefined {
  const { host } = links(config.server.domain).imap;
  const [bound] = effectiveListeners(config, settings)[name];
  if (!bound) return undefined;
  const at = host.includes(":") ? `[${host}]` : host;
  return `${name}://${at}${
    bound.port === USUAL_PORTS[name] ? "" : `:${bound.port}`
  }`;
}
