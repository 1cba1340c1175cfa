/** What the configuration says about certificates, and contexts for STARTTLS. @module */
import { join } from "node:path";
import { createSecureContext, type SecureContext } from "node:tls";
import type { Clock } from "../base/clock.ts";
import type { Config } from "../config/schema.ts";
import { literalIp } from "../mail/address.ts";
import type { SettingName } from "../settings/registry.ts";
import type { Settings } from "../settings/settings.ts";
import { BUNDLE_FILE } from "../tls/certificate_bundle.ts";
import {
  type CertificateSource,
  CertificateStore,
} from "../tls/certificate_store.ts";

/** @throws {SyntaxError} when files are configured that cannot be served */
export function openCertificates(
  config: Config,
  clock: Clock,
): Promise<CertificateStore> {
  return CertificateStore.open(certificateSource(config), clock);
}

export function certificateSource(config: Config): CertificateSource {
  const { mode, cert, key, selfSignedDays } = config.tls;
  const selfSigned = {
    mode: "self_signed",
    directory: join(config.server.stateDir, "tls"),
    names: certificateNames(config),
    days: selfSignedDays,
  } as const;
  switch (mode) {
    case "file":
      return { mode, paths: { chain: cert, key } };
    case "self_signed":
      return selfSigned;
    case "autocert":
      return { mode, bundle: bundlePath(config), meanwhile: selfSigned };
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

/** What an authority has given. */
export function bundlePath(config: Config): string {
  return join(authorityFolder(config), BUNDLE_FILE);
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

/** The current certificate as `node:tls` wants it, made once for each. */
export class SecureContexts {
  #context: SecureContext | undefined;

  constructor(readonly certificates: CertificateStore) {
    certificates.onChange(() => this.#context = undefined);
  }

  get(): SecureContext {
    const { chainPem, keyPem } = this.certificates.current;
    return this.#context ??= createSecureContext({
      cert: chainPem,
      key: keyPem,
    });
  }
}
