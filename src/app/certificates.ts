/** What the configuration says about certificates, and contexts for STARTTLS. @module */
import { join } from "node:path";
import { isIP } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import type { Clock } from "../base/clock.ts";
import { type ListenerName, listenerRow } from "../config/listener_table.ts";
import type { Config } from "../config/schema.ts";
import { literalIp } from "../mail/address.ts";
import type { SettingName } from "../settings/registry.ts";
import type { Settings } from "../settings/settings.ts";
import type { Certificate } from "../tls/certificate.ts";
import { bundleOf } from "../tls/acme/renewers.ts";
import {
  type CertificateSource,
  CertificateStore,
} from "../tls/certificate_store.ts";

/** @throws {SyntaxError} when files are configured that cannot be served, and what to do then */
export async function openCertificates(
  config: Config,
  clock: Clock,
): Promise<CertificateStore> {
  try {
    return await CertificateStore.open(certificateSource(config), clock);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SyntaxError(
      `${error.message}. Mend these files or their names (tls.cert, tls.key), or have "certificate self-signed" or "certificate acme" take their place`,
      { cause: error },
    );
  }
}

export function certificateSource(config: Config): CertificateSource {
  const { mode, cert, key, extra, selfSignedDays } = config.tls;
  const selfSigned = {
    mode: "self_signed",
    directory: join(config.server.stateDir, "tls"),
    names: [
      ...new Set([...certificateNames(config), ...config.server.publicIp]),
    ],
    days: selfSignedDays,
  } as const;
  switch (mode) {
    case "file":
      return {
        mode,
        paths: { chain: cert, key },
        extra: extra.map(({ cert, key }) => ({ chain: cert, key })),
      };
    case "self_signed":
      return selfSigned;
    case "autocert":
      return {
        mode,
        bundle: bundlePath(config),
        others: orderedNames(config).slice(1).map((name) =>
          bundleOf(authorityFolder(config), name)
        ),
        meanwhile: selfSigned,
      };
  }
}

/** The file, with what is set about certificates while running. */
export function withCertificateSettings(
  config: Config,
  settings: Pick<Settings, "get" | "view">,
): Config {
  const isSet = (name: SettingName) => settings.view(name).source === "db";
  const [cert = config.tls.cert, key = config.tls.key] = settings.get(
    "tls_files",
  );
  const mode = isSet("tls_mode") ? settings.get("tls_mode") : config.tls.mode;
  const email = isSet("acme_email")
    ? settings.get("acme_email")
    : config.acme.email;
  return {
    ...config,
    tls: { ...config.tls, mode, cert, key },
    acme: { ...config.acme, email },
  };
}

/** Of all that belongs to certificates from an authority. */
export function authorityFolder({ server }: Config): string {
  return join(server.stateDir, "acme");
}

/** What an authority has given for the name clients connect to. */
export function bundlePath(config: Config): string {
  return bundleOf(authorityFolder(config));
}

/** The name clients connect to. */
export function hostnameOf({ server }: Pick<Config, "server">): string {
  return server.hostname ?? literalIp(server.domain) ?? server.domain;
}

/** What clients, and servers, may expect the certificate to be for. */
export function certificateNames(config: Config): string[] {
  const { domain, domains } = config.server;
  const names = [hostnameOf(config), domain, ...domains]
    .map((name) => literalIp(name) ?? name);
  return [...new Set(names)];
}

/**
 * What an authority is asked for: the name clients connect to, the domains, the
 * hosts of their policies (RFC 8461 §3.3) and more; none that a wildcard stands
 * for already.
 */
export function orderedNames(config: Config): string[] {
  const { mta_sts, acme } = config;
  const [host = "", ...others] = certificateNames(config);
  const domains = [config.server.domain, ...config.server.domains]
    .filter((domain) => literalIp(domain) === undefined);
  const policyHosts = mta_sts.mode === "none"
    ? []
    : domains.map((domain) => `mta-sts.${domain}`);
  const all = [...new Set([...others, ...policyHosts, ...acme.extraNames])];
  const left = all.filter((name) => {
    const parent = name.slice(name.indexOf(".") + 1);
    const isCovered = isIP(name) === 0 && !name.startsWith("*.") &&
      all.includes(`*.${parent}`);
    return name !== host && !isCovered;
  });
  return [host, ...left];
}

/** Certificates as `node:tls` wants them, made once for each. */
export class SecureContexts {
  readonly #contexts = new Map<string, SecureContext>();

  constructor(readonly certificates: CertificateStore) {
    certificates.onChange(() => this.#contexts.clear());
  }

  /** @param serverName "" for none */
  get(serverName: string): SecureContext {
    const { fingerprint, chainPem, keyPem } = this.certificates.for(serverName);
    const known = this.#contexts.get(fingerprint);
    if (known) return known;
    const context = createSecureContext({ cert: chainPem, key: keyPem });
    this.#contexts.set(fingerprint, context);
    return context;
  }
}

/**
 * What is served at a port to everybody, if that is one certificate. That of
 * `mta-sts.` names is for the policy alone (RFC 8461 §3.3), which is a web page.
 *
 * @param all The one for who asks for no name first.
 */
export function onlyCertificate(
  listener: ListenerName,
  [first, ...others]: readonly Certificate[],
): Certificate | undefined {
  const isWeb = listenerRow(listener).protocol === "http";
  const isUsed = ({ names }: Certificate) =>
    isWeb || names.some((name) => !name.startsWith("mta-sts."));
  return others.some(isUsed) ? undefined : first;
}
