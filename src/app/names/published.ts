/** What others find of us under our names, from a configuration. @module */
import { isIP } from "node:net";
import type { Clock, Timers } from "../../base/clock.ts";
import type { ListenerName } from "../../config/listener_table.ts";
import type { Config } from "../../config/schema.ts";
import { isPublicAddress } from "../../dns/address_kind.ts";
import { mtaStsPolicy } from "../../federation/published/mta_sts_policy.ts";
import { PublishedNames } from "../../federation/published/published_names.ts";
import type { PublishedFacts } from "../../federation/published/records.ts";
import { effectiveListeners } from "../../settings/listeners.ts";
import type { Settings } from "../../settings/settings.ts";
import { type Certificate, covers } from "../../tls/certificate.ts";
import { hostnameOf } from "../certificates.ts";
import { type Dkim, namesOfAuthors } from "./dkim.ts";
import { configuredResolver } from "../resolver.ts";

const HTTPS_PORT = 443;
/** RFC 6186 §3, RFC 8314 §5.1. */
const SERVICES = [
  ["submission", "submission"],
  ["submissions", "submission_tls"],
  ["imap", "imap"],
  ["imaps", "imap_tls"],
] as const satisfies readonly (readonly [string, ListenerName])[];

export interface PublishedParts {
  readonly dkim: Pick<Dkim, "keys">;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly timers: Timers;
  config(): Config;
  /** The one that others can verify under this name, if there is one. */
  certificate(name: string): Certificate | undefined;
}

export function publishedNames(parts: PublishedParts): PublishedNames {
  const { dkim: { keys }, settings, clock, timers, config } = parts;
  function facts(): Omit<PublishedFacts, "keys"> {
    const values = config();
    const listeners = effectiveListeners(values, settings);
    const certificate = parts.certificate(hostnameOf(values));
    return {
      domains: namesOfAuthors(values),
      mailHost: mailHostOf(values),
      addresses: publicAddresses(values),
      mtaSts: policyOf(values, certificate),
      services: SERVICES.flatMap(([service, name]) =>
        listeners[name].slice(0, 1).map(({ port }) => ({ service, port }))
      ),
      issuer: certificate && issuerOf(certificate),
    };
  }
  return new PublishedNames({
    keys,
    lookUps: () => configuredResolver(config),
    facts,
    certificateProblem(name) {
      return parts.certificate(name)
        ? undefined
        : "our certificate is not for this name";
    },
    clock,
    timers,
    httpsPort: HTTPS_PORT,
  });
}

/** What we serve as MTA-STS policy; undefined: nothing, since others cannot verify our certificate. */
export function policyOf(
  config: Config,
  certificate: Certificate | undefined,
): string | undefined {
  const host = mailHostOf(config);
  const isName = !host.startsWith("[") && isIP(host) === 0;
  return certificate && isName && covers(certificate, host)
    ? mtaStsPolicy(config.mta_sts, host)
    : undefined;
}

/** An MX record cannot name an address. */
function mailHostOf(config: Config): string {
  const host = hostnameOf(config);
  return isIP(host) === 0 ? host : config.server.domain;
}

/** Of this machine, as far as it knows them. */
export function publicAddresses({ server }: Config): readonly string[] {
  if (server.publicIp.length > 0) return server.publicIp;
  const own = Deno.networkInterfaces().map(({ address }) => address)
    .filter(isPublicAddress);
  return [...new Set(own)];
}

/** Only of those whose name in the DNS is known for sure. */
function issuerOf({ issuer }: Certificate): string | undefined {
  return issuer.includes("O=Let's Encrypt") ? "letsencrypt.org" : undefined;
}
