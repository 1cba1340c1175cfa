/** Certificates for admins, with a server or without. @module */
import type {
  CertificateAdmin,
  OrderOptions,
} from "../../admin/certificate_admin.ts";
import { authorityProblems } from "../../config/checks.ts";
import type { Config } from "../../config/schema.ts";
import type { Renewer } from "../../tls/acme/renewer.ts";
import type { Outcome } from "../../tls/acme/renewer_parts.ts";
import type { Certificate } from "../../tls/certificate.ts";
import { readBundle } from "../../tls/certificate_bundle.ts";
import { pathsIn, readCertificate } from "../../tls/certificate_files.ts";
import {
  certificateNames,
  certificateSource,
  hostnameOf,
} from "../certificates.ts";
import type { CertificateSource } from "../../tls/certificate_store.ts";
import { challengeHints } from "./challenge_hints.ts";
import type { CaaLookUps } from "./challenge_hints.ts";

export interface CertificateAdminParts {
  readonly dns: CaaLookUps;
  readonly renewer: Renewer;
  config(): Config;
  /** One that keeps nothing, at a directory for tests. @throws {Refusal} */
  rehearsal(): Renewer;
  /** Has challenges answered while it works, where no server does. */
  answering<T>(
    httpListen: string | undefined,
    work: () => Promise<T>,
  ): Promise<T>;
}

export function certificateAdmin(
  { dns, renewer, config, rehearsal, answering }: CertificateAdminParts,
): CertificateAdmin {
  return {
    get mode() {
      return config().tls.mode;
    },
    get hostname() {
      return hostnameOf(config());
    },
    get path() {
      return pathOf(certificateSource(config()));
    },
    get directory() {
      return config().acme.directory;
    },
    get names() {
      return certificateNames(config());
    },
    current: () => readCurrent(certificateSource(config())),
    status: () => renewer.status(),
    obstacles: () =>
      [...authorityProblems(config())].map(({ key, message }) =>
        `${key} ${message}`
      ),
    order: (options) =>
      answering(
        options.httpListen,
        () => order(options.rehearsal ? rehearsal() : renewer, options),
      ),
    hints: () => challengeHints(config(), dns),
  };
}

/** For the task that does so. @throws {Error} why there is none */
export async function renewIfDue(
  certificates: Pick<CertificateAdmin, "order">,
): Promise<string> {
  const outcome = await certificates.order({
    force: false,
    newKey: false,
    rehearsal: false,
  });
  switch (outcome.kind) {
    case "issued":
      return `A certificate for ${outcome.certificate.names.join(", ")}`;
    case "skipped":
      return `Nothing done: ${outcome.why}`;
    case "failed":
      throw outcome.trouble;
  }
}

async function order(
  renewer: Renewer,
  { force, newKey, rehearsal }: OrderOptions,
): Promise<Outcome> {
  if (!rehearsal) return await renewer.order({ newKey, onlyIfDue: !force });
  try {
    return await renewer.order({ newKey: false, onlyIfDue: false });
  } finally {
    await renewer.close();
  }
}

function pathOf(source: CertificateSource): string {
  switch (source.mode) {
    case "file":
      return source.paths.chain;
    case "self_signed":
      return pathsIn(source.directory).chain;
    case "autocert":
      return source.bundle;
  }
}

/** undefined for one that cannot be read too: a server says what is wrong with it. */
async function readCurrent(
  source: CertificateSource,
): Promise<Certificate | undefined> {
  try {
    switch (source.mode) {
      case "file":
        return await readCertificate(source.paths);
      case "self_signed":
        return await readCertificate(pathsIn(source.directory));
      case "autocert":
        return await readBundle(source.bundle) ??
          await readCurrent(source.meanwhile);
    }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
